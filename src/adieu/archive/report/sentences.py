"""The plain sentences that the figures carry, part by part, in the languages there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adieu.archive.report import english, korean
from adieu.archive.report.figures import Account, Figures
from adieu.archive.report.voice import Heading, Voice, bought_accounts
from adieu.errors import ReportRefused

_VOICES: dict[str, Voice] = {"ko": korean, "en": english}
#: Languages the report speaks.
LANGUAGES = tuple(_VOICES)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One part of the report. It may have no sentence where a chart says all."""

    heading: Heading
    title: str
    sentences: tuple[str, ...]  # plain text, each whole


def voice(language: str) -> Voice:
    """Who speaks `language`.

    Raises:
        ReportRefused: nobody does; the message names the languages there are.
    """
    if language not in _VOICES:
        raise ReportRefused(f"The report has no words in `{language}`; there are {', '.join(LANGUAGES)}.")
    return _VOICES[language]


def sentences(figures: Figures, language: str) -> tuple[Said, ...]:
    """Every part in its order, those without a sentence too. Raises `ReportRefused` for a language nobody speaks."""
    speaker = voice(language)
    said = {
        Heading.OVERVIEW: speaker.overview(figures),
        Heading.SPENDING: _of_each(figures, speaker.spending),
        Heading.CATEGORIES: _of_each(figures, speaker.categories),
        Heading.SHOPS: _of_each(figures, speaker.shops),
        Heading.RHYTHM: speaker.rhythm(figures),
        Heading.PURCHASES: speaker.purchases(figures),
        Heading.UNDONE: speaker.undone(figures),
        Heading.DELIVERIES: speaker.deliveries(figures),
        Heading.DISCOUNTS: speaker.discounts(figures),
        Heading.MESSAGES: speaker.messages(figures),
        Heading.WRITING: speaker.writing(figures),
        Heading.MISSING: speaker.missing(figures),
    }
    titles = speaker.LABELS.headings
    return tuple(Said(heading=heading, title=titles[heading], sentences=tuple(said[heading])) for heading in Heading)


def _of_each(figures: Figures, say: Callable[[Account, bool], list[str]]) -> list[str]:
    accounts = bought_accounts(figures)
    return [sentence for account in accounts for sentence in say(account, len(accounts) == 1)]
