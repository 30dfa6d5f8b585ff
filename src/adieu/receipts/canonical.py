"""One byte string for one JSON value (RFC 8785), so that a hash and a signature mean the same to everyone.

Receipts use a part of JSON in which RFC 8785 needs no arithmetic: strings, true, false, null, lists, objects with
ASCII keys, and whole numbers of at most 53 bits. Fractions are outside it, for ever in format 1.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec
import rfc8785

from adieu.errors import NotCanonical

JsonValue: TypeAlias = "str | int | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
JsonObject: TypeAlias = Mapping[str, JsonValue]

#: The largest whole number every JSON reader understands alike (RFC 8785 3.2.2.3, RFC 7493 2.2).
LARGEST_INTEGER = 2**53 - 1
#: Objects and lists inside each other; far above any receipt, far below the interpreter's own limit.
DEEPEST_NESTING = 64

_HALF_A_PAIR = "Not canonical JSON: a string holds half of a surrogate pair. Pass valid Unicode."
_encoder = msgspec.json.Encoder(order="deterministic")


def canonical_json(value: JsonValue) -> bytes:
    """The RFC 8785 form of any value of the receipts' part of JSON.

    Raises:
        NotCanonical: the value has a fraction, a number beyond 53 bits, a key that is not ASCII text, a lone
            surrogate or another type; the message names the place by its path, never by its content.
    """
    _refuse_outside_domain(value, "$", DEEPEST_NESTING)
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise NotCanonical(_HALF_A_PAIR) from error


def canonical_json_of_own(value: JsonObject) -> bytes:
    """The same bytes as `canonical_json`, many times faster, without its checks.

    Only for objects this room built itself: their classes have already refused what is outside the receipts' part of
    JSON. There, sorting by byte is sorting by UTF-16 unit, and no number needs a shortest form, so msgspec and RFC 8785
    agree (a property test holds the two side by side).

    Raises:
        NotCanonical: a string holds half of a surrogate pair.
    """
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError as error:
        raise NotCanonical(_HALF_A_PAIR) from error


def parse_canonical(data: bytes) -> JsonObject:
    """The object whose canonical form is exactly `data`: no byte may be spare, not even a space.

    Raises:
        NotCanonical: not UTF-8, not JSON, not an object, outside the receipts' part of JSON, or written otherwise
            than RFC 8785 writes it; the message gives the first offset in bytes that differs.
    """
    value = _parse(data)
    if not isinstance(value, Mapping):
        raise NotCanonical("Not canonical JSON: expected one object, {...}.")
    written = canonical_json(value)
    if written != data:
        raise NotCanonical(f"Not canonical JSON: byte {_first_difference(written, data)} is not as RFC 8785 writes it.")
    return value


def _parse(data: bytes) -> JsonValue:
    try:
        value: JsonValue = json.loads(data.decode(), parse_float=_refuse_fraction, parse_constant=_refuse_fraction)
    except UnicodeDecodeError as error:
        raise NotCanonical(f"Not canonical JSON: byte {error.start} is not UTF-8.") from None
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode(errors="surrogatepass"))
        raise NotCanonical(f"Not canonical JSON: cannot be read from byte {offset} on.") from None
    except (RecursionError, ValueError):
        # ValueError: a number of more digits than the interpreter converts
        raise NotCanonical("Not canonical JSON: nested too deep, or a number is too long.") from None
    return value


def _refuse_fraction(_literal: str) -> int:
    raise NotCanonical("Not canonical JSON: a number is not whole. Receipts hold whole numbers only.")


def _first_difference(left: bytes, right: bytes) -> int:
    for offset, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return offset
    return min(len(left), len(right))


def _refuse_outside_domain(value: object, path: str, levels_left: int) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise NotCanonical(f"Not canonical JSON: the number at {path} is beyond 2^53 - 1. Write it as a string.")
        return
    if levels_left == 0:
        raise NotCanonical(f"Not canonical JSON: nested deeper than {DEEPEST_NESTING} levels.")
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_outside_domain(item, f"{path}[{index}]", levels_left - 1)
    elif isinstance(value, dict):
        for number, (key, item) in enumerate(value.items()):
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical(f"Not canonical JSON: key {number} of {path} is not ASCII text.")
            _refuse_outside_domain(item, f"{path}.{key}", levels_left - 1)
    else:
        kind = type(value).__name__
        raise NotCanonical(f"Not canonical JSON: {path} is a {kind}. Use text, whole numbers, lists and objects.")
