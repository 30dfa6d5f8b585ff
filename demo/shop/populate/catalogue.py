"""What the shop sells and how: products, stock, offers, vouchers, kinds of events. Nobody's personal data."""

from dataclasses import dataclass
from decimal import Decimal

from allauth.idp.oidc.models import Client
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.contrib.flatpages.models import FlatPage
from django.contrib.sites.models import Site
from oscar.core.loading import get_model

from demo.shop.populate.draft import Days

# The relying party that Adieu's web face is; a demo's secret, good only against this demo shop.
CLIENT_ID = "adieu"
CLIENT_SECRET = "adieu-demo-secret-7d2f"
CLIENT_REDIRECTS = "http://localhost:8100/login/callback\nhttp://127.0.0.1:8100/login/callback"

_COUNTRIES = (
    ("KR", "KOR", "410", "대한민국"), ("US", "USA", "840", "United States"), ("GB", "GBR", "826", "United Kingdom"),
    ("DE", "DEU", "276", "Germany"),
)  # fmt: skip
_CATEGORIES = (("소설", "fiction"), ("시와 수필", "poems-and-essays"), ("요리", "cooking"), ("컴퓨터", "computers"))
_SUBJECTS = (
    ("바다", "sea"), ("겨울", "winter"), ("골목", "alley"), ("편지", "letter"), ("고양이", "cat"), ("기차", "train"),
    ("식탁", "table"), ("별밤", "starry-night"), ("정원", "garden"), ("지도", "map"),
)  # fmt: skip
_FORMS = (("이야기", "story"), ("기록", "notes"), ("입문", "primer"), ("사전", "dictionary"))


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Rows everybody's records point at."""

    stock: list  # partner.StockRecord, each with its product loaded
    scarce: list  # catalogue.Product out of stock: what alerts are for
    gift_note: object  # catalogue.Option: a free text the buyer writes
    vouchers: list  # (voucher.Voucher, offer.ConditionalOffer)
    event_types: dict  # code -> communication.CommunicationEventType
    paid: object  # order.PaymentEventType
    refunded: object
    shipped: object  # order.ShippingEventType
    source_types: list  # payment.SourceType
    site: Site
    partner: object
    seller_range: object  # offer.Range a seller may upload products into
    regulars: Group
    permission: Permission
    client: Client


def make_catalogue(days: Days) -> Catalogue:
    """Writes the catalogue with the shop's own `save()`; call it with the clock stopped at the opening day."""
    _make_countries()
    partner = get_model("partner", "Partner").objects.create(code="oscar-books", name="오스카 북스")
    stock, scarce = _make_products(partner)
    order = {name: get_model("order", name).objects for name in ("PaymentEventType", "ShippingEventType")}
    source_type = get_model("payment", "SourceType").objects
    seller_range = get_model("offer", "Range").objects.create(name="이달의 책", slug="books-of-the-month")
    return Catalogue(
        stock=stock,
        scarce=scarce,
        gift_note=get_model("catalogue", "Option").objects.create(name="선물 메시지", code="gift-note"),
        vouchers=_make_vouchers(days),
        event_types=_make_event_types(),
        paid=order["PaymentEventType"].create(name="Paid", code="paid"),
        refunded=order["PaymentEventType"].create(name="Refunded", code="refunded"),
        shipped=order["ShippingEventType"].create(name="Shipped", code="shipped"),
        source_types=[source_type.create(name=name, code=code) for name, code in
                      (("신용카드", "card"), ("계좌이체", "bank-transfer"), ("간편결제", "easy-pay"))],
        site=_make_site(),
        partner=partner,
        seller_range=seller_range,
        regulars=Group.objects.create(name="단골 회원"),
        permission=Permission.objects.get(codename="dashboard_access"),
        client=_make_client(days),
    )  # fmt: skip


def _make_countries() -> None:
    for order, (two, three, number, name) in enumerate(_COUNTRIES):
        get_model("address", "Country").objects.create(
            iso_3166_1_a2=two, iso_3166_1_a3=three, iso_3166_1_numeric=number, name=name, printable_name=name,
            display_order=len(_COUNTRIES) - order, is_shipping_country=True,
        )  # fmt: skip


def _make_products(partner) -> tuple[list, list]:
    books = get_model("catalogue", "ProductClass").objects.create(name="책", slug="books")
    pages = get_model("catalogue", "ProductAttribute").objects.create(
        product_class=books, name="쪽수", code="pages", type="integer"
    )
    categories = [
        get_model("catalogue", "Category").add_root(name=name, slug=slug) for name, slug in _CATEGORIES
    ]  # fmt: skip
    stock = []
    for number, ((subject, subject_slug), (form, form_slug)) in enumerate((s, f) for s in _SUBJECTS for f in _FORMS):
        product = get_model("catalogue", "Product").objects.create(
            product_class=books, title=f"{subject}의 {form}", slug=f"{subject_slug}-{form_slug}",
            upc=f"97911000{number:05}", description=f"<p>{subject}에 관한 {form}. 데모 서점의 책입니다.</p>",
        )  # fmt: skip
        get_model("catalogue", "ProductAttributeValue").objects.create(
            attribute=pages, product=product, value_integer=120 + 8 * number
        )
        get_model("catalogue", "ProductCategory").objects.create(
            product=product, category=categories[number % len(categories)]
        )
        stock.append(
            get_model("partner", "StockRecord").objects.create(
                product=product, partner=partner, partner_sku=f"OB-{number:04}", price=Decimal(8000 + 500 * number),
                num_in_stock=0 if number >= 36 else 1_000_000,
            )
        )
    return stock[:36], [record.product for record in stock[36:]]


def _make_vouchers(days: Days) -> list:
    everything = get_model("offer", "Range").objects.create(
        name="모든 책", slug="all-books", includes_all_products=True, is_public=True
    )
    condition = get_model("offer", "Condition").objects.create(range=everything, type="Count", value=1)
    made = []
    for name, code, amount in (("가입 환영 쿠폰", "WELCOME", 2000), ("생일 쿠폰", "BIRTHDAY", 3000)):
        benefit = get_model("offer", "Benefit").objects.create(range=everything, type="Absolute", value=amount)
        offer = get_model("offer", "ConditionalOffer").objects.create(
            name=name, slug=code.lower(), offer_type="Voucher", condition=condition, benefit=benefit
        )
        voucher = get_model("voucher", "Voucher").objects.create(
            name=name, code=code, usage="Multi-use", start_datetime=days.opening, end_datetime=days.ago(-3650)
        )
        voucher.offers.add(offer)
        made.append((voucher, offer))
    return made


def _make_event_types() -> dict:
    return {
        code: get_model("communication", "CommunicationEventType").objects.create(code=code, name=name, category=category)
        for code, name, category in (
            ("ORDER_PLACED", "주문 확인", "Order related"),
            ("ORDER_SHIPPED", "배송 시작", "Order related"),
            ("REGISTRATION", "가입 환영", "User related"),
        )
    }


def _make_site() -> Site:
    site, _ = Site.objects.update_or_create(pk=1, defaults={"domain": "localhost:8000", "name": "Oscar Books"})
    about = FlatPage.objects.create(url="/about/", title="데모 서점", content="<p>지어낸 사람들의 서점입니다.</p>")
    about.sites.add(site)
    return site


def _make_client(days: Days) -> Client:
    return Client.objects.create(
        id=CLIENT_ID, name="Adieu", scopes="openid\nprofile\nemail", default_scopes="openid",
        secret=make_password(CLIENT_SECRET, salt="demo"), redirect_uris=CLIENT_REDIRECTS, skip_consent=True,
        created_at=days.opening,
    )  # fmt: skip
