"""The README's map and output are real: the same map on a small shop, the same commands, the same lines."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from adieu.adapters.signing import published_keys
from adieu.bootstrap import open_map, open_schemas
from adieu.datamap.checks import Level, check
from adieu.settings import Settings

README = Path(__file__).resolve().parents[2] / "README.md"
SHOP = """
create table member (id integer primary key, email text not null, name text);
create table address (id integer primary key, member_id integer not null references member (id), street text, phone text);
create table orders (id integer primary key, member_id integer references member (id), placed_at datetime not null,
    total text not null);
create index address_member on address (member_id);
create index orders_member on orders (member_id);
insert into member values (7, 'seven@example.org', 'Seven'), (8, 'eight@example.org', 'Eight');
insert into address values (1, 7, '1 Made-up Road', '010-0000-0001'), (2, 8, '2 Made-up Road', '010-0000-0002');
insert into orders values (1, 7, '2026-03-01 12:00:00', '12000'), (2, 8, '2026-03-02 12:00:00', '9000');
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / "shop.sqlite")
    connection.executescript(SHOP)
    connection.close()
    text = README.read_text(encoding="utf-8")
    (tmp_path / "adieu.yaml").write_text(re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)[0], encoding="utf-8")
    return tmp_path


def environment(shop: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("ADIEU_")}
    store = f"sqlite:///{shop / 'shop.sqlite'}"
    return {**own, "SHOP_DATABASE_URL": store, "ADIEU_LEDGER_NAME": "books.example/adieu"}


def adieu(shop: Path, *words: str) -> str:
    command = [sys.executable, "-c", "from adieu.cli import main; main()", *words]
    done = subprocess.run(command, cwd=shop, env=environment(shop), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def alike(text: str) -> str:
    """Ids replaced, so that two runs can be compared."""
    return re.sub(r"\+[0-9a-f]{8}\b", "+KEY", re.sub(r"\b[0-9a-f]{32}\b", "ID", text))


def test_the_readmes_commands_print_what_it_shows(shop: Path) -> None:
    shown = re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)[0]
    adieu(shop, "install")
    (shop / "shop.key").write_text(published_keys(shop / "adieu-home" / "signing.key"), encoding="utf-8")
    closure, printed, ran = "", "", 0
    for command in re.findall(r"^\$ adieu (.+)$", shown, flags=re.MULTILINE):
        words = re.sub(r"\b[0-9a-f]{32}\b", closure, command).split()
        output = adieu(shop, *words)
        closure = closure or re.findall(r"\b[0-9a-f]{32}\b", output)[0]
        printed += f"$ adieu {command}\n{output}"
        ran += 1
    assert ran == 3
    assert alike(printed) == alike(shown[shown.index("$ adieu"):])
    rest = sqlite3.connect(shop / "shop.sqlite")
    assert rest.execute("select id from member").fetchall() == [(8,)]
    assert rest.execute("select id, member_id from orders").fetchall() == [(1, None), (2, 8)]
    rest.close()


def test_the_readmes_map_passes_the_checks(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_DATABASE_URL", environment(shop)["SHOP_DATABASE_URL"])
    datamap = open_map(shop / "adieu.yaml")
    stores = open_schemas(datamap, Settings())
    findings = check(datamap, {name: store.schema() for name, store in stores.items()})
    assert [str(finding) for finding in findings if finding.level is Level.ERROR] == []
