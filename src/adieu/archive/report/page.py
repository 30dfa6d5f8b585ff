"""The report and its questions as parts of the archive's page, and as a page of their own.

Nothing here runs, loads or sends: no script, no form, no address. What is written into the boxes of the questions stays
in the page that is open; it is kept by printing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from adieu.archive.report.charts import STYLE as CHARTS
from adieu.archive.report.drawing import Drawing
from adieu.archive.report.figures import Figures
from adieu.archive.report.sentences import sentences, voice
from adieu.archive.section import Fragment
from adieu.archive.style import STYLE
from adieu.archive.tables import escaped

QUESTIONS_STYLE = """
.answer{min-height:9rem;border:1px solid var(--soft);border-radius:8px;padding:.75rem 1rem;margin:.5rem 0 1.5rem;
white-space:pre-wrap;overflow-wrap:anywhere}
@media print{.answer{min-height:5cm;break-inside:avoid}}
"""
REPORT_STYLE = CHARTS + """
.biggest table{font-size:.9375rem}
.biggest th{white-space:nowrap}
.biggest :is(td,th):nth-child(2){text-align:start;white-space:normal}
.biggest :is(td,th):not(:last-child){padding-inline-end:.75rem}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, kw_only=True)
class About:
    """What a page of its own says of itself."""

    shop: str = ""  # "" for a report over several shops
    made_at: datetime  # aware


def report_fragment(figures: Figures, languages: Iterable[str]) -> Fragment:
    """The report for the archive's page. Raises `ReportRefused` for a language nobody speaks."""
    spoken = tuple(languages)
    return Fragment(
        id="shopping", style=REPORT_STYLE, title={each: voice(each).LABELS.report for each in spoken},
        body={each: "".join(_report(figures, each, 3)) for each in spoken},
    )


def questions_fragment(languages: Iterable[str]) -> Fragment:
    """The three questions for the archive's page. Raises `ReportRefused` for a language nobody speaks."""
    spoken = tuple(languages)
    return Fragment(
        id="questions", style=QUESTIONS_STYLE, title={each: voice(each).LABELS.questions_title for each in spoken},
        body={each: "".join(_questions(each)) for each in spoken},
    )


def report_page(figures: Figures, language: str, about: About) -> str:
    """The report and the questions as one HTML file that needs nothing else.

    Raises:
        ReportRefused: nobody speaks `language`.
    """
    labels = voice(language).LABELS
    title = escaped(labels.report_of.format(shop=about.shop) if about.shop else labels.report)
    made = labels.made.format(when=voice(language).instant(about.made_at.astimezone(ZoneInfo(figures.zone))))
    return "".join((
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>{title}</title>\n<style>{STYLE}{REPORT_STYLE}{QUESTIONS_STYLE}</style>\n</head>\n<body>\n"
        f'<header><h1>{title}</h1>\n<p class="soft">{escaped(made)}</p></header>\n<main>\n',
        *_report(figures, language, 2),
        f'<section id="questions"><h2>{escaped(labels.questions_title)}</h2>\n', *_questions(language),
        "</section>\n</main>\n</body>\n</html>\n",
    ))


def _report(figures: Figures, language: str, level: int) -> Iterator[str]:
    drawing = Drawing(figures, language)
    for said in sentences(figures, language):
        drawn = drawing.of(said.heading)
        if not said.sentences and not drawn:
            continue
        yield f'<h{level} id="shopping-{said.heading}">{escaped(said.title)}</h{level}>\n'
        yield "".join(f"<p>{escaped(sentence)}</p>\n" for sentence in said.sentences)
        yield drawn


def _questions(language: str) -> Iterator[str]:
    labels = voice(language).LABELS
    yield f"<p>{escaped(labels.questions_intro)}</p>\n"
    for number, question in enumerate(labels.questions, start=1):
        name, hint = f"question-{number}", f"hint-{number}"
        # Spelling may be checked by a service on the network: off.
        yield (
            f'<h3 id="{name}">{escaped(question.title)}</h3>\n<p class="soft" id="{hint}">{escaped(question.hint)}</p>\n'
            f'<div class="answer" contenteditable="true" role="textbox" aria-multiline="true" aria-labelledby="{name}" '
            f'aria-describedby="{hint}" tabindex="0" spellcheck="false" autocapitalize="sentences" translate="no"></div>\n'
        )
