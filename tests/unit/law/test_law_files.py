"""A law file is read strictly: what is unknown, missing or contradictory is named with its line."""

from datetime import date
from importlib.resources import files

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


def test_the_packaged_file_says_what_the_regime_says() -> None:
    text = files("adieu.law").joinpath("kr.yaml").read_text(encoding="utf-8")
    assert read(text, "kr.yaml") == regime("kr")


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
    with pytest.raises(LawError, match=r"^scope kr.party has .* 2016-09-30 to 2026-01-19, 2026-01-20 to today"):
        regime("kr").scope("party", date(2010, 1, 1))


CLOCK = BASIS.replace("    period: {years: 5}\n", "    kind: business_days\n    count: 3\n")
CLOCKS = HEAD.replace("clocks: []\nbases:\n", "bases: []\nclocks:\n") + CLOCK


def test_a_clock_counts_in_its_regimes_zone_and_week() -> None:
    clock = read(CLOCKS.replace("[6, 7]", "[5, 6]"), "eu.yaml").clock("books", ON)
    assert (clock.id, clock.zone, clock.weekend) == ("eu.books", "Europe/Brussels", (5, 6))


def test_what_an_entry_says_itself_wins_over_its_regime() -> None:
    text = CLOCKS + "    zone: Asia/Seoul\n    weekend: [7]\n"
    clock = read(text, "eu.yaml").clock("books", ON)
    assert (clock.zone, clock.weekend) == ("Asia/Seoul", (7,))


def test_unknown_names_are_answered_with_all_there_are() -> None:
    text = HEAD + BASIS + BASIS.replace("id: books", "id: accounts")
    with pytest.raises(LawError, match="^`x` is no basis of eu; known: eu.accounts, eu.books; use one of them or add it"):
        read(text, "eu.yaml").basis("x", ON)
    with pytest.raises(LawError, match="^`x` is no scope of eu; known: none; use"):
        read(text, "eu.yaml").scope("x", ON)
    with pytest.raises(LawError, match="there are ko, en; add it in law/phrases.py"):
        regime("kr").basis("contract", ON).doubt("de")


def test_a_problem_is_told_in_full_with_its_file_and_line() -> None:
    def told(text: str) -> list[str]:
        with pytest.raises(LawInvalid) as caught:
            read(text, "eu.yaml")
        return str(caught.value).splitlines()

    weeks = "expected exactly one of `years`, `months`, `days` with a whole number from 1"
    text = HEAD + BASIS.replace("{years: 5}", "{weeks: 5}")
    assert told(text) == [f"eu.yaml:14: `bases.0.period`: {weeks}; mend the value"]
    assert told(HEAD + BASIS + "    scope: party\n") == [
        "eu.yaml:1: `file`: basis eu.books names scope `party`, which is not among `scopes:`; mend the value"
    ]
    assert told(HEAD + "  - a\n") == [
        "eu.yaml:8: `bases.0`: Input should be a valid dictionary or instance of Basis; mend the value"
    ]
    assert told(HEAD + BASIS.replace("  - id: books\n    article", "  - article")) == ["eu.yaml:8: `bases.0.id` is missing; add it"]
    assert told((HEAD + BASIS).replace("clocks: []\n", "")) == ["eu.yaml:1: `clocks` is missing; add it"]
    assert told("- a\n") == [
        "eu.yaml:1: the file holds no mapping; expected `code:`, `zone:`, `bases:` and the rest of docs/law.md"
    ]
    assert told("code: eu\nname: {\n")[0].startswith("eu.yaml:3: not YAML: ")
    languages = (HEAD + BASIS).replace("languages: [en]", "languages: [en, ko, de]")
    assert told(languages) == [
        f"eu.yaml:{line}: `{key}` has no words in ko, de; add them"
        for line, key in ((2, "name"), (9, "article"), (13, "label"), (15, "words"))
    ]


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
