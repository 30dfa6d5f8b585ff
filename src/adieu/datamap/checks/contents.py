"""What stands in the texts of datasets that are left or expire: identifiers by their shape, counted, never repeated.

Only what has a shape is found: e-mail, phone, resident registration number, card, IBAN, IP address. A name has none.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import re2  # type: ignore[import-untyped]

from adieu.datamap.checks.finding import Code, Finding, Level
from adieu.datamap.model import DataMap

_EMAIL = r"[\pL\pN._+\-]+(?:@|%40)[\pL\pN\-]+(?:\.[\pL\pN\-]+)+"
_KOREAN_PHONE = r"\b01[016789][-. ]?\d{3,4}[-. ]?\d{4}\b|\b0(?:2|[3-6]\d|70|50\d)[-. )]{1,2}\d{3,4}[-. ]\d{4}\b"
_PHONE = r"\+\d[\d .()\-]{6,18}\d\b"
_RESIDENT = r"\b\d{6}-?[1-8]\d{6}\b"  # Korean resident and alien registration numbers: birth date, century and sex
_CARD = r"\b[3-6](?:[ -]?\d){12,18}\b"
_IBAN = r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b"
_IP = r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){3,7}"

# What `signing.dumps` of Django writes, for instance as session data: packed, then signed.
_SIGNED = re2.compile(r"^\.?[A-Za-z0-9_\-]+:[A-Za-z0-9]{5,8}:[A-Za-z0-9_\-]{27,86}$")
_LONGEST_DIGITS, _FEWEST_DIGITS = 15, 8  # of an international phone number (E.164)


def _is_phone(text: str) -> bool:
    return _FEWEST_DIGITS <= sum(character.isdigit() for character in text) <= _LONGEST_DIGITS


def _is_resident(text: str) -> bool:
    """A real birth date; without the hyphen also the check digit, since 13 digits are often a time in milliseconds."""
    digits = text.replace("-", "")
    century = {"1": 1900, "2": 1900, "5": 1900, "6": 1900}.get(digits[6], 2000)
    try:
        date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=False))
    return "-" in text or int(digits[12]) == (11 - weighted % 11) % 10


def _is_card(text: str) -> bool:
    """The Luhn check (ISO/IEC 7812-1)."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _is_iban(text: str) -> bool:
    """The remainder by 97 (ISO 13616)."""
    plain = text.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


def _is_ip(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return False


@dataclass(frozen=True, kw_only=True)
class _Shape:
    category: str
    pattern: object
    holds: Callable[[str], bool]

    def stands_in(self, text: str) -> bool:
        return any(self.holds(found.group(0)) for found in self.pattern.finditer(text))  # type: ignore[attr-defined]


_SHAPES = tuple(
    _Shape(category=category, pattern=re2.compile(pattern), holds=holds)
    for category, pattern, holds in (
        ("contact.email", _EMAIL, lambda text: True),
        ("identity.resident_number", _RESIDENT, _is_resident),
        ("contact.phone", _KOREAN_PHONE, lambda text: True),
        ("payment.card", _CARD, _is_card),
        ("payment.iban", _IBAN, _is_iban),
        ("contact.phone", _PHONE, _is_phone),
        ("technical.ip", _IP, _is_ip),
    )
)
_ANY = re2.compile("|".join(f"(?:{pattern})" for pattern in (_EMAIL, _RESIDENT, _KOREAN_PHONE, _CARD, _IBAN, _PHONE, _IP)))


def personal_looking(values: Iterable[str]) -> str | None:
    """The category of the first identifier shape found in any of the texts, or None."""
    return next((category for text in values if (category := _category(text))), None)


def _category(text: str) -> str | None:
    if not _ANY.search(text):  # one pass for the many texts that hold nothing
        return None
    return next((shape.category for shape in _SHAPES if shape.stands_in(text)), None)


@dataclass(kw_only=True)
class _Seen:
    values: int = 0
    unreadable: int = 0
    categories: dict[str, int] = field(default_factory=dict)


def scan_contents(datamap: DataMap, values: Iterable[tuple[str, str, str]]) -> Iterator[Finding]:
    """One finding for each (dataset, column) whose texts hold identifiers, with counts and never the value.

    An error where nobody decided the column; info where it is tagged `personal:` or `not_personal:`. Texts that are
    packed and signed cannot be read, and are named as such.
    """
    seen: dict[tuple[str, str], _Seen] = {}
    for dataset, column, value in values:
        found = seen.setdefault((dataset, column), _Seen())
        found.values += 1
        category = _category(value)
        if category:
            found.categories[category] = found.categories.get(category, 0) + 1
        elif _SIGNED.match(value):
            found.unreadable += 1
    for (dataset, column), found in sorted(seen.items()):
        if found.categories:
            yield _content(datamap, dataset, column, found)
        if found.unreadable:
            what = (
                f"{found.unreadable} of {found.values} texts are packed and signed and cannot be read; judge them by what"
                " the shop writes there"
            )
            yield Finding(level=Level.WARNING, code=Code.UNREADABLE_CONTENT, dataset=dataset, field=column, what=what)


def _content(datamap: DataMap, dataset: str, column: str, found: _Seen) -> Finding:
    rule = datamap.datasets.get(dataset)
    tags: Mapping[str, str] = {**rule.personal, **rule.not_personal} if rule else {}
    shapes = ", ".join(f"{category} {count}" for category, count in sorted(found.categories.items()))
    counted = f"identifiers by their shape in {sum(found.categories.values())} of {found.values} texts ({shapes})"
    if column in tags:
        level, what = Level.INFO, f"{counted}; the map says: {tags[column]}"
    else:
        level = Level.ERROR
        what = f"{counted}; decide the dataset, tag the column under `personal:`, or say why not under `not_personal:`"
    return Finding(level=level, code=Code.PERSONAL_CONTENT, dataset=dataset, field=column, what=what)
