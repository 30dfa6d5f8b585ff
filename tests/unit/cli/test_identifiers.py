"""Identifiers to scan for, as they are asked for: all lines count, wrong ones are named by number, none is shown."""

from __future__ import annotations

import io

import pytest

from adieu.cli.looking import _read_identifiers
from adieu.errors import SettingsError


class Terminal(io.StringIO):
    """Standard input at which somebody sits."""

    def isatty(self) -> bool:
        return True


def asked(monkeypatch: pytest.MonkeyPatch, stdin: io.StringIO) -> list[tuple[str, str]]:
    monkeypatch.setattr("sys.stdin", stdin)
    return [(item.kind, item.value) for item in _read_identifiers("-")]


def test_every_line_of_a_pipe_counts_behind_an_empty_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(monkeypatch, io.StringIO("a@mail.example\n\n 010-5555-0001 \r\n"))
    assert found == [("email", "a@mail.example"), ("phone", "010-5555-0001")]


def test_at_a_terminal_an_empty_line_ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(monkeypatch, Terminal("a@mail.example\n\nnever read\n")) == [("email", "a@mail.example")]
    told = capsys.readouterr()
    assert "a line" in told.err and told.out == ""


@pytest.mark.parametrize(
    ("text", "expected"), [("", "no identifier"), ("\n\n", "no identifier"), ("a@mail.example\nKim\n12\n", "lines 2, 3")]
)
def test_what_is_no_identifier_is_refused_by_its_number(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    with pytest.raises(SettingsError, match=expected) as caught:
        asked(monkeypatch, io.StringIO(text))
    assert "Kim" not in str(caught.value)
