"""What an archive says of itself: every file with its size and SHA-256, in canonical JSON, and the text that is signed.

The archive and the receipts are rooms that never see each other, and both speak signed notes. So the signing and the
checking of a note are handed in as functions from text to text: `Sign` puts the shop's signature below a text, `Verify`
gives the text back or refuses it. Bootstrap binds them to the receipts' notes and the shop's key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

import rfc8785

from adieu.archive.lines import utc_text
from adieu.archive.section import Cover
from adieu.errors import ArchiveInvalid

FORMAT = "adieu-archive/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"

Sign: TypeAlias = Callable[[str], str]  # a text that ends in a newline -> the signed note
Verify: TypeAlias = Callable[[str], str]  # a signed note -> its text; raises an AdieuError where it is not signed

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)


@dataclass(frozen=True, kw_only=True)
class FileLine:
    """One file of the archive."""

    path: str
    sha256: str  # of the file as it is unpacked, hex
    bytes: int
    dataset: str = ""  # whose records it holds; "" for a page
    records: int = 0

    def plain(self) -> Mapping[str, object]:
        """As it stands in the manifest."""
        line: dict[str, object] = {"bytes": self.bytes, "path": self.path, "sha256": self.sha256}
        return line | {"dataset": self.dataset, "records": self.records} if self.dataset else line


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What the shop signs."""

    shop: str
    made_at: str  # UTC, to the second: 2026-11-24T03:00:00Z
    files: tuple[FileLine, ...]  # in the order of the archive; the manifest and its signature are not among them


def manifest_bytes(cover: Cover, files: Sequence[FileLine], datasets: Sequence[Mapping[str, object]]) -> bytes:
    """The manifest in canonical JSON (RFC 8785).

    Keys are ASCII and numbers are whole and below 2^53, so the standard encoder writes what the RFC asks; reading back
    compares it with other code.
    """
    return _encoder.encode({
        "datasets": list(datasets),
        "files": [line.plain() for line in files],
        "format": FORMAT,
        "languages": list(cover.languages),
        "made_at": utc_text(cover.made_at),
        "shop": cover.shop,
    }).encode()


def signed_text(manifest: bytes) -> str:
    """What is signed: the format and the SHA-256 of the manifest, so that nothing else can be taken for it."""
    return f"{FORMAT}\n{MANIFEST} sha256 {sha256(manifest).hexdigest()}\n"


def read_manifest(data: bytes) -> Manifest:
    """The manifest again.

    Raises:
        ArchiveInvalid: not canonical JSON, another format, or not of the manifest's form.
    """
    try:
        read = json.loads(data)
        if rfc8785.dumps(read) != data:
            raise ArchiveInvalid(MANIFEST, "it is not canonical JSON (RFC 8785), so it is not as a shop writes it.")
        if read["format"] != FORMAT:
            raise ArchiveInvalid(MANIFEST, f"its format is not {FORMAT}. Check it with the Adieu that made it.")
        return Manifest(
            shop=str(read["shop"]), made_at=str(read["made_at"]), files=tuple(_line(line) for line in read["files"])
        )
    except (ValueError, KeyError, TypeError, RecursionError, rfc8785.CanonicalizationError):
        raise ArchiveInvalid(MANIFEST, "it cannot be read as a manifest. Take the archive as it was handed out.") from None


def _line(line: Mapping[str, object]) -> FileLine:
    size, records = line["bytes"], line.get("records", 0)
    if not isinstance(size, int) or not isinstance(records, int):
        raise TypeError
    return FileLine(
        path=str(line["path"]), sha256=str(line["sha256"]), bytes=size, dataset=str(line.get("dataset", "")),
        records=records,
    )
