"""From streams of records to a zip, in memory that does not grow with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import BinaryIO

from adieu.archive.lines import Lines, Row
from adieu.archive.manifest import MANIFEST, SIGNATURE, FileLine, Sign, manifest_bytes, signed_text
from adieu.archive.names import Names
from adieu.archive.package import Package, packing
from adieu.archive.page import Book, Told, page, page_name
from adieu.archive.section import NOTHING_ELSE, SHOWN, Cover, Inserts, Kind, Section
from adieu.archive.spool import Spool
from adieu.archive.tables import fields_of, kept_for_page
from adieu.archive.words import words_in

#: Records taken at once: as many, or as many characters and bytes of text.
MOST_ROWS, MOST_TEXT = 1_000, 1 << 18
#: Records that are together no larger wait for the page as they are.
SMALL_BYTES = 1 << 16
_SIZED = frozenset({str, bytes})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Made:
    """An archive as it was written."""

    records: int
    bytes: int  # of its files as they are unpacked
    files: tuple[FileLine, ...]
    manifest_sha256: str  # hex


def write_archive(
    out: BinaryIO, cover: Cover, sections: Iterable[Section], sign: Sign, inserts: Inserts = NOTHING_ELSE
) -> Made:
    """Write the archive of one member into `out`, which need not be seekable.

    The same cover, records and inserts give the same bytes. Sections are asked for one after the other, each read once.
    If anything is raised, what stands in `out` is not an archive.

    Raises:
        ArchiveRefused: a language without words, or a record that no file can hold.
    """
    for language in cover.languages:
        words_in(language)
    names = Names()
    told: list[Told] = []
    with packing(out, cover.made_at) as package:
        files: list[FileLine] = []
        for section in sections:
            lines, shown = _section(package, section, cover, names)
            files += lines
            told.append(shown)
        files += _pages(package, Book(cover=cover, told=told, inserts=inserts))
        manifest = manifest_bytes(cover, files, [_dataset(shown) for shown in told])
        package.add(MANIFEST, manifest)
        package.add(SIGNATURE, sign(signed_text(manifest)).encode())
    return Made(
        records=sum(shown.records for shown in told), bytes=sum(line.bytes for line in files), files=tuple(files),
        manifest_sha256=sha256(manifest).hexdigest(),
    )


def _section(package: Package, section: Section, cover: Cover, names: Names) -> tuple[list[FileLine], Told]:
    """Write both files of a dataset in one pass; a dataset without records has none."""
    lines = Lines(section, cover.languages[0], cover.zone)
    chunks = _chunks(section.rows)
    rows = next(chunks, None)
    if rows is None:
        return [], _told(section, 0, "", [])
    path = names.of(section.dataset)
    jsonl, table = lines.both(rows)
    first = _for_page(rows, jsonl, SHOWN)
    following = next(chunks, None)
    if following is None:  # as with nearly all
        records = len(rows)
        files = [
            package.add(f"{path}.jsonl", jsonl, section.dataset, records),
            package.add(f"{path}.csv", lines.head() + table, section.dataset, records),
        ]
        return files, _told(section, records, path, first)
    exact, records = package.member(f"{path}.jsonl"), 0
    with Spool() as waiting:
        waiting.write(lines.head())
        while rows is not None:
            exact.write(jsonl)
            waiting.write(table)
            records += len(rows)
            rows, following = following, None
            if rows is not None:
                jsonl, table = lines.both(rows)
                first += _for_page(rows, jsonl, SHOWN - len(first))
                following = next(chunks, None)
        exact_line = exact.end(section.dataset, records)
        member = package.member(f"{path}.csv")
        for piece in waiting.chunks():
            member.write(piece)
    return [exact_line, member.end(section.dataset, records)], _told(section, records, path, first)


def _for_page(rows: list[Row], jsonl: bytes, most: int) -> list[Row]:
    """The first records as they wait for the page; large ones only as far as it will show them."""
    return rows[:most] if len(jsonl) < SMALL_BYTES else [kept_for_page(row) for row in rows[:most]]


def _told(section: Section, records: int, path: str, first: list[Row]) -> Told:
    return Told(
        dataset=section.dataset, label=section.label, columns=section.columns, role=section.role,
        afterwards=section.afterwards, records=records, path=path, shown=len(first), fields=fields_of(section.columns, first),
    )


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Records a few at a time: many small ones or one that is huge."""
    chunk: list[Row] = []
    text = 0
    for row in rows:
        chunk.append(row)
        for value in row:
            if value.__class__ in _SIZED:
                text += len(value)
        if len(chunk) == MOST_ROWS or text > MOST_TEXT:
            yield chunk
            chunk, text = [], 0
    if chunk:
        yield chunk


def _pages(package: Package, book: Book) -> Iterator[FileLine]:
    for language in book.cover.languages:
        yield package.add(page_name(book.cover, language), "".join(page(book, language)).encode("utf-8", "replace"))


def _dataset(told: Told) -> Mapping[str, object]:
    """What the manifest says of a dataset, empty ones too."""
    return {
        "dataset": told.dataset,
        "on_closure": told.afterwards.treatment.value,
        "records": told.records,
        "role": told.role.value,
        "withheld": [column.name for column in told.columns if column.kind is Kind.SECRET],
    }
