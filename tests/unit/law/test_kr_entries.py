"""Each entry of kr.yaml is settled by one test here with days counted by hand; the last test holds the file to that."""

import inspect
import sys
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from adieu.law import Verified, due, kept_until, regime

TODAY = date(2026, 11, 23)
KR = regime("kr")
SEOUL = ZoneInfo("Asia/Seoul")


def kept(id: str, started: date | datetime, on: date = TODAY) -> date:
    return kept_until(KR.basis(id, on), started, SEOUL)


def no_holiday(day: date) -> bool:
    return False


def test_advertising_record_is_kept_six_months_from_its_last_showing() -> None:
    assert kept("kr.advertising", date(2026, 3, 15)) == date(2026, 9, 15)
    assert kept("kr.advertising", date(2026, 8, 31)) == date(2027, 2, 28)


def test_contract_record_is_kept_five_years_from_the_order_day_in_seoul() -> None:
    assert kept("kr.contract", datetime(2026, 3, 15, 14, 59, 59, tzinfo=UTC)) == date(2031, 3, 15)
    assert kept("kr.contract", datetime(2026, 3, 15, 15, 0, 0, tzinfo=UTC)) == date(2031, 3, 16)
    assert kept("kr.contract", datetime(2026, 3, 16, 0, 0, 0)) == date(2031, 3, 16)
    assert KR.basis("contract", TODAY).start.id == "order_placed"
    assert KR.basis("contract", TODAY).start.verified is Verified.NO
    assert KR.basis("contract", date(2016, 9, 30)).scope == "party"


def test_payment_and_supply_record_is_kept_five_years_from_the_later_of_both() -> None:
    paid, supplied = date(2024, 2, 27), date(2024, 2, 29)
    assert kept("kr.payment", max(paid, supplied)) == date(2029, 2, 28)
    assert KR.basis("payment", TODAY).start.id == "paid_and_supplied"


def test_dispute_record_is_kept_three_years_from_its_settlement() -> None:
    assert kept("kr.dispute", date(2025, 12, 31)) == date(2028, 12, 31)
    assert KR.basis("dispute", TODAY).start.id == "settled"


def test_access_log_is_kept_three_months_where_the_shop_is_a_telecom_operator() -> None:
    assert kept("kr.access_log", date(2026, 11, 30)) == date(2027, 2, 28)
    assert KR.basis("access_log", TODAY).only_if == "telecom_operator"


def test_tax_voucher_is_kept_five_years_from_the_filing_deadline() -> None:
    assert kept("kr.tax_books", date(2027, 1, 25)) == date(2032, 1, 25)
    assert KR.basis("tax_books", TODAY).start.id == "filing_deadline"
    assert KR.basis("tax_books", TODAY).verified is Verified.QUOTED


def test_electronic_finance_record_is_kept_five_years_after_the_transaction() -> None:
    assert kept("kr.electronic_finance", date(2026, 2, 28)) == date(2031, 2, 28)
    assert KR.basis("electronic_finance", TODAY).only_if == "electronic_finance_operator"


def test_small_electronic_finance_record_is_kept_one_year() -> None:
    assert kept("kr.electronic_finance_small", date(2024, 2, 28)) == date(2025, 2, 28)
    assert kept("kr.electronic_finance_small", date(2027, 2, 28)) == date(2028, 2, 29)


def test_commercial_books_are_kept_ten_years_from_their_closing() -> None:
    assert kept("kr.commercial_books", date(2026, 12, 31)) == date(2036, 12, 31)
    assert KR.basis("commercial_books", TODAY).start.id == "books_closed"


def test_commercial_vouchers_are_kept_five_years() -> None:
    assert kept("kr.commercial_vouchers", date(2026, 12, 31)) == date(2031, 12, 31)


def test_log_of_copies_given_to_the_member_is_kept_three_years() -> None:
    assert kept("kr.copy_log", date(2026, 2, 19), on=date(2026, 2, 19)) == date(2029, 2, 19)
    assert KR.basis("copy_log", TODAY).only_if == "large_controller"


def test_receipt_is_kept_three_years_by_default_and_says_no_law_sets_it() -> None:
    assert kept("kr.closure_record", date(2026, 11, 23)) == date(2029, 11, 23)
    assert "확인된 법 조항이 아니에요" in KR.basis("closure_record", TODAY).words("ko")
    assert KR.basis("closure_record", TODAY).apart is None


def test_kept_trade_record_may_name_the_party_and_no_resident_number() -> None:
    before, since = KR.scope("kr.party", date(2026, 1, 19)), KR.scope("kr.party", date(2026, 1, 20))
    assert (before.verified, since.verified) == (Verified.MEMORY, Verified.TEXT)
    for version in (before, since):
        assert set(version.fields) == {"identity.name", "contact.address", "contact.email"}
        assert version.and_the_like


def test_destruction_is_due_five_calendar_days_after_the_data_is_no_longer_needed() -> None:
    clock = KR.clock("kr.destroy", TODAY)
    assert due(clock, datetime(2026, 11, 23, 14, 59, tzinfo=UTC)) == date(2026, 11, 28)
    assert due(clock, datetime(2026, 11, 23, 15, 0, tzinfo=UTC)) == date(2026, 11, 29)


def test_answer_to_the_member_is_due_ten_calendar_days_after_the_request() -> None:
    assert due(KR.clock("kr.answer", TODAY), datetime(2026, 12, 25, 3, tzinfo=UTC)) == date(2027, 1, 4)


def test_broker_tells_progress_within_three_business_days() -> None:
    friday = datetime(2026, 11, 27, 3, tzinfo=UTC)
    assert due(KR.clock("kr.broker_progress", TODAY), friday, no_holiday) == date(2026, 12, 2)
    assert due(KR.clock("kr.broker_progress", TODAY), friday, lambda day: day == date(2026, 12, 1)) == date(2026, 12, 3)


def test_broker_tells_the_result_within_ten_business_days() -> None:
    friday = datetime(2026, 11, 27, 3, tzinfo=UTC)
    assert due(KR.clock("kr.broker_result", TODAY), friday, no_holiday) == date(2026, 12, 11)


def test_advert_optout_is_confirmed_within_fourteen_days() -> None:
    clock = KR.clock("kr.advert_optout_notice", TODAY)
    assert due(clock, datetime(2026, 11, 23, 3, tzinfo=UTC)) == date(2026, 12, 7)


def test_refund_is_due_three_business_days_after_the_return() -> None:
    thursday = datetime(2026, 12, 24, 3, tzinfo=UTC)
    christmas_and_new_year = {date(2026, 12, 25), date(2027, 1, 1)}
    assert due(KR.clock("kr.refund", TODAY), thursday, christmas_and_new_year.__contains__) == date(2026, 12, 30)


def test_withdrawal_right_runs_seven_days() -> None:
    assert due(KR.clock("kr.withdrawal", TODAY), datetime(2026, 11, 23, 3, tzinfo=UTC)) == date(2026, 11, 30)


def test_withdrawal_right_for_differing_goods_runs_three_months() -> None:
    clock = KR.clock("kr.withdrawal_differing", TODAY)
    assert due(clock, datetime(2026, 11, 30, 3, tzinfo=UTC)) == date(2027, 2, 28)


def test_processors_and_the_upstream_provider_are_told() -> None:
    told = {entry.id: entry.verified for entry in KR.told_on(TODAY)}
    assert told["kr.processors"] is told["kr.upstream"] is Verified.TEXT
    assert KR.told_on(date(2024, 12, 31)) == ()


def test_recipients_are_told_though_no_provision_was_found() -> None:
    (entry,) = [entry for entry in KR.told_on(TODAY) if entry.id == "kr.recipients"]
    assert entry.verified is Verified.NO
    assert entry.doubt("en") == "not a checked provision of law"


def test_objection_route_stands_on_its_text() -> None:
    (route,) = [route for route in KR.routes_on(TODAY) if route.id == "kr.objection"]
    assert (route.verified, route.doubt("ko"), route.phone) == (Verified.TEXT, "", None)
    assert KR.routes_on(date(2024, 12, 31)) == ()


def test_complaint_numbers_are_marked_unchecked() -> None:
    routes = {route.id: route for route in KR.routes_on(TODAY)}
    for id, phone in (("kr.dispute_mediation", "1833-6972"), ("kr.kisa_118", "118")):
        assert (routes[id].phone, routes[id].verified) == (phone, Verified.NO)


def test_no_rule_is_claimed_for_cooling_off_or_rejoining() -> None:
    notes = {note.id: note for note in KR.notes_on(TODAY)}
    assert set(notes) == {"kr.cooling_off", "kr.rejoin"}
    assert {note.verified for note in notes.values()} == {Verified.NO}
    assert KR.notes_on(date(2024, 12, 31)) == ()


@pytest.mark.parametrize("entry", KR.entries(), ids=lambda entry: f"{entry.id}@{entry.in_force_from}")
def test_every_entry_is_settled_by_a_test_that_names_it(entry) -> None:
    decided = getattr(sys.modules[__name__], entry.decided_test, None)
    assert decided is not None, f"{entry.id} names {entry.decided_test}, which is not in this file"
    assert f'"{entry.id}"' in inspect.getsource(decided)


@pytest.mark.parametrize("basis", KR.bases, ids=lambda basis: basis.id)
def test_what_nobody_read_in_the_law_says_so_in_every_language(basis) -> None:
    for lang in KR.languages:
        assert (basis.doubt(lang) == "") is (basis.verified is Verified.TEXT)
        assert basis.doubt(lang) in basis.words(lang)
        assert basis.article[lang] in basis.words(lang)


@pytest.mark.parametrize("id", ["advertising", "contract", "payment", "dispute"])
def test_trade_records_stay_apart_and_within_the_party_scope(id: str) -> None:
    basis = KR.basis(id, TODAY)
    assert basis.apart is not None and basis.apart.verified is Verified.TEXT
    assert basis.scope == "party"


def test_contract_sentence_reads_as_on_the_page() -> None:
    basis = KR.basis("contract", TODAY)
    assert basis.words("ko") == "쇼핑몰이 5년 동안 보관해요: 전자상거래법 시행령 6조 1항 2호"
    assert basis.words("en") == "The shop keeps this for 5 years: E-Commerce Act Enforcement Decree art. 6(1)2"
    assert "6개월" in KR.basis("advertising", TODAY).words("ko")
    assert "for 1 year:" in KR.basis("electronic_finance_small", TODAY).words("en")
