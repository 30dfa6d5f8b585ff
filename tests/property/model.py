"""The reference model: what must be true of every row after a closure, from design §4 alone.

Plain Python over rows. It shares no code with planning, erasure or verification and speaks no SQL: slow, naive, and
meant to be read beside the design.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.property.shops import Identifier, Key, Link, Row, Rule, Shop, Table, Value

Owners = dict[str, dict[Key, set[str]]]  # table -> key -> the leaving members it was found for


class Placeholder:
    """Stands where the end state holds a made-up value: present, unlike before, unlike any other row's."""


PLACEHOLDER = Placeholder()
End = dict[str, dict[Key, dict[str, Value | Placeholder]]]


@dataclass(kw_only=True)
class Outcome:
    """The exact end of a closure."""

    own: Owners
    shared: Owners
    mentions: Owners
    end: End  # every row that is left, as it must be
    proofs: dict[str, list[tuple[str, str]]]  # by kind: (leaving member, normal form) that may link records
    vault: set[tuple[str, tuple[str, ...], str, tuple[tuple[str, str], ...]]] = field(default_factory=set)

    def gone(self, table: Table) -> set[Key]:
        """The keys of the rows that are no longer there."""
        return {table.key_of(row) for row in table.rows} - set(self.end[table.name])


def closed(shop: Shop) -> Outcome:
    """What is left when the leaving members' closure has ended."""
    finder = _Finder(shop)
    finder.search()
    outcome = Outcome(own=finder.own, shared=finder.shared, mentions=finder.mentions(), end={}, proofs={})
    outcome.proofs = {kind: sorted(pairs) for kind, pairs in finder.proofs.items()}
    rows: dict[str, dict[Key, dict[str, Value | Placeholder]]] = {
        table.name: {table.key_of(row): dict(row) for row in table.rows} for table in shop.tables.values()
    }
    known = {owner: list(finder.known(owner)) for owner in finder.leaving}
    for row in rows[shop.member].values():
        if str(row[shop.key]) in finder.leaving:
            row.update(shop.fence)
    outcome.vault = set(_deposits(shop, outcome, rows))
    for table in shop.tables.values():
        _release(table, outcome, rows[table.name], finder)
    for table in shop.tables.values():
        _treat(shop, table, outcome, rows[table.name], known)
    outcome.end = rows
    return outcome


class _Finder:
    """Whose every record is. Grows the members' own records until nothing new comes."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.leaving = {str(key) for key in shop.leaving}
        self.members = {str(row[shop.key]) for row in shop.tables[shop.member].rows}
        self.proofs = {identifier.kind: self._proved(identifier) for identifier in shop.identifiers}
        self.own: Owners = {name: {} for name in shop.tables}
        self.shared: Owners = {name: {} for name in shop.tables}

    def search(self) -> None:
        """Rounds over all tables; a record that is held back is looked at anew in each."""
        while True:
            before = self._size()
            for table in self.shop.tables.values():
                if table.rule.closing:
                    self._decide(table)
            if self._size() == before:
                return

    def _size(self) -> int:
        return sum(len(owners) + 1 for found in self.own.values() for owners in found.values())

    def _decide(self, table: Table) -> None:
        self.shared[table.name] = {}
        for row in table.rows:
            key = table.key_of(row)
            pulled, through = self._owners(table, row)
            if not pulled and not through:
                continue
            role = self.own if pulled or key in self.own[table.name] or not self._held(table, row) else self.shared
            role[table.name][key] = pulled | through

    def _owners(self, table: Table, row: Row) -> tuple[set[str], set[str]]:
        """The members a record was found for: by ways that take it along whatever, and by ways that can be held."""
        pulled: set[str] = set()
        through: set[str] = set()
        if table.name == self.shop.member and str(row[self.shop.key]) in self.leaving:
            pulled.add(str(row[self.shop.key]))
        for link in table.rule.links:
            if link.how == "member":
                named = self.named(link, row)
                if named in self.leaving:
                    (pulled if link.decides else through).add(str(named))
            elif link.how == "parent":
                pulled |= self._of_parent(link, row)
            elif all(row[name] is None for other in table.rule.links if other.how != "identifier" for name in other.fields):
                form = normal(link.of, _at(row, link))
                pulled |= {owner for owner, proved in self.proofs[link.of] if form and proved == form}
        for source, fields in table.rule.pointers:
            for pointing in self._pointing(source, fields, table, row):
                through |= self.own[source].get(self.shop.tables[source].key_of(pointing), set())
        return pulled, through

    def named(self, link: Link, row: Row) -> str | None:
        """The member a record names through a link by key."""
        if any(row[name] != value for name, value in link.when.items()):
            return None
        value = _at(row, link)
        return None if value is None else str(value)

    def _of_parent(self, link: Link, row: Row) -> set[str]:
        if any(row[name] != value for name, value in link.when.items()):
            return set()
        parent = self.shop.tables[link.of]
        here = (_at(row, link),) if link.path else tuple(row[name] for name in link.fields)
        if None in here:
            return set()
        found: set[str] = set()
        for other in parent.rows:
            owners = self.own[link.of].get(parent.key_of(other))
            there = tuple(other[name] for name in link.keys or parent.key)
            if owners and None not in there and [*map(str, here)] == [*map(str, there)]:
                found |= owners
        return found

    def _pointing(self, source: str, fields: tuple[str, ...], table: Table, row: Row) -> Iterator[Row]:
        target = next((f.to_columns for f in self.shop.tables[source].foreign
                       if (f.to, f.columns) == (table.name, fields)), table.key)
        here = tuple(row[name] for name in target)
        for other in self.shop.tables[source].rows:
            if None not in here and tuple(other[name] for name in fields) == here:
                yield other

    def _held(self, table: Table, row: Row) -> bool:
        """Whether somebody outside the batch still needs the record."""
        owners = [link for link in table.rule.links if link.how == "member"]
        if len(owners) + len(table.rule.pointers) < 2 and not table.rule.pointers:
            return False
        if any(named in self.members - self.leaving for link in owners if (named := self.named(link, row))):
            return True
        return any(
            self.shop.tables[source].key_of(pointing) not in self.own[source]
            for source, fields in table.rule.pointers
            for pointing in self._pointing(source, fields, table, row)
        )

    def mentions(self) -> Owners:
        """Records that name a leaving member in a field the map redacts, whoever they belong to."""
        found: Owners = {name: {} for name in self.shop.tables}
        for table in self.shop.tables.values():
            for naming in table.rule.mentions:
                for row in table.rows:
                    if str(row[naming]) in self.leaving:
                        found[table.name].setdefault(table.key_of(row), set()).add(str(row[naming]))
        return found

    def known(self, owner: str) -> Iterator[tuple[str, str]]:
        """(kind, text) of everything that names a member."""
        row = next(row for row in self.shop.tables[self.shop.member].rows if str(row[self.shop.key]) == owner)
        for identifier in self.shop.identifiers:
            texts = [str(row[name]).strip() for name in identifier.fields if str(row[name] or "").strip()]
            if identifier.kind == "name" and len(texts) == 2:
                texts += [f"{texts[0]} {texts[1]}", f"{texts[1]} {texts[0]}", f"{texts[0]}{texts[1]}", f"{texts[1]}{texts[0]}"]
            for text in texts:
                yield identifier.kind, text

    def _proved(self, identifier: Identifier) -> set[tuple[str, str]]:
        """(member, normal form) of the leaving that is proved and that no other member holds."""
        if identifier.kind == "name" or len(identifier.fields) != 1:
            return set()
        holders: dict[str, set[str]] = {}
        noted: set[tuple[str, str]] = set()
        for row in self.shop.tables[self.shop.member].rows:
            if form := normal(identifier.kind, row[identifier.fields[0]]):
                holders.setdefault(form, set()).add(str(row[self.shop.key]))
        held = {(owner, form) for form, owners in holders.items() for owner in owners & self.leaving}
        if not isinstance(identifier.proof, str):
            proof, link, flag = identifier.proof
            for row in self.shop.tables[proof].rows:
                form = normal(identifier.kind, row[identifier.fields[0]])
                if form and row[link] is not None:
                    holders.setdefault(form, set()).add(str(row[link]))
                    if row[flag]:
                        noted.add((str(row[link]), form))
            held &= noted
        elif identifier.proof == "never":
            return set()
        return {(owner, form) for owner, form in held if holders[form] == {owner}}


def normal(kind: str, value: Value) -> str:
    """Normalisation v1 (docs/adr/0004), written again: trimmed, NFC, e-mails lower in ASCII, phones digits and plus."""
    if value is None:
        return ""
    form = unicodedata.normalize("NFC", str(value).strip(" \t\r\n"))
    if kind == "email":
        return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in form)
    if kind == "phone":
        digits = "".join(c for c in form if c in "0123456789")
        return "+" + digits if digits and form[0] == "+" else digits
    return form


def _at(row: Row, link: Link) -> Value:
    value: object = row[link.fields[0]]
    if link.path and value is not None:
        value = json.loads(str(value))
        for step in link.path:
            if isinstance(value, list):
                value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
    return value  # type: ignore[return-value]


def _release(table: Table, outcome: Outcome, rows: dict[Key, dict[str, Value | Placeholder]], finder: _Finder) -> None:
    """A shared record loses the leaver's link and authored fields; a mention is redacted."""
    links = [link for link in table.rule.links if link.how == "member" and not link.path]
    for key in outcome.shared[table.name]:
        row = rows[key]
        naming = {link.fields[0] for link in links if finder.named(link, row) in finder.leaving}  # type: ignore[arg-type]
        direct = {link.fields[0] for link in links}
        for name in naming - set(table.rule.shared):
            row[name] = None
        decided = {name: rule for name, rule in table.rule.shared.items() if name not in direct or name in naming}
        _apply(row, decided, [])
    for naming_field, rules in table.rule.mentions.items():
        for row in rows.values():
            if str(row[naming_field]) in finder.leaving:
                _apply(row, rules, [])


def _treat(
    shop: Shop, table: Table, outcome: Outcome, rows: dict[Key, dict[str, Value | Placeholder]],
    known: dict[str, list[tuple[str, str]]],
) -> None:
    """The members' own records: gone, or rewritten with their pointers at deleted records cut."""
    rule: Rule = table.rule
    if not rule.closing:
        return
    cut = {
        name: ("literal", None)
        for other in shop.tables.values()
        if other.rule.closing and other.rule.ends_as == "delete"
        for source, fields in other.rule.pointers
        if source == table.name
        for name in fields
        if table.columns[name].nullable
    }
    for key, owners in outcome.own[table.name].items():
        if rule.ends_as == "delete":
            del rows[key]
        else:
            persons = [person for owner in owners for person in known[owner]]
            _apply(rows[key], {**cut, **rule.fields}, persons)


def _apply(
    row: dict[str, Value | Placeholder], rules: dict[str, tuple[str, Value]], persons: list[tuple[str, str]]
) -> None:
    for name, (kind, value) in rules.items():
        before = row[name]
        if kind == "literal":
            row[name] = value
        elif kind == "placeholder":
            row[name] = PLACEHOLDER
        elif kind == "year_only" and before is not None:
            row[name] = str(before)[:4] + "-01-01" + (" 00:00:00" if len(str(before)) > 10 else "")
        elif kind == "first_digits" and before is not None:
            row[name] = str(before)[: int(value or 0)]
        elif kind == "keep_if_no_person" and before is not None and _names(str(before), persons):
            row[name] = ""


def _names(text: str, persons: list[tuple[str, str]]) -> bool:
    folded = unicodedata.normalize("NFKC", text).casefold()
    digits = "".join(c for c in text if c in "0123456789")
    for kind, person in persons:
        wanted = unicodedata.normalize("NFKC", person).casefold().strip()
        if kind == "phone":
            number = "".join(c for c in wanted if c in "0123456789")
            if len(number) >= 7 and number.lstrip("0")[-8:] in digits:
                return True
        elif wanted and (wanted in folded or wanted.replace(" ", "") in folded.replace(" ", "")):
            return True
    return False


def _deposits(
    shop: Shop, outcome: Outcome, rows: dict[str, dict[Key, dict[str, Value | Placeholder]]]
) -> Iterator[tuple[str, tuple[str, ...], str, tuple[tuple[str, str], ...]]]:
    written = {str(row[shop.key]): row for row in shop.tables[shop.member].rows}
    for table in shop.tables.values():
        if table.rule.on_closure != "retain":
            continue
        for key, owners in outcome.own[table.name].items():
            row = rows[table.name][key]
            for owner in owners:
                values = {}
                for name, column, through, to in table.rule.into_vault:
                    if to is None:
                        values[name] = str(row[column])
                    elif to == "":
                        source = next(i for i in shop.identifiers if i.kind == column)
                        texts = (str(written[owner][f] or "").strip() for f in source.fields)
                        values[name] = " ".join(text for text in texts if text)
                    else:
                        target = shop.tables[to]
                        pointed = rows[to].get(tuple(row[f] for f in through))  # type: ignore[misc]
                        values[name] = str(pointed[column] if pointed else None)
                        assert len(target.key) == len(through)
                yield table.name, tuple(str(part) for part in key), owner, tuple(sorted(values.items()))
