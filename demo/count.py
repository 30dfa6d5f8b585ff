"""Counts one member's records, table by table: `python -m demo.count --member demo-member`.

The walk is written down here by hand and runs through the shop's own models; it shares nothing with Adieu, so that the
two can be held against each other. Three ways to be a member's record are told apart:

    key      a foreign key, a chain of them, or (order addresses) a pointer from the member's record
    e-mail   no key, but the member's verified e-mail: guest orders and all below them, logged-out alerts and reviews
    about    somebody else's record that points at the member without a foreign key (the admin's log, shared wishlists)
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

_BY_KEY = {
    "auth.User": ("pk",),
    "auth.User_groups": ("user",),
    "auth.User_user_permissions": ("user",),
    "account.EmailAddress": ("user",),
    "account.EmailConfirmation": ("email_address__user",),
    "address.UserAddress": ("user",),
    "admin.LogEntry": ("user",),
    "allauth_idp_oidc.Client": ("owner",),
    "allauth_idp_oidc.Token": ("user", "client__owner"),
    "analytics.UserProductView": ("user",),
    "analytics.UserRecord": ("user",),
    "analytics.UserSearch": ("user",),
    "basket.Basket": ("owner",),
    "basket.Basket_vouchers": ("basket__owner",),
    "basket.Line": ("basket__owner",),
    "basket.LineAttribute": ("line__basket__owner",),
    "communication.Email": ("user",),
    "communication.Notification": ("recipient", "sender"),
    "customer.ProductAlert": ("user",),
    "mfa.Authenticator": ("user",),
    "offer.RangeProductFileUpload": ("uploaded_by",),
    "order.OrderNote": ("user", "order__user"),
    "partner.Partner_users": ("user",),
    "payment.Bankcard": ("user",),
    "reviews.ProductReview": ("user",),
    "reviews.Vote": ("user", "review__user"),
    "voucher.VoucherApplication": ("user", "order__user"),
    "wishlists.WishList": ("owner",),
    "wishlists.Line": ("wishlist__owner",),
    "wishlists.WishListSharedEmail": ("wishlist__owner",),
}
# Below an order, whoever placed it: the way from the table to the order.
_BY_ORDER = {
    "order.Order": "",
    "order.BillingAddress": "order__",
    "order.CommunicationEvent": "order__",
    "order.Line": "order__",
    "order.LineAttribute": "line__order__",
    "order.LinePrice": "order__",
    "order.OrderDiscount": "order__",
    "order.OrderLineDiscount": "line__order__",
    "order.OrderNote": "order__",
    "order.OrderStatusChange": "order__",
    "order.PaymentEvent": "order__",
    "order.PaymentEventQuantity": "event__order__",
    "order.ShippingAddress": "order__",
    "order.ShippingEvent": "order__",
    "order.ShippingEventQuantity": "event__order__",
    "order.Surcharge": "order__",
    "payment.Source": "order__",
    "payment.Transaction": "source__order__",
    "voucher.VoucherApplication": "order__",
    # A guest's basket has no owner; the order leads to it.
    "basket.Basket": "order__",
    "basket.Basket_vouchers": "basket__order__",
    "basket.Line": "basket__order__",
    "basket.LineAttribute": "line__basket__order__",
}
# The e-mail stands in the row itself: (key that must be empty, e-mail).
_BY_EMAIL = {
    "communication.Email": ("user", "email"),
    "customer.ProductAlert": ("user", "email"),
    "reviews.ProductReview": ("user", "email"),
}


@dataclass(kw_only=True)
class Count:
    """A member's records in one table; a record that is theirs by key is not counted again by e-mail."""

    key: int = 0
    email: int = 0
    about: int = 0

    @property
    def all(self) -> int:
        """All ways together."""
        return self.key + self.email + self.about


def rows_per_table() -> dict[str, int]:
    """All rows of all tables of the shop, whosever they are."""
    from django.db import connection

    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = cursor.fetchone()[0]
    return counts


def count_member(account) -> dict[str, Count]:
    """Counts the member's records in every table that can hold one; a table without any is there with zeros."""
    from django.apps import apps

    emails = _verified_emails(account)
    counts = {}
    for label in sorted({*_BY_KEY, *_BY_ORDER}):
        model = apps.get_model(label)
        counts[model._meta.db_table] = _count_table(model, label, account, emails)
    counts["django_session"] = Count(key=sum(1 for holder in _session_holders() if holder == str(account.pk)))
    _add_about(counts, account, emails)
    return dict(sorted(counts.items()))


def find_account(member: str):
    """The account with this username or id.

    Raises:
        LookupError: if there is none.
    """
    from django.contrib.auth.models import User
    from django.db.models import Q

    key = Q(pk=int(member)) if member.isdecimal() else Q(username=member)
    account = User.objects.filter(key).first()
    if account is None:
        raise LookupError(f"no account {member!r}; expected a username or an id of auth_user")
    return account


def _count_table(model, label: str, account, emails: list[str]) -> Count:
    from django.db.models import Q

    by_key, by_email = Q(pk__in=[]), Q(pk__in=[])
    for way in _BY_KEY.get(label, ()):
        by_key |= Q(**{way: account.pk})
    if label in _BY_ORDER:
        order = _BY_ORDER[label]
        by_key |= Q(**{f"{order}user": account.pk})
        for email in emails:
            by_email |= Q(**{f"{order}user__isnull": True, f"{order}guest_email__iexact": email})
    if label in _BY_EMAIL:
        key, column = _BY_EMAIL[label]
        for email in emails:
            by_email |= Q(**{f"{key}__isnull": True, f"{column}__iexact": email})
    rows = model._base_manager
    own = set(rows.filter(by_key).values_list("pk", flat=True))
    return Count(key=len(own), email=len(set(rows.filter(by_email).values_list("pk", flat=True)) - own))


def _verified_emails(account) -> list[str]:
    from allauth.account.models import EmailAddress

    return sorted({row.email.lower() for row in EmailAddress.objects.filter(user=account, verified=True)})


def _session_holders() -> Iterator[str | None]:
    """The account each session is logged in as; the database cannot tell, the text is signed and compressed."""
    from django.contrib.sessions.models import Session

    for session in Session.objects.iterator():
        yield session.get_decoded().get("_auth_user_id")


def _add_about(counts: dict[str, Count], account, emails: list[str]) -> None:
    from django.apps import apps
    from django.contrib.contenttypes.models import ContentType

    log = apps.get_model("admin.LogEntry").objects.exclude(user=account)
    kind = ContentType.objects.get_for_model(type(account))
    counts["django_admin_log"].about = log.filter(content_type=kind, object_id=str(account.pk)).count()
    shared = apps.get_model("wishlists.WishListSharedEmail").objects.exclude(wishlist__owner=account)
    counts["wishlists_wishlistsharedemail"].about = sum(1 for row in shared if row.email.lower() in emails)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.count", description="Count one member's records per table.")
    parser.add_argument("--member", required=True, help="username or id")
    parser.add_argument("--json", action="store_true", help="print {table: {key, email, about}}")
    options = parser.parse_args(arguments)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.shop.settings")
    django.setup()
    try:
        account = find_account(options.member)
    except LookupError as error:
        print(f"demo.count: {error.args[0]}", file=sys.stderr)
        return 1
    counts = count_member(account)
    if options.json:
        print(json.dumps({table: asdict(count) for table, count in counts.items()}, indent=1))
        return 0
    print(f"{'key':>6} {'e-mail':>6} {'about':>6}  table        (member {account.pk})")
    for table, count in counts.items():
        print(f"{count.key:6} {count.email:6} {count.about:6}  {table}")
    print(f"{sum(count.all for count in counts.values())} records in {sum(1 for c in counts.values() if c.all)} tables")
    return 0


if __name__ == "__main__":
    sys.exit(main())
