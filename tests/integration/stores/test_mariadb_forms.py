"""MariaDB's stored normal form agrees with Python's, for every character that normalisation touches and for their mixes."""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Iterator

import pytest
from pymysql.cursors import Cursor
from tests.support.mariadb import connect
from tests.support.sql_kind import SqlKind

from adieu.datamap.normalise import normal_form

SEED = 20261124
MIXES = 1000
AT_ONCE = 500
HANGUL = "\u1100\u1112\u1161\u1175\u11a8\u11c2\u11a7\uac00\ud788\u3131"


@pytest.fixture(scope="module")
def cursor(_mariadb_server: object) -> Iterator[Cursor]:
    """A plain cursor of a database in which Adieu is installed."""
    kind = SqlKind(_mariadb_server())  # type: ignore[operator]
    kind.installing().install()
    connection = connect(kind.url, Cursor)
    yield connection.cursor()
    connection.close()
    kind.close()


def _in_the_store(cursor: Cursor, texts: list[str], *, lowered: bool) -> list[str]:
    found: list[str] = []
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        calls = ", ".join(["adieu.normal_form(%s, %s)"] * len(some))
        cursor.execute(f"select {calls}", [value for text in some for value in (text, lowered)])
        (row,) = cursor.fetchall()
        found += map(str, row)
    return found


def _touched() -> list[str]:
    characters = [chr(n) for n in range(0x80, sys.maxunicode + 1) if not 0xD800 <= n < 0xE000]
    return [c for c in characters if unicodedata.combining(c) or unicodedata.normalize("NFD", c) != c]


def _differing(texts: list[str], found: list[str], kind: str) -> list[str]:
    return [
        text.encode("unicode_escape").decode() for text, form in zip(texts, found, strict=True) if form != normal_form(kind, text)
    ]


@pytest.mark.parametrize("kind", ["name", "email"])
def test_every_single_character_has_pythons_form(cursor: Cursor, kind: str) -> None:
    texts = [c for c in _touched() if not 0xAC00 <= ord(c) <= 0xD7A3] + [chr(n) for n in range(0xAC00, 0xD7A4, 101)]
    written = [f"A{text}" for text in texts] + [unicodedata.normalize("NFD", text) for text in texts]
    assert _differing(written, _in_the_store(cursor, written, lowered=kind == "email"), kind) == []


def test_mixes_of_marks_letters_and_syllables_have_pythons_form(cursor: Cursor) -> None:
    chance, marks = random.Random(SEED), _touched()
    pool = [*"aAeEoO \t<>=", *HANGUL, *chance.sample(marks, 400), "\u0301", "\u0327", "\u0308", "\u0344", "\u0958"]
    texts = ["".join(chance.choices(pool, k=chance.randint(1, 9))) for _ in range(MIXES)]
    assert _differing(texts, _in_the_store(cursor, texts, lowered=False), "name") == []
