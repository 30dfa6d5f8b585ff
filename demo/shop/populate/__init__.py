"""Fills an empty, migrated shop with made-up people through the shop's own models: same seed and day, same rows."""

from datetime import date
from random import Random

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import transaction
from django.db.migrations.recorder import MigrationRecorder

from demo.shop.populate import activity
from demo.shop.populate.accounts import Member, add_account_rows, add_cast_rows, open_accounts
from demo.shop.populate.cases import CAST, FAMILY, STAFF, Stage, play
from demo.shop.populate.catalogue import Catalogue, make_catalogue
from demo.shop.populate.draft import Days, Draft, clock_stopped_at
from demo.shop.populate.orders import Purchase, Till
from demo.shop.populate.people import people

_ORDER_COUNTS = (0, 0, 0, 1, 1, 1, 2, 2, 3, 5)  # drawn from: 1.5 a member


def fill(*, members: int, seed: int, today: date) -> None:
    """Writes `members` members (the cast of named ones included) and two of staff, all in one transaction.

    Raises:
        ValueError: if there are to be fewer members than the cast has, or the shop holds accounts already.
    """
    if members < len(CAST):
        raise ValueError(f"{members} members asked for; expected at least {len(CAST)}, the named ones")
    if User.objects.exists():
        raise ValueError("the shop holds accounts already; expected an empty, newly migrated database")
    draft = Draft(rng=Random(seed), days=Days(today=today))
    roster = [*STAFF, *CAST, *people(draft.rng, members - len(CAST))]
    with transaction.atomic():
        MigrationRecorder.Migration.objects.update(applied=draft.days.opening)
        with clock_stopped_at(draft.days.opening):
            catalogue = make_catalogue(draft.days)
        accounts = open_accounts(draft, roster)
        _fill_draft(draft, catalogue, dict(zip(roster, accounts, strict=True)))
        draft.write()
        activity.write_sums(draft)


def _fill_draft(draft: Draft, catalogue: Catalogue, accounts: dict) -> None:
    for person in STAFF:
        accounts[person].is_staff = accounts[person].is_superuser = True
        accounts[person].save(update_fields=["is_staff", "is_superuser"])
        draft.add(EmailAddress(user=accounts[person], email=person.email, verified=True, primary=True))
    members = {
        person.username: add_cast_rows(draft, person, account, verified=person is not FAMILY[1])
        if person in CAST
        else add_account_rows(draft, catalogue, person, account)
        for person, account in accounts.items()
        if person not in STAFF
    }
    till, reviews = Till(draft, catalogue), activity.Reviews(draft, catalogue)
    for member in members.values():
        activity.add_activity(draft, catalogue, member)
        if member.person not in CAST:  # what these ordered is part of what tests count on
            _shop(draft, till, reviews, member)
    _strangers(draft, catalogue, till, reviews, count=max(2, len(members) // 25))
    staff = tuple(accounts[person] for person in STAFF)
    play(Stage(draft=draft, catalogue=catalogue, till=till, reviews=reviews, members=members, staff=staff))


def _shop(draft: Draft, till: Till, reviews: activity.Reviews, member: Member) -> None:
    """One ordinary member's orders, reviews and votes; one in twenty ordered as a guest before joining."""
    rng, days = draft.rng, draft.days
    joined, orders = member.account.date_joined, rng.choice(_ORDER_COUNTS)
    for number in range(orders):
        recent = number == 0 and rng.random() < 0.08
        placed = draft.between(days.ago(10) if recent else joined, days.now)
        till.place(_purchase(draft, member, placed))
    for number, address in enumerate(member.addresses):
        address.num_orders_as_shipping_address = orders if number == 0 else 0
        address.num_orders_as_billing_address = orders if number == 0 else 0
    if rng.random() < 0.05:
        placed = draft.between(days.opening, joined)
        till.place(Purchase(person=member.person, email=member.person.email.lower(), placed=placed))
    if orders and rng.random() < 0.4:
        reviews.add_review(member)
    for _ in range(rng.choice((0, 0, 1, 2))):
        reviews.add_vote(member)


def _purchase(draft: Draft, member: Member, placed) -> Purchase:
    rng, name = draft.rng, member.person.full_name
    notes = []
    if rng.random() < 0.15:
        notes.append((None, rng.choice((f"{name} 고객님이 전화로 배송지를 확인함", "재고 확인 후 발송", f"Called {name}"))))
    return Purchase(
        person=member.person, member=member, placed=placed, with_billing=rng.random() < 0.8,
        with_gift_note=rng.random() < 0.08, with_voucher=rng.random() < 0.15, with_surcharge=rng.random() < 0.03,
        with_refund=rng.random() < 0.04, notes=notes,
    )  # fmt: skip


def _strangers(draft: Draft, catalogue: Catalogue, till: Till, reviews: activity.Reviews, count: int) -> None:
    """Guests who never joined: their orders, alerts and reviews are no member's."""
    for guest in people(draft.rng, count, prefix="guest"):
        placed = draft.between(draft.days.opening, draft.days.now)
        till.place(Purchase(person=guest, email=guest.email, placed=placed))
        if draft.rng.random() < 0.3:
            activity.add_alert(draft, catalogue, None, guest.email)
        if draft.rng.random() < 0.2:
            reviews.add_review(None, name=guest.full_name, email=guest.email)
