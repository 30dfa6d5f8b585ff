"""One page in one language that holds all a reader needs: no script, no network, nothing outside the file itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adieu.archive.lines import in_zone
from adieu.archive.section import Afterwards, Column, Cover, Fragment, Inserts, Kind, Role, Texts, text_in
from adieu.archive.style import STYLE
from adieu.archive.tables import Field, Speech, escaped, records
from adieu.archive.words import day_written, instant_in_full, number_written, words_in
from adieu.datamap.model import Treatment

INDEX = "index.html"
#: Nothing is loaded, run or sent, whatever stands in a record.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, kw_only=True)
class Told:
    """A dataset whose records are written, as the page tells it."""

    dataset: str
    label: Texts
    columns: tuple[Column, ...]
    role: Role
    afterwards: Afterwards
    records: int
    path: str  # of its files, without the ending; "" where there is no record
    shown: int  # records that stand on the page, the first ones
    fields: Sequence[Field]  # what it shows of them


@dataclass(frozen=True, kw_only=True)
class Book:
    """All that stands on the pages."""

    cover: Cover
    told: Sequence[Told]
    inserts: Inserts


def page_name(cover: Cover, language: str) -> str:
    """`index.html` in the member's language, `index.en.html` and the like in the others."""
    return INDEX if language == cover.languages[0] else f"index.{language}.html"


def page(book: Book, language: str) -> Iterator[str]:
    """The page, piece by piece. Raises `ArchiveRefused` for a language without words."""
    cover = book.cover
    speech = Speech(language=language, words=words_in(language), zone=cover.zone)
    yield from _head(book, speech)
    yield from _top(book, speech)
    yield "<main>\n"
    yield from _inside(book, speech)
    if book.inserts.report is not None:
        yield _fragment(book.inserts.report, language)
    for number, told in enumerate(book.told, start=1):
        if told.records:
            yield _dataset(number, told, speech)
    if book.inserts.questions is not None:
        yield _fragment(book.inserts.questions, language)
    yield "</main>\n"
    yield _foot(cover, speech)


def _head(book: Book, speech: Speech) -> Iterator[str]:
    title = escaped(f"{speech.words.title} · {book.cover.shop}")
    yield (
        f'<!doctype html>\n<html lang={speech.language}>\n<head>\n<meta charset=utf-8>\n'
        f'<meta http-equiv=Content-Security-Policy content="{_POLICY}">\n'
        "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n<meta name=referrer content=no-referrer>\n"
        "<meta name=robots content=noindex>\n<meta name=format-detection content=\"telephone=no\">\n"
        f"<title>{title}</title>\n<style>{STYLE}"
    )
    yield from (fragment.style for fragment in book.inserts.every)
    yield "</style>\n</head>\n"


def _top(book: Book, speech: Speech) -> Iterator[str]:
    cover, words = book.cover, speech.words
    others = [language for language in cover.languages if language != speech.language]
    links = " ".join(
        f'<a href="{page_name(cover, other)}" hreflang={other} lang={other}>{words_in(other).name}</a>' for other in others
    )
    instant = instant_in_full(in_zone(cover.made_at, cover.zone), speech.language)
    total = number_written(sum(told.records for told in book.told))
    facts = [
        (words.who, cover.shop), (words.contact, cover.contact), (words.for_whom, cover.member), (words.made, instant),
        (words.times, str(cover.zone)), (words.count, words.records.format(n=total)),
    ]
    yield f"<body>\n<header>\n<div class=top><p>{escaped(cover.shop)}</p><nav>{links}</nav></div>\n"
    yield f"<h1>{words.title}</h1>\n<p>{escaped(words.what.format(shop=cover.shop))}</p>\n<dl>"
    yield "".join(f"<dt>{name}</dt><dd>{escaped(fact)}</dd>" for name, fact in facts if fact)
    yield "</dl>\n</header>\n"


def _inside(book: Book, speech: Speech) -> Iterator[str]:
    words = speech.words
    yield f"<section><h2>{words.inside}</h2>\n"
    for fragment in book.inserts.every:
        yield f'<p class=files><a href="#{fragment.id}">{escaped(text_in(fragment.title, speech.language, fragment.id))}</a></p>'
    yield (
        f"<table class=inside><thead><tr><th scope=col>{words.dataset}</th><th scope=col class=n>{words.count}</th>"
        f"<th scope=col>{words.files}</th></tr></thead><tbody>\n"
    )
    none = []
    for number, told in enumerate(book.told, start=1):
        label = _label(told, speech)
        if not told.records:
            none.append(label)
            continue
        yield (
            f'<tr><td><a href="#d{number}">{label}</a></td><td class=n>{number_written(told.records)}</td>'
            f"<td>{_files(told, label, speech)}</td></tr>\n"
        )
    yield "</tbody></table>\n"
    if none:
        yield f"<p class=soft>{words.none.format(labels=', '.join(none))}</p>\n"
    yield "</section>\n"


def _dataset(number: int, told: Told, speech: Speech) -> str:
    words, label = speech.words, _label(told, speech)
    plain = text_in(told.label, speech.language, told.dataset)
    shown = records(plain, told.fields, told.shown, speech) or f"<p>{words.only_keys}</p>\n"
    return (
        f"<section id=d{number}><h2>{label}</h2>\n<p class=soft>{escaped(_about(told, speech))}</p>\n"
        f"<p>{_count(told, speech)}</p>\n{shown}<p class=files>{_files(told, label, speech)}</p>\n</section>\n"
    )


def _count(told: Told, speech: Speech) -> str:
    words, n = speech.words, number_written(told.records)
    if told.shown < told.records:
        return words.first_of.format(n=n, shown=number_written(told.shown))
    return words.one if told.records == 1 else words.all_of.format(n=n)


def _about(told: Told, speech: Speech) -> str:
    """Whose the records are, what becomes of them, and what of them is not here."""
    words, language, after = speech.words, speech.language, told.afterwards
    sentence = words.afterwards[after.treatment].format(days=after.within_days or 0)
    if after.treatment is Treatment.EXPIRE and after.within_days is None:
        sentence = ""
    withheld = [text_in(column.label, language, column.name) for column in told.columns if column.kind is Kind.SECRET]
    return " ".join(part for part in (
        words.roles[told.role], sentence, text_in(after.why, language, ""),
        words.until.format(date=day_written(after.until, language)) if after.until else "",
        words.withheld.format(labels=", ".join(withheld)) if withheld else "",
    ) if part)


def _files(told: Told, label: str, speech: Speech) -> str:
    """Links to the dataset's files; `label` is escaped."""
    words = speech.words
    return "".join(
        f'<a href="{told.path}.{ending}" aria-label="{whole.format(label=label)}">{short}</a>'
        for ending, short, whole in (("csv", words.csv, words.csv_of), ("jsonl", words.jsonl, words.jsonl_of))
    )


def _fragment(fragment: Fragment, language: str) -> str:
    title = escaped(text_in(fragment.title, language, fragment.id))
    return f'<section id="{fragment.id}"><h2>{title}</h2>\n{text_in(fragment.body, language, "")}\n</section>\n'


def _label(told: Told, speech: Speech) -> str:
    return escaped(text_in(told.label, speech.language, told.dataset))


def _foot(cover: Cover, speech: Speech) -> str:
    words = speech.words
    return (
        f"<footer><h2>{words.keep}</h2>\n<p>{words.keep_how}</p>\n<h2>{words.check}</h2>\n"
        f"<p>{escaped(words.check_how.format(shop=cover.shop))}</p>\n<p>{words.files_how}</p>\n"
        f"<p>{escaped(words.formulas)}</p>\n</footer>\n</body>\n</html>\n"
    )
