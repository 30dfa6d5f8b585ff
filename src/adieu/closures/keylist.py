"""A list of members' keys, read line by line: a CSV file with a column of keys, or one key a line.

A line is one record: a quoted field that goes on in the next line is malformed, so that one stray quote cannot swallow
what follows. Keys are taken as they stand; nothing is trimmed, for " 7" and "7" may be two members.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from adieu.errors import ListRefused

LINE_BYTES = 65_536
SHOWN_LINES = 20
_SEPARATORS = (",", ";", "\t")
_PARTS = 64  # of the digests, so that one part at a time fits into memory: 10,000,000 keys make parts of 16 MB


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a list is written, as its first line tells."""

    separator: str = ""  # empty: one key a line, no header
    place: int = 0
    columns: int = 1


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line that is not empty; no key: it is malformed."""

    line: int  # from 1, the header counted
    key: str | None


@dataclass(kw_only=True)
class Lines:
    """How many lines, and the first of them by number."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """One more; lines come in their order."""
        self.count += 1
        if len(self.first) < SHOWN_LINES:
            self.first.append(line)

    def __str__(self) -> str:
        listed = ", ".join(map(str, self.first))
        return f"{self.count:,}" + (f" (lines {listed}{', …' if self.count > len(self.first) else ''})" if listed else "")


def form_of(file: BinaryIO, key: str, column: str | None = None) -> Form:
    """The form of a list whose keys stand in `column`, or in the column named as the map's `key`.

    Raises:
        ListRefused: there is no such column, or the first line has several values and names none.
    """
    file.seek(0)
    text = _decoded(file.readline(LINE_BYTES).removeprefix(b"\xef\xbb\xbf")) or ""
    wanted = column or key
    for separator in _SEPARATORS:
        names = [name.strip() for name in _fields(text, separator) or ()]
        if names.count(wanted) == 1:
            return Form(separator=separator, place=names.index(wanted), columns=len(names))
    if column or any(separator in text for separator in _SEPARATORS):
        raise ListRefused(
            f"the first line of the list does not name one column `{wanted}`; expected a header with it, or one key a"
            " line. Name the column of keys with --column. Nothing was changed"
        )
    return Form()


def entries(file: BinaryIO, form: Form) -> Iterator[Entry]:
    """Every line of a list but the header and empty ones, holding one line at a time."""
    file.seek(0)
    for number, line in enumerate(_lines(file), 1):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
            if form.separator:
                continue
        line = line.rstrip(b"\r\n")
        if line:
            yield Entry(line=number, key=_key(line, form))


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines; of one that is too long, its first bytes, which are too many still."""
    while line := file.readline(LINE_BYTES + 1):
        yield line
        while len(line) > LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(LINE_BYTES + 1)
            if len(line) <= LINE_BYTES:
                break


def _key(line: bytes, form: Form) -> str | None:
    text = _decoded(line) if len(line) <= LINE_BYTES else None
    if text is None:
        return None
    if not form.separator:
        key = "" if any(separator in text for separator in _SEPARATORS) else text
    else:
        found = _fields(text, form.separator)
        key = found[form.place] if found and len(found) == form.columns else ""
    return key if key and key == key.strip() and key.isprintable() else None


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return None


def _fields(text: str, separator: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), None)
    except csv.Error:
        return None


class Repeats:
    """Finds the keys that a list names again, in memory that does not grow with it but for one bit a line.

    Digests go into files that have no name and end with the process; they are looked at part by part.
    """

    def __init__(self) -> None:
        self._parts = [tempfile.TemporaryFile() for _ in range(_PARTS)]  # noqa: SIM115  # closed in `close`
        self._again = bytearray()

    def add(self, entry: Entry) -> None:
        """One more entry that has a key."""
        digest = hashlib.blake2b(str(entry.key).encode(), digest_size=16).digest()
        self._parts[digest[0] % _PARTS].write(digest + entry.line.to_bytes(8, "big"))

    def found(self) -> int:
        """Look: how many lines name a key that an earlier one named."""
        lines = array("Q")
        for part in self._parts:
            part.seek(0)
            seen: set[bytes] = set()
            while record := part.read(24):
                if record[:16] in seen:
                    lines.append(int.from_bytes(record[16:], "big"))
                seen.add(record[:16])
        self._again = bytearray(max(lines, default=0) // 8 + 1)
        for line in lines:
            self._again[line // 8] |= 1 << line % 8
        return len(lines)

    def __contains__(self, line: int) -> bool:
        return line // 8 < len(self._again) and bool(self._again[line // 8] >> line % 8 & 1)

    def close(self) -> None:
        """Let go of the files."""
        for part in self._parts:
            part.close()
