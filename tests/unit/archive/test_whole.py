"""An archive is a zip with the same bytes for the same content, made in memory that does not grow with the records."""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import io
import json
import resource
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import rfc8785
from archive_builders import (
    COVER,
    MADE_AT,
    ORDER_COLUMNS,
    SIGN,
    VERIFY,
    everything,
    made,
    opened,
    order,
    orders,
    searches,
    section,
)

from adieu.archive import Section, Spool, verify_archive, write_archive
from adieu.archive.package import IN_ONE_PIECE_BYTES
from adieu.archive.spool import IN_MEMORY_BYTES


class OneWay(io.RawIOBase):
    """A pipe: it can be written to and nothing else."""

    def __init__(self) -> None:
        self.got = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        self.got += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]


def test_the_same_content_at_the_same_instant_gives_the_same_bytes() -> None:
    assert made(everything())[1].getvalue() == made(everything())[1].getvalue()
    later = dataclasses.replace(COVER, made_at=MADE_AT + timedelta(seconds=2))
    assert made(everything())[1].getvalue() != made(everything(), later)[1].getvalue()


def test_the_instant_is_the_same_in_whatever_zone_it_comes() -> None:
    seoul = dataclasses.replace(COVER, made_at=MADE_AT.astimezone(COVER.zone))
    assert made(everything())[1].getvalue() == made(everything(), seoul)[1].getvalue()


def test_the_manifest_names_every_file_with_its_size_digest_and_records() -> None:
    every = opened(everything())
    manifest = json.loads(every["manifest.json"])
    assert rfc8785.dumps(manifest) == every["manifest.json"]
    assert manifest["format"] == "adieu-archive/1" and manifest["shop"] == "서점 & Books"
    assert manifest["made_at"] == "2026-11-24T03:14:05Z" and manifest["languages"] == ["ko", "en"]
    assert [line["path"] for line in manifest["files"]] == [name for name in every if not name.startswith("manifest")]
    for line in manifest["files"]:
        data = every[line["path"]]
        assert line["bytes"] == len(data) and line["sha256"] == hashlib.sha256(data).hexdigest()
        assert line.get("records") == (3 if line["path"].startswith("data/") else None)
    assert [(each["dataset"], each["records"], each["on_closure"], each["role"]) for each in manifest["datasets"]] == [
        ("shop.order_order", 3, "delete", "own"), ("shop.search", 3, "delete", "own"), ("shop.wish", 0, "delete", "own"),
    ]


def test_the_manifest_is_signed_by_the_shop() -> None:
    every = opened(everything())
    digest = hashlib.sha256(every["manifest.json"]).hexdigest()
    assert VERIFY(every["manifest.sig"].decode()) == f"adieu-archive/1\nmanifest.json sha256 {digest}\n"


def test_what_was_made_is_told() -> None:
    done, out = made(everything())
    every = opened(everything())
    assert done.records == 6
    assert [line.path for line in done.files] == [name for name in every if not name.startswith("manifest")]
    assert done.bytes == sum(len(data) for name, data in every.items() if not name.startswith("manifest"))
    assert done.manifest_sha256 == hashlib.sha256(every["manifest.json"]).hexdigest()
    assert out.tell() == 0


def test_every_file_carries_the_archives_time_and_is_its_owners_only() -> None:
    with zipfile.ZipFile(made(everything())[1]) as package:
        for entry in package.infolist():
            assert entry.date_time == (2026, 11, 24, 3, 14, 4)  # a zip counts in two seconds
            assert entry.external_attr >> 16 == 0o100600 and entry.create_system == 3
    ancient = dataclasses.replace(COVER, made_at=datetime(1970, 1, 1, tzinfo=UTC))
    with zipfile.ZipFile(made(everything(), ancient)[1]) as package:
        assert package.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_a_target_that_cannot_be_sought_gets_a_whole_archive() -> None:
    pipe = OneWay()
    write_archive(pipe, COVER, large(), SIGN)  # type: ignore[arg-type]
    assert verify_archive(io.BytesIO(pipe.got), VERIFY).intact
    with zipfile.ZipFile(io.BytesIO(pipe.got)) as package:
        assert {name: package.read(name) for name in package.namelist()} == opened(large())


def large() -> Iterator[Section]:
    """Both files of one dataset are larger than any buffer."""
    text = "가" * 1000
    yield section("shop.mail", ["n", "body"], ((number, text) for number in range(IN_ONE_PIECE_BYTES // 2000)))
    yield searches("x")


def test_a_large_dataset_is_whole_in_both_files() -> None:
    every = opened(large())
    count = IN_ONE_PIECE_BYTES // 2000
    assert len(every["data/shop.mail.csv"]) > max(IN_MEMORY_BYTES, IN_ONE_PIECE_BYTES)
    lines = every["data/shop.mail.jsonl"].splitlines()
    assert [json.loads(line)["n"] for line in lines] == list(range(count))
    assert [int(line.split(b",")[0]) for line in every["data/shop.mail.csv"].splitlines()[1:]] == list(range(count))
    assert made(large())[1].getvalue() == made(large())[1].getvalue()


def test_memory_does_not_grow_with_the_records() -> None:
    opened([orders(3000)])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pipe = SimpleNamespace(write=len, flush=lambda: None)
    done = write_archive(pipe, COVER, [orders(60_000)], SIGN)  # type: ignore[arg-type]
    assert done.bytes > 11_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 6_000  # kB


def test_large_records_are_not_gathered() -> None:
    most = 0
    held: list[int] = []

    def rows() -> Iterator[tuple[str]]:
        yield from (("small",) for _ in range(5000))
        for number in range(60):
            held.append(number)
            yield ("x" * 1_000_000,)

    class Watching(io.BytesIO):
        def write(self, data: object, /) -> int:
            nonlocal most
            most = max(most, len(held))
            held.clear()
            return len(bytes(data))  # type: ignore[call-overload]

    write_archive(Watching(), COVER, [section("shop.mail", ["body"], rows())], SIGN)
    assert 0 < most <= 3  # one at a time; the first wait until they fill a buffer


def test_a_failure_leaves_no_archive_and_nothing_is_written_afterwards() -> None:
    def rows() -> Iterator[tuple[object, ...]]:
        yield from (order(number) for number in range(20_000))
        raise ConnectionError

    out = io.BytesIO()
    with pytest.raises(ConnectionError):
        write_archive(out, COVER, [searches("a"), section("shop.order_order", ORDER_COLUMNS, rows())], SIGN)  # type: ignore[arg-type]
    written = out.getvalue()
    assert written  # the first files had gone out already
    gc.collect()
    assert out.getvalue() == written
    assert not zipfile.is_zipfile(out)


def test_a_failure_on_the_way_out_is_the_callers() -> None:
    def full(data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_archive(SimpleNamespace(write=full, flush=lambda: None), COVER, everything(), SIGN)  # type: ignore[arg-type]
    gc.collect()


def test_datasets_never_share_a_file() -> None:
    names = ("shop.Größe", "shop.größe", "shop.GR__E", "shop.a", "shop.A", "con.orders", "../../etc/passwd", "…")
    every = opened(section(name, ["a"], [(name,)]) for name in names)
    data = [name for name in every if name.startswith("data/")]
    assert data == [
        f"data/{stem}.{ending}"
        for stem in ("shop.Gr_e", "shop.gr_e-2", "shop.GR__E", "shop.a", "shop.A-2", "_con.orders", "_etc_passwd", "_")
        for ending in ("jsonl", "csv")
    ]


def test_a_long_name_is_cut() -> None:
    every = opened([section("shop." + "x" * 500, ["a"], [(1,)]), section("shop." + "x" * 501, ["a"], [(2,)])])
    assert max(map(len, every)) < 100 and len(every) == 4 + 4


def test_what_waits_comes_back_as_it_was_and_not_even_its_file_can_be_read() -> None:
    with Spool(in_memory_bytes=10) as spool:
        for piece in (b"secret " * 5, b"", b"and ", b"more" * 100_000):
            spool.write(piece)
        whole = b"secret " * 5 + b"and " + b"more" * 100_000
        assert spool.size == len(whole)
        assert b"".join(spool.chunks()) == whole
        file = spool._file
        assert file is not None
        file.seek(0)
        assert b"secret" not in file.read()
    assert file.closed


def test_a_spool_can_be_written_to_as_an_archive_and_read_as_a_stream() -> None:
    with Spool(in_memory_bytes=1000) as spool:
        write_archive(spool, COVER, everything(), SIGN)  # type: ignore[arg-type]
        data = spool.reader().read()
    assert verify_archive(io.BytesIO(data), VERIFY).intact
