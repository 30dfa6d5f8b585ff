"""Normalisation v1: the one form in which identifiers are compared (docs/adr/0004-normalisation.md).

Every store compares the same bytes: trim (space, tab, CR, LF), Unicode NFC, then per kind: an e-mail is lower-cased in
ASCII only, a phone keeps its digits and a leading plus. Nothing else is folded: where two spellings might be two people,
the record is an unproven match and stays.
"""

from __future__ import annotations

import unicodedata

VERSION = 1
TRIMMED = " \t\r\n"
_ASCII_LOWER = {ord(upper): ord(upper) + 32 for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def normal_form(kind: str, text: str) -> str:
    """The normal form of an identifier of `kind`; empty where nothing is left, and an empty form matches nothing."""
    form = text.strip(TRIMMED)
    plain = form.isascii()  # NFC already, as nearly all are: a store without an index asks this of every record
    if not plain:
        form = unicodedata.normalize("NFC", form)
    if kind == "email":
        return form.lower() if plain else form.translate(_ASCII_LOWER)
    if kind == "phone":
        digits = "".join(character for character in form if character in "0123456789")
        return ("+" if form.startswith("+") and digits else "") + digits
    return form
