"""What members do besides ordering: look, search, wish, review, vote, wait for a book, leave things in the basket."""

import hashlib
from collections import defaultdict
from datetime import timedelta

from django.db.models import Count, Sum

from demo.shop.populate.accounts import Member
from demo.shop.populate.catalogue import Catalogue
from demo.shop.populate.draft import Draft
from demo.shop.populate.orders import add_mail, model

_SEARCHES = ("바다", "겨울 책", "고양이 사진집", "python", "cook book", "시집", "생일 선물", "지도", "오스카")
_PRAISE = (
    ("재미있어요", "단숨에 읽었습니다."),
    ("선물용으로 좋아요", "포장이 깔끔합니다."),
    ("Lovely", "A quiet, lovely read."),
    ("그저 그래요", "기대보다 아쉬웠습니다."),
)


def add_activity(draft: Draft, catalogue: Catalogue, member: Member) -> None:
    """Adds one member's looks, searches, wishes and notices, in the numbers a shop sees."""
    rng = draft.rng
    for _ in range(rng.randint(1, 8)):
        add_look(draft, catalogue, member)
    for _ in range(rng.randint(0, 4)):
        add_search(draft, member, rng.choice(_SEARCHES))
    if rng.random() < 0.4:
        add_wishlist(draft, catalogue, member, lines=rng.randint(1, 4))
    if rng.random() < 0.35:
        add_open_basket(draft, catalogue, member)
    if rng.random() < 0.15:
        add_alert(draft, catalogue, member)
    if rng.random() < 0.5:
        add_notice(draft, member.account, None, f"{member.person.full_name}님, 새 책이 들어왔습니다")
    joined = member.account.date_joined
    add_mail(draft, member.account, member.account.email, "[Oscar Books] 가입을 환영합니다",
             f"{member.person.full_name}님, 오스카 북스에 오신 것을 환영합니다.", joined)  # fmt: skip


def add_look(draft: Draft, catalogue: Catalogue, member: Member) -> None:
    """The member looked at a product."""
    draft.add(
        model("analytics.UserProductView")(
            user=member.account, product=draft.rng.choice(catalogue.stock).product,
            date_created=draft.between(member.account.date_joined, draft.days.now),
        )
    )  # fmt: skip


def add_search(draft: Draft, member: Member, query: str) -> None:
    """The member searched for something."""
    at = draft.between(member.account.date_joined, draft.days.now)
    draft.add(model("analytics.UserSearch")(user=member.account, query=query, date_created=at))


def add_wishlist(draft: Draft, catalogue: Catalogue, member: Member, lines: int, shared_with: str = ""):
    """A wishlist, shared with an e-mail if one is given."""
    number = draft.count_of(model("wishlists.WishList"))
    wishlist = draft.add(
        model("wishlists.WishList")(
            owner=member.account, name=f"{member.person.full_name}의 책", key=_wishlist_key(number),
            visibility="Shared" if shared_with else "Private",
            date_created=draft.between(member.account.date_joined, draft.days.now),
        )
    )  # fmt: skip
    for stock in draft.rng.sample(catalogue.stock, lines):
        draft.add(model("wishlists.Line")(wishlist=wishlist, product=stock.product, title=stock.product.title))
    if shared_with:
        draft.add(model("wishlists.WishListSharedEmail")(wishlist=wishlist, email=shared_with))
    return wishlist


def add_open_basket(draft: Draft, catalogue: Catalogue, member: Member) -> None:
    """Something left in the basket."""
    at = draft.between(draft.days.ago(60), draft.days.now)
    basket = draft.add(model("basket.Basket")(owner=member.account, status="Open", date_created=at))
    for stock in draft.rng.sample(catalogue.stock, draft.rng.randint(1, 2)):
        draft.add(
            model("basket.Line")(
                basket=basket, line_reference=f"{stock.product_id}_{stock.pk}", product=stock.product,
                stockrecord=stock, price_currency="KRW", price_excl_tax=stock.price, price_incl_tax=stock.price,
                date_created=at, date_updated=at,
            )
        )  # fmt: skip


def add_alert(draft: Draft, catalogue: Catalogue, member: Member | None, email: str = "") -> None:
    """Tell me when it is back: by a member, or logged out, by e-mail (then Oscar gives it a key)."""
    at = draft.between(draft.days.ago(200), draft.days.ago(1))
    alert = model("customer.ProductAlert")(product=draft.rng.choice(catalogue.scarce), date_created=at)
    if member:
        alert.user = member.account  # Oscar leaves the e-mail empty: it is the account's
    else:
        alert.email, alert.date_confirmed = email, at + timedelta(hours=1)
        alert.key = f"{draft.rng.getrandbits(160):040x}"
    draft.add(alert)


def add_notice(draft: Draft, recipient, sender, subject: str, body: str = "") -> None:
    """A notice in a member's inbox; from the shop itself if there is no sender."""
    at = draft.between(draft.days.ago(300), draft.days.now)
    draft.add(
        model("communication.Notification")(
            recipient=recipient, sender=sender, subject=subject, body=body or f"<p>{subject}</p>", date_sent=at,
            date_read=at + timedelta(days=1) if draft.rng.random() < 0.5 else None,
        )
    )  # fmt: skip


class Reviews:
    """Reviews and votes: one review a member and product, one vote a member and review, never on one's own."""

    def __init__(self, draft: Draft, catalogue: Catalogue) -> None:
        self._draft = draft
        self._catalogue = catalogue
        self._made: list = []
        self._written: set = set()
        self._voted: set = set()

    def add_review(self, member: Member | None, title: str = "", body: str = "", name: str = "", email: str = ""):
        """A review of a random product; without a member, by whoever gave that name and e-mail. None: had one already."""
        draft = self._draft
        product = draft.rng.choice(self._catalogue.stock).product
        account = member.account if member else None
        if account and (account.pk, product.pk) in self._written:
            return None
        self._written.add((account.pk if account else None, product.pk))
        said = draft.rng.choice(_PRAISE)
        since = account.date_joined if account else draft.days.ago(900)
        review = draft.add(
            model("reviews.ProductReview")(
                product=product, user=account, score=draft.rng.randint(2, 5), title=title or said[0],
                body=body or said[1], name=name, email=email, status=1,
                date_created=draft.between(since, draft.days.now),
            )
        )  # fmt: skip
        self._made.append(review)
        return review

    def add_vote(self, member: Member, review=None) -> None:
        """An up or down vote on a review of somebody else's; on a random one if none is given."""
        if review is None and not self._made:
            return
        review = review or self._draft.rng.choice(self._made)
        key = (member.account.pk, id(review))
        if review.user is member.account or key in self._voted:
            return
        self._voted.add(key)
        at = self._draft.between(review.date_created, self._draft.days.now)
        delta = self._draft.rng.choice((1, 1, 1, -1))
        self._draft.add(model("reviews.Vote")(review=review, user=member.account, delta=delta, date_created=at))
        review.total_votes += 1
        review.delta_votes += delta


def write_sums(draft: Draft) -> None:
    """Writes what Oscar's receivers count along the way: a record per member and product, stock, ratings, vouchers."""
    _sum_up_members(draft)
    lines, product_model = model("order.Line"), model("catalogue.Product")
    looks = dict(_grouped(model("analytics.UserProductView"), "product_id", Count("id")))
    baskets = dict(_grouped(model("basket.Line"), "product_id", Sum("quantity")))
    for product_id, bought in _grouped(lines, "product_id", Sum("quantity")):
        draft.add(
            model("analytics.ProductRecord")(
                product_id=product_id, num_views=looks.get(product_id, 0),
                num_basket_additions=baskets.get(product_id, 0), num_purchases=bought, score=0.0,
            )
        )  # fmt: skip
    for stock_id, waiting in _grouped(lines, "stockrecord_id", Sum("num_allocated")):
        model("partner.StockRecord").objects.filter(pk=stock_id).update(num_allocated=waiting)
    for product in product_model.objects.filter(reviews__isnull=False).distinct():
        product_model.objects.filter(pk=product.pk).update(rating=product.calculate_rating())
    used = model("voucher.VoucherApplication").objects
    for voucher_id, times in _grouped(model("voucher.VoucherApplication"), "voucher_id", Count("id")):
        given = model("order.OrderDiscount").objects.filter(voucher_id=voucher_id).aggregate(sum=Sum("amount"))["sum"]
        model("voucher.Voucher").objects.filter(pk=voucher_id).update(
            num_basket_additions=times, num_orders=times, total_discount=given
        )
        model("offer.ConditionalOffer").objects.filter(vouchers=voucher_id).update(
            num_applications=times, num_orders=used.filter(voucher_id=voucher_id).values("order").distinct().count(),
            total_discount=given,
        )  # fmt: skip
    draft.write()


def _sum_up_members(draft: Draft) -> None:
    looks = dict(_grouped(model("analytics.UserProductView"), "user_id", Count("id")))
    baskets = dict(_grouped(model("basket.Line"), "basket__owner_id", Count("id")))
    bought: dict = defaultdict(lambda: [0, 0])
    for owner, lines, items in (
        model("order.Line").objects.order_by().filter(order__user__isnull=False)
        .values_list("order__user_id").annotate(lines=Count("id"), items=Sum("quantity"))
    ):  # fmt: skip
        bought[owner] = [lines, items]
    orders: dict = {}
    for order in model("order.Order").objects.filter(user__isnull=False).order_by("date_placed", "id"):
        count, spent, _ = orders.get(order.user_id, (0, 0, None))
        orders[order.user_id] = (count + 1, spent + order.total_incl_tax, order.date_placed)
    for owner in sorted(set(looks) | set(orders) | {key for key in baskets if key}):
        count, spent, last = orders.get(owner, (0, 0, None))
        draft.add(
            model("analytics.UserRecord")(
                user_id=owner, num_product_views=looks.get(owner, 0), num_basket_additions=baskets.get(owner, 0),
                num_orders=count, num_order_lines=bought[owner][0], num_order_items=bought[owner][1],
                total_spent=spent, date_last_order=last,
            )
        )  # fmt: skip


def _grouped(rows, key: str, what) -> list:
    return list(rows.objects.order_by(key).filter(**{f"{key}__isnull": False}).values_list(key).annotate(sum=what))


def _wishlist_key(number: int) -> str:
    return hashlib.sha256(f"wishlist {number}".encode()).hexdigest()[:6]
