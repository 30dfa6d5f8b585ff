"""Made-up people: names, e-mails, phones and addresses that belong to nobody.

E-mails lie in the names reserved by RFC 2606. Korean mobiles begin 010-00, which no operator gives out; American ones
are 555-01xx, British and German ones come from the ranges their regulators keep for films.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

DEMO_USERNAME = "demo-member"

_SURNAMES = (
    ("김", "kim"), ("이", "lee"), ("박", "park"), ("최", "choi"), ("정", "jung"), ("강", "kang"), ("조", "cho"),
    ("윤", "yoon"), ("장", "jang"), ("임", "lim"), ("한", "han"), ("오", "oh"), ("서", "seo"), ("신", "shin"),
    ("권", "kwon"), ("황", "hwang"), ("안", "ahn"), ("송", "song"), ("류", "ryu"), ("홍", "hong"), ("남궁", "namgung"),
)  # fmt: skip
_GIVEN = (
    ("민준", "minjun"), ("서연", "seoyeon"), ("도윤", "doyun"), ("지우", "jiwoo"), ("하은", "haeun"), ("준호", "junho"),
    ("수빈", "subin"), ("예린", "yerin"), ("지훈", "jihoon"), ("은지", "eunji"), ("현우", "hyunwoo"), ("유진", "yujin"),
    ("성민", "sungmin"), ("미영", "miyoung"), ("재원", "jaewon"), ("소희", "sohee"), ("태양", "taeyang"), ("보람", "boram"),
    ("영수", "youngsoo"), ("순자", "soonja"), ("별", "byul"), ("가온", "gaon"), ("나래", "narae"), ("정훈", "junghoon"),
)  # fmt: skip
_ENGLISH_GIVEN = (
    "James", "Mary", "Oliver", "Emma", "Noah", "Sophia", "Liam", "Grace", "Henry", "Chloe", "Samuel", "Ruth",
    "Conor", "Zoë", "Peter", "Annabel",
)  # fmt: skip
_ENGLISH_SURNAMES = (
    "Wilson", "Taylor", "Baker", "O'Brien", "Clark", "Hughes", "Ward", "Bennett", "Müller", "Schneider", "Reed",
    "Foster", "Hayes", "Van Dyke",
)  # fmt: skip
_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com", "post.example.org")
_KOREAN_PLACES = (
    ("서울특별시", "마포구", "월드컵북로"), ("서울특별시", "강남구", "테헤란로"), ("서울특별시", "관악구", "신림로"),
    ("부산광역시", "해운대구", "달맞이길"), ("대구광역시", "수성구", "동대구로"), ("인천광역시", "연수구", "송도과학로"),
    ("광주광역시", "북구", "용봉로"), ("대전광역시", "유성구", "대학로"), ("경기도", "성남시 분당구", "판교역로"),
    ("경기도", "고양시 일산동구", "중앙로"), ("강원특별자치도", "강릉시", "경강로"), ("제주특별자치도", "제주시", "연북로"),
)  # fmt: skip
_PLACES_ABROAD = {
    "US": (("Portland", "OR", "97205", "Alder Street"), ("Austin", "TX", "78701", "Brazos Street")),
    "GB": (("Leeds", "West Yorkshire", "LS1 4DY", "Park Row"), ("Bristol", "Avon", "BS1 5TR", "Canon's Road")),
    "DE": (("Berlin", "Berlin", "10115", "Invalidenstraße"), ("Köln", "Nordrhein-Westfalen", "50667", "Hohe Straße")),
}
_AMERICAN_AREAS = (
    202, 206, 212, 213, 214, 215, 303, 305, 312, 313, 314, 404, 408, 412, 415, 416, 503, 504, 510, 512, 602, 612,
    615, 617, 619, 702, 703, 704, 713, 714, 716, 718, 720, 732, 773, 801, 804, 808, 813, 816, 818, 832, 858, 901,
    904, 907, 914, 916, 919, 925, 949, 952, 954, 972, 973, 978,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something is delivered, as Oscar's address fields want it."""

    line1: str
    line2: str
    city: str  # Oscar's line4
    state: str
    postcode: str
    country: str  # ISO 3166-1 alpha-2


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who joined the shop, or only bought as a guest."""

    username: str
    first_name: str
    last_name: str
    email: str
    phone: str  # E.164
    place: Place

    @property
    def full_name(self) -> str:
        """The name as it is called: 한수민, Mary Baker."""
        if self.last_name.isascii() or self.first_name.isascii():
            return f"{self.first_name} {self.last_name}"
        return f"{self.last_name}{self.first_name}"


def people(rng: Random, count: int, prefix: str = "member") -> Iterator[Person]:
    """Yields `count` people, three in four with Korean names; every e-mail and phone is nobody else's."""
    for index in range(count):
        yield _korean(rng, index, prefix) if rng.random() < 0.75 else _english(rng, index, prefix)


def korean_phone(index: int) -> str:
    """A mobile number no operator gives out; different for each index below a million."""
    return f"+821000{index % 1_000_000:06}"


def korean_place(rng: Random) -> Place:
    """A made-up house in a real Korean street."""
    city, state, street = rng.choice(_KOREAN_PLACES)
    return Place(
        line1=f"{street} {rng.randint(1, 480)}",
        line2=rng.choice(("", f"{rng.randint(101, 120)}동 {rng.randint(1, 25)}0{rng.randint(1, 6)}호")),
        city=city,
        state=state,
        postcode=f"{rng.randint(1000, 63644):05}",
        country="KR",
    )


def _korean(rng: Random, index: int, prefix: str) -> Person:
    last_name, last_roman = rng.choice(_SURNAMES)
    first_name, first_roman = rng.choice(_GIVEN)
    return Person(
        username=f"{prefix}{index:06}",
        first_name=first_name,
        last_name=last_name,
        email=_email(rng, prefix, f"{first_roman}.{last_roman}", index),
        phone=korean_phone(_phone_index(prefix, index)),
        place=korean_place(rng),
    )


def _english(rng: Random, index: int, prefix: str) -> Person:
    first_name, last_name = rng.choice(_ENGLISH_GIVEN), rng.choice(_ENGLISH_SURNAMES)
    country = rng.choice(("KR", "KR", "US", "GB", "DE"))
    ascii_name = f"{first_name}.{last_name}".lower().encode("ascii", "ignore").decode()
    return Person(
        username=f"{prefix}{index:06}",
        first_name=first_name,
        last_name=last_name,
        email=_email(rng, prefix, ascii_name.replace("'", "").replace(" ", ""), index),
        phone=_phone(country, _phone_index(prefix, index)),
        place=korean_place(rng) if country == "KR" else _place_abroad(rng, country),
    )


def _email(rng: Random, prefix: str, name: str, index: int) -> str:
    return f"{name}{'' if prefix == 'member' else '.' + prefix}{index}@{rng.choice(_DOMAINS)}"


def _phone_index(prefix: str, index: int) -> int:
    # Members count up from below, everybody else down from above: the two never meet below half a million.
    return index if prefix == "member" else 999_000 - index


def _phone(country: str, index: int) -> str:
    areas = len(_AMERICAN_AREAS)
    if country == "US" and index < 100 * areas:
        return f"+1{_AMERICAN_AREAS[index % areas]}55501{index // areas:02}"
    if country == "GB" and index < 1000:
        return f"+447700900{index:03}"
    if country == "DE" and index < 1000:
        return f"+493023125{index:03}"
    return korean_phone(index)


def _place_abroad(rng: Random, country: str) -> Place:
    city, state, postcode, street = rng.choice(_PLACES_ABROAD[country])
    number = rng.randint(1, 240)
    return Place(
        line1=f"{street} {number}" if country == "DE" else f"{number} {street}",
        line2="",
        city=city,
        state=state,
        postcode=postcode,
        country=country,
    )
