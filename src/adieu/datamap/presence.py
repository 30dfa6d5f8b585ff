"""Whether a free text names a member: the scan behind `keep_if_no_person`. Errs on the side of finding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_NOT_DIGITS = re.compile(r"[^0-9]+")
_SHORTEST_DIGITS = 7  # fewer digits in a row are an order number as likely as a phone


def names_person(text: str, identifiers: Iterable[tuple[str, str]]) -> bool:
    """Whether one of the ``(kind, value)`` identifiers stands in the text, whatever case, form or spacing it has."""
    folded = _folded(text)
    tight = folded.replace(" ", "")
    digits = _NOT_DIGITS.sub("", text)
    return any(_stands_in(kind, value, folded, tight, digits) for kind, value in identifiers)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _stands_in(kind: str, value: str, folded: str, tight: str, digits: str) -> bool:
    wanted = _folded(value).strip()
    if not wanted:
        return False
    if kind == "phone":
        number = _NOT_DIGITS.sub("", wanted)
        return len(number) >= _SHORTEST_DIGITS and number.lstrip("0")[-8:] in digits
    return wanted in folded or wanted.replace(" ", "") in tight
