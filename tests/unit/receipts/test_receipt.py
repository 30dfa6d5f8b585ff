"""A receipt's body says everything the format promises, and nothing that names the member."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from receipt_builders import AT, EMAIL, SHOWN, SeedSigner, build_correction, build_receipt, salt_of

from adieu.datamap.model import Treatment
from adieu.errors import NotCanonical, ReceiptError, ReceiptNamesMember
from adieu.receipts.canonical import LARGEST_INTEGER
from adieu.receipts.commitment import commit_email
from adieu.receipts.leaf import Leaf, LeafKind
from adieu.receipts.lines import Check, Counted, Counts, DatasetDone, DatasetShown, Expiring, rfc3339
from adieu.receipts.receipt import Done, refuse_identifiers
from adieu.receipts.signing import sign_statement, sign_statements
from adieu.receipts.tree import leaf_hash

SIGNER = SeedSigner()
PROMISED = {
    "channel", "checks", "closed_at", "closure_id", "complaints", "confirmed_at", "datasets", "digests_kept",
    "expiring", "format", "identity", "kept", "key_id", "language", "marketing_stopped_at", "mentions", "not_covered",
    "objection", "plan_sha256", "random", "receipt_id", "regimes", "requested_at", "shop", "software", "told",
    "unproven", "verification",
}  # fmt: skip


def test_the_body_has_the_fields_of_format_1_and_no_others() -> None:
    body = build_receipt().body(SIGNER.key_id)
    assert body.keys() == PROMISED
    assert body["format"] == "adieu-receipt/1"
    assert body["key_id"] == SIGNER.key_id == "shop.example/adieu+" + SIGNER.key_hash.hex()


def test_the_lines_say_what_was_done() -> None:
    body = json.loads(build_receipt(1, datasets=1).canonical(SIGNER.key_id))
    assert body["datasets"] == [
        {
            "counts": {"erased": 1},
            "dataset": "shop.table_0",
            "done_at": "2026-11-24T09:30:00Z",
            "label": {"en": "Account records", "ko": "계정 기록"},
            "treatment": "delete",
        }
    ]
    assert body["kept"][0] == {
        "article": "전자상거래법 시행령 6(1)2",
        "basis": "kr.contract",
        "count": 3,
        "dataset": "shop.order_order",
        "seen_by": ["privacy officer"],
        "store": "separated",
        "until": "2031-11-24",
        "what": ["number", "date_placed", "total_incl_tax"],
    }
    assert body["not_covered"] == [{"until": "2026-12-24", "what": "backups"}, {"until": None, "what": "WAL"}]
    assert body["identity"]["proved"] == ["email: verified field"]
    assert body["checks"] == [{"choice": "wait", "matter": "orders_under_way", "open": 1}]
    assert body["digests_kept"] == [{"identifier": "email", "purpose": "rejoin", "until": "2026-12-24"}]
    assert body["verification"] == {
        "at": "2026-11-24T09:30:00Z", "looked_at": 96, "method": "read back", "residue": 0, "scan": "closure",
    }  # fmt: skip


@given(st.integers(0, 500), st.integers(0, 12))
def test_the_canonical_body_is_rfc_8785_whatever_was_written_before(number: int, datasets: int) -> None:
    receipt = build_receipt(number, datasets)
    assert receipt.canonical(SIGNER.key_id) == rfc8785.dumps(receipt.body(SIGNER.key_id))


@given(
    st.lists(st.integers(0, LARGEST_INTEGER), min_size=5, max_size=5),
    st.dictionaries(st.text(st.characters(max_codepoint=127)), st.text(st.characters(exclude_categories=("Cs",)))),
)
def test_a_dataset_line_is_rfc_8785_for_any_counts_and_words(counts: list[int], label: dict[str, str]) -> None:
    shown = DatasetShown(dataset="shop.a", label=label, treatment=Treatment.RETAIN)
    line = DatasetDone(shown=shown, counts=Counts(*counts), done_at=AT)
    assert line.canonical() == rfc8785.dumps(line.body())


def test_the_correction_is_canonical_and_names_what_it_corrects() -> None:
    correction = build_correction(sha256(b"body").digest())
    assert correction.canonical(SIGNER.key_id) == rfc8785.dumps(correction.body(SIGNER.key_id))
    assert correction.body(SIGNER.key_id)["corrects_sha256"] == sha256(b"body").hexdigest()
    assert correction.body(SIGNER.key_id)["format"] == "adieu-correction/1"


def test_the_body_does_not_hold_the_e_mail_in_any_plain_hash_either() -> None:
    body = build_receipt().canonical(SIGNER.key_id)
    for trace in (EMAIL, EMAIL.encode().hex(), sha256(EMAIL.encode()).hexdigest(), salt_of(1).hex()):
        assert trace.encode() not in body


def test_a_body_that_names_the_member_is_refused_without_repeating_the_name() -> None:
    receipt = dataclasses.replace(build_receipt(), objection='Ask "Mina.KIM@example.org"')
    body = receipt.canonical(SIGNER.key_id)
    refuse_identifiers(body, ["other@example.org", "", "+82 10-0000-0000"])
    with pytest.raises(ReceiptNamesMember) as refused:
        refuse_identifiers(body, [EMAIL])
    assert "mina" not in str(refused.value).lower()
    with pytest.raises(ReceiptNamesMember):
        refuse_identifiers(body, ['"mina.kim@example.org"'])


def test_two_receipts_alike_differ_by_their_random_bytes() -> None:
    one = build_receipt()
    other = dataclasses.replace(one, random=b"\x01" * 32)
    assert sign_statement(one, SIGNER).leaf_hash != sign_statement(other, SIGNER).leaf_hash


@pytest.mark.parametrize("length", [0, 31, 33])
def test_random_and_salt_have_256_bits(length: int) -> None:
    with pytest.raises(ReceiptError, match="random"):
        dataclasses.replace(build_receipt(), random=b"\x01" * length)
    with pytest.raises(ReceiptError, match="random"):
        dataclasses.replace(build_correction(b"\x01" * 32), random=b"\x01" * length)
    with pytest.raises(ReceiptError, match="random"):
        build_correction(b"\x01" * length)
    with pytest.raises(ReceiptError, match="salt"):
        commit_email(EMAIL, b"\x01" * length)


def test_the_commitment_opens_for_its_address_and_salt_only() -> None:
    commitment = commit_email(EMAIL, salt_of(1))
    assert commitment.opened_by(EMAIL, salt_of(1))
    assert not commitment.opened_by("mina@example.org", salt_of(1))
    assert not commitment.opened_by(EMAIL, salt_of(2))
    assert commitment.body()["salt_sha256"] == sha256(salt_of(1)).hexdigest()


def test_the_commitment_is_hmac_sha_256_keyed_with_the_salt() -> None:
    # RFC 4231 test case 2 keys with "Jefe"; here with 32 bytes, recomputed by the definition of RFC 2104
    salt = b"\x0b" * 32
    inner = sha256(bytes(byte ^ 0x36 for byte in salt.ljust(64, b"\0")) + EMAIL.encode()).digest()
    outer = sha256(bytes(byte ^ 0x5C for byte in salt.ljust(64, b"\0")) + inner).digest()
    assert commit_email(EMAIL, salt).digest == outer


def test_signing_is_deterministic_and_covers_the_leaf() -> None:
    signed = sign_statement(build_receipt(), SIGNER)
    assert signed == sign_statement(build_receipt(), SIGNER) == sign_statements([build_receipt()], SIGNER)[0]
    data = (
        b'{"kind":"receipt","origin":"shop.example/adieu","sha256":"' + sha256(signed.body).hexdigest().encode() + b'"}'
    )
    assert Leaf.of(LeafKind.RECEIPT, SIGNER.name, signed.body).data == data
    assert SIGNER.verifier.verifies(signed.signature, data)
    assert signed.leaf_hash == leaf_hash(data) == Leaf.of(LeafKind.RECEIPT, SIGNER.name, signed.body).hash


def test_kinds_and_ledgers_do_not_share_leaves() -> None:
    leaves = {Leaf.of(kind, origin, b"{}").hash for kind in LeafKind for origin in ("shop.example/a", "shop.example/b")}
    assert len(leaves) == 4


def test_instants_are_written_in_utc_and_whole_seconds() -> None:
    seoul = timezone(timedelta(hours=9))
    assert rfc3339(datetime(2026, 1, 1, 8, 59, 59, 999_999, tzinfo=seoul)) == "2025-12-31T23:59:59Z"
    assert rfc3339(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(NotCanonical, match="zone"):
        rfc3339(datetime(2026, 1, 1))


@pytest.mark.parametrize("count", [-1, LARGEST_INTEGER + 1, 1.0, True, "1"])
def test_a_count_that_is_not_a_whole_number_is_refused(count: int) -> None:
    for make in (
        lambda: Counts(erased=count).body(),
        lambda: Counts(redacted=count).body(),
        lambda: Check(matter="m", open=count),
        lambda: Counted(dataset="d", count=count),
        lambda: Expiring(dataset="d", within_days=count, removed_by="r"),
    ):
        with pytest.raises(NotCanonical, match="count"):
            make()


def test_a_label_whose_language_is_not_a_code_is_refused() -> None:
    with pytest.raises(NotCanonical, match="ASCII"):
        DatasetShown(dataset="shop.a", label={"한국어": "계정"}, treatment=Treatment.DELETE)


def test_nothing_but_the_datasets_need_be_said() -> None:
    line = DatasetDone(shown=SHOWN[0], counts=Counts(), done_at=AT)
    receipt = dataclasses.replace(build_receipt(), done=Done(datasets=(line,)))
    body = json.loads(receipt.canonical(SIGNER.key_id))
    assert body["kept"] == body["told"] == body["mentions"] == [] and body["datasets"][0]["counts"] == {}
