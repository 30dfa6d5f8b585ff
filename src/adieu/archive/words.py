"""What the pages say, Korean in 해요체 and English; and values written out for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType

from adieu.archive.section import Role
from adieu.datamap.model import Treatment
from adieu.errors import ArchiveRefused

#: Currencies with a sign that everybody reads, per language; others stand after the amount by their code.
_SIGNS = {"ko": {"KRW": "{}원"}, "en": {"KRW": "₩{}", "USD": "${}", "EUR": "€{}", "GBP": "£{}", "JPY": "¥{}"}}
_WHOLE = frozenset({"KRW", "JPY"})
_DAYS = {
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)


@dataclass(frozen=True, kw_only=True)
class Words:
    """One language's sentences. Braces are places for what the archive says there."""

    name: str  # of the language, in itself
    title: str
    what: str
    for_whom: str
    who: str
    contact: str
    made: str
    times: str
    records: str
    inside: str
    dataset: str
    count: str
    files: str
    csv: str
    csv_of: str
    jsonl: str
    jsonl_of: str
    none: str
    first_of: str
    all_of: str
    one: str
    only_keys: str
    withheld: str
    cut: str
    number: str
    bytes: str
    yes: str
    no: str
    until: str
    keep: str
    keep_how: str
    check: str
    check_how: str
    files_how: str
    formulas: str
    roles: Mapping[Role, str]
    afterwards: Mapping[Treatment, str]


_KO = Words(
    name="한국어",
    title="기록 사본",
    what="{shop}에 남아 있던 회원님의 기록을 옮겨 적은 파일이에요. 인터넷 연결 없이 볼 수 있고, 아무 데도 보내지 않아요.",
    for_whom="누구의 기록",
    who="쇼핑몰",
    contact="물어볼 곳",
    made="만든 때",
    times="시각 기준",
    records="{n}건",
    inside="안에 든 것",
    dataset="기록",
    count="건수",
    files="전체 파일",
    csv="CSV",
    csv_of="{label} CSV 파일",
    jsonl="JSONL",
    jsonl_of="{label} JSONL 파일",
    none="기록이 없는 것: {labels}.",
    first_of="{n}건 가운데 처음 {shown}건이에요. 나머지는 파일에 있어요.",
    all_of="모두 {n}건이에요.",
    one="1건이에요.",
    only_keys="다른 기록을 가리키는 번호만 있어서 여기에는 적지 않고 파일에만 담았어요.",
    withheld="넣지 않은 항목: {labels}. 이 값을 얻은 사람이 회원님인 것처럼 쓸 수 있어서 이름만 적어요.",
    cut="… (전체는 파일에 있어요)",
    number="{label} {n}",
    bytes="{n}바이트 (JSONL 파일에 있어요)",
    yes="예",
    no="아니요",
    until="{date}까지예요.",
    keep="이 파일을 둘 곳",
    keep_how="이름, 주소, 산 물건이 그대로 들어 있어요. 다른 사람과 함께 쓰는 기기에는 두지 마세요.",
    check="바뀌지 않았는지 확인하기",
    check_how="manifest.json에 모든 파일의 크기와 SHA-256 값이 있고, {shop}의 열쇠로 서명한 manifest.sig가 그것을 지켜요. "
    "파일이 하나라도 바뀌거나 빠지거나 더해지면 확인할 때 드러나요.",
    files_how="CSV는 엑셀 같은 표 프로그램에서 열려요. JSONL은 프로그램이 읽는 파일이고 값이 원래 그대로예요.",
    formulas="CSV에서 =, +, -, @ 등으로 시작하는 글 앞에는 작은따옴표(')를 붙였어요. 표 프로그램이 수식으로 실행하지 못하게 해요.",
    roles=MappingProxyType({
        Role.OWN: "",
        Role.SHARED: "다른 회원과 함께 쓰는 기록이에요.",
        Role.MENTION: "다른 사람의 기록에 회원님이 나온 것이에요.",
    }),
    afterwards=MappingProxyType({
        Treatment.DELETE: "탈퇴하면 지워요.",
        Treatment.ANONYMISE: "탈퇴하면 누구의 것인지 알 수 없게 바꿔서 남겨요.",
        Treatment.PSEUDONYMISE: "탈퇴하면 회원님과 잇는 정보를 떼고 남겨요. 다시 이을 수 있는 동안은 개인정보예요.",
        Treatment.RETAIN: "탈퇴해도 법에 따라 따로 보관해요.",
        Treatment.EXPIRE: "탈퇴 뒤 {days}일 안에 저절로 없어져요.",
        Treatment.LEAVE: "탈퇴해도 그대로 남아요.",
    }),
)

_EN = Words(
    name="English",
    title="Your records",
    what="A copy of the records {shop} held about you. It opens without the internet and sends nothing anywhere.",
    for_whom="Whose records",
    who="Shop",
    contact="Where to ask",
    made="Made",
    times="Times are in",
    records="{n} records",
    inside="What is inside",
    dataset="Records",
    count="How many",
    files="All of them",
    csv="CSV",
    csv_of="{label}, CSV file",
    jsonl="JSONL",
    jsonl_of="{label}, JSONL file",
    none="No records of: {labels}.",
    first_of="The first {shown} of {n} records. The others are in the files.",
    all_of="All {n} records.",
    one="One record.",
    only_keys="Only numbers that lead to other records; they stand in the files, not here.",
    withheld="Left out: {labels}. Whoever had these values could act as you, so only their names stand here.",
    cut="… (the whole text is in the files)",
    number="{label} {n}",
    bytes="{n} bytes (in the JSONL file)",
    yes="Yes",
    no="No",
    until="Until {date}.",
    keep="Where to keep this file",
    keep_how="It holds your name, your addresses and what you bought. Do not leave it on a device you share.",
    check="Check that nothing was changed",
    check_how="manifest.json names every file with its size and SHA-256; manifest.sig, signed with the key of {shop}, "
    "guards it. A file that was changed, taken away or added shows when it is checked.",
    files_how="CSV opens in a spreadsheet. JSONL is for programs and holds every value exactly.",
    formulas="In the CSV files a text that begins with =, +, -, @ or the like has an apostrophe (') before it, so that "
    "no spreadsheet runs it as a formula.",
    roles=MappingProxyType({
        Role.OWN: "",
        Role.SHARED: "You share these records with another member.",
        Role.MENTION: "Records of other people in which you appear.",
    }),
    afterwards=MappingProxyType({
        Treatment.DELETE: "Deleted when you close your account.",
        Treatment.ANONYMISE: "When you close your account, changed so that nobody can tell whose it was; then it stays.",
        Treatment.PSEUDONYMISE: "When you close your account, cut from you; then it stays. "
        "It is still personal data as long as it can be linked again.",
        Treatment.RETAIN: "Kept apart after you close your account, because the law asks it.",
        Treatment.EXPIRE: "Ends by itself within {days} days after you close your account.",
        Treatment.LEAVE: "Stays when you close your account.",
    }),
)

_BY_LANGUAGE = {"ko": _KO, "en": _EN}
#: Languages in which pages can be made.
LANGUAGES = tuple(_BY_LANGUAGE)


def words_in(language: str) -> Words:
    """The sentences of a language.

    Raises:
        ArchiveRefused: nobody has written them; the message names those there are.
    """
    if language not in _BY_LANGUAGE:
        raise ArchiveRefused(f"No archive pages are written in `{language}`; there are {', '.join(LANGUAGES)}.")
    return _BY_LANGUAGE[language]


def day_written(day: date, language: str) -> str:
    """2026년 11월 23일, or 23 November 2026."""
    if language == "ko":
        return f"{day.year}년 {day.month}월 {day.day}일"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def instant_written(instant: datetime, language: str) -> str:
    """The day written out and the time in 24 hours, in the instant's own zone."""
    return f"{day_written(instant, language)} {instant.hour:02}:{instant.minute:02}"


def instant_in_full(instant: datetime, language: str) -> str:
    """The same with the day of the week: 2026년 11월 23일 월요일 14:05, or Monday 23 November 2026 14:05."""
    day, time = day_written(instant, language), f"{instant.hour:02}:{instant.minute:02}"
    of_week = _DAYS[language][instant.weekday()]
    return f"{day} {of_week} {time}" if language == "ko" else f"{of_week} {day} {time}"


def number_written(number: int | Decimal) -> str:
    """With commas between thousands; noughts at the end of a fraction are left out."""
    if isinstance(number, int):
        return format(number, ",")
    return format(_short(number, 0), ",f")


def money_written(amount: object, currency: str, language: str) -> str:
    """An amount with its currency; cents stand where the currency has them, else only where there are some."""
    try:
        exact = amount if isinstance(amount, Decimal) else Decimal(str(amount))
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite():
        return f"{amount} {currency}".rstrip()
    return _finite_money(str(exact), currency, language)


@lru_cache(maxsize=10_000)  # the same prices stand in many places
def _finite_money(amount: str, currency: str, language: str) -> str:
    exact = Decimal(amount)
    cents = 0 if currency in _WHOLE or (not currency and _short(exact, 0) == _short(exact, 0).to_integral_value()) else 2
    sign, written = ("−" if exact < 0 else ""), format(abs(_short(exact, cents)), ",f")
    return sign + _SIGNS[language].get(currency, "{} " + currency).format(written).rstrip()


def _short(number: Decimal, least_places: int) -> Decimal:
    """The same number with no more places than it needs, and no fewer than asked for."""
    if not number.is_finite():
        return number
    places = max(least_places, -int(number.normalize().as_tuple().exponent))
    return number.quantize(Decimal(1).scaleb(-places)) if number.adjusted() + places < 28 else number
