"""Korean particles by the sound a word ends in: 책을 but 사과를, 서울로 but 부산으로, 3을 but 2를.

Hangul says it itself. Digits are read as Sino-Korean numbers, capital letters by their names, other Latin words by the
sound they usually get in Korean; where that is not certain both forms are written, as Koreans do: 을(를).
"""

from __future__ import annotations

import re
from enum import Enum


class Ending(Enum):
    """The sound at the end of a word."""

    VOWEL = "vowel"
    RIEUL = "rieul"  # ㄹ, after which 로 stands and not 으로
    CONSONANT = "consonant"
    UNKNOWN = "unknown"


#: After a consonant, after a vowel, and where nobody can tell.
_FORMS = {
    "을": ("을", "를", "을(를)"), "이": ("이", "가", "이(가)"), "은": ("은", "는", "은(는)"), "과": ("과", "와", "과(와)"),
    "으로": ("으로", "로", "(으)로"), "이에요": ("이에요", "예요", "(이)에요"),
}
_FIRST, _LAST, _FINALS, _FINAL_RIEUL = 0xAC00, 0xD7A3, 28, 8
_DIGITS = dict(zip("0123456789", [Ending.CONSONANT, Ending.RIEUL, Ending.VOWEL, Ending.CONSONANT, Ending.VOWEL,
                                  Ending.VOWEL, Ending.CONSONANT, Ending.RIEUL, Ending.RIEUL, Ending.VOWEL], strict=True))
_TRILLION_ZEROS = range(12, 16)  # 조 ends in a vowel; 십, 백, 천, 만, 억 do not
_LETTERS = {"L": Ending.RIEUL, "R": Ending.RIEUL, "M": Ending.CONSONANT, "N": Ending.CONSONANT}
_SOUNDS = {
    **dict.fromkeys("aiouydfrsvxz", Ending.VOWEL), **dict.fromkeys("mn", Ending.CONSONANT), "l": Ending.RIEUL,
}
_NUMBER = re.compile(r"[0-9][0-9,]*(\.[0-9]+)?$")
_LATIN = re.compile(r"[A-Za-z]+$")


def with_josa(word: str, particle: str) -> str:
    """`word` followed by the particle in its right form; `particle` is the form after a consonant: 을 이 은 과 으로 이에요."""
    after_consonant, after_vowel, unknown = _FORMS[particle]
    match ending_of(word):
        case Ending.VOWEL:
            return word + after_vowel
        case Ending.RIEUL:
            return word + (after_vowel if particle == "으로" else after_consonant)
        case Ending.CONSONANT:
            return word + after_consonant
    return word + unknown


def ending_of(word: str) -> Ending:
    """The sound `word` ends in, closing quotes, brackets and signs left out."""
    spoken = word.rstrip()
    while spoken and not spoken[-1].isalnum() and spoken[-1] != "%":
        spoken = spoken[:-1]
    if not spoken:
        return Ending.UNKNOWN
    last = spoken[-1]
    if _FIRST <= ord(last) <= _LAST:
        final = (ord(last) - _FIRST) % _FINALS
        return Ending.VOWEL if final == 0 else Ending.RIEUL if final == _FINAL_RIEUL else Ending.CONSONANT
    if last == "%":  # 퍼센트
        return Ending.VOWEL
    if number := _NUMBER.search(spoken):
        return _of_number(number.group())
    if latin := _LATIN.search(spoken):
        return _of_latin(latin.group())
    return Ending.UNKNOWN


def _of_number(written: str) -> Ending:
    digits = written.replace(",", "")
    if "." in digits or digits[-1] != "0" or not digits.strip("0"):
        return _DIGITS[digits[-1]]  # a fraction is read digit by digit
    zeros = len(digits) - len(digits.rstrip("0"))
    return Ending.VOWEL if zeros in _TRILLION_ZEROS else Ending.CONSONANT


def _of_latin(written: str) -> Ending:
    if written.isupper():
        return _LETTERS.get(written[-1], Ending.VOWEL)
    return _SOUNDS.get(written[-1].lower(), Ending.UNKNOWN)
