"""The data map: one decided rule for every dataset of every store a shop declared.

The classes mirror the YAML file (format ``adieu: 1``); the short forms a person writes (``belongs_to: user_id``) are
unfolded on the way in, so that the rooms below read only one form. Loading and its messages live in `load`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from adieu.datamap.links import Link, Pointer, unfold_links, unfold_pointers
from adieu.datamap.rules import FieldRule, unfold_rules
from adieu.datamap.shopping import Shopping

Scalar = None | bool | int | float | str



class Part(BaseModel):
    """A piece of the map: frozen, and a key nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Treatment(StrEnum):
    """What becomes of a member's records in a dataset when the closure runs (design words)."""

    DELETE = "delete"
    ANONYMISE = "anonymise"  # irreversibly unlinked
    PSEUDONYMISE = "pseudonymise"  # re-linkable, still personal data
    RETAIN = "retain"  # moved to the vault with basis and date
    EXPIRE = "expire"  # ends by itself within N days
    LEAVE = "leave"  # not personal, with the reason


REWRITING = frozenset({Treatment.ANONYMISE, Treatment.PSEUDONYMISE})
CLOSING = frozenset({Treatment.DELETE, Treatment.ANONYMISE, Treatment.PSEUDONYMISE, Treatment.RETAIN})


class Regimes(Part):
    """Which law applies: one by default, others by the member's country."""

    default: str
    by_country: dict[str, str] = {}


class Shop(Part):
    """Who closes accounts here, under which law, in which languages."""

    name: str
    contact: str | None = None
    regimes: Regimes
    languages: tuple[str, ...] = ("ko", "en")


class StoreKind(StrEnum):
    """What a store is: decided in the map, since an address may stand in the environment only."""

    DATABASE = "database"
    OBJECTS = "objects"  # an S3-compatible bucket
    RECIPIENT = "recipient"  # was given the data; told by a signed webhook


class StoreEntry(Part):
    """One declared store. `url` and `secret` may name an environment variable as ``${NAME}``; bootstrap resolves it."""

    url: str
    kind: StoreKind = StoreKind.DATABASE
    secret: str | None = None  # a recipient's signing secret, as Standard Webhooks write it: whsec_ and base64
    install_url: str | None = None  # an account that may create Adieu's own tables; used by `adieu install` only
    backups_kept_days: int | None = Field(default=None, ge=0)
    zone: str = "UTC"  # the zone of naive time columns


class Identifier(Part):
    """Something that names the member. Only proved identifiers may link records (design §4)."""

    fields: tuple[str, ...]
    verified: str = "never"  # always | never | store.dataset.column of a boolean beside the identifier
    stored: Literal["as_written", "normalised"] = "as_written"  # as for a link

    @model_validator(mode="before")
    @classmethod
    def _unfold(cls, value: object) -> object:
        if isinstance(value, dict) and "field" in value:
            rest = {key: item for key, item in value.items() if key != "field"}
            return {**rest, "fields": [value["field"]]}
        return value


class Country(Part):
    """Where the member lives, which decides the regime."""

    field: str | None = None
    default: str


class Fence(Part):
    """What is written on the member record when the closure becomes due, so that the shop stops writing."""

    set: dict[str, Scalar]


class Member(Part):
    """The anchor: the member record and the identifiers by which everything else is found."""

    dataset: str
    key: str
    identifiers: dict[str, Identifier] = {}
    created: str | None = None
    country: Country | None = None
    fence: Fence | None = None


class Dataset(Part):
    """The rule for one dataset: whose its records are, and what becomes of them."""

    on_closure: Treatment
    label: dict[str, str] = {}
    labels: dict[str, dict[str, str]] = {}  # field -> language -> what a member reads; before those of the map
    belongs_to: Annotated[tuple[Link, ...], BeforeValidator(unfold_links)] = ()
    owned_through: Annotated[tuple[Pointer, ...], BeforeValidator(unfold_pointers)] = ()
    personal: dict[str, str] = {}  # field -> category, e.g. contact.phone
    not_personal: dict[str, str] = {}  # field that looks personal -> why it is not
    fields: Annotated[dict[str, FieldRule], BeforeValidator(unfold_rules)] = {}
    shared: Annotated[dict[str, FieldRule], BeforeValidator(unfold_rules)] = {}  # on a record another owner still needs
    mentions: dict[str, Annotated[dict[str, FieldRule], BeforeValidator(unfold_rules)]] = {}  # by naming field
    basis: str | None = None
    counted_from: str | None = None
    into_vault: tuple[str, ...] = ()
    afterwards: Literal[Treatment.DELETE, Treatment.ANONYMISE, Treatment.PSEUDONYMISE] | None = None
    within_days: int | None = Field(default=None, ge=0)
    removed_by: str | None = None
    age: str | None = None
    objects: str | None = None  # in a store of objects: what their keys begin with, e.g. "reviews/{member}/"
    because: str | None = None
    accepted_by: str | None = None
    transactional: bool = True

    @property
    def ends_as(self) -> Treatment:
        """What is left in the shop's own store once the closure ran (a retained record is deleted unless it says)."""
        if self.on_closure is Treatment.RETAIN:
            return self.afterwards or Treatment.DELETE
        return self.on_closure

    def name(self, language: str, fallback: str) -> str:
        """The label in `language`, else in English, else `fallback`."""
        return self.label.get(language) or self.label.get("en") or fallback


class Condition(Part):
    """One test of the closed ``when`` grammar; a NULL counts as open."""

    in_: tuple[Scalar, ...] | None = Field(default=None, alias="in")
    not_in: tuple[Scalar, ...] | None = None
    at_least: float | None = None
    newer_than_days: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _unfold(cls, value: object) -> object:
        return value if isinstance(value, dict) else {"in": [value]}

    @model_validator(mode="after")
    def _exactly_one(self) -> Condition:
        if len(self.model_fields_set) != 1:
            raise ValueError("expected exactly one of in, not_in, at_least, newer_than_days")
        return self


class OpenMatter(Part):
    """Something still under way that the member should know of before leaving."""

    dataset: str
    when: dict[str, Condition]
    show: tuple[str, ...] = ()
    effect: Literal["wait", "tell"] = "wait"
    label: dict[str, str] = {}


class Stake(Part):
    """Something of value the member loses or is paid out."""

    dataset: str
    amount: str
    unit: str
    effect: Literal["forfeit", "pay_out"] = "forfeit"
    label: dict[str, str] = {}


class DataMap(Part):
    """A whole map. `digest` names this text; it is part of every plan and receipt."""

    adieu: Literal[1]
    shop: Shop
    stores: dict[str, StoreEntry] = Field(min_length=1)
    member: Member
    datasets: dict[str, Dataset] = Field(min_length=1)
    labels: dict[str, dict[str, str]] = {}  # field, in any dataset -> language -> what a member reads
    open_matters: dict[str, OpenMatter] = {}
    stakes: dict[str, Stake] = {}
    shopping: Shopping = Shopping()
    digest: str = Field(default="", exclude=True)

    def store_of(self, dataset: str) -> str:
        """The name of the store a dataset lives in."""
        return dataset.split(".", 1)[0]

    def field_name(self, dataset: str, field: str, language: str) -> str:
        """What a member reads for a field: its label in `language`, else in English, else its own name made readable.

        A dataset's own label comes before the map's.
        """
        rule = self.datasets.get(dataset)
        for labels in ((rule.labels if rule else {}), self.labels):
            written = labels.get(field, {})
            if label := written.get(language) or written.get("en"):
                return label
        words = field.removesuffix("_id").replace("_", " ").strip() or field
        return words[:1].upper() + words[1:]
