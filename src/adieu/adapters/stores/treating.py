"""From an operation to the statements that treat one chunk of captured records."""

from __future__ import annotations

from dataclasses import dataclass

from adieu.adapters.stores.capturing import MEMBERS
from adieu.adapters.stores.dialect import Among, Dialect, key_names, matches
from adieu.datamap.rules import RuleKind
from adieu.planning.plan import FieldChange, MemberSource, Operation, Role, VaultField, Verb


@dataclass(frozen=True, kw_only=True)
class Treating:
    """Writes the treating statements of one store."""

    dialect: Dialect
    member: MemberSource

    def statement(self, operation: Operation) -> str | None:
        """The delete or update of an operation; None where only free texts are decided."""
        d = self.dialect
        chosen = d.chosen("x", operation.key, operation.dataset, operation.role)
        if operation.verb is Verb.DELETE:
            return d.delete(operation.dataset, chosen)
        sets = {
            d.column(change.field): self._value(operation, change)
            for change in operation.changes
            if change.rule.kind is not RuleKind.KEEP_IF_NO_PERSON
        }
        return d.update(operation.dataset, sets, chosen) if sets else None

    def texts(self, operation: Operation) -> tuple[FieldChange, ...]:
        """The free texts that stay only where they name nobody who leaves."""
        return tuple(c for c in operation.changes if c.rule.kind is RuleKind.KEEP_IF_NO_PERSON)

    def read_texts(self, operation: Operation) -> str:
        """Select key columns, owner and the free texts of a chunk, locked."""
        d = self.dialect
        keys = ", ".join(d.as_text(d.column(column, "x")) for column in operation.key.columns)
        fields = ", ".join(d.column(change.field, "x") for change in self.texts(operation))
        return (
            f"select {keys}, c.owner, {fields} from {self._chunk(operation)}"
            f" join {d.table(operation.dataset)} x on {matches(d, operation.key, 'x', 'c')}{d.locking('x')}"
        )

    def empty_text(self, operation: Operation, change: FieldChange) -> str:
        """Empty one free text on the records listed in the parameters k1…"""
        d = self.dialect
        names = key_names(operation.key)
        listed = d.listed("e", {name: name for name in names})
        typed = tuple(d.typed(f"e.{n}", t) for n, t in zip(names, operation.key.types, strict=True))
        keys = tuple(d.column(column, "x") for column in operation.key.columns)
        among = Among(columns=keys, values=typed, rows=listed)
        return d.update(operation.dataset, {d.column(change.field): d.literal("")}, among)

    def read_custody(self, operation: Operation) -> str:
        """Select owner, key columns, the start of the period and the vault's values of a chunk, locked."""
        d = self.dialect
        assert operation.custody is not None
        columns = ["c.owner", *(d.as_text(d.column(column, "x")) for column in operation.key.columns)]
        columns.append(d.column(operation.custody.counted_from, "x"))
        joins: dict[tuple[str, ...], tuple[str, str]] = {}
        for field in operation.custody.fields:
            if not field.of_member:
                columns.append(d.column(field.column, self._alias(field, joins)))
        return (
            f"select {', '.join(columns)} from {self._chunk(operation)}"
            f" join {d.table(operation.dataset)} x on {matches(d, operation.key, 'x', 'c')}"
            + "".join(join for _, join in joins.values())
            + d.locking("x")
        )

    def _alias(self, field: VaultField, joins: dict[tuple[str, ...], tuple[str, str]]) -> str:
        if field.dataset is None:
            return "x"
        if field.through not in joins:
            d, alias = self.dialect, f"t{len(joins) + 1}"
            pairs = zip(field.through, field.to_columns, strict=True)
            on = " and ".join(f"{d.column(here, 'x')} = {d.column(there, alias)}" for here, there in pairs)
            joins[field.through] = (alias, f" left join {d.table(field.dataset)} {alias} on {on}")
        return joins[field.through][0]

    def count_chosen(self, operation: Operation) -> str:
        """How many captured records of a chunk exist."""
        d = self.dialect
        chosen = d.chosen("x", operation.key, operation.dataset, operation.role)
        return f"select count(*) from {d.table(operation.dataset)} x where {chosen}"

    def lock(self, operation: Operation) -> str | None:
        """Lock a chunk's records until the transaction ends; None where the store locks as a whole."""
        d = self.dialect
        if not d.locking("x"):
            return None
        on = matches(d, operation.key, "x", "c")
        rows = f"select 1 from {self._chunk(operation)} join {d.table(operation.dataset)} x on {on}{d.locking('x')}"
        return f"select count(*) from ({rows}) locked"

    def _chunk(self, operation: Operation) -> str:
        return self.dialect.captured_rows(operation.dataset, operation.key, operation.role, chunk=True) + " c"

    def _value(self, operation: Operation, change: FieldChange) -> str:
        value = self._ruled(change)
        column = self.dialect.column(change.field, "x")
        naming = None
        if operation.role is Role.MENTION:
            naming = operation.only_link[0]
        elif operation.role is Role.SHARED and change.field in operation.only_link:
            naming = change.field
        if naming is None:
            return value
        d = self.dialect
        listed = d.listed("m", {"owner": MEMBERS})
        among = f"{d.as_text(d.column(naming, 'x'))} in (select m.owner from {listed})"
        conditions = [
            " and ".join(f"{d.column(when.field, 'x')} = {d.literal(when.value)}" for when in alternative)
            for alternative in change.when
        ]
        among += f" and ({' or '.join(conditions)})" if conditions else ""
        return f"case when {among} then {value} else {column} end"

    def _ruled(self, change: FieldChange) -> str:
        d, rule = self.dialect, change.rule
        column = d.column(change.field, "x")
        if rule.kind is RuleKind.LITERAL:
            return d.literal(rule.value)
        if rule.kind is RuleKind.PLACEHOLDER:
            return d.placeholder(change)
        if rule.kind is RuleKind.YEAR_ONLY:
            return d.year_only(change, column)
        if rule.kind is RuleKind.FIRST_DIGITS:
            return f"substr({d.as_text(column)}, 1, {int(rule.value or 0)})"
        return column  # unchanged
