"""From a reach to the statements that record which keys belong to the members of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adieu.adapters.stores.dialect import Dialect, key_names, matches
from adieu.planning.plan import (
    ByIdentifier,
    ByMember,
    ByParent,
    ByPointer,
    Key,
    MemberSource,
    Reach,
    Role,
    StorePlan,
    Way,
    When,
)

MEMBERS = "members"  # the parameter that lists the run's member keys


@dataclass(frozen=True, kw_only=True)
class _Terms:
    """The terms that capture statements are made of, for one store's plan."""

    dialect: Dialect
    plan: StorePlan
    member: MemberSource

    def _not_captured(self, reach: Reach, alias: str, role: Role | None = None, *, before: bool = False) -> str:
        names = key_names(reach.key)
        left = ", ".join(f"{alias}.{name}" for name in names)
        rows = self.dialect.captured_rows(reach.dataset, reach.key, role, before=before) + " seen"
        return f"({left}) not in (select {', '.join(f'seen.{name}' for name in names)} from {rows})"

    def _keys(self, key: Key, alias: str = "x") -> str:
        d = self.dialect
        pairs = zip(key.columns, key_names(key), strict=True)
        return ", ".join(f"{d.column(column, alias)} as {name}" for column, name in pairs)

    def _among_members(self, expression: str, type_: str = "") -> str:
        """Whether a column (of the member key's type, unless said) holds the key of a member of the run."""
        d = self.dialect
        listed = d.listed("m", {"owner": MEMBERS})
        return f"{expression} in (select {d.typed('m.owner', type_ or self.member.key_type)} from {listed})"

    def _when(self, conditions: tuple[When, ...]) -> str:
        d = self.dialect
        return "".join(f" and {d.column(when.field, 'x')} = {d.literal(when.value)}" for when in conditions)

    def _points(self, way: ByPointer) -> str:
        d = self.dialect
        pairs = zip(way.fields, way.source_fields, strict=True)
        return " and ".join(f"{d.column(here, 'x')} = {d.column(there, 'r')}" for here, there in pairs)

    def _reach(self, dataset: str) -> Reach:
        return next(reach for reach in self.plan.reaches if reach.dataset == dataset)


@dataclass(frozen=True, kw_only=True)
class _Ways(_Terms):
    """The select that finds records in one way."""

    def _member_record(self, reach: Reach) -> str:
        d = self.dialect
        key = d.column(self.member.key, "x")
        return (
            f"select {self._keys(reach.key)}, {d.as_text(key)} as owner, 1 as pulls from {d.table(reach.dataset)} x"
            f" where {self._among_members(key)}"
        )

    def _way(self, reach: Reach, way: Way) -> str:
        match way:
            case ByMember():
                return self._by_member(reach, way)
            case ByParent():
                return self._by_parent(reach, way)
            case ByPointer():
                return self._by_pointer(reach, way)
            case ByIdentifier():
                return self._by_identifier(reach, way)

    def _by_member(self, reach: Reach, way: ByMember) -> str:
        d = self.dialect
        field = d.column(way.field, "x")
        if way.path:
            field = d.json_text(field, way.path)
            where = f"{field} in (select m.owner from {d.listed('m', {'owner': MEMBERS})})"
        else:
            where = self._among_members(field, way.type)
        return (
            f"select {self._keys(reach.key)}, {d.as_text(field)} as owner, {int(way.decides)} as pulls"
            f" from {d.table(reach.dataset)} x"
            f" where {where}{self._when(way.when)}"
        )

    def _by_parent(self, reach: Reach, way: ByParent) -> str:
        d = self.dialect
        parent = self._reach(way.parent)
        rows = d.captured_rows(way.parent, parent.key, Role.OWN) + " p"
        if way.parent_fields == parent.key.columns:
            there = [f"p.{name}" for name in key_names(parent.key)]
        else:
            rows += f" join {d.table(way.parent)} t on {matches(d, parent.key, 't', 'p')}"
            there = [d.column(column, "t") for column in way.parent_fields]
        here = [d.column(column, "x") for column in way.fields]
        if way.path:
            here = [d.json_text(here[0], way.path)]
            there = [d.as_text(there[0])]
        else:
            there = [d.as_text(t) if field in way.texts else t for t, field in zip(there, way.fields, strict=True)]
        on = " and ".join(f"{a} = {b}" for a, b in zip(here, there, strict=True))
        return (
            f"select {self._keys(reach.key)}, p.owner, 1 as pulls from {rows}"
            f" join {d.table(reach.dataset)} x on {on}{self._when(way.when)}"
        )

    def _by_pointer(self, reach: Reach, way: ByPointer) -> str:
        d = self.dialect
        source = self._reach(way.source)
        rows = d.captured_rows(way.source, source.key, Role.OWN) + " s"
        return (
            f"select {self._keys(reach.key)}, s.owner, 0 as pulls from {rows}"
            f" join {d.table(way.source)} r on {matches(d, source.key, 'r', 's')}"
            f" join {d.table(reach.dataset)} x on {self._points(way)}"
        )

    def _by_identifier(self, reach: Reach, way: ByIdentifier) -> str:
        d = self.dialect
        field = d.column(way.field, "x")
        if way.path:
            field = d.json_text(field, way.path)
        form = field if way.normalised and not way.path else d.normal(way.kind, field)
        listed = d.listed("i", {"owner": f"owners_{way.kind}", "value": f"values_{way.kind}"})
        nulls = "".join(f" and {d.column(other, 'x')} is null" for other in way.unless)
        return (
            f"select {self._keys(reach.key)}, i.owner, 1 as pulls"
            f" from {d.looked_up(f'{d.table(reach.dataset)} x', listed, f'{form} = i.value{nulls}')}"
        )


@dataclass(frozen=True, kw_only=True)
class _Holds(_Terms):
    """The condition under which somebody else holds a record back."""

    def _held(self, reach: Reach) -> str:
        """The condition under which another owner remains and the record (alias x) must stay; empty if none can."""
        owners = [way for way in reach.ways if isinstance(way, ByMember | ByPointer)]
        if len(owners) < 2 and not any(isinstance(way, ByPointer) for way in owners):
            return ""
        return " or ".join(self._holds(way) for way in owners)

    def _holds(self, way: ByMember | ByPointer) -> str:
        d = self.dialect
        if isinstance(way, ByPointer):
            source = self._reach(way.source)
            rows = d.captured_rows(way.source, source.key, Role.OWN) + " s"
            keys = ", ".join(d.column(column, "r") for column in source.key.columns)
            captured = f"select {', '.join(f's.{n}' for n in key_names(source.key))} from {rows}"
            return (
                f"exists (select 1 from {d.table(way.source)} r where {self._points(way)}"
                f" and ({keys}) not in ({captured}))"
            )
        return self._another_member(way)

    def _another_member(self, way: ByMember) -> str:
        d = self.dialect
        field = d.column(way.field, "x")
        if way.path:
            field = d.json_text(field, way.path)
        listed = f"select m.owner from {d.listed('m', {'owner': MEMBERS})}"
        other = f"({field} is not null and {d.as_text(field)} not in ({listed}){self._when(way.when)}"
        if self.plan.holds_anchor:
            key = d.column(self.member.key, "a")
            if way.path or way.type != self.member.key_type:
                key, field = d.as_text(key), d.as_text(field)
            other += f" and exists (select 1 from {d.table(self.member.dataset)} a where {key} = {field})"
        return other + ")"


@dataclass(frozen=True, kw_only=True)
class Capturing(_Ways, _Holds):
    """Writes the capture statements of one store's plan."""

    def statement(self, reach: Reach) -> str:
        """Insert what is found now and was not captured before: own and shared records.

        In a cyclic group it finds everything anew, in every round, from what the round before captured.
        """
        return self.dialect.insert_captured(reach.dataset, reach.key, self._found(reach), sole=self.sole(reach))

    def sole(self, reach: Reach) -> bool:
        """Whether each record is found once, for one owner and as their own: then rows are records.

        So it is where one link leads to it, which holds one value: the member's key, or that of a record found so itself.
        Whole numbers only, since a text may equal several keys in another collation.
        """
        if reach.cyclic or len(reach.ways) + reach.anchor != 1:
            return False
        for way in reach.ways:
            if isinstance(way, ByParent):
                parent = self._reach(way.parent)
                whole = all("int" in type_.lower() for type_ in parent.key.types) and not (way.path or way.texts)
                return whole and way.parent_fields == parent.key.columns and self.sole(parent)
            return isinstance(way, ByMember)
        return True

    def mention_statement(self, reach: Reach) -> str:
        """Insert the records that name a member in a field the map redacts, whoever they belong to.

        An own record may name another member who leaves, and a shared one may name the leaver.
        """
        d = self.dialect
        selects = " union ".join(
            f"select {self._keys(reach.key)}, {d.as_text(d.column(field, 'x'))} as owner from {d.table(reach.dataset)} x"
            f" where {self._among_members(d.column(field, 'x'))}"
            for field in reach.mentions
        )
        select = (
            f"select {', '.join(f'q.{n}' for n in key_names(reach.key))}, q.owner, '{Role.MENTION}' as role"
            f" from ({selects}) q where {self._not_captured(reach, 'q', Role.MENTION)}"
        )
        return d.insert_captured(reach.dataset, reach.key, select)

    def let_go_statement(self, reach: Reach) -> str:
        """Count what was captured as shared and has no other owner by now; empty where nothing can be shared."""
        held = self._held(reach)
        rows = self.dialect.captured_rows(reach.dataset, reach.key, Role.SHARED)
        joined = f"{rows} c join {self.dialect.table(reach.dataset)} x on {matches(self.dialect, reach.key, 'x', 'c')}"
        return f"select coalesce(sum(case when {held} then 0 else 1 end), 0) from {joined}" if held else ""

    def _found(self, reach: Reach) -> str:
        names = key_names(reach.key)
        ways = [self._member_record(reach)] if reach.anchor else []
        ways += [self._way(reach, way) for way in reach.ways]
        select = " union ".join(ways)
        role = f"'{Role.OWN}'"
        held = self._held(reach)
        join = ""
        if held:
            pulled = f"max(c.pulls) over (partition by {', '.join(f'c.{n}' for n in names)})"
            # what is unknown (a NULL beside a polymorphic link) holds nothing back
            role = f"case when {pulled} = 1 then '{Role.OWN}' when {held} then '{Role.SHARED}' else '{Role.OWN}' end"
            join = f" join {self.dialect.table(reach.dataset)} x on {matches(self.dialect, reach.key, 'x', 'c')}"
        distinct = "" if self.sole(reach) else "distinct "
        return (
            f"select {distinct}{', '.join(f'c.{n}' for n in names)}, c.owner, {role} as role from ({select}) c{join}"
            f" where {self._not_captured(reach, 'c', before=reach.cyclic)}"
        )


def groups(plan: StorePlan) -> Iterator[list[Reach]]:
    """The reaches in order, those that depend on each other together."""
    numbers = sorted({reach.group for reach in plan.reaches})
    for number in numbers:
        yield [reach for reach in plan.reaches if reach.group == number]
