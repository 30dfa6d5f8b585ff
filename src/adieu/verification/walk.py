"""Verification's own way of finding what belongs to the members: a walk over the map's text, in memory.

Written against design §4, not against planning: it asks plain questions, follows what it finds, and asks again until
nothing new comes. Keys are text; nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from adieu.datamap.links import Link, Pointer
from adieu.datamap.model import CLOSING, DataMap, Dataset
from adieu.datamap.schema import Schema
from adieu.planning.plan import Key, Role
from adieu.ports.stores import Captured, KeyText, Question, Subject, Witnessing

Record = Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where a walk goes: one store of a map, its live schema, and the members who leave."""

    datamap: DataMap
    schema: Schema
    subjects: tuple[Subject, ...]

    @property
    def concerned(self) -> dict[str, Dataset]:
        """The datasets of this store from which a closure takes or redacts something."""
        return {
            name: rule
            for name, rule in self.datamap.datasets.items()
            if name.split(".", 1)[0] == self.schema.store and (rule.on_closure in CLOSING or rule.mentions)
        }

    @property
    def members(self) -> set[str]:
        """The members' keys."""
        return {subject.key for subject in self.subjects}

    def key(self, dataset: str) -> tuple[str, ...]:
        """The primary key's columns."""
        return self.schema.tables[dataset].primary_key

    def is_leaf(self, dataset: str) -> bool:
        """Whether records of a dataset are found by one link and nothing is found through them.

        Then nobody can hold them back and their keys need not be held here: the store can compare them itself.
        """
        rule = self.datamap.datasets[dataset]
        if len(rule.belongs_to) != 1 or rule.owned_through or rule.mentions or dataset == self.datamap.member.dataset:
            return False
        others = self.datamap.datasets.values()
        through = any(link.of == dataset for other in others for link in other.belongs_to)
        return not through and not any(p.dataset == dataset for other in others for p in other.owned_through)

    def hangs_on(self, link: Link) -> str | None:
        """The dataset whose records' keys a link holds; None for the member's key, an identifier or another column."""
        if link.of is None or link.identifier or self.by_member(link) or link.keys not in (None, self.key(link.of)):
            return None
        return link.of

    def captured(self, runs: tuple[str, ...], dataset: str, role: Role) -> Captured:
        """Names what was captured in a dataset."""
        columns = self.key(dataset)
        key = Key(columns=columns, types=self.types(dataset, columns))
        return Captured(runs=runs, dataset=dataset, role=role, key=key)

    def pointed_at(self, dataset: str, pointer: Pointer) -> tuple[str, ...]:
        """The columns of a dataset that a pointer names: as its foreign key says, else the primary key."""
        for key in self.schema.tables[pointer.dataset].foreign_keys:
            if (key.to, key.columns) == (dataset, pointer.fields):
                return key.to_columns
        return self.key(dataset)

    def types(self, dataset: str, fields: Iterable[str]) -> tuple[str, ...]:
        """The column types, as the store writes them."""
        return tuple(self.schema.tables[dataset].columns[name].type for name in fields)

    def by_member(self, link: Link) -> bool:
        """Whether a link's field holds the member's own key, however it is written."""
        member = self.datamap.member
        if link.of is None:
            return link.identifier is None
        return link.of == member.dataset and (link.keys or self.key(link.of)) == (member.key,)

    def proved(self, kind: str) -> set[KeyText]:
        """The proved identifiers of a kind."""
        return {(item.value,) for subject in self.subjects for item in subject.proved if item.kind == kind}


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """What a walk found, by dataset: theirs alone, shared with somebody who stays, and naming them elsewhere."""

    own: Mapping[str, set[KeyText]]
    shared: Mapping[str, set[KeyText]]
    mentions: Mapping[str, set[KeyText]]
    leaves: Mapping[str, Question]  # datasets nobody links through: the question whose answers are theirs alone


@dataclass(frozen=True, kw_only=True)
class _Asking:
    """One link followed: where it stands in the map's rule, what is asked for, and whether nobody can hold it back."""

    number: int
    fields: tuple[str, ...]
    values: set[KeyText]
    pulls: bool
    link: Link | None = None


@dataclass(kw_only=True)
class _State:
    records: dict[str, dict[KeyText, Record]] = field(default_factory=dict)
    pulled: dict[str, set[KeyText]] = field(default_factory=dict)  # found by a link that nobody else can hold back
    own: dict[str, set[KeyText]] = field(default_factory=dict)
    asked: set[tuple[str, int, KeyText]] = field(default_factory=set)


def walk(ground: Ground, witness: Witnessing) -> Belongings:
    """Everything of the members in one store, as the store is now."""
    walker = _Walker(ground=ground, witness=witness, state=_State())
    while walker.round():
        pass
    return walker.belongings()


@dataclass(frozen=True, kw_only=True)
class _Walker:
    ground: Ground
    witness: Witnessing
    state: _State

    def round(self) -> bool:
        """Follow every link once; whether anything new was found."""
        before = (len(self.state.asked), sum(map(len, self.state.own.values())))
        followed = {
            name: rule
            for name, rule in self.ground.concerned.items()
            if rule.on_closure in CLOSING and not self.ground.is_leaf(name)
        }
        self._ask([(name, asking) for name, rule in followed.items() for asking in self._follow(name, rule)])
        for name, rule in followed.items():
            self.state.own[name] = self._theirs_alone(name, rule)
        return before != (len(self.state.asked), sum(map(len, self.state.own.values())))

    def belongings(self) -> Belongings:
        state = self.state
        shared = {name: set(found) - state.own[name] for name, found in state.records.items()}
        naming = {name: _naming(self.ground, name, rule) for name, rule in self.ground.concerned.items() if rule.mentions}
        mentions = {
            name: {tuple(map(str, answer)) for answers in self.witness.ask(questions) for answer in answers}
            for name, questions in naming.items()
        }
        concerned = self.ground.concerned
        own = {name: state.own.get(name, set()) for name in concerned if not self.ground.is_leaf(name)}
        leaves = {name: self._leaf(name, rule.belongs_to[0]) for name, rule in concerned.items() if self.ground.is_leaf(name)}
        return Belongings(own=own, shared=shared, mentions=mentions, leaves=leaves)

    def _leaf(self, name: str, link: Link) -> Question:
        question = Question(
            dataset=name, columns=self.ground.key(name), fields=link.fields,
            types=self.ground.types(name, link.fields), values=sorted(self._values(link)),
        )
        return _through(question, link, self.ground.datamap.datasets[name])

    def _follow(self, name: str, rule: Dataset) -> Iterator[_Asking]:
        member = self.ground.datamap.member
        if name == member.dataset:
            values: set[KeyText] = {(key,) for key in self.ground.members}
            yield _Asking(number=-1, fields=(member.key,), values=values, pulls=True)
        for number, link in enumerate(rule.belongs_to):
            pulls = link.decides or not self.ground.by_member(link)
            yield _Asking(number=number, fields=link.fields, values=self._values(link), pulls=pulls, link=link)
        for number, pointer in enumerate(rule.owned_through, len(rule.belongs_to)):
            values = {_part(row, pointer.fields) for row in self._own_rows(pointer.dataset)}
            fields = self.ground.pointed_at(name, pointer)
            values = {value for value in values if None not in value}
            yield _Asking(number=number, fields=fields, values=values, pulls=False)

    def _values(self, link: Link) -> set[KeyText]:
        if link.identifier:
            return self.ground.proved(link.identifier)
        if self.ground.by_member(link):
            return {(key,) for key in self.ground.members}
        assert link.of is not None
        columns = link.keys or self.ground.key(link.of)
        return {_part(row, columns) for row in self._own_rows(link.of) if None not in _part(row, columns)}

    def _own_rows(self, name: str) -> Iterator[Record]:
        rows = self.state.records.get(name, {})
        return (rows[key] for key in self.state.own.get(name, ()))

    def _ask(self, askings: Sequence[tuple[str, _Asking]]) -> None:
        """Ask what was not asked before, all at once, and note what was found."""
        new = [(name, asking, question) for name, asking in askings if (question := self._question(name, asking))]
        for (name, asking, question), answers in zip(new, self.witness.ask([q for *_, q in new]), strict=True):
            key, rows = self.ground.key(name), self.state.records.setdefault(name, {})
            for answer in answers:
                row = dict(zip(question.columns, answer, strict=True))
                found = _part(row, key)
                rows[found] = row
                if asking.pulls:
                    self.state.pulled.setdefault(name, set()).add(found)

    def _question(self, name: str, asking: _Asking) -> Question | None:
        new = {value for value in asking.values if (name, asking.number, value) not in self.state.asked}
        self.state.asked |= {(name, asking.number, value) for value in new}
        if not new:
            return None
        question = Question(
            dataset=name, columns=self._wanted(name), fields=asking.fields,
            types=self.ground.types(name, asking.fields), values=sorted(new),
        )
        return _through(question, asking.link, self.ground.datamap.datasets[name])

    def _wanted(self, name: str) -> tuple[str, ...]:
        """The columns that later questions need: the key, the links, and whatever others link through."""
        datamap = self.ground.datamap
        wanted = dict.fromkeys(self.ground.key(name))
        rule = datamap.datasets[name]
        wanted |= dict.fromkeys(f for link in rule.belongs_to for f in (*link.fields, *link.when))
        for other in datamap.datasets.values():
            wanted |= dict.fromkeys(f for p in other.owned_through if p.dataset == name for f in p.fields)
            wanted |= dict.fromkeys(f for link in other.belongs_to if link.of == name for f in link.keys or ())
        if name == datamap.member.dataset:
            wanted[datamap.member.key] = None
        return tuple(wanted)

    def _theirs_alone(self, name: str, rule: Dataset) -> set[KeyText]:
        rows, pulled = self.state.records.setdefault(name, {}), self.state.pulled.get(name, set())
        owners = [link for link in rule.belongs_to if self.ground.by_member(link)]
        if len(owners) + len(rule.owned_through) < 2 and not rule.owned_through:
            return set(rows)
        doubtful = {key: row for key, row in rows.items() if key not in pulled}
        held = self._held_by_members(owners, doubtful)
        for pointer in rule.owned_through:
            held |= self._held_by_pointers(name, pointer, doubtful)
        return set(rows) - held

    def _held_by_members(self, owners: list[Link], rows: Mapping[KeyText, Record]) -> set[KeyText]:
        others: dict[KeyText, set[str]] = {}
        for key, row in rows.items():
            named = {value for link in owners if (value := _named(row, link)) is not None}
            if named - self.ground.members:
                others[key] = named - self.ground.members
        member = self.ground.datamap.member
        if not others or member.dataset.split(".", 1)[0] != self.ground.schema.store:
            return set(others)
        asked = sorted({(value,) for values in others.values() for value in values})
        question = Question(
            dataset=member.dataset, columns=(member.key,), fields=(member.key,),
            types=self.ground.types(member.dataset, (member.key,)), values=asked,
        )
        living = {str(answer[0]) for answer in self.witness.ask([question])[0]}
        return {key for key, values in others.items() if values & living}

    def _held_by_pointers(self, name: str, pointer: Pointer, rows: Mapping[KeyText, Record]) -> set[KeyText]:
        here = self.ground.pointed_at(name, pointer)
        by_value: dict[KeyText, set[KeyText]] = {}
        for key, row in rows.items():
            by_value.setdefault(_part({**row, **dict(zip(self.ground.key(name), key, strict=True))}, here), set()).add(key)
        if not by_value:
            return set()
        source_key = self.ground.key(pointer.dataset)
        question = Question(
            dataset=pointer.dataset, columns=(*source_key, *pointer.fields), fields=pointer.fields,
            types=self.ground.types(pointer.dataset, pointer.fields), values=sorted(by_value),
        )
        own, held = self.state.own.get(pointer.dataset, set()), set()
        for answer in self.witness.ask([question])[0]:
            source, value = answer[: len(source_key)], answer[len(source_key) :]
            if source not in own:
                held |= by_value.get(tuple(str(part) for part in value), set())
        return held


def _naming(ground: Ground, name: str, rule: Dataset) -> list[Question]:
    """What finds the records that name the members in a field."""
    members = sorted((key,) for key in ground.members)
    return [
        Question(
            dataset=name, columns=ground.key(name), fields=(naming,), types=ground.types(name, (naming,)), values=members
        )
        for naming in rule.mentions
    ]


def _part(row: Record, columns: Iterable[str]) -> KeyText:
    return tuple(row[column] for column in columns)  # type: ignore[misc]  # callers leave out what is null


def _named(row: Record, link: Link) -> str | None:
    """The member key a record names through a link, if any."""
    if any(str(row[name]) not in _texts(value) for name, value in link.when.items()):
        return None
    value: object = row[link.fields[0]]
    for step in (link.path or "").split(".") if link.path and value is not None else ():
        document = json.loads(value) if isinstance(value, str) else value
        value = _inside(document, step)
    return None if value is None else str(value)


def _inside(document: object, step: str) -> object:
    if isinstance(document, list):
        return document[int(step)] if step.isdigit() and int(step) < len(document) else None
    return document.get(step) if isinstance(document, dict) else None


def _texts(value: bool | int | str) -> set[str]:
    return {"1", "t", "true", "True"} if value is True else {"0", "f", "false", "False"} if value is False else {str(value)}


def _through(question: Question, link: Link | None, rule: Dataset) -> Question:
    """The question as asked through a link: inside JSON, under its condition, by an identifier."""
    if link is None:
        return question
    nulls: tuple[str, ...] = ()
    if link.identifier:
        nulls = tuple(name for other in rule.belongs_to if other.identifier is None for name in other.fields)
    return replace(
        question, kind=link.identifier, path=tuple(link.path.split(".")) if link.path else (),
        when=tuple(link.when.items()), nulls=nulls, normalised=link.stored == "normalised",
    )
