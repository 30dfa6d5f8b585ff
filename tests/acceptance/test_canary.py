"""A member whose every field is a canary leaves no trace of any of them in anything Adieu writes."""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from tests.acceptance.conftest import MakeHome
from tests.acceptance.house import Home
from tests.acceptance.shop import person


class Canary:
    """Values that stand nowhere else, with letters that encodings change."""

    email = "Kanarienvögel.k4n4ry@böse-mail.example"
    first, last = "가나리아Zwölf", "Ünïkörn'O\"Canary"
    phone = "010-8642-9753"
    address = "카나리아 로 77, Çanarya Straße 8642"
    text = "Bitte bei 가나리아Zwölf Ünïkörn klingeln, tel 010-8642-9753"


CANARIES = {name: str(getattr(Canary, name)) for name in ("email", "first", "last", "phone", "address", "text")}


def forms(value: str) -> Iterator[bytes]:
    """How a value may hide in a file."""
    spellings = {value, value.lower(), value.strip().casefold(), unicodedata.normalize("NFD", value)}
    for text in spellings | {"".join(c for c in value if c.isdigit()) if value == Canary.phone else value}:
        plain = text.encode()
        yield plain
        yield json.dumps(text)[1:-1].encode()
        yield quote(text).encode()
        yield quote_plus(text).encode()
        yield text.encode("utf-16-le")
        yield text.encode("utf-16-be")
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        for lead in range(3):  # base64 of the value wherever it stands in a longer text
            whole = base64.b64encode(b"x" * lead + plain).rstrip(b"=")[(0, 2, 3)[lead]:-1]
            yield whole
            yield whole.replace(b"+", b"-").replace(b"/", b"_")
        for kind in ("md5", "sha1", "sha256"):
            digest = hashlib.new(kind, plain)
            yield digest.digest()
            yield digest.hexdigest().encode()


def found_in(data: bytes) -> list[str]:
    """The canaries' names that some form of was found of."""
    return [name for name, value in CANARIES.items() if any(form in data for form in forms(value))]


def outputs(home: Home) -> Iterator[tuple[str, bytes]]:
    """Everything Adieu wrote: its folder (databases with their write-ahead logs, keys, locks), receipts, logs, store rows."""
    for path in sorted(home.folder.rglob("*")):
        if path.is_file() and not path.name.startswith("shop.sqlite"):
            yield str(path.relative_to(home.folder)), path.read_bytes()
    for row in home.database.own_tables():
        yield "Adieu's tables in the store", repr(row).encode() + "\n".join(map(str, row)).encode()


def assert_no_canary(home: Home) -> None:
    names = set()
    for name, data in outputs(home):
        names.add(Path(name).name)
        assert found_in(data) == [], name
    assert {"register.sqlite", "vault.sqlite", "workflow.sqlite", "child.out", "child.err"} <= names


@pytest.mark.parametrize("in_place", [False, True])
def test_a_closed_member_leaves_no_canary(make_home: MakeHome, in_place: bool) -> None:
    home = make_home(in_place=in_place)
    home.database.write(list(person(9, Canary())))
    done = home.close(9)
    assert done.codes == [0], done.err
    assert len(home.own("vault", "select 1 from vault_record")) == 2
    assert_no_canary(home)
    rows = json.dumps({k: [list(map(str, r)) for r in v] for k, v in home.database.everything().items()}, ensure_ascii=False)
    assert found_in(rows.encode()) == []
    if home.database.dialect == "sqlite":  # what was erased is overwritten in the file
        for path in home.folder.glob("shop.sqlite*"):
            assert found_in(path.read_bytes()) == []


@pytest.mark.parametrize("refusal", ["update review set locked = 1 where id = 92", "update login set kept = 1 where id = 92"])
def test_a_member_who_needs_an_operator_leaves_no_canary_either(home: Home, refusal: str) -> None:
    home.database.write([*person(9, Canary()), refusal, f"update login set ip = '{Canary.phone}' where id = 92"])
    done = home.close(9, 1)
    assert done.codes == [6], done.err
    assert sorted(home.states()) == ["closed", "needs operator"]
    assert_no_canary(home)
    assert home.run(["close", "--member", "9"], ["close", "--member", "123456"]).codes == [6, 4]
    assert_no_canary(home)


@pytest.mark.parametrize("refusal", ["", "update review set locked = 1 where id = 92"])
def test_a_worker_that_closes_a_waiting_member_tells_its_log_no_canary(home: Home, refusal: str) -> None:
    home.database.write([*person(9, Canary()), "update orders set total = -1 where member_id = 9"])
    assert home.run(["close", "--member", "9", "--when-done"]).codes == [0]
    home.database.write(["update orders set total = 5 where total = -1", *filter(None, [refusal])])
    done = home.run(["work", "--once"])
    assert done.codes == [0] and home.states() == ["needs operator" if refusal else "closed"]
    assert "waiting closures looked at" in done.err and ("batch stopped" if refusal else "batch done") in done.err
    assert_no_canary(home)


@pytest.mark.parametrize("asked", ["--member", "--identifiers"])
def test_a_scan_and_a_plan_show_no_canary(home: Home, asked: str) -> None:
    home.database.write(list(person(9, Canary())))
    (home.folder.parent / "asked.txt").write_text(f"{Canary.email}\n{Canary.phone}\n", encoding="utf-8")
    value = "9" if asked == "--member" else str(home.folder.parent / "asked.txt")
    done = home.run(["plan", "--member", "9"], ["scan", asked, value])
    assert done.codes == [0, 8] and "shop.review.body: 1 texts" in done.out and "shop.order_line.gift_message: 2" in done.out
    names = {name: found_in(data) for name, data in outputs(home)}
    assert not any(names.values()), names
    assert {"child.out", "child.err"} <= names.keys()


def test_every_form_of_a_canary_would_be_found() -> None:
    for value in CANARIES.values():
        nfd = unicodedata.normalize("NFD", value)
        for hidden in (value, json.dumps({"a": value}), quote(value), value.encode("utf-16").hex(), nfd):
            data = bytes.fromhex(hidden) if hidden.isalnum() and hidden.isascii() else hidden.encode()
            assert found_in(data)
        assert found_in(base64.b64encode(b"ab" + value.encode() + b"cd")) and found_in(hashlib.md5(value.encode()).digest())
