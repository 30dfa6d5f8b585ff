"""Whether a free text names a member: the scan behind `keep_if_no_person`. Errs on the side of finding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_NOT_DIGITS = re.compile(r"[^0-9]+")
_SHORTEST_DIGITS = 7  # fewer digits in a row are an order number as likely as a phone


def names_person(text: str, identifiers: Iterable[tuple[str, str]]) -> bool:
    """Whether one of the ``(kind, value)`` identifiers stands in the text, whatever case, form or spacing it has."""
    tight = _tight(text)
    digits = _NOT_DIGITS.sub("", tight)
    return any(_stands_in(kind, value, tight, digits) for kind, value in identifiers)


def _tight(text: str) -> str:
    """The text without any spacing, in one case and one form of each character."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _stands_in(kind: str, value: str, tight: str, digits: str) -> bool:
    wanted = _tight(value)
    if kind == "phone":
        number = _NOT_DIGITS.sub("", wanted)
        wanted = number.lstrip("0")[-8:] if len(number) >= _SHORTEST_DIGITS else ""
        tight = digits
    return wanted != "" and wanted in tight  # an empty one, or a phone of zeros only, names nobody
