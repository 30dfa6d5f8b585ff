"""A retained record as bytes and back, without loss: one canonical form, so that equal records are equal bytes.

JSON in UTF-8, keys sorted. Null, true, false, whole numbers and texts are JSON's own; any other value is an object
with one key, its kind: float (hexadecimal), bytes (base64), datetime and date (ISO 8601, the offset kept where there is
one), decimal, uuid. A value that came in a column is never an object, so nothing can be taken for something else.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from adieu.errors import VaultRefused
from adieu.ports.stores import Custodial, Value

_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)

_WRITTEN: Mapping[type, tuple[str, Callable[..., str]]] = {
    float: ("float", float.hex),
    bytes: ("bytes", lambda value: base64.b64encode(value).decode("ascii")),
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    Decimal: ("decimal", str),
    UUID: ("uuid", str),
}
_READ: Mapping[str, Callable[[str], object]] = {
    "float": float.fromhex,
    "bytes": base64.b64decode,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "uuid": UUID,
}
_NATIVE = frozenset({type(None), bool, int, str})


def plain_of(item: Custodial) -> bytes:
    """The record's one form in bytes. Raises `VaultRefused` where a value is of a kind the vault does not know."""
    text = _encoder.encode({
        "dataset": item.dataset,
        "key": list(item.key),
        "owner": item.owner,
        "basis": item.basis,
        "counted_from": _written(item.counted_from, item.dataset, "counted_from"),
        "values": {
            name: value if type(value) in _NATIVE else _written(value, item.dataset, name)
            for name, value in item.values.items()
        },
    })
    return text.encode("utf-8", "surrogatepass")


def item_of(plain: bytes) -> Custodial:
    """The record again. `plain` comes from `plain_of`, authenticated by its seal."""
    read = json.loads(plain.decode("utf-8", "surrogatepass"))
    return Custodial(
        dataset=read["dataset"], key=tuple(read["key"]), owner=read["owner"], basis=read["basis"],
        counted_from=cast("datetime | None", _read(read["counted_from"])),
        values={name: cast("Value", _read(value)) for name, value in read["values"].items()},
    )


def _written(value: object, dataset: str, field: str) -> object:
    kind = type(value)
    if kind in _NATIVE:
        return value
    if kind not in _WRITTEN:
        # A kind we cannot give back as it was is refused now, not found out by the auditor years later.
        raise VaultRefused(
            f"{dataset}: `{field}` holds a value of type {kind.__name__}, which the vault cannot keep without loss; "
            "nothing was kept. Leave the field out of `into_vault` or let its store read it as text."
        )
    tag, write = _WRITTEN[kind]
    return {tag: write(value)}


def _read(value: object) -> object:
    if not isinstance(value, dict):
        return value
    ((tag, text),) = value.items()
    return _READ[tag](text)
