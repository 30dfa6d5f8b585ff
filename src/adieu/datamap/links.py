"""How records belong to a member: the kinds of link, and the short forms a map may use for them.

===========================  ===========================================================
short form                   meaning
===========================  ===========================================================
``user_id``                  the field holds the member's key
``{order_id: shop.orders}``  chain: the field names a record of that dataset, and goes with it
``{guest_email: email}``     identifier: counts only under design §4's rule
``{fields: [a, b], of: …}``  composite key (``keys`` names the columns there, else its primary key)
``{field: id, when: {…}}``   polymorphic pair: only where the other fields have these values
``{field: doc, path: a.b}``  the value stands inside a JSON document
``{field: f, decides: true}``  the member's key; the record goes with this owner whoever else owns it
===========================  ===========================================================
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, model_validator

_FROZEN = ConfigDict(frozen=True, extra="forbid")
# What only the long form of a link holds.
LONG_KEYS = frozenset({"field", "fields", "of", "keys", "identifier", "path", "when", "stored", "decides"})


class Link(BaseModel):
    """One way in which a record says whose it is."""

    model_config = _FROZEN

    fields: tuple[str, ...]
    of: str | None = None  # the dataset whose record is named; None: the member, by key
    keys: tuple[str, ...] | None = None  # the columns there; None: its primary key
    identifier: str | None = None  # the member's identifier the field holds
    path: str | None = None  # where in the field's JSON document the value stands
    when: dict[str, bool | int | str] = {}  # the other half of a polymorphic pair
    stored: str = "as_written"  # or `normalised`: the shop's promise, proved by `adieu check`, that lets an index serve

    decides: bool = False  # the record goes with this owner even where another remains: the field cannot let go

    @model_validator(mode="after")
    def _one_meaning(self) -> Link:
        if self.identifier and (self.of or self.keys or len(self.fields) != 1):
            raise ValueError("an identifier link has one field and neither `of` nor `keys`")
        if self.path and len(self.fields) != 1:
            raise ValueError("a link inside JSON has one field")
        if self.of is None and len(self.fields) != 1:
            raise ValueError("a link by several fields must say `of:` which dataset")
        if self.keys is not None and len(self.keys) != len(self.fields):
            raise ValueError("`keys` needs as many columns as `fields`")
        if self.decides and (self.identifier or self.of):
            raise ValueError("`decides` is for a link by the member's key; a record always goes with a parent or a proof")
        if self.stored not in ("as_written", "normalised"):
            raise ValueError("`stored` is `as_written` or `normalised`")
        return self

    @property
    def by_member_key(self) -> bool:
        """Whether the field holds the member's own key."""
        return self.of is None and self.identifier is None


class Pointer(BaseModel):
    """Reverse ownership: a record of `dataset` points at this one through `fields`."""

    model_config = _FROZEN

    dataset: str
    fields: tuple[str, ...]


def unfold_links(value: object) -> object:
    """Turn what a map may write under ``belongs_to`` into a list of long forms; leaves errors to the model."""
    items = value if isinstance(value, list | tuple) else [value]
    return [_unfold_link(item) for item in items]


def _unfold_link(item: object) -> object:
    if isinstance(item, str):
        return {"fields": [item]}
    if not isinstance(item, Mapping):
        return item
    if not LONG_KEYS.isdisjoint(item):
        return _one_field(item)
    if len(item) == 1:
        (field, target), = item.items()
        return {"fields": [field], ("of" if "." in str(target) else "identifier"): target}
    return item


def _one_field(item: Mapping[str, object]) -> Mapping[str, object]:
    """`field: a` is `fields: [a]`; with both, the model refuses the first."""
    if "field" not in item or "fields" in item:
        return item
    return {**{key: part for key, part in item.items() if key != "field"}, "fields": [item["field"]]}


def unfold_pointers(value: object) -> object:
    """Turn ``store.dataset.field`` (one or a list) into long forms; leaves errors to the model."""
    items = value if isinstance(value, list | tuple) else [value]
    return [_unfold_pointer(item) for item in items]


def _unfold_pointer(item: object) -> object:
    if isinstance(item, str) and item.count(".") >= 2:
        dataset, _, field = item.rpartition(".")
        return {"dataset": dataset, "fields": [field]}
    return _one_field(item) if isinstance(item, Mapping) else item
