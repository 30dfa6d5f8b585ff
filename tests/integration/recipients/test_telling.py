"""A recipient told over real HTTP: each class of answer, refusals, repeats, and what never leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.recipients import SECRET, TOKEN, RecipientKind

from adieu.adapters.recipients import RecipientAddress, open_recipient
from adieu.errors import SettingsError, StoreError, StoreUnreachable
from adieu.ports.faults import NoFaults
from adieu.testing.clock import FixedClock
from adieu.testing.contract.untransacted import FIRST, LONGER, STAYS, begin_outside, member

OTHER = "whsec_" + "b3RoZXIgc2VjcmV0IG9mIHRoZSBzaG9wISE="


@pytest.fixture
def kind() -> Iterator[RecipientKind]:
    recipient = RecipientKind()
    yield recipient
    recipient.close()


def test_a_message_names_the_member_as_the_links_do_and_the_address_names_nobody(kind: RecipientKind) -> None:
    case = begin_outside(kind)
    case.close(case.run(FIRST))
    ((message, body),) = kind.mailbox.received
    assert message.startswith("adieu_") and len(message) == 38
    assert body["type"] == "member.closed"
    assert body["data"] == {
        "shop": "Contract", "member": FIRST.key, "identifiers": [{"kind": "email", "value": FIRST.proved[0].value}],
        "datasets": ["there.contact", "there.subscriber"], "ask": "delete",
    }
    assert kind.mailbox.paths == [f"/hooks?token={TOKEN}"]


@pytest.mark.parametrize("status", [301, 302, 401, 403, 404, 405, 410, 415, 429, 500, 503])
def test_an_answer_that_concerns_all_stops_the_run_and_says_what_to_do(kind: RecipientKind, status: int) -> None:
    case = begin_outside(kind)
    kind.mailbox.status = status
    kind.mailbox.headers = {"location": f"{kind.url}/elsewhere"}
    with pytest.raises(StoreUnreachable) as raised:
        case.close(case.run(FIRST))
    text = str(raised.value)
    assert f"({status})" in text and "nothing was erased anywhere" in text
    assert not [secret for secret in (SECRET, TOKEN, FIRST.key, "private.example") if secret in text]
    assert len(kind.mailbox.received) == 1  # no redirect is followed
    kind.mailbox.status = 200
    case.close(case.run(FIRST))
    assert case.said(case.run(FIRST)) == [("told", FIRST.key, "200")]


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_one_refused_member_does_not_hold_the_others_back(kind: RecipientKind, status: int) -> None:
    case = begin_outside(kind)
    kind.mailbox.by_member = {FIRST.key: status}
    with pytest.raises(StoreError) as raised:
        case.close(case.run(FIRST, LONGER, run="f1/whole"))
    assert not isinstance(raised.value, StoreUnreachable)
    assert raised.value.dataset and FIRST.key not in str(raised.value)
    case.close(case.run(LONGER, run="f1/other"))
    assert case.said(case.run(LONGER, run="f1/other")) == [("told", LONGER.key, "202")]
    assert [body["data"]["member"] for _, body in kind.mailbox.received].count(LONGER.key) == 1  # type: ignore[index]


def test_a_connection_dropped_after_reading_is_told_again_with_the_same_id(kind: RecipientKind) -> None:
    case = begin_outside(kind)
    kind.mailbox.drop = True
    with pytest.raises(StoreUnreachable):
        case.close(case.run(FIRST))
    kind.mailbox.drop = False
    case.another().close(case.run(FIRST))
    first, second = kind.mailbox.received
    assert first == second  # the body, too
    assert len(case.said(case.run(FIRST))) == 1


def test_a_slow_recipient_is_given_up(kind: RecipientKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adieu.adapters.recipients.sending.WHOLE_SECONDS", 0.0)
    case = begin_outside(kind)
    with pytest.raises(StoreUnreachable, match="too slow"):
        case.close(case.run(FIRST))
    assert case.said(case.run(FIRST)) == []


def test_while_a_secret_is_changed_both_are_believed(kind: RecipientKind) -> None:
    case = begin_outside(kind)
    store = kind.installing(secret=f"{OTHER} {SECRET}").open(case.plan, case.journal, lambda about: "0" * 64)
    for number, secret in enumerate((SECRET, OTHER)):
        kind.mailbox.secret = secret
        run = case.run(FIRST, run=f"f{number}")
        for step in case.steps(run):
            store.erasing.apply(run, case.here, step, lambda records: None)
    assert (len(kind.mailbox.received), kind.mailbox.forged) == (2, 0)


def test_groups_are_journaled_as_they_are_accepted(kind: RecipientKind) -> None:
    case = begin_outside(kind)
    many = [member(str(50_000 + number)) for number in range(60)]
    kind.mailbox.by_member = {many[55].key: 503}
    run = case.run(*many)
    with pytest.raises(StoreUnreachable):
        case.close(run)
    assert len(case.said(run)) >= 50
    kind.mailbox.by_member = {}
    case.another().close(run)
    assert len(case.said(run)) == len(kind.mailbox.known) == 60
    assert STAYS.key not in kind.mailbox.known.values()


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://mailer.example/hooks?token=canary-token", SECRET),
        ("https://me:canary-token@mailer.example/hooks", SECRET),
        ("ftp://mailer.example/canary-token", SECRET),
        ("https://mailer.example/canary token", SECRET),
        ("https://mailer.example/hooks?token=canary-token", ""),
        ("https://mailer.example/hooks?token=canary-token", "whsec_short"),
        ("https://mailer.example/hooks?token=canary-token", SECRET.removeprefix("whsec_")),
    ],
)
def test_what_cannot_be_an_address_or_a_secret_is_refused_and_not_shown(url: str, secret: str) -> None:
    address = RecipientAddress(name="mailer", url=url, secret=secret, shop="Books")
    with pytest.raises(SettingsError) as raised:
        open_recipient(address, {}, FixedClock(), NoFaults())
    assert TOKEN not in str(raised.value) + repr(address)
    assert not secret or secret not in str(raised.value)
