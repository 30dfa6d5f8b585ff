"""A plan: what will be captured, moved, rewritten and deleted, in which order, as data.

A plan is made from a map and the live schemas and holds no member. It is the same for every member of the shop, has
a digest, and is what erasure obeys, `adieu plan` explains and a store's adapter turns into statements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from adieu.datamap.rules import FieldRule
from adieu.datamap.schema import Kind


class Role(StrEnum):
    """What a captured record is to the leaving member."""

    OWN = "own"  # theirs alone (or of members who leave in the same run): treated
    SHARED = "shared"  # another owner remains: only the leaver's link and authored fields go
    MENTION = "mention"  # another's record that names the member in a field the map redacts


@dataclass(frozen=True, kw_only=True)
class Key:
    """The primary key of a dataset: column names with their types in the store's SQL."""

    columns: tuple[str, ...]
    types: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class When:
    """A condition of a polymorphic link: `field` equals `value`."""

    field: str
    value: bool | int | str


@dataclass(frozen=True, kw_only=True)
class ByMember:
    """The record's field holds the member's key. Another living member there holds the record back, unless it decides."""

    field: str
    type: str  # the field's, in the store's SQL; it need not be the key's
    path: tuple[str, ...] = ()  # inside JSON
    when: tuple[When, ...] = ()
    decides: bool = False  # the record goes with the member named here, whoever else owns it


@dataclass(frozen=True, kw_only=True)
class ByParent:
    """The record's fields name a captured record of `parent`; it goes with its parent."""

    parent: str
    fields: tuple[str, ...]
    parent_fields: tuple[str, ...]
    path: tuple[str, ...] = ()
    when: tuple[When, ...] = ()
    texts: tuple[str, ...] = ()  # of `fields`: texts in which a key of another type is written, e.g. object_id


@dataclass(frozen=True, kw_only=True)
class ByPointer:
    """A captured record of `source` points at this one; it goes only if no surviving record points at it."""

    source: str
    source_fields: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ByIdentifier:
    """The field holds a proved identifier, and every key link (`unless`) of the record is null."""

    kind: str  # email, phone, …: names the normalisation
    field: str
    unless: tuple[str, ...]
    path: tuple[str, ...] = ()
    normalised: bool = False  # the shop's promise that an index on the plain field serves


Way = ByMember | ByParent | ByPointer | ByIdentifier


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How the records of one dataset are found. Reaches of one `group` depend on each other and run to a fixpoint."""

    dataset: str
    key: Key
    ways: tuple[Way, ...]
    group: int
    mentions: tuple[str, ...] = ()  # fields that may name the member in a record of somebody else
    cyclic: bool = False
    anchor: bool = False  # the member dataset itself, found by the member's key

    @property
    def found(self) -> bool:
        """Whether records here can belong to a member at all; not where they only mention one."""
        return self.anchor or bool(self.ways)


class Verb(StrEnum):
    """What an operation does to the captured records of its dataset."""

    RETAIN = "retain"
    REWRITE = "rewrite"
    DELETE = "delete"


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field's rule with what the adapter must know of the column."""

    field: str
    rule: FieldRule
    kind: Kind
    length: int | None = None
    nullable: bool = True
    email: bool = False  # a placeholder here must look like an e-mail address
    when: tuple[tuple[When, ...], ...] = ()  # on shared: the field names a member only under one of these conditions


@dataclass(frozen=True, kw_only=True)
class VaultField:
    """One value that goes into the vault: a column of the record, of a record it points at, or of the member."""

    name: str  # as the map wrote it
    column: str
    through: tuple[str, ...] = ()  # own columns that point at `dataset`
    dataset: str | None = None
    to_columns: tuple[str, ...] = ()
    of_member: bool = False


@dataclass(frozen=True, kw_only=True)
class Custody:
    """What a retained record takes into the vault, why, and from when the law counts."""

    basis: str
    counted_from: str
    fields: tuple[VaultField, ...]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One statement's worth of work on all captured records of a dataset that have `role`."""

    number: int  # its place in the store's order, from 0; journal rows and steps name it
    verb: Verb
    dataset: str
    key: Key
    role: Role = Role.OWN
    changes: tuple[FieldChange, ...] = ()
    only_link: tuple[str, ...] = ()  # on shared and mention: the naming fields that must hold the member's key
    custody: Custody | None = None
    anchor: bool = False


@dataclass(frozen=True, kw_only=True)
class StorePlan:
    """What happens in one store. Operations are in order: moved out, cut loose, children first, the anchor last."""

    store: str
    reaches: tuple[Reach, ...]
    operations: tuple[Operation, ...]

    @property
    def holds_anchor(self) -> bool:
        """Whether the member record lives here."""
        return any(reach.anchor for reach in self.reaches)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Where the shop notes that a member's identifier is proved."""

    dataset: str
    link: str  # the field that holds the member's key
    value: str  # the field that holds the identifier
    flag: str  # the boolean beside it


@dataclass(frozen=True, kw_only=True)
class IdentifierSource:
    """Where an identifier is read, and whether it is proved: always, never (None), or by a record elsewhere."""

    kind: str
    fields: tuple[str, ...]
    always: bool = False
    proof: Proof | None = None
    normalised: bool = False  # the shop's promise that the column holds normal forms only


@dataclass(frozen=True, kw_only=True)
class MemberSource:
    """Where the member record and its identifiers are read."""

    dataset: str
    key: str
    key_type: str
    identifiers: tuple[IdentifierSource, ...]
    created: str | None
    country: str | None
    fence: Mapping[str, bool | int | float | str | None]


class Test(StrEnum):
    """The closed grammar of `when`."""

    IN = "in"
    NOT_IN = "not_in"
    AT_LEAST = "at_least"
    NEWER_THAN_DAYS = "newer_than_days"


@dataclass(frozen=True, kw_only=True)
class Matter:
    """Something that may still be under way: the member's records of `dataset` that pass every test; NULL passes."""

    name: str
    dataset: str
    link: str  # the field that holds the member's key
    tests: tuple[tuple[str, Test, tuple[bool | int | float | str | None, ...]], ...]
    show: tuple[str, ...]
    waits: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole: every store's plan; recipients first, the one that holds the anchor last."""

    shop: str
    map_digest: str
    member: MemberSource
    stores: tuple[StorePlan, ...]
    matters: tuple[Matter, ...] = ()
    digest: str = ""  # SHA-256 over everything above, so that a receipt can name what was obeyed
