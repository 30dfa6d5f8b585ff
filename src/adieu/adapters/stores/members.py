"""The member record in a SQL store: read with its proofs, and fenced."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from adieu.adapters.stores.database import Database, Row, Statement, Transaction
from adieu.adapters.stores.matters import open_statement
from adieu.datamap.normalise import normal_form
from adieu.errors import StoreError
from adieu.planning.plan import IdentifierSource, Matter, MemberSource
from adieu.ports.stores import OpenRecord, Proved, Run, Subject

# SQLSTATEs of a text that is no value of a type: invalid, out of range, no date
_NO_VALUE = frozenset({"22P02", "22003", "22007", "22008"})
FENCE_STEP = -1  # the fence's place in the journal, before the capture


@dataclass(frozen=True, kw_only=True)
class SqlMembers:
    """Implements `ports.stores.Members`."""

    database: Database
    member: MemberSource
    matters: tuple[Matter, ...] = ()

    def subjects(self, keys: Sequence[str], vouched: frozenset[str] = frozenset()) -> Iterable[Subject]:
        possible = [key for key in keys if _writable(key)]
        try:
            found = self.database.read(lambda tx: self._subjects(tx, possible, vouched))
        except StoreError as refused:  # one of the keys is no value of the column's type, so no member has it
            if refused.sqlstate not in _NO_VALUE:
                raise
            middle = len(possible) // 2
            return [s for half in (possible[:middle], possible[middle:]) for s in self.subjects(half, vouched)] if middle else []
        asked = set(possible)
        return [subject for subject in found if subject.key in asked]  # the engine reads " 1x" as 1: nobody asked so

    def fence(self, run: Run) -> None:
        if self.member.fence:
            self.database.write(lambda tx: self._fence(tx, run), "store.fence")

    def open_matters(self, keys: Sequence[str]) -> Mapping[str, Sequence[OpenRecord]]:
        found: dict[str, list[OpenRecord]] = {}
        if not (self.matters and keys):
            return found
        listed = {"keys": self.database.dialect.list_value(keys)}
        statements = [
            Statement(
                sql=open_statement(self.database.dialect, self.member, matter), params=listed, dataset=matter.dataset
            )
            for matter in self.matters
        ]
        answers = self.database.read(lambda tx: tx.together(statements))
        for matter, answer in zip(self.matters, answers, strict=True):
            for owner, *values in answer.rows:
                shown = {n: "" if v is None else str(v) for n, v in zip(matter.show, values, strict=True)}
                found.setdefault(str(owner), []).append(OpenRecord(matter=matter.name, shown=shown, waits=matter.waits))
        return found

    def _fence(self, tx: Transaction, run: Run) -> None:
        d = tx.dialect
        sets = ", ".join(f"{d.column(f)} = {d.literal(v)}" for f, v in self.member.fence.items())
        sql = d.once(d.journal, "run, step, counts", f"{d.param('run')}, {FENCE_STEP}, {d.param('counts')}")
        row = {"run": run.id, "counts": json.dumps([[FENCE_STEP, 0, len(run.subjects)]])}
        if tx.affected(sql, row, "journal"):
            table = d.table(self.member.dataset)
            update = f"update {table} set {sets} where {self._among(tx, '')}"
            tx.execute(update, {"keys": tx.many(run.keys)}, self.member.dataset)

    def _among(self, tx: Transaction, alias: str, parameter: str = "keys") -> str:
        d = tx.dialect
        typed = d.typed("q.key", self.member.key_type)
        return f"{d.column(self.member.key, alias)} in (select {typed} from {d.listed('q', {'key': parameter})})"

    def _subjects(self, tx: Transaction, keys: Sequence[str], vouched: frozenset[str]) -> list[Subject]:
        d, member = tx.dialect, self.member
        fields = [field for source in member.identifiers for field in source.fields]
        columns = [d.as_text(d.column(member.key, "x")), *(d.as_text(d.column(field, "x")) for field in fields)]
        columns += [d.column(name, "x") if name else "null" for name in (member.created, member.country)]
        sql = f"select {', '.join(columns)} from {d.table(member.dataset)} x where {self._among(tx, 'x')}"
        rows = tx.execute(sql, {"keys": tx.many(list(keys))}, member.dataset)
        proofs = {source.kind: self._proofs(tx, source, rows, vouched) for source in member.identifiers}
        return [self._subject(row, proofs) for row in rows]

    def _subject(self, row: Row, proofs: Mapping[str, set[tuple[str, str]]]) -> Subject:
        key = str(row[0])
        written, known, proved = [], [], []
        for source, texts in self._identifiers(row):
            written += [(source.kind, text) for text in texts]
            known += [Proved(kind=source.kind, value=form) for form in _spellings(source.kind, texts)]
            proved += [
                Proved(kind=source.kind, value=form)
                for form in {normal_form(source.kind, text) for text in texts}
                if (key, form) in proofs[source.kind]
            ]
        created, country = row[-2], row[-1]
        return Subject(
            key=key,
            proved=tuple(proved),
            known=tuple(known),
            written=tuple(written),
            created=_aware(created),
            country=str(country) if country is not None else None,
        )

    def _identifiers(self, row: Row) -> Iterator[tuple[IdentifierSource, list[str]]]:
        place = 1
        for source in self.member.identifiers:
            values = row[place : place + len(source.fields)]
            place += len(source.fields)
            yield source, [str(value).strip() for value in values if value is not None and str(value).strip()]

    def _proofs(
        self, tx: Transaction, source: IdentifierSource, rows: list[Row], vouched: frozenset[str]
    ) -> set[tuple[str, str]]:
        """(member key, normal form) pairs that are proved and that no other member holds."""
        if source.kind == "name" or len(source.fields) != 1 or not rows:
            return set()  # a name never proves anything
        held = {
            (str(row[0]), normal_form(source.kind, text))
            for row in rows
            for other, texts in self._identifiers(row)
            if other.kind == source.kind
            for text in texts
        }
        held = {(key, form) for key, form in held if form}
        if not source.always and source.kind not in vouched:
            held &= self._noted(tx, source, held)
        return held - self._shared(tx, source, held) if held else held

    def _noted(self, tx: Transaction, source: IdentifierSource, held: set[tuple[str, str]]) -> set[tuple[str, str]]:
        proof, d = source.proof, tx.dialect
        if proof is None or not held:
            return set()
        link = d.column(proof.link, "p")
        typed = d.typed("q.key", self.member.key_type)
        sql = (
            f"select {d.as_text(link)}, {d.as_text(d.column(proof.value, 'p'))} from {d.table(proof.dataset)} p"
            f" where {d.column(proof.flag, 'p')} = {d.literal(True)}"
            f" and {link} in (select {typed} from {d.listed('q', {'key': 'keys'})})"
        )
        rows = tx.execute(sql, {"keys": tx.many([key for key, _ in held])}, proof.dataset)
        return {(str(key), normal_form(source.kind, str(value))) for key, value in rows if value is not None}

    def _shared(self, tx: Transaction, source: IdentifierSource, held: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """The pairs whose identifier another member holds too, on the member record or in the proofs."""
        d = tx.dialect
        places = [(self.member.dataset, self.member.key, source.fields[0])]
        if source.proof:
            places.append((source.proof.dataset, source.proof.link, source.proof.value))
        holders: dict[str, set[str]] = {}
        for dataset, key, field in places:
            column = d.column(field, "x")
            form = column if source.normalised else d.normal(source.kind, column)
            sql = (
                f"select {d.as_text(d.column(key, 'x'))}, {d.as_text(form)} from {d.table(dataset)} x"
                f" where {form} in (select q.form from {d.listed('q', {'form': 'forms'})})"
                f" and {d.column(key, 'x')} is not null"
            )
            for owner, value in tx.execute(sql, {"forms": tx.many(sorted({f for _, f in held}))}, dataset):
                holders.setdefault(str(value), set()).add(str(owner))
        return {(key, form) for key, form in held if holders.get(form, set()) - {key}}


def _writable(key: str) -> bool:
    """Whether a store could hold the text at all: no NUL, no half of a surrogate pair."""
    return "\0" not in key and not any("\ud800" <= character <= "\udfff" for character in key)


def _spellings(kind: str, texts: Sequence[str]) -> list[str]:
    """What to look for in free text: each value, and for a name in parts also the parts in either order."""
    if len(texts) == 2 and kind == "name":
        first, last = texts
        return [f"{first} {last}", f"{last} {first}", f"{first}{last}", f"{last}{first}", *texts]
    return list(texts)


def _aware(value: object) -> datetime | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None
