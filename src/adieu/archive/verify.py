"""Checking an archive: the manifest is the shop's, and every file is as it says, no more and no less."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from adieu.archive.manifest import MANIFEST, SIGNATURE, FileLine, Manifest, Verify, read_manifest, signed_text
from adieu.errors import AdieuError, ArchiveInvalid

#: A manifest of ten thousand files stays below.
_MOST_BYTES = 8_000_000
_CHUNK_BYTES = 1 << 18
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, lengths of name and extra field
_DESCRIPTOR_BYTES = frozenset({0, 12, 16, 20, 24})  # what may follow a file's data when its size was not known before
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, struct.error)

#: How a place is named that belongs to no file of the zip's directory.
BETWEEN = "(bytes between the files)"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found. Names are as in the zip, each once, in the order of the manifest or of the zip."""

    manifest: Manifest  # signed by the key given
    tampered: tuple[str, ...]  # not the bytes that the manifest names
    missing: tuple[str, ...]  # named there, not in the zip
    extra: tuple[str, ...]  # in the zip, not named there; also what comes twice or hides between the files

    @property
    def intact(self) -> bool:
        """Whether the archive is exactly what the shop handed out."""
        return not (self.tampered or self.missing or self.extra)


def verify_archive(file: BinaryIO, verify: Verify) -> Checked:
    """Check an archive in a seekable file, in memory that does not grow with it. Nothing is unpacked to a disk.

    `verify` gives back the text of a note signed by the shop's key, or raises.

    Raises:
        ArchiveInvalid: it is no zip, has no manifest, or the manifest is not signed by that key.
    """
    try:
        package = zipfile.ZipFile(file)
    except _BROKEN:
        raise ArchiveInvalid("zip", "it cannot be opened as a zip. Fetch the file again.") from None
    with package:
        manifest = _signed_manifest(package, verify)
        return _compared(package, file, manifest)


def _signed_manifest(package: zipfile.ZipFile, verify: Verify) -> Manifest:
    data, note = (_whole(package, path) for path in (MANIFEST, SIGNATURE))
    try:
        text = verify(note.decode())
    except (AdieuError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, AdieuError) else "it is not a signed note."
        raise ArchiveInvalid(SIGNATURE, reason) from None
    if text != signed_text(data):
        raise ArchiveInvalid(MANIFEST, "it is not the one that was signed. Fetch the archive again.")
    return read_manifest(data)


def _whole(package: zipfile.ZipFile, path: str) -> bytes:
    try:
        with package.open(path) as member:
            data = member.read(_MOST_BYTES + 1)
    except (KeyError, *_BROKEN):
        raise ArchiveInvalid(path, "it is missing or cannot be read. Fetch the archive again.") from None
    if len(data) > _MOST_BYTES:
        raise ArchiveInvalid(path, "it is far too large. This is not an archive of Adieu's.")
    return data


def _compared(package: zipfile.ZipFile, file: BinaryIO, manifest: Manifest) -> Checked:
    entries = package.infolist()
    named = {line.path: line for line in manifest.files}
    allowed = {*named, MANIFEST, SIGNATURE}
    present: dict[str, zipfile.ZipInfo] = {}
    extra: dict[str, None] = {}
    for entry in entries:
        if entry.filename not in allowed or entry.filename in present:
            extra[entry.filename] = None
        present.setdefault(entry.filename, entry)
    if package.comment or not _side_by_side(package, file, entries):
        extra[BETWEEN] = None
    return Checked(
        manifest=manifest,
        tampered=tuple(path for path, line in named.items() if path in present and not _same(package, present[path], line)),
        missing=tuple(path for path in named if path not in present),
        extra=tuple(extra),
    )


def _same(package: zipfile.ZipFile, entry: zipfile.ZipInfo, line: FileLine) -> bool:
    """Whether the file unpacks to the bytes of its line; reads no further than its size, so that no bomb goes off."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.file_size != line.bytes:
        return False
    digest, size = sha256(), 0
    try:
        with package.open(entry) as member:
            while size <= line.bytes and (piece := member.read(_CHUNK_BYTES)):
                digest.update(piece)
                size += len(piece)
    except _BROKEN:
        return False
    return size == line.bytes and digest.hexdigest() == line.sha256


def _side_by_side(package: zipfile.ZipFile, file: BinaryIO, entries: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether the files follow each other without a gap up to the directory: a gap could hold what no directory shows."""
    place = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset - place not in _DESCRIPTOR_BYTES or (place == 0 and entry.header_offset):
            return False
        file.seek(entry.header_offset)
        try:
            signature, name, more = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        except struct.error:
            return False
        if signature != b"PK\x03\x04":
            return False
        place = entry.header_offset + _LOCAL_HEADER.size + name + more + entry.compress_size
    return package.start_dir - place in _DESCRIPTOR_BYTES
