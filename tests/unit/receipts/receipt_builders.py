"""Made-up receipts, a made-up key, and a ledger in memory."""

from datetime import UTC, date, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adieu.datamap.model import Treatment
from adieu.receipts.checkpoint import sign_checkpoint
from adieu.receipts.commitment import commit_email
from adieu.receipts.correction import Correction, Why
from adieu.receipts.file import Placed, member_file
from adieu.receipts.lines import (
    Check,
    Counted,
    Counts,
    DatasetDone,
    DatasetShown,
    DigestKept,
    Expiring,
    Kept,
    NotCovered,
    Proof,
    RegimeApplied,
    Scan,
    Shop,
    Told,
    Verification,
)
from adieu.receipts.note import VerifierKey
from adieu.receipts.receipt import Done, Receipt, Request
from adieu.receipts.signing import SignedStatement, sign_statement
from adieu.receipts.tree import Growth, inclusion_proof

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
EMAIL = "mina.kim@example.org"
SHOP = Shop(name="오스카 서점", contact="privacy@shop.example")
SHOWN = [
    DatasetShown(
        dataset=f"shop.table_{number}", label={"ko": "계정 기록", "en": "Account records"}, treatment=Treatment.DELETE
    )
    for number in range(40)
]


class SeedSigner:
    """A signer whose key is made from a number."""

    def __init__(self, name: str = "shop.example/adieu", number: int = 1) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))
        self.name = name
        self.public = self._key.public_key().public_bytes_raw()
        self.verifier = VerifierKey(name=name, public=self.public)
        self.key_hash, self.key_id = self.verifier.hash, self.verifier.key_id

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(message)


def salt_of(number: int) -> bytes:
    """32 bytes that look random and are the same each time."""
    return sha256(b"salt %d" % number).digest()


def build_receipt(number: int = 1, datasets: int = 12) -> Receipt:
    """A receipt of about 3 kB with every kind of line on it."""
    return Receipt(
        receipt_id=f"r-{number}",
        closure_id=sha256(b"closure %d" % number).hexdigest()[:32],
        shop=SHOP,
        software="adieu 0.1.0",
        plan_sha256="ab" * 32,
        request=Request(
            requested_at=AT,
            confirmed_at=AT,
            channel="web",
            language="ko",
            regimes=(RegimeApplied(regime="kr", due=date(2026, 12, 4)),),
            checks=(Check(matter="orders_under_way", open=1, choice="wait"),),
            proved=(("email", Proof.VERIFIED_FIELD),),
            email=commit_email(EMAIL, salt_of(number)),
        ),
        done=Done(
            datasets=tuple(
                DatasetDone(
                    shown=SHOWN[index],
                    counts=Counts(erased=number % 7 + index, updated=index % 2),
                    done_at=AT,
                )
                for index in range(datasets)
            ),
            kept=(
                Kept(
                    dataset="shop.order_order",
                    what=("number", "date_placed", "total_incl_tax"),
                    basis="kr.contract",
                    article="전자상거래법 시행령 6(1)2",
                    until=date(2031, 11, 24),
                    count=3,
                    seen_by=("privacy officer",),
                ),
            ),
            expiring=(Expiring(dataset="shop.django_session", within_days=14, removed_by="clearsessions, daily"),),
            told=(Told(name="mail provider", at=AT, status="accepted"),),
            unproven=(Counted(dataset="shop.customer_productalert", count=1),),
            mentions=(Counted(dataset="shop.order_ordernote", count=2),),
            not_covered=(NotCovered(what="backups", until=date(2026, 12, 24)), NotCovered(what="WAL", until=None)),
            digests_kept=(DigestKept(purpose="rejoin", identifier="email", until=date(2026, 12, 24)),),
        ),
        verification=Verification(method="read back", scan=Scan.CLOSURE, looked_at=96, residue=0, at=AT),
        closed_at=AT,
        marketing_stopped_at=AT,
        objection="privacy@shop.example",
        complaints=("개인정보 침해신고센터 118",),
        random=sha256(b"random %d" % number).digest(),
    )


def build_correction(corrects: bytes) -> Correction:
    """A correction of the statement with this SHA-256."""
    return Correction(
        correction_id="c-1",
        receipt_id="r-1",
        corrects_sha256=corrects,
        shop=SHOP,
        why=Why.LATE_RECORD_ERASED,
        datasets=(),
        at=AT,
        random=sha256(b"correction").digest(),
    )


def file_of(
    signed: SignedStatement, signer: SeedSigner, *, before: int = 3, after: int = 2, salt: bytes | None = None
) -> bytes:
    """The member's file of a statement in a ledger with so many leaves before and after it."""
    growth = Growth()
    for number in range(before):
        growth.append(sha256(b"before %d" % number).digest())
    index = growth.append(signed.leaf_hash)
    for number in range(after):
        growth.append(sha256(b"after %d" % number).digest())
    head = growth.head()
    proof = inclusion_proof(growth, index, head.size)
    note = sign_checkpoint(head, signer)
    return member_file(signed, Placed(index=index, tree_size=head.size, proof=proof, checkpoint=note), salt)


def build_file(signer: SeedSigner | None = None, *, number: int = 1, datasets: int = 12) -> bytes:
    """A whole file with its opening."""
    signer = signer or SeedSigner()
    return file_of(sign_statement(build_receipt(number, datasets), signer), signer, salt=salt_of(number))
