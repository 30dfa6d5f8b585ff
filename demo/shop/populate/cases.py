"""People with a part to play: the demo member, two 김민수, a family with one e-mail, somebody a note talks about.

The demo member owns at least one row in every table that can hold a member's record, in every way a row can be one's
own; what they are called here is what tests and the demo look for.
"""

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailConfirmation
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType

from demo.shop.populate import activity
from demo.shop.populate.accounts import Member, add_bankcard, add_email, add_second_factor, add_session, add_tokens
from demo.shop.populate.catalogue import Catalogue
from demo.shop.populate.draft import Draft
from demo.shop.populate.orders import Purchase, Till, add_mail, model
from demo.shop.populate.people import DEMO_USERNAME, Person, Place

# 20 bytes: the demo member's TOTP secret is their base32 text, MRSW23ZNMFSGSZLVFV2G65DQFVVWK6JB.
DEMO_TOTP_SECRET = b"demo-adieu-totp-key!"
FAMILY_EMAIL = "park.family@example.com"
_HOME = Place(line1="월드컵북로 396", line2="103동 1204호", city="서울특별시", state="마포구", postcode="03925", country="KR")
_AWAY = Place(line1="경강로 2120", line2="", city="강원특별자치도", state="강릉시", postcode="25530", country="KR")


def _named(username: str, last_name: str, first_name: str, email: str, number: int, place: Place = _HOME) -> Person:
    return Person(
        username=username, last_name=last_name, first_name=first_name, email=email, phone=f"+8210009900{number:02}",
        place=place,
    )  # fmt: skip


DEMO = _named(DEMO_USERNAME, "한", "수민", "Sumin.Han@example.com", 1)
NAMESAKES = (
    _named("minsu-one", "김", "민수", "minsu.kim@example.com", 2, _AWAY),
    _named("minsu-two", "김", "민수", "minsu.kim@example.net", 3),
)
FAMILY = (
    _named("park-mother", "박", "지영", FAMILY_EMAIL, 4),
    _named("park-son", "박", "도윤", FAMILY_EMAIL, 5),
)
MENTIONED = _named("seoyeon-lee", "이", "서연", "seoyeon.lee@example.com", 6)
CAST = (DEMO, *NAMESAKES, *FAMILY, MENTIONED)
STAFF = (
    _named("staff-jung", "정", "혜진", "hyejin.jung@oscar-books.example", 90),
    _named("staff-oh", "오", "태경", "taekyung.oh@oscar-books.example", 91),
)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where the cases are played: the draft, what writes into it, and everybody by username."""

    draft: Draft
    catalogue: Catalogue
    till: Till
    reviews: activity.Reviews
    members: dict[str, Member]
    staff: tuple[User, ...]


def play(stage: Stage) -> None:
    """Adds the rows of all cases to the draft."""
    demo = stage.members[DEMO_USERNAME]
    _demo_account(stage, demo)
    _demo_orders(stage, demo)
    _demo_activity(stage, demo)
    _demo_by_email(stage)
    _family(stage)
    _mentions(stage, demo)
    _staff_work(stage, demo)


def _demo_account(stage: Stage, demo: Member) -> None:
    draft, account, catalogue = stage.draft, demo.account, stage.catalogue
    old = add_email(draft, account, verified=False)
    old.email, old.primary = "old.sumin@example.net", False
    sent = draft.days.ago(2)
    draft.add(EmailConfirmation(email_address=old, created=sent, sent=sent, key="demo" + 60 * "0"))
    add_bankcard(draft, demo.person, account)
    add_second_factor(draft, account, DEMO_TOTP_SECRET)
    add_session(draft, account, draft.days.ago(1))
    add_session(draft, account, draft.days.ago(40))  # ended long ago, but nobody swept it
    add_tokens(draft, catalogue, account)
    draft.add(
        type(catalogue.client)(
            id="sumin-reading-app", name="수민의 독서 앱", owner=account, secret="!", type="public",
            redirect_uris="http://localhost:9000/", scopes="openid", created_at=draft.days.ago(90),
        )
    )  # fmt: skip
    draft.add(User.groups.through(user=account, group=catalogue.regulars))
    draft.add(User.user_permissions.through(user=account, permission=catalogue.permission))
    draft.add(type(catalogue.partner).users.through(partner=catalogue.partner, user=account))
    draft.add(
        model("offer.RangeProductFileUpload")(
            range=catalogue.seller_range, filepath="uploads/sumin-han-books.csv", size=812, uploaded_by=account,
            date_uploaded=draft.days.ago(33), status="Processed", date_processed=draft.days.ago(33), num_new_skus=4,
        )
    )  # fmt: skip


def _demo_orders(stage: Stage, demo: Member) -> None:
    till, ago, staff = stage.till, stage.draft.days.ago, stage.staff[0]
    name, phone = demo.person.full_name, demo.person.phone
    for purchase in (
        Purchase(person=demo.person, member=demo, placed=ago(2300), status="Complete"),
        Purchase(
            person=demo.person, member=demo, placed=ago(1000), status="Complete", with_voucher=True,
            with_gift_note=True, with_surcharge=True, ship_to=_AWAY,
            notes=[(staff, f"{name} 고객님 통화 ({phone}): 강릉 본가로 배송 요청"), (None, "결제 확인")],
        ),
        Purchase(person=demo.person, member=demo, placed=ago(400), status="Cancelled", with_refund=True,
                 notes=[(demo.account, "주문을 취소했습니다. - 한수민")]),
        Purchase(person=demo.person, member=demo, placed=ago(3), status="Being processed"),
    ):  # fmt: skip
        till.place(purchase)


def _demo_activity(stage: Stage, demo: Member) -> None:
    draft, catalogue, reviews = stage.draft, stage.catalogue, stage.reviews
    activity.add_look(draft, catalogue, demo)
    activity.add_search(draft, demo, "한수민 작가")
    activity.add_wishlist(draft, catalogue, demo, lines=3, shared_with=MENTIONED.email)
    activity.add_open_basket(draft, catalogue, demo)
    activity.add_alert(draft, catalogue, demo)
    reviews.add_review(demo, "좋아요", "두 번 읽었습니다.")
    reviews.add_review(demo, "연락 주세요", "같이 읽으실 분은 sumin.han@example.com 으로 연락 주세요. 한수민")
    reviews.add_vote(demo, reviews.add_review(stage.members[MENTIONED.username]))
    demo_review = reviews.add_review(demo) or reviews.add_review(demo)
    if demo_review:
        reviews.add_vote(stage.members[MENTIONED.username], demo_review)
    activity.add_notice(draft, demo.account, stage.staff[0], "문의하신 내용에 답변드립니다", "<p>한수민님, 안녕하세요.</p>")
    activity.add_notice(
        draft, stage.members[MENTIONED.username].account, demo.account, "위시리스트를 공유했습니다",
        "<p>한수민님이 위시리스트를 공유했습니다.</p>",
    )  # fmt: skip


def _demo_by_email(stage: Stage) -> None:
    """Rows that know the demo member by e-mail only; once in lower case, once as typed."""
    draft, ago = stage.draft, stage.draft.days.ago
    for email, days in (("sumin.han@example.com", 1500), ("Sumin.Han@example.com", 600)):
        stage.till.place(Purchase(person=DEMO, email=email, placed=ago(days), status="Complete"))
    activity.add_alert(draft, stage.catalogue, None, "sumin.han@example.com")
    stage.reviews.add_review(None, "로그인 없이 씁니다", "배송이 빨라요.", name="한수민", email="sumin.han@example.com")
    activity.add_wishlist(draft, stage.catalogue, stage.members[MENTIONED.username], 1, "sumin.han@example.com")
    add_mail(draft, None, "sumin.han@example.com", "[Oscar Books] 재입고 알림", "기다리시던 책이 들어왔습니다.", ago(50))


def _family(stage: Stage) -> None:
    """Two accounts hold one e-mail; what a guest did with it cannot be told to be the one's or the other's."""
    mother = FAMILY[0]
    stage.till.place(Purchase(person=mother, email=FAMILY_EMAIL, placed=stage.draft.days.ago(800), status="Complete"))
    activity.add_alert(stage.draft, stage.catalogue, None, FAMILY_EMAIL)
    for person in FAMILY:
        member = stage.members[person.username]
        placed = stage.draft.days.ago(500)
        stage.till.place(Purchase(person=person, member=member, placed=placed, status="Complete"))


def _mentions(stage: Stage, demo: Member) -> None:
    """Notes on somebody else's order that name a member, with and without a strong identifier."""
    first, second = (stage.members[person.username] for person in NAMESAKES)
    ago, staff = stage.draft.days.ago, stage.staff[1]
    stage.till.place(
        Purchase(
            person=first.person, member=first, placed=ago(700), status="Complete",
            notes=[(staff, f"{MENTIONED.full_name} 고객님({MENTIONED.email})이 대신 받기로 함")],
        )
    )  # fmt: skip
    stage.till.place(
        Purchase(
            person=second.person, member=second, placed=ago(350), status="Complete",
            notes=[(staff, f"선물 받는 분: {demo.person.full_name}, sumin.han@example.com, 010-0099-0001")],
        )
    )  # fmt: skip


def _staff_work(stage: Stage, demo: Member) -> None:
    """The admin's log: what staff did to a member's account, and what the demo member did as a seller."""
    users = ContentType.objects.get_for_model(User)
    other = stage.members[MENTIONED.username].account
    for actor, target, days in ((stage.staff[0], demo.account, 120), (demo.account, other, 60), (stage.staff[1], other, 5)):
        stage.draft.add(
            LogEntry(
                action_time=stage.draft.days.ago(days) + timedelta(minutes=days), user=actor, content_type=users,
                object_id=str(target.pk), object_repr=target.username, action_flag=CHANGE,
                change_message='[{"changed": {"fields": ["이메일 주소"]}}]',
            )
        )  # fmt: skip
