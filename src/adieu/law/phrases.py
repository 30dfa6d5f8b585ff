"""Short sentences for a member's page, put together from an entry's data; Korean in 해요체, and English.

They name the period and the article and, where nobody read the article itself, say that too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adieu.errors import LawError
from adieu.law.terms import Period, Unit, Verified


@dataclass(frozen=True, kw_only=True)
class _Phrases:
    """One language's patterns."""

    kept: str  # holds {period} and {article}
    units: Mapping[Unit, tuple[str, str]]  # singular and plural, each holding {n}
    doubts: Mapping[Verified, str]  # what is added where the text itself was not read


_BY_LANGUAGE = {
    "ko": _Phrases(
        kept="쇼핑몰이 {period} 동안 보관해요: {article}",
        units={
            Unit.YEARS: ("{n}년", "{n}년"),
            Unit.MONTHS: ("{n}개월", "{n}개월"),
            Unit.DAYS: ("{n}일", "{n}일"),
        },
        doubts={
            Verified.TEXT: "",
            Verified.QUOTED: "다른 글에 인용된 내용이고, 법 원문은 아직 확인하지 못했어요",
            Verified.MEMORY: "조문을 아직 확인하지 못했어요",
            Verified.NO: "확인된 법 조항이 아니에요",
        },
    ),
    "en": _Phrases(
        kept="The shop keeps this for {period}: {article}",
        units={
            Unit.YEARS: ("{n} year", "{n} years"),
            Unit.MONTHS: ("{n} month", "{n} months"),
            Unit.DAYS: ("{n} day", "{n} days"),
        },
        doubts={
            Verified.TEXT: "",
            Verified.QUOTED: "as quoted elsewhere; the law's own text is not checked yet",
            Verified.MEMORY: "the article is not checked yet",
            Verified.NO: "not a checked provision of law",
        },
    ),
}


def text_in(texts: Mapping[str, str], lang: str) -> str:
    """The text in `lang`.

    Raises:
        LawError: there is none; the message names the languages there are.
    """
    if lang not in texts:
        raise LawError(f"the law's words are not there in `{lang}`; there is {', '.join(sorted(texts))}; use one of them")
    return texts[lang]


def length(period: Period, lang: str) -> str:
    """The period in words, such as `5년` or `1 year`. Raises `LawError` for a language without patterns."""
    one, many = _phrases(lang).units[period.unit]
    return (one if period.count == 1 else many).format(n=period.count)


def kept(period: Period, article: str, lang: str) -> str:
    """That the shop keeps it, how long and by which article. Raises `LawError` as `length` does."""
    return _phrases(lang).kept.format(period=length(period, lang), article=article)


def doubt(verified: Verified, lang: str) -> str:
    """What to add for a reader where the text was not read; empty where it was. Raises `LawError` as `length` does."""
    return _phrases(lang).doubts[verified]


def _phrases(lang: str) -> _Phrases:
    if lang not in _BY_LANGUAGE:
        raise LawError(f"no sentences are written in `{lang}`; there are {', '.join(_BY_LANGUAGE)}; add it in law/phrases.py")
    return _BY_LANGUAGE[lang]
