"""Columns whose name says that a person stands in them, in datasets that stay in any form, and nobody decided."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from adieu.datamap.checks.finding import Code, Finding, error, warning
from adieu.datamap.checks.survey import Survey
from adieu.datamap.model import Dataset, Treatment
from adieu.datamap.schema import Column, Kind, Table

# Words of a column's name and the category they suggest; Korean ones as shops romanise them.
_STRONG: dict[str, str] = {
    **dict.fromkeys(("email", "mail", "imeil", "fax", "messenger", "kakao"), "contact"),
    **dict.fromkeys(("phone", "tel", "telephone", "mobile", "cell", "cellphone", "hp", "handphone", "hphone", "msisdn",
                     "jeonhwa", "junhwa", "hyudaepon", "hyudae"), "contact"),
    **dict.fromkeys(("address", "addr", "street", "zipcode", "postcode", "postal", "juso", "upyeon"), "contact"),
    **dict.fromkeys(("firstname", "lastname", "surname", "fullname", "nickname", "username", "realname", "familyname",
                     "givenname", "recipient", "ireum", "irum", "seongmyeong", "sungmyung"), "identity"),
    **dict.fromkeys(("birth", "birthday", "birthdate", "dob", "gender", "saengil", "saengnyeon"), "demographic"),
    **dict.fromkeys(("ssn", "rrn", "jumin", "passport", "yeogwon", "ci", "di"), "identity"),
    **dict.fromkeys(("ip", "ipaddr", "useragent", "fingerprint", "cookie"), "technical"),
    **dict.fromkeys(("token", "password", "passwd", "pw", "secret", "otp", "session"), "technical"),
    **dict.fromkeys(("iban", "bankaccount", "gyejwa", "cardno", "cardnumber"), "payment"),
    **dict.fromkeys(("latitude", "longitude", "geolocation"), "location"),
}
_PAIRS: dict[tuple[str, str], str] = {
    ("first", "name"): "identity", ("last", "name"): "identity", ("full", "name"): "identity",
    ("family", "name"): "identity", ("given", "name"): "identity", ("nick", "name"): "identity",
    ("real", "name"): "identity", ("user", "name"): "identity", ("member", "name"): "identity",
    ("customer", "name"): "identity", ("buyer", "name"): "identity", ("contact", "name"): "identity",
    ("user", "agent"): "technical", ("bank", "account"): "payment", ("card", "number"): "payment",
    ("account", "number"): "payment",
}
_WEAK: dict[str, str] = {
    "name": "identity", "author": "identity",
    **dict.fromkeys(("note", "notes", "message", "msg", "body", "comment", "memo", "remark", "bigo", "naeyong", "content",
                     "text", "query", "subject"), "free_text"),
}
_HANGUL: dict[str, str] = {
    "이름": "identity", "성명": "identity", "주민": "identity", "전화": "contact", "휴대": "contact", "연락처": "contact",
    "주소": "contact", "우편": "contact", "이메일": "contact", "생일": "demographic", "생년": "demographic",
    "계좌": "payment", "비밀번호": "technical", "메모": "free_text", "비고": "free_text", "내용": "free_text",
}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_HOLDS_WORDS = frozenset({Kind.TEXT, Kind.JSON, Kind.BINARY, Kind.OTHER, Kind.UUID})
_HOLDS_DATES = frozenset({Kind.DATE, Kind.TIMESTAMP, Kind.NAIVE_TIMESTAMP})


def personal_names(survey: Survey) -> Iterator[Finding]:
    """Undecided personal-looking columns: an error, or a warning for a word that is as often innocent."""
    for name, rule, table in survey.decided():
        if rule.ends_as is Treatment.DELETE or table.is_view:
            continue
        linked = _touches_members(survey, rule, table)
        for column in table.columns.values():
            if column.name not in _silenced(survey, name, rule):
                yield from _judge(name, column, linked)


def looks_like(column: Column) -> tuple[str | None, bool]:
    """The category a column's name suggests, and whether the name hardly means anything else."""
    words = [word.lower() for word in _WORD.findall(column.name)]
    pairs = [_PAIRS[pair] for pair in pairwise(words) if pair in _PAIRS]
    hangul = [category for part, category in _HANGUL.items() if part in column.name]
    strong = [_STRONG[word] for word in words if word in _STRONG]
    for category in (*pairs, *strong, *hangul):
        if _can_hold(column, category):
            return category, True
    weak = next((_WEAK[word] for word in words if word in _WEAK), None)
    return (weak, False) if weak and column.kind in _HOLDS_WORDS else (None, False)


def _can_hold(column: Column, category: str) -> bool:
    """`email_verified boolean` and `address_id bigint` hold no e-mail and no address."""
    if category == "demographic":
        return column.kind in _HOLDS_WORDS | _HOLDS_DATES | {Kind.INTEGER}
    if category == "location":
        return column.kind in _HOLDS_WORDS | {Kind.NUMBER}
    return column.kind in _HOLDS_WORDS


def _judge(name: str, column: Column, linked: bool) -> Iterator[Finding]:
    category, certain = looks_like(column)
    if category is None:
        return
    what = (
        f"looks personal ({category}) and stays undecided; tag it under `personal:`, decide it under `fields:`,"
        " or say why not under `not_personal:`"
    )
    make = error if certain or linked else warning
    yield make(Code.PERSONAL_LOOKING, name, what, column.name)


def _silenced(survey: Survey, name: str, rule: Dataset) -> set[str]:
    """Columns somebody decided. What points elsewhere is a link, not a text."""
    silenced = {*rule.personal, *rule.not_personal, *rule.fields}
    silenced |= {column for link in rule.belongs_to if link.path is None for column in link.fields}
    if name == survey.datamap.member.dataset:
        silenced.add(survey.datamap.member.key)
    table = survey.table(name)
    keys = table.foreign_keys if table else ()
    return silenced | {column for key in keys for column in key.columns}


def _touches_members(survey: Survey, rule: Dataset, table: Table) -> bool:
    """Whether records here say whose they are; a `name` beside that is a person's more often than a product's."""
    member = survey.datamap.member.dataset
    pointed = any(key.to == member for key in table.foreign_keys)
    return bool(rule.belongs_to or rule.owned_through or rule.mentions or pointed or table.dataset == member)
