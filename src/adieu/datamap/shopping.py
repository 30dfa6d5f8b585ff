"""Where a shop keeps what the shopping report tells: orders, what was bought, mails, reviews, tickets.

Every part may be missing; the report then leaves it out and says so. A part names its dataset and the fields in it. Each
fact of an order (`line`, `discount`, `refund`, `delivery`) names the field that holds the order's `key`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

Scalar = None | bool | int | float | str
Named = tuple[str, str, str]  # dataset, column, where the map says it


def _several(value: object) -> object:
    """A list as it is; anything else as a list of one."""
    return value if isinstance(value, (list, tuple)) else [value]


Values = Annotated[tuple[Scalar, ...], BeforeValidator(_several)]


class Channel(StrEnum):
    """How a message reached the member."""

    MAIL = "mail"
    NOTICE = "notice"  # inside the shop: an inbox, a bell
    SMS = "sms"
    PUSH = "push"


class Source(BaseModel):
    """A dataset, the fields named in it, and which of its records count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    when: dict[str, Values] = {}  # field -> the only values of records that count; every record where empty

    def columns(self) -> Iterator[str]:
        """Every field of `dataset` that is named here."""
        for name, value in self:
            if name in ("dataset", "when"):
                yield from value if name == "when" else ()
            elif isinstance(value, str) and not isinstance(value, StrEnum) and name != "currency_is":
                yield value


class OrderState(BaseModel):
    """How the shop writes what became of an order; a value that stands nowhere here is still under way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    done: Values = ()
    cancelled: Values = ()
    returned: Values = ()

    @model_validator(mode="after")
    def _one_meaning_each(self) -> OrderState:
        every = [*self.done, *self.cancelled, *self.returned]
        if twice := sorted({str(value) for value in every if every.count(value) > 1}):
            raise ValueError(f"{', '.join(twice)}: expected in one of done, cancelled, returned only")
        if not every:
            raise ValueError("expected the shop's own values under done, cancelled or returned")
        return self


class OrderSource(Source):
    """The orders."""

    key: str  # what the facts of an order point at
    placed: str
    total: str | None = None  # what was to be paid, discounts already taken off
    currency: str | None = None  # the field with the ISO 4217 code
    currency_is: str | None = Field(default=None, pattern="^[A-Z]{3}$")  # or the code itself, where no field holds it
    state: OrderState | None = None
    discount: str | None = None
    refunded: str | None = None
    promised: str | None = None  # the day by which it was to arrive
    delivered: str | None = None

    @model_validator(mode="after")
    def _money_has_a_currency(self) -> OrderSource:
        money = self.total or self.discount or self.refunded
        if money and (self.currency is None) == (self.currency_is is None):
            raise ValueError("amounts need `currency:` (the field) or `currency_is:` (the ISO 4217 code), one of the two")
        return self

    def columns(self) -> Iterator[str]:
        """Every field of `dataset` that is named here."""
        yield from super().columns()
        if self.state:
            yield self.state.field


class LineSource(Source):
    """What was bought, a record a product. Amounts are in the order's currency."""

    order: str
    title: str
    quantity: str | None = None  # 1 where it is not named
    price: str | None = None  # of the whole line
    product: str | None = None  # what is the same each time it is bought; else its title
    category: str | None = None  # a category written on the line itself


class Names(Source):
    """Where the names of categories stand."""

    key: str
    name: str


class CategorySource(Source):
    """Which category a product is in: its name beside the product, or a key that leads to the name."""

    product: str
    name: str | None = None
    category: str | None = None
    named_in: Names | None = None

    @model_validator(mode="after")
    def _one_way(self) -> CategorySource:
        if (self.name is None) == (self.category is None) or (self.category is None) != (self.named_in is None):
            raise ValueError("expected `name:`, or `category:` with `named_in: {dataset, key, name}`")
        return self


class AmountSource(Source):
    """Amounts that belong to orders, in the order's currency; several of one order are added."""

    order: str
    amount: str


class DeliverySource(Source):
    """When orders arrived; the latest counts."""

    order: str
    at: str


class MailSource(Source):
    """Messages the member received."""

    sent: str
    channel: Channel = Channel.MAIL


class ReviewSource(Source):
    """Reviews the member wrote."""

    written: str


class TicketSource(Source):
    """Questions to the shop's centre."""

    opened: str


Mails = Annotated[tuple[MailSource, ...], BeforeValidator(_several)]


class Shopping(BaseModel):
    """The whole section."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str | None = None  # in which weekday and hour are told; else the zone of the shop's regime
    order: OrderSource | None = None
    line: LineSource | None = None
    category: CategorySource | None = None
    discount: AmountSource | None = None
    refund: AmountSource | None = None
    delivery: DeliverySource | None = None
    mail: Mails = ()
    review: ReviewSource | None = None
    ticket: TicketSource | None = None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        try:
            ZoneInfo(value or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("expected the name of a time zone, like Asia/Seoul") from None
        return value

    @model_validator(mode="after")
    def _parts_fit(self) -> Shopping:
        for name in ("line", "discount", "refund", "delivery"):
            if getattr(self, name) and self.order is None:
                raise ValueError(f"`{name}:` needs `order:`")
        if self.category and not (self.line and self.line.product):
            raise ValueError("`category:` needs `line:` with its `product:`")
        if self.category and self.line and self.line.category:
            raise ValueError("expected `category:` here or on the line, not both")
        if (self.discount or self.refund) and not (self.order and (self.order.currency or self.order.currency_is)):
            raise ValueError("`discount:` and `refund:` need the currency of the order")
        for name, field in (("discount", "discount"), ("refund", "refunded"), ("delivery", "delivered")):
            if getattr(self, name) and getattr(self.order, field):
                raise ValueError(f"expected `{name}:` or `order.{field}:`, not both")
        return self

    def sources(self) -> Iterator[tuple[tuple[str, ...], Source]]:
        """Every dataset that is named, with its path below ``shopping``; the same dataset may come twice."""
        for name in ("order", "line", "category", "discount", "refund", "delivery", "review", "ticket"):
            if isinstance(source := getattr(self, name), Source):
                yield (name,), source
        if self.category and self.category.named_in:
            yield ("category", "named_in"), self.category.named_in
        for place, mail in enumerate(self.mail):
            yield ("mail", str(place)), mail

    def named(self) -> Iterator[Named]:
        """Every column that is named."""
        for path, source in self.sources():
            for column in source.columns():
                yield source.dataset, column, ".".join(("shopping", *path))
