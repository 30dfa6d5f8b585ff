"""The records of one dataset as they stand on a page: few fields side by side, many fields one below the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from functools import cached_property
from uuid import UUID

import msgspec

from adieu.archive.lines import Row, in_zone
from adieu.archive.section import Cell, Column, Kind, text_in
from adieu.archive.words import Words, day_written, instant_written, money_written, number_written

#: More fields than this do not fit side by side into a column of reading width.
SIDE_BY_SIDE = 4
#: Characters of a text that stand on the page.
TEXT_SHOWN = 500

_NOTHING = frozenset({type(None)})
_TEXTS = frozenset({type(None), str})
_NUMBERS = frozenset({type(None), int, float, Decimal})
_HIDDEN = frozenset({Kind.KEY, Kind.SECRET})
_UNSAFE = re.compile("[&<>\"\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_WRITTEN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escaped(text: str) -> str:
    """The text as HTML, in an element or a quoted attribute; what is no character of HTML is left out."""
    if _UNSAFE.search(text) is None:
        return text
    return _UNSAFE.sub(lambda found: _WRITTEN.get(found.group(), ""), text)


@dataclass(frozen=True, kw_only=True)
class Speech:
    """In what words, which language and which zone a page tells values."""

    language: str
    words: Words
    zone: tzinfo

    @cached_property
    def tells(self) -> Mapping[type, Callable[..., str]]:
        """How a value of each type is told, as HTML; a type that is not here is looked up by what it is a kind of."""
        words, language, zone = self.words, self.language, self.zone

        def text(value: str) -> str:
            return escaped(value) if len(value) <= TEXT_SHOWN else escaped(value[:TEXT_SHOWN] + words.cut)

        return {
            type(None): lambda value: "",
            str: text,
            bool: lambda value: words.yes if value else words.no,
            bytes: lambda value: words.bytes.format(n=number_written(len(value))),
            _Bytes: lambda value: words.bytes.format(n=number_written(value)),
            Decimal: number_written,
            datetime: lambda value: instant_written(in_zone(value, zone), language),
            date: lambda value: day_written(value, language),
            int: str, float: str, UUID: str, time: str,
        }


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column of the first records that has something to show."""

    column: Column
    values: Sequence[Cell]  # one for each record
    beside: Sequence[Cell]  # what the record's field of the currency holds; empty where there is none
    numbers: bool  # nothing but numbers
    cells: Sequence[str] | None  # HTML, where it is the same in every language


def kept_for_page(row: Row) -> Row:
    """The record as far as the page will show it; long texts and bytes do not wait in memory."""
    return tuple([
        value[: TEXT_SHOWN + 1] if isinstance(value, str) else _Bytes(len(value)) if isinstance(value, bytes) else value
        for value in row
    ])


class _Bytes(int):
    """How many bytes a value had."""


def fields_of(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[Field, ...]:
    """What the page shows of the records: no keys, no secrets, and no field that is empty in all of them."""
    places = {column.name: place for place, column in enumerate(columns)}
    fields = []
    for column, values in zip(columns, zip(*rows, strict=True), strict=True) if rows else ():
        if column.kind in _HIDDEN:
            continue
        kinds = {value.__class__ for value in values}
        if kinds <= _NOTHING or (kinds <= _TEXTS and not any(values)):
            continue
        money = column.kind is Kind.MONEY
        beside = places.get(column.currency_in) if money else None
        fields.append(Field(
            column=column, values=values, beside=[] if beside is None else [row[beside] for row in rows],
            numbers=kinds <= _NUMBERS and column.kind is not Kind.YES_NO,
            cells=_same_everywhere(values) if kinds <= _TEXTS and not money else None,
        ))
    return tuple(fields)


def _same_everywhere(values: Sequence[Cell]) -> Sequence[str] | None:
    texts = [value if isinstance(value, str) else "" for value in values]
    if _UNSAFE.search("".join(texts)) is not None:
        texts = [escaped(text) for text in texts]
    return texts if max(map(len, texts)) <= TEXT_SHOWN else None


def records(label: str, fields: Sequence[Field], count: int, speech: Speech) -> str:
    """The HTML of so many records; nothing where there is no field."""
    if not fields:
        return ""
    cells = [field.cells if field.cells is not None else _told(field, speech) for field in fields]
    titles = [escaped(text_in(field.column.label, speech.language, field.column.name)) for field in fields]
    if len(fields) > SIDE_BY_SIDE:
        return _below_each_other(label, titles, cells, speech, count)
    return _side_by_side(label, titles, cells, [" class=n" if field.numbers else "" for field in fields])


def _side_by_side(label: str, titles: Sequence[str], cells: Sequence[Sequence[str]], css: Sequence[str]) -> str:
    heads = "".join([f"<th scope=col{kind}>{title}</th>" for title, kind in zip(titles, css, strict=True)])
    line = "<tr>" + "".join([f"<td{kind}>%s</td>" for kind in css]) + "</tr>\n"
    return (
        f'<div class=wide role=region tabindex=0 aria-label="{escaped(label)}"><table><thead><tr>{heads}</tr></thead><tbody>\n'
        f"{''.join([line % row for row in zip(*cells, strict=True)])}</tbody></table></div>\n"
    )


def _below_each_other(
    label: str, titles: Sequence[str], cells: Sequence[Sequence[str]], speech: Speech, count: int
) -> str:
    heads = [f"<tr><th scope=row>{title}</th><td>" for title in titles]
    tables = []
    for number, row in enumerate(zip(*cells, strict=True), start=1):
        lines = "".join([f"{head}{cell}</td></tr>" for head, cell in zip(heads, row, strict=True) if cell])
        caption = escaped(speech.words.number.format(label=label, n=number))
        named = f"><caption>{caption}</caption>" if count > 1 else f' aria-label="{escaped(label)}">'
        tables.append(f"<table class=record{named}<tbody>{lines}</tbody></table>\n")
    return "".join(tables)


def _told(field: Field, speech: Speech) -> Sequence[str]:
    column, values = field.column, field.values
    if column.kind is Kind.MONEY:
        codes = [str(code or column.currency) for code in field.beside] or [column.currency] * len(values)
        return [
            "" if value is None else escaped(money_written(value, code, speech.language))
            for value, code in zip(values, codes, strict=True)
        ]
    tells = speech.tells
    if column.kind is Kind.YES_NO:
        tells = {**tells, int: tells[bool]}
    try:
        return [tells[value.__class__](value) for value in values]
    except KeyError:  # a rare kind of value: each is looked at
        return [_rare(value, tells) for value in values]


def _rare(value: Cell, tells: Mapping[type, Callable[..., str]]) -> str:
    for kind in (value.__class__, *tells):
        if isinstance(value, kind) and kind in tells:
            return tells[kind](value)
    return escaped(_json(value) if isinstance(value, Mapping | list | tuple) else str(msgspec.to_builtins(value)))


def _json(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text[:TEXT_SHOWN] + "…" if len(text) > TEXT_SHOWN else text


