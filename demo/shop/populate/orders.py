"""Orders, with everything Oscar hangs below one: basket, lines, prices, addresses, payment, events, notes, mails."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from oscar.core.loading import get_model

from demo.shop.populate.accounts import Member, address_fields, filled
from demo.shop.populate.catalogue import Catalogue
from demo.shop.populate.draft import Draft
from demo.shop.populate.people import Person, Place

_UNDER_WAY_DAYS = 12  # younger orders are still on their way
_STEPS = {
    "Pending": (),
    "Being processed": ("Being processed",),
    "Complete": ("Being processed", "Complete"),
    "Cancelled": ("Cancelled",),
}
_FIRST_ORDER_NUMBER = 100_000  # Oscar: 100000 + the basket's id


def model(label: str):
    """A model of the shop by its label, e.g. `order.Line`."""
    return get_model(*label.split("."))


@dataclass(kw_only=True)
class Purchase:
    """What one order is to look like; by default as plain as most are."""

    person: Person
    placed: datetime
    member: Member | None = None  # None: a guest, known by e-mail only
    email: str = ""  # where a guest's mails go
    status: str = ""  # empty: as its age says
    ship_to: Place | None = None  # None: the person's own place
    with_billing: bool = True
    with_gift_note: bool = False
    with_voucher: bool = False
    with_surcharge: bool = False
    with_refund: bool = False
    notes: list = field(default_factory=list)  # (author account or None, text)


class Till:
    """Places orders into a draft. Numbers count on from the baskets in the draft, so the shop must be empty before."""

    def __init__(self, draft: Draft, catalogue: Catalogue) -> None:
        self._draft = draft
        self._catalogue = catalogue

    def place(self, purchase: Purchase):
        """Adds the order and all its rows; returns the order (unsaved)."""
        draft, status = self._draft, purchase.status or self._status_by_age(purchase.placed)
        owner = purchase.member.account if purchase.member else None
        basket = draft.add(
            model("basket.Basket")(
                owner=owner, status="Submitted", date_submitted=purchase.placed,
                date_created=purchase.placed - timedelta(minutes=draft.rng.randint(3, 600)),
            )
        )  # fmt: skip
        number = str(_FIRST_ORDER_NUMBER + draft.count_of(model("basket.Basket")))
        picked = [
            (stock, draft.rng.choice((1, 1, 1, 2)))
            for stock in draft.rng.sample(self._catalogue.stock, draft.rng.choice((1, 1, 2, 2, 3)))
        ]
        discount = Decimal(2000) if purchase.with_voucher else Decimal(0)
        order = draft.add(self._order(purchase, basket, number, status, owner, picked, discount))
        lines = [self._line(purchase, order, basket, stock, quantity, status) for stock, quantity in picked]
        if purchase.with_voucher:
            self._voucher(purchase, order, basket, lines[0], owner, discount)
        if purchase.with_surcharge:
            draft.add(model("order.Surcharge")(order=order, name="도서산간 배송", code="remote-area",
                                               incl_tax=Decimal(3000), excl_tax=Decimal(3000)))  # fmt: skip
        self._payment(purchase, order, lines, status)
        self._history(purchase, order, lines, status)
        self._words(purchase, order, owner, status)
        return order

    def _status_by_age(self, placed: datetime) -> str:
        chance = self._draft.rng.random()
        if placed > self._draft.days.ago(_UNDER_WAY_DAYS):
            return "Pending" if chance < 0.4 else "Being processed"
        return "Complete" if chance < 0.92 else "Cancelled"

    def _order(self, purchase, basket, number, status, owner, picked, discount):
        goods = sum((stock.price * quantity for stock, quantity in picked), Decimal(0)) - discount
        shipping = Decimal(0) if goods >= 30000 else Decimal(2500)
        surcharge = Decimal(3000) if purchase.with_surcharge else Decimal(0)
        total = goods + shipping + surcharge
        fields = address_fields(purchase.person, purchase.ship_to or purchase.person.place)
        rng = self._draft.rng
        shipping_address = filled(
            model("order.ShippingAddress")(
                phone_number=purchase.person.phone,
                notes=rng.choice(("", "", "문 앞에 놓아 주세요", "경비실에 맡겨 주세요", "Please ring twice")), **fields,
            )
        )  # fmt: skip
        billing_address = None
        if purchase.with_billing:
            billing_address = self._draft.add(filled(model("order.BillingAddress")(**fields)))
        return model("order.Order")(
            number=number, site=self._catalogue.site, basket=basket, user=owner, billing_address=billing_address,
            shipping_address=self._draft.add(shipping_address), currency="KRW", total_incl_tax=total,
            total_excl_tax=total, shipping_incl_tax=shipping, shipping_excl_tax=shipping,
            shipping_method="택배", shipping_code="parcel", status=status, guest_email=purchase.email,
            date_placed=purchase.placed,
        )  # fmt: skip

    def _line(self, purchase, order, basket, stock, quantity, status):
        draft, product, at = self._draft, stock.product, basket.date_created
        price = stock.price
        basket_line = draft.add(
            model("basket.Line")(
                basket=basket, line_reference=f"{product.pk}_{stock.pk}", product=product, stockrecord=stock,
                quantity=quantity, price_currency="KRW", price_excl_tax=price, price_incl_tax=price,
                date_created=at, date_updated=at,
            )
        )  # fmt: skip
        total = price * quantity
        line = draft.add(
            model("order.Line")(
                order=order, partner=self._catalogue.partner, partner_name=self._catalogue.partner.name,
                partner_sku=stock.partner_sku, stockrecord=stock, product=product, title=product.title,
                upc=product.upc, quantity=quantity, line_price_incl_tax=total, line_price_excl_tax=total,
                line_price_before_discounts_incl_tax=total, line_price_before_discounts_excl_tax=total,
                unit_price_incl_tax=price, unit_price_excl_tax=price, status=status,
                num_allocated=quantity if status in ("Pending", "Being processed") else 0,
                allocation_cancelled=status == "Cancelled",
            )
        )  # fmt: skip
        draft.add(
            model("order.LinePrice")(
                order=order, line=line, quantity=quantity, price_incl_tax=price, price_excl_tax=price
            )
        )
        if purchase.with_gift_note and line.quantity:
            text = f"생일 축하해요! {purchase.person.full_name} 드림"
            option = self._catalogue.gift_note
            draft.add(model("basket.LineAttribute")(line=basket_line, option=option, value=text))
            draft.add(model("order.LineAttribute")(line=line, option=option, type=option.code, value=text))
        return line

    def _voucher(self, purchase, order, basket, line, owner, discount) -> None:
        draft = self._draft
        voucher, offer = self._catalogue.vouchers[0]
        line.line_price_incl_tax -= discount
        line.line_price_excl_tax -= discount
        draft.add(model("basket.Basket").vouchers.through(basket=basket, voucher=voucher))
        draft.add(
            model("voucher.VoucherApplication")(
                voucher=voucher, user=owner, order=order, date_created=purchase.placed
            )
        )
        given = draft.add(
            model("order.OrderDiscount")(
                order=order, offer_id=offer.pk, offer_name=offer.name, voucher_id=voucher.pk,
                voucher_code=voucher.code, frequency=1, amount=discount,
            )
        )  # fmt: skip
        draft.add(model("order.OrderLineDiscount")(line=line, order_discount=given, is_incl_tax=True, amount=discount))

    def _payment(self, purchase, order, lines, status) -> None:
        if status == "Pending":
            return
        draft, rng, total = self._draft, self._draft.rng, order.total_incl_tax
        refunded = total if purchase.with_refund or status == "Cancelled" else Decimal(0)
        source = draft.add(
            model("payment.Source")(
                order=order, source_type=rng.choice(self._catalogue.source_types), currency="KRW",
                amount_allocated=total, amount_debited=total, amount_refunded=refunded,
                reference=f"pay_{order.number}", label=f"{purchase.person.full_name} ****{rng.randint(0, 9999):04}",
            )
        )  # fmt: skip
        paid_at = purchase.placed + timedelta(minutes=2)
        for kind, amount, at, event in (
            ("Debit", total, paid_at, self._catalogue.paid),
            ("Refund", refunded, paid_at + timedelta(days=1), self._catalogue.refunded),
        ):
            if not amount:
                continue
            draft.add(
                model("payment.Transaction")(
                    source=source, txn_type=kind, amount=amount, reference=f"txn_{rng.getrandbits(48):012x}",
                    status="Settled", date_created=at,
                )
            )  # fmt: skip
            self._payment_event(order, lines, event, amount, at)

    def _payment_event(self, order, lines, kind, amount, at) -> None:
        event = self._draft.add(
            model("order.PaymentEvent")(
                order=order, amount=amount, reference=f"pay_{order.number}", event_type=kind, date_created=at
            )
        )
        for line in lines:
            self._draft.add(model("order.PaymentEventQuantity")(event=event, line=line, quantity=line.quantity))

    def _history(self, purchase, order, lines, status) -> None:
        draft, before, at = self._draft, "Pending", purchase.placed
        for after in _STEPS[status]:
            at = min(at + timedelta(hours=draft.rng.randint(3, 60)), draft.days.now)
            draft.add(
                model("order.OrderStatusChange")(order=order, old_status=before, new_status=after, date_created=at)
            )
            before = after
        if status != "Complete":
            return
        event = draft.add(
            model("order.ShippingEvent")(
                order=order, event_type=self._catalogue.shipped, date_created=at,
                notes=draft.rng.choice(("", "", f"수령인 {purchase.person.full_name}")),
            )
        )  # fmt: skip
        for line in lines:
            draft.add(model("order.ShippingEventQuantity")(event=event, line=line, quantity=line.quantity))

    def _words(self, purchase, order, owner, status) -> None:
        draft, person = self._draft, purchase.person
        for author, text in purchase.notes:
            draft.add(
                model("order.OrderNote")(
                    order=order, user=author, note_type="Info" if author else "System", message=text,
                    date_created=purchase.placed + timedelta(hours=2), date_updated=purchase.placed + timedelta(hours=2),
                )
            )  # fmt: skip
        codes = [("ORDER_PLACED", "주문을 받았습니다", purchase.placed)]
        if status == "Complete":
            codes.append(("ORDER_SHIPPED", "책이 출발했습니다", purchase.placed + timedelta(days=1)))
        for code, what, at in codes:
            kind = self._catalogue.event_types[code]
            draft.add(model("order.CommunicationEvent")(order=order, event_type=kind, date_created=at))
            add_mail(draft, owner, owner.email if owner else purchase.email, f"[Oscar Books] {order.number} {kind.name}",
                     f"{person.full_name}님, {what}.\n받는 곳: {person.place.city} {person.place.line1}\n{person.phone}", at)


def add_mail(draft: Draft, account, email: str, subject: str, body: str, at: datetime) -> None:
    """A mail the shop sent, as Oscar keeps a copy of it; `account` None for a guest."""
    draft.add(
        model("communication.Email")(
            user=account, email=email, subject=subject, body_text=body, body_html=f"<p>{body}</p>", date_sent=at
        )
    )
