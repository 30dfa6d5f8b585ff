"""Records as JSON Lines, where every value is exact, and as CSV, which a spreadsheet opens without running anything.

JSON Lines: one object a record, keys as the store's fields. Fractions of fixed size and ids are strings, instants are ISO
8601 as they came, bytes are base64, and numbers that JSON has no word for are the strings NaN, Infinity and -Infinity.

CSV: RFC 4180 in UTF-8 with a byte order mark. Instants are told in the archive's zone, to the second. A text that begins
with a character which makes a spreadsheet calculate has an apostrophe before it (OWASP, CSV injection); numbers have not.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from uuid import UUID

import msgspec

from adieu.archive.section import Cell, Column, Kind, Section, text_in
from adieu.errors import ArchiveRefused

Row = Sequence[Cell]

#: What a spreadsheet reads as the beginning of a formula, in half and full width.
DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_IN_JSON = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_EXACT_TYPES = (bool, int, str, bytes, datetime, date, time, timedelta, Decimal, UUID, Mapping, list, tuple)

_encoder = msgspec.json.Encoder()


def neutralised(text: str) -> str:
    """The text as no spreadsheet runs it."""
    return "'" + text if text and text[0] in DANGEROUS else text


class Lines:
    """Writes the records of one section, chunk after chunk, in both forms."""

    def __init__(self, section: Section, language: str, zone: tzinfo) -> None:
        """Write the section's columns, secret ones left out, with heads in `language`."""
        self._dataset = section.dataset
        self._width = len(section.columns)
        form = _form_of(section.columns, language, zone)
        self._names, self._places, self._head, self._cells = form.names, form.places, form.head, form.cells

    def head(self) -> bytes:
        """The first line of the CSV, with its byte order mark: label and name of each field."""
        return self._head

    def both(self, rows: Sequence[Row]) -> tuple[bytes, bytes]:
        """The same records as JSON Lines and as CSV, without the head.

        Raises:
            ArchiveRefused: a record is longer or shorter than the columns, or a value is of a kind that no file holds.
        """
        for row in rows:
            if len(row) != self._width:
                raise ArchiveRefused(
                    f"{self._dataset}: a record has {len(row)} values for {self._width} columns. Read the columns again."
                )
        if len(self._places) < self._width:
            rows = [[row[place] for place in self._places] for row in rows]
        cells = self._cells
        try:
            table = [[cells[value.__class__](value) for value in row] for row in rows]
        except (KeyError, _NotInJson):  # a rare kind of value: each is looked at
            rows = [[_in_json(value) for value in row] for row in rows]
            table = [[self._cell(value) for value in row] for row in rows]
        except TypeError as error:
            raise self._refused("inside a JSON field") from error
        return self._json(rows), _csv(table)

    def _cell(self, value: Cell) -> object:
        for kind in (value.__class__, *_EXACT_TYPES):
            if isinstance(value, kind) and kind in self._cells:
                return self._cells[kind](value)
        raise self._refused(f"of type {type(value).__name__}")

    def _refused(self, which: str) -> ArchiveRefused:
        return ArchiveRefused(
            f"{self._dataset}: a value {which} cannot be written into an archive. Let its store read it as text."
        )

    def _json(self, rows: Sequence[Row]) -> bytes:
        records = [dict(zip(self._names, row, strict=True)) for row in rows]
        try:
            return _encoder.encode_lines(records)
        except UnicodeEncodeError:  # half of a surrogate pair: JSON can say it, UTF-8 cannot
            return b"".join(json.dumps(msgspec.to_builtins(record)).encode() + b"\n" for record in records)
        except TypeError as error:
            raise self._refused("of a kind that JSON does not know") from error


@dataclass(frozen=True, kw_only=True)
class _Form:
    """What the lines of a dataset have in common."""

    columns: tuple[Column, ...]  # held, so that their id stays theirs
    names: list[str]
    places: list[int]
    head: bytes
    cells: Mapping[type, Callable[..., object]]


_MOST_FORMS = 1_000
_forms: dict[tuple[int, str, tzinfo], _Form] = {}


def _form_of(columns: tuple[Column, ...], language: str, zone: tzinfo) -> _Form:
    """The form of these columns; whoever writes many archives passes the same object for each, and it is made once."""
    place = id(columns), language, zone
    form = _forms.get(place)
    if form is None:
        told = [(at, column) for at, column in enumerate(columns) if column.kind is not Kind.SECRET]
        heads = [neutralised(f"{text_in(column.label, language, column.name)} [{column.name}]") for _, column in told]
        if len(_forms) >= _MOST_FORMS:
            _forms.clear()
        form = _forms[place] = _Form(
            columns=columns, names=[column.name for _, column in told], places=[at for at, _ in told],
            head=BYTE_ORDER_MARK + _csv([heads]), cells=_cells_for(zone),
        )
    return form


class _NotInJson(Exception):
    """A number that JSON has no word for."""


def _in_json(value: Cell) -> Cell:
    """The value as the encoder knows it: numbers without a word of JSON by name, classes of a driver's own as plain."""
    if isinstance(value, float) and value - value != 0:
        return _NOT_IN_JSON[repr(float(value))]
    if isinstance(value, str):
        return str.__str__(value)
    return value


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode("utf-8", "replace")


def _cells_for(zone: tzinfo) -> Mapping[type, Callable[..., object]]:
    """How a value of each type stands in a CSV; a type that is not here is looked up by what it is a kind of."""
    def instant(value: datetime) -> str:
        return in_zone(value, zone).replace(tzinfo=None).isoformat(" ", "seconds")

    def number(value: float) -> float:
        if value - value != 0:
            raise _NotInJson
        return value

    def builtin(value: object) -> str:
        return neutralised(str(msgspec.to_builtins(value)))

    def structure(value: object) -> str:
        return neutralised(json.dumps(msgspec.to_builtins(value), ensure_ascii=False))

    return {
        type(None): lambda value: "",
        bool: lambda value: "TRUE" if value else "FALSE",
        int: lambda value: value,
        float: number,
        str: neutralised,
        bytes: builtin,
        datetime: instant,
        date: date.isoformat,
        time: time.isoformat,
        timedelta: builtin,
        Decimal: lambda value: format(value, "f") if value.is_finite() else str(value),
        UUID: str,
        Mapping: structure, dict: structure, list: structure, tuple: structure,
    }


def in_zone(instant: datetime, zone: tzinfo) -> datetime:
    """The instant in the zone; one without a zone, or at the edge of the calendar, as it is."""
    try:
        return instant.astimezone(zone) if instant.tzinfo else instant
    except OverflowError:
        return instant


def utc_text(instant: datetime) -> str:
    """The instant in UTC, to the second, as the manifest writes it: 2026-11-24T03:00:00Z."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
