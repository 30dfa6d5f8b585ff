"""A law file is read strictly: what is unknown, missing or contradictory is named with its line."""

from datetime import date

import pytest

from adieu.errors import LawError, LawInvalid
from adieu.law import known_regimes, read, regime

ON = date(2026, 11, 23)
HEAD = """\
code: eu
name: {en: European Union}
languages: [en]
zone: Europe/Brussels
weekend: [6, 7]
clocks: []
bases:
"""
BASIS = """\
  - id: books
    article: {en: art. 1}
    source: made up for this test
    verified: no
    in_force_from: 2020-01-01
    label: {en: books}
    period: {years: 5}
    start: {id: closed, words: {en: closing}, verified: no}
    decided_test: test_x
"""


def test_a_new_regime_is_only_a_file() -> None:
    found = read(HEAD + BASIS, "eu.yaml")
    basis = found.basis("books", ON)
    assert (basis.id, basis.zone, basis.period.count) == ("eu.books", "Europe/Brussels", 5)
    assert found.basis("eu.books", ON) is basis


def test_korea_is_known_and_read_once() -> None:
    assert "kr" in known_regimes()
    assert regime("kr") is regime("kr")


def test_unknown_regime_names_the_known_ones() -> None:
    with pytest.raises(LawError, match=r"`xx`; known: .*kr"):
        regime("xx")


def test_unknown_basis_names_the_known_ones() -> None:
    with pytest.raises(LawError, match=r"`kr\.nothing` is no basis of kr; known: .*kr\.contract"):
        regime("kr").basis("kr.nothing", ON)
    with pytest.raises(LawError, match=r"`nothing` is no clock of kr; known: .*kr\.answer"):
        regime("kr").clock("nothing", ON)


def test_day_before_any_version_names_the_versions_there_are() -> None:
    with pytest.raises(LawError, match=r"no version for 2016-09-29; there is 2016-09-30 to today"):
        regime("kr").basis("contract", date(2016, 9, 29))
    with pytest.raises(LawError, match=r"2016-09-30 to 2026-01-19, 2026-01-20 to today"):
        regime("kr").scope("party", date(2010, 1, 1))


def versions(until: str) -> str:
    later = BASIS.replace("2020-01-01", "2024-01-01").replace("{years: 5}", "{years: 7}")
    return HEAD + BASIS.replace("    label", f"    in_force_until: {until}\n    label", 1) + later


def test_the_version_in_force_on_the_day_answers() -> None:
    found = read(versions("2023-12-31"), "eu.yaml")
    assert found.basis("books", date(2023, 12, 31)).period.count == 5
    assert found.basis("books", date(2024, 1, 1)).period.count == 7


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + BASIS + "    colour: red\n", 17, "unknown key"),
        (HEAD + BASIS.replace("    source: made up for this test\n", ""), 8, "source` is missing"),
        (HEAD + BASIS.replace("{years: 5}", "{years: 5, months: 1}"), 14, "exactly one of"),
        (HEAD + BASIS.replace("{years: 5}", "{weeks: 5}"), 14, "exactly one of"),
        (HEAD + BASIS.replace("{years: 5}", "{years: 0}"), 14, "greater than or equal to 1"),
        (HEAD + BASIS.replace("{years: 5}", "{years: '5'}"), 14, "valid integer"),
        (HEAD + BASIS.replace("verified: no\n", "verified: perhaps\n", 1), 11, "'text', 'quoted', 'memory' or 'no'"),
        (HEAD + BASIS.replace("label: {en: books}", "label: {ko: 장부}"), 13, "no words in en"),
        (HEAD + BASIS + "    in_force_until: 2019-01-01\n", 8, "lies before"),
        (HEAD + BASIS + "    scope: party\n", 1, "names scope `party`"),
        (HEAD.replace("Europe/Brussels", "Europe/Atlantis") + BASIS, 4, "no IANA time zone"),
        (versions("2024-01-01"), 1, "two versions of eu.books are in force on 2024-01-01"),
        ("code: [", 1, "not YAML"),
        ("- a\n", 1, "holds no mapping"),
    ],
)
def test_mistake_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(LawInvalid) as caught:
        read(text, "eu.yaml")
    assert any(problem.line == line and words in problem.what for problem in caught.value.problems), str(caught.value)


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(LawInvalid) as caught:
        read(HEAD + BASIS.replace("{years: 5}", "{weeks: 5}") + "    colour: red\n", "eu.yaml")
    assert [problem.line for problem in caught.value.problems] == [14, 17]


def test_words_in_a_language_the_file_has_not_are_refused() -> None:
    basis = regime("kr").basis("contract", ON)
    with pytest.raises(LawError, match="there is en, ko"):
        basis.words("de")
    with pytest.raises(LawError, match="no sentences are written in `de`"):
        basis.doubt("de")


def test_loaded_words_cannot_be_changed() -> None:
    basis = regime("kr").basis("contract", ON)
    with pytest.raises(TypeError):
        basis.article["ko"] = "x"  # type: ignore[index]
