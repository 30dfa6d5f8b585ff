"""A member's own copy: written from the live shop, changing nothing, holding nobody else's records and no secret."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path

import pyrage
import pytest
from tests.acceptance.house import Home
from tests.acceptance.shop import person
from tests.acceptance.test_canary import Canary, found_in

SHOPPING = "\nshopping: {order: {dataset: shop.orders, key: id, placed: placed, total: total, currency_is: KRW}}\n"


def with_map(home: Home, *changes: tuple[str, str], more: str = "") -> None:
    """Change the map's text."""
    path = home.folder / "adieu.yaml"
    text = path.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text + more, encoding="utf-8")


def out(home: Home, name: str = "records.zip") -> Path:
    return home.folder / name


def archive(home: Home, *arguments: str, member: int = 1, name: str = "records.zip") -> list[int]:
    """`adieu archive`; its exit code."""
    return home.run(["archive", "--member", str(member), "--out", str(out(home, name)), *arguments]).codes


def contents(data: Path | bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data) as package:
        return {name: package.read(name) for name in package.namelist()}


def lines(files: dict[str, bytes], dataset: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in files[f"data/shop.{dataset}.jsonl"].splitlines()]


def public_key(home: Home) -> str:
    """A file with the shop's page of keys."""
    path = home.folder / "keys.txt"
    path.write_text(home.run(["receipt", "keys"]).out, encoding="utf-8")
    return str(path)


def test_the_archive_holds_what_a_closure_would_find_and_nothing_is_changed(home: Home) -> None:
    rows, own = home.database.everything(), home.database.own_tables()
    assert archive(home) == [0]
    assert home.database.everything() == rows and home.database.own_tables() == own
    assert home.own("register", "select 1 from closure") == []
    files = contents(out(home))
    datasets = ("member", "address", "orders", "order_line", "newsletter", "login")
    counts = {dataset: len(lines(files, dataset)) for dataset in datasets}
    assert counts == {"member": 1, "address": 2, "orders": 2, "order_line": 2, "newsletter": 1, "login": 2}
    assert sorted(str(row["number"]) for row in lines(files, "orders")) == ["N-1-1", "N-1-2"]
    assert stat.S_IMODE(out(home).stat().st_mode) == 0o600
    assert '<html lang=ko' in files["index.html"].decode() and '<html lang=en' in files["index.en.html"].decode()


def test_an_archive_is_verified_and_a_changed_file_is_named(home: Home) -> None:
    assert archive(home) == [0]
    done = home.run(["archive-verify", str(out(home)), "--key", public_key(home)])
    assert done.codes == [0] and "verified: " in done.out, done.err
    files = contents(out(home))
    with zipfile.ZipFile(out(home, "changed.zip"), "w") as package:
        for name, data in files.items():
            if name != "data/shop.review.csv":
                package.writestr(name, data.replace(b"N-1-1", b"N-9-9") if name == "data/shop.orders.jsonl" else data)
        package.writestr("added.txt", "x")
    done = home.run(["archive-verify", str(out(home, "changed.zip")), "--key", public_key(home)])
    assert done.codes == [1]
    assert done.out.splitlines()[:3] == ["tampered: data/shop.orders.jsonl", "missing: data/shop.review.csv", "extra: added.txt"]


def test_a_sealed_archive_opens_with_the_members_key_only(home: Home) -> None:
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    assert archive(home, "--recipient", str(mine.to_public()), name="sealed.age") == [0]
    sealed = out(home, "sealed.age").read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1") and b"person1" not in sealed
    assert lines(contents(pyrage.decrypt(sealed, [mine])), "member")[0]["email"] == "person1@mail.example"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [other])


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["archive", "--member", "77"], 4, "no member record"),
        (["archive", "--member", "1", "--lang", "fr"], 2, "not written in `fr`"),
        (["archive", "--member", "1", "--recipient", "age1nonsense"], 1, "Not a key to seal for"),
        (["report", "--member", "77"], 4, "no member record"),
        (["report", "--member", "1"], 2, "no `shopping:` section"),
    ],
)
def test_a_refused_wish_leaves_no_file(home: Home, arguments: list[str], code: int, told: str) -> None:
    done = home.run([*arguments, "--out", str(out(home))])
    assert done.codes == [code] and told in done.err and "Traceback" not in done.err
    assert not list(home.folder.glob("records.zip*"))


def test_a_file_that_is_there_is_never_written_over(home: Home) -> None:
    out(home).write_text("mine")
    for verb in ("archive", "report"):
        if verb == "report":
            with_map(home, more=SHOPPING)
        done = home.run([verb, "--member", "1", "--out", str(out(home))])
        assert done.codes == [2] and "is there already" in done.err
    assert out(home).read_text() == "mine"
    done = home.run(["archive", "--member", "1", "--out", str(home.folder / "nowhere" / "x.zip")])
    assert done.codes == [2] and "cannot be written" in done.err


def test_the_report_by_itself_and_in_the_archive_says_the_same_sums(home: Home) -> None:
    with_map(home, more=SHOPPING)
    assert home.run(["report", "--member", "2", "--out", str(out(home, "report.html")), "--lang", "en"]).codes == [0]
    assert archive(home, "--lang", "en", member=2) == [0]
    page, whole = out(home, "report.html").read_text(encoding="utf-8"), contents(out(home))["index.html"].decode()
    assert "3,000" in page and "3,000" in whole
    assert "<script" not in page + whole and "http://" not in page.replace("http://www.w3.org", "")


def test_somebody_elses_record_shows_only_the_field_that_names_the_member(home: Home) -> None:
    home.database.write([*person(9, Canary()), "update orders set shipping_id = 11 where id = 91"])
    assert archive(home) == [0]
    for name, data in contents(out(home)).items():
        assert found_in(data) == [], name
        assert not any(f"person{key}@".encode() in data.lower() for key in (2, 3, 4, 5)), name


def test_a_mention_shows_the_naming_field_and_not_the_rest(home: Home) -> None:
    home.database.write([
        "create table invite (id integer primary key, member_id integer, invited_by integer, note varchar(80))",
        "create index invite_member on invite (member_id)", "create index invite_by on invite (invited_by)",
        ("invite", (1, 2, 1, Canary.text)),
    ])
    with_map(home, ("  shop.product:", (
        "  shop.invite: {belongs_to: member_id, on_closure: delete, label: {ko: 초대, en: Invitation},"
        " mentions: {invited_by: {invited_by: null}}}\n  shop.product:"
    )))
    done = home.run(["install"], ["archive", "--member", "1", "--out", str(out(home))])
    assert done.codes == [0, 0], done.err
    files = contents(out(home))
    assert lines(files, "invite") == [{"invited_by": 1}]
    assert not any(found_in(data) for data in files.values())


def test_a_secret_is_named_and_its_value_stands_nowhere(home: Home) -> None:
    with_map(home, ("label: {ko: 로그인, en: Login}}", "label: {ko: 로그인, en: Login}, personal: {ip: technical.secret}}"))
    assert archive(home) == [0]
    files = contents(out(home))
    assert not any(b"203.0.113.1" in data for data in files.values())
    withheld = {line["dataset"]: line["withheld"] for line in json.loads(files["manifest.json"])["datasets"]}
    assert withheld["shop.login"] == ["ip"]


def test_what_is_told_of_an_archive_holds_no_canary(home: Home) -> None:
    home.database.write(list(person(9, Canary())))
    done = home.run(["archive", "--member", "9", "--out", str(home.folder.parent / f"{home.folder.name}.zip")])
    assert done.codes == [0] and found_in((done.out + done.err).encode()) == []
    assert not any(found_in(path.read_bytes()) for path in (home.folder / "home").rglob("*") if path.is_file())


class TestAtClosure:
    """`adieu close --archives`."""

    def test_every_members_archive_is_there_and_is_called_by_its_closure(self, home: Home) -> None:
        done = home.run(["close", "--member", "1", "--member", "2", "--archives", str(home.folder / "archives")])
        assert done.codes == [0], done.err
        closures = {f"records-{row[0]}.zip" for row in home.own("register", "select id from closure")}
        found = {path.name: contents(path) for path in (home.folder / "archives").iterdir()}
        assert found.keys() == closures and len(closures) == 2
        assert sorted(str(lines(files, "member")[0]["id"]) for files in found.values()) == ["1", "2"]
        again = home.run(["close", "--member", "1", "--archives", str(home.folder / "archives")])
        assert again.codes == [0] and len(list((home.folder / "archives").iterdir())) == 2

    def test_where_one_cannot_be_written_nothing_is_opened(self, home: Home) -> None:
        rows = home.database.everything()
        (home.folder / "archives").write_text("a file, no folder")
        done = home.run(["close", "--member", "1", "--archives", str(home.folder / "archives")])
        assert done.codes == [2] and "cannot be made" in done.err
        assert home.own("register", "select 1 from closure") == [] and home.database.everything() == rows

    @pytest.mark.parametrize(("keys", "code"), [(["1", "77"], 4), (["2"], 5)])
    def test_where_nothing_is_opened_no_archive_stays(self, home: Home, keys: list[str], code: int) -> None:
        home.database.write(["update orders set total = -1 where member_id = 2"])
        argv = ["close", "--archives", str(home.folder / "archives")]
        done = home.run([*argv, *(word for key in keys for word in ("--member", key))])
        assert done.codes == [code], done.err
        assert list((home.folder / "archives").iterdir()) == []

    def test_a_member_whose_closure_has_begun_gets_no_copy_of_what_is_left(self, home: Home) -> None:
        home.database.write(["update login set kept = 1 where id = 12"])
        assert home.close(1).codes == [6]
        home.database.write(["update login set kept = 0 where id = 12"])
        done = home.run(["close", "--member", "1", "--archives", str(home.folder / "archives")])
        assert done.codes == [0], done.err
        assert "no archive was written" in done.out and list((home.folder / "archives").iterdir()) == []

    def test_of_a_list_no_archives_are_written(self, home: Home) -> None:
        done = home.run(["close", "--from", "-", "--archives", str(home.folder / "archives")])
        assert done.codes == [2] and "--archives goes with --member" in done.err
