"""The zip: one file after the other, the same bytes for the same content, and its size never in memory.

Files that fit into a small buffer are written in one piece; larger ones stream through and are marked as zip64 from the
start, since nobody knows yet how large they become. All carry the archive's own time. The target need not be seekable.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import IO, BinaryIO, cast

from adieu.archive.manifest import FileLine

IN_ONE_PIECE_BYTES = 1_000_000
#: Below this a file is stored as it is: making a compressor ready costs more than it saves.
STORED_BYTES = 1_000
#: Of files in one piece, which nearly all are: a quarter less time than zlib's own level for a twentieth more bytes.
_COMPRESSION = 3
_UNIX = 3
_READABLE_BY_OWNER = 0o100600 << 16
#: What a zip's time field can say.
_FIRST_YEAR, _LAST_YEAR = 1980, 2107


class Member:
    """A file of the zip that is being written."""

    def __init__(self, package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        self._package, self._entry = package, entry
        self._buffer = bytearray()
        self._stream: IO[bytes] | None = None
        self._hash = sha256()
        self.size = 0  # bytes so far

    def write(self, data: bytes) -> None:
        """Add the bytes at the end."""
        self._hash.update(data)
        self.size += len(data)
        if self._stream is not None:
            self._stream.write(data)
            return
        self._buffer += data
        if len(self._buffer) > IN_ONE_PIECE_BYTES:
            self._stream = self._package.open(self._entry, "w", force_zip64=True)
            self._stream.write(self._buffer)
            self._buffer.clear()

    def close(self) -> None:
        """Close the stream, if there is one."""
        if self._stream is not None:
            self._stream.close()

    def end(self, dataset: str = "", records: int = 0) -> FileLine:
        """End the file; what the manifest says of it. `records` of the dataset stand in it."""
        self.close()
        if self._stream is None:
            _write_whole(self._package, self._entry, self._buffer)
        return FileLine(
            path=self._entry.filename, sha256=self._hash.hexdigest(), bytes=self.size, dataset=dataset, records=records
        )


def _write_whole(package: zipfile.ZipFile, entry: zipfile.ZipInfo, data: bytes | bytearray) -> None:
    """Write a file whose bytes are all there, its sizes in the header before them.

    An archive has some fifty small files. `ZipFile.writestr` goes the way of a stream for each: it opens one, and goes back
    to the header, or adds one behind the data.
    """
    entry.compress_type = zipfile.ZIP_STORED if len(data) < STORED_BYTES else zipfile.ZIP_DEFLATED
    packed = data if entry.compress_type == zipfile.ZIP_STORED else zlib.compress(data, _COMPRESSION, wbits=-zlib.MAX_WBITS)
    entry.CRC, entry.file_size, entry.compress_size = zlib.crc32(data), len(data), len(packed)
    out = package.fp
    assert out is not None  # until the package ends
    entry.header_offset = out.tell()
    out.write(entry.FileHeader(zip64=False) + packed)
    package.filelist.append(entry)
    package.NameToInfo[entry.filename] = entry
    package.start_dir = out.tell()


class _Target:
    """The caller's file object, until the archive fails: then nothing more reaches it, whatever the zip still tidies up."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._place = 0
        self._let_go = False

    def write(self, data: bytes) -> int:
        self._place += len(data)
        return len(data) if self._let_go else self._out.write(data)

    def seek(self, place: int, whence: int = 0) -> int:
        self._place = place if self._let_go else self._out.seek(place, whence)
        return self._place

    def tell(self) -> int:
        return self._place if self._let_go else self._out.tell()

    def flush(self) -> None:
        if not self._let_go:
            self._out.flush()

    def let_go(self) -> None:
        """Take no more; places are still counted from here on."""
        with suppress(AttributeError, OSError):
            self._place = self._out.tell()
        self._let_go = True


class Package:
    """A zip on its way into a binary file object."""

    def __init__(self, out: BinaryIO, made_at: datetime) -> None:
        """Begin a zip at the file object's place; `made_at` is aware."""
        self._target = _Target(out)
        self._zip = zipfile.ZipFile(cast("IO[bytes]", self._target), "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION)
        self._open: Member | None = None
        instant = made_at.astimezone(UTC)
        year = min(max(instant.year, _FIRST_YEAR), _LAST_YEAR)
        self._time = (year, instant.month, instant.day, instant.hour, instant.minute, instant.second)

    def member(self, path: str) -> Member:
        """Begin a file; the one before must have ended."""
        self._open = Member(self._zip, self._entry(path))
        return self._open

    def add(self, path: str, data: bytes, dataset: str = "", records: int = 0) -> FileLine:
        """Write a whole file; what the manifest says of it."""
        if len(data) > IN_ONE_PIECE_BYTES:
            member = self.member(path)
            member.write(data)
            return member.end(dataset, records)
        _write_whole(self._zip, self._entry(path), data)
        return FileLine(path=path, sha256=sha256(data).hexdigest(), bytes=len(data), dataset=dataset, records=records)

    def _entry(self, path: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(path, self._time)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = _UNIX
        entry.external_attr = _READABLE_BY_OWNER
        return entry

    def end(self) -> None:
        """Write the directory. Without it, what was written is not an archive."""
        self._zip.close()

    def let_go(self) -> None:
        """Write nothing more, now or when memory is tidied up."""
        self._target.let_go()
        if self._open is not None:
            self._open.close()
        self._zip.close()


@contextmanager
def packing(out: BinaryIO, made_at: datetime) -> Iterator[Package]:
    """A package that ends where the block ends well; where the block fails, no directory is written."""
    package = Package(out, made_at)
    try:
        yield package
        package.end()
    except BaseException:
        package.let_go()
        raise
