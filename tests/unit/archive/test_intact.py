"""Every file that was changed, taken away or added has its name told; nothing unsigned is believed."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import partial

import pytest
from archive_builders import SIGN, STRANGER, VERIFY, everything, made, opened

from adieu.archive import Checked, verify_archive
from adieu.archive.manifest import signed_text
from adieu.archive.verify import BETWEEN
from adieu.errors import ArchiveInvalid
from adieu.receipts.note import sign_note, verify_note

Files = dict[str, bytes]


def packed(files: Mapping[str, bytes], *more: tuple[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as package:
        for name, data in (*files.items(), *more):
            package.writestr(name, data)
    return out


def checked(change: Callable[[Files], object]) -> Checked:
    files = opened(everything())
    change(files)
    return verify_archive(packed(files), VERIFY)


def test_an_archive_as_it_was_handed_out_is_intact() -> None:
    found = verify_archive(made(everything())[1], VERIFY)
    assert found.intact and (found.tampered, found.missing, found.extra) == ((), (), ())
    assert found.manifest.shop == "서점 & Books" and found.manifest.made_at == "2026-11-24T03:14:05Z"
    assert [line.records for line in found.manifest.files] == [3, 3, 3, 3, 0, 0]


def test_packing_the_same_files_anew_is_no_change() -> None:
    assert checked(lambda files: None).intact
    assert verify_archive(packed(opened(everything()), kind=zipfile.ZIP_STORED), VERIFY).intact


@pytest.mark.parametrize("name", list(opened(everything()))[:-2])
def test_every_changed_byte_is_told_by_its_file(name: str) -> None:
    found = checked(lambda files: files.update({name: files[name][:-2] + b"!" + files[name][-1:]}))
    assert (found.tampered, found.missing, found.extra) == ((name,), (), ())


def test_a_longer_and_a_shorter_file_are_tampered() -> None:
    for change in (lambda data: data + b"x", lambda data: data[:-1], lambda data: b""):
        found = checked(lambda files, change=change: files.update({"index.html": change(files["index.html"])}))
        assert found.tampered == ("index.html",)


def test_a_missing_file_is_told() -> None:
    found = checked(lambda files: files.pop("data/shop.search.csv"))
    assert (found.tampered, found.missing, found.extra) == ((), ("data/shop.search.csv",), ())


@pytest.mark.parametrize("name", ["data/more.csv", "../up.html", "index.html.exe", "data/"])
def test_an_extra_file_is_told(name: str) -> None:
    found = checked(lambda files: files.update({name: b""}))
    assert (found.tampered, found.missing, found.extra) == ((), (), (name,))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_extra() -> None:
    found = verify_archive(packed(opened(everything()), ("index.html", b"evil")), VERIFY)
    assert "index.html" in found.extra and not found.intact


def test_all_faults_are_told_at_once() -> None:
    def change(files: Files) -> None:
        files.pop("index.html")
        files["index.en.html"] = b"evil"
        files["more.txt"] = b""

    found = checked(change)
    assert (found.tampered, found.missing, found.extra) == (("index.en.html",), ("index.html",), ("more.txt",))


@pytest.mark.parametrize("where", ["before", "between", "comment"])
def test_bytes_that_no_directory_shows_are_told(where: str) -> None:
    whole = made(everything())[1].getvalue()
    if where == "before":
        whole = b"#!/bin/sh\n\n\n" + whole
    elif where == "comment":
        whole = whole[:-2] + struct.pack("<H", 4) + b"evil"
    else:
        end = whole.rindex(b"PK\x05\x06")
        place = struct.unpack("<L", whole[end + 16 : end + 20])[0]
        hidden = b"PK\x03\x04" + bytes(60)
        moved = whole[end : end + 16] + struct.pack("<L", place + 64) + whole[end + 20 :]
        whole = whole[:place] + hidden + whole[place:end] + moved
    found = verify_archive(io.BytesIO(whole), VERIFY)
    assert found.extra == (BETWEEN,) and not found.tampered


def test_a_damaged_stream_is_tampered_and_ends_nothing() -> None:
    whole = bytearray(made(everything())[1].getvalue())
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        entry = package.getinfo("index.html")
    whole[entry.header_offset + 60 : entry.header_offset + 80] = bytes(20)
    assert verify_archive(io.BytesIO(whole), VERIFY).tampered == ("index.html",)


def test_a_bomb_is_not_unpacked_further_than_the_manifest_says() -> None:
    found = checked(lambda files: files.update({"index.html": bytes(200_000_000)}))
    assert found.tampered == ("index.html",)


def test_a_manifest_that_was_changed_is_not_believed() -> None:
    def change(files: Files) -> None:
        files["manifest.json"] = files["manifest.json"].replace(b"03:14:05", b"03:14:06")

    with pytest.raises(ArchiveInvalid, match=r"manifest\.json: it is not the one that was signed"):
        checked(change)


def test_another_key_of_the_same_name_is_not_believed() -> None:
    with pytest.raises(ArchiveInvalid, match=r"manifest\.sig: The note is not signed by"):
        verify_archive(made(everything())[1], partial(verify_note, key=STRANGER.verifier))
    forged = opened(everything())
    forged["manifest.sig"] = sign_note(signed_text(forged["manifest.json"]), STRANGER).encode()
    with pytest.raises(ArchiveInvalid, match=r"manifest\.sig"):
        verify_archive(packed(forged), VERIFY)


@pytest.mark.parametrize("text", ["adieu-archive/1\n", "shop.example/adieu\n3\nabc=\n"])
def test_another_text_signed_by_the_shop_is_no_manifests_signature(text: str) -> None:
    with pytest.raises(ArchiveInvalid, match="not the one that was signed"):
        checked(lambda files: files.update({"manifest.sig": SIGN(text).encode()}))


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig"])
@pytest.mark.parametrize("data", [None, b"", b"\xff", b"{}", bytes(9_000_000)])
def test_an_archive_without_a_readable_manifest_or_signature_is_refused(name: str, data: bytes | None) -> None:
    with pytest.raises(ArchiveInvalid):
        checked(lambda files: files.pop(name) if data is None else files.update({name: data}))


@pytest.mark.parametrize("manifest", [
    b"[]", b"{}", b"nonsense", b'{"format": "adieu-archive/1"}', b'{"format":"adieu-archive/2"}', b"[" * 10_000,
    b'{"files":[{"bytes":"3","path":"a","sha256":""}],"format":"adieu-archive/1","made_at":"","shop":""}',
    b'{"files":[],"format":"adieu-archive/1","made_at":"", "shop":""}',
    b'{"files":[1.5e400],"format":"adieu-archive/1","made_at":"","shop":""}',
])
def test_a_signed_manifest_of_another_form_is_refused(manifest: bytes) -> None:
    def change(files: Files) -> None:
        files["manifest.json"], files["manifest.sig"] = manifest, SIGN(signed_text(manifest)).encode()

    with pytest.raises(ArchiveInvalid, match=r"manifest\.json"):
        checked(change)


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(ArchiveInvalid):
        verify_archive(io.BytesIO(data), VERIFY)
