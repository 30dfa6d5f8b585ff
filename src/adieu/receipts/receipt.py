"""Receipt v1: what the shop states about one closure. A value; its body is plain JSON without a direct identifier."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from adieu.errors import ReceiptError, ReceiptNamesMember
from adieu.receipts.canonical import JsonValue, canonical_json_of_own
from adieu.receipts.commitment import EmailCommitment
from adieu.receipts.leaf import LeafKind
from adieu.receipts.lines import (
    Check,
    Counted,
    DatasetDone,
    DigestKept,
    Expiring,
    Kept,
    NotCovered,
    Proof,
    RegimeApplied,
    Shop,
    Told,
    Verification,
    rfc3339,
)

FORMAT = "adieu-receipt/1"
RANDOM_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Request:
    """How the member asked, and what was settled before anything was erased."""

    requested_at: datetime
    confirmed_at: datetime
    channel: str  # e.g. web, api, operator
    language: str  # e.g. ko
    regimes: tuple[RegimeApplied, ...]
    checks: tuple[Check, ...] = ()
    proved: tuple[tuple[str, Proof], ...] = ()  # kind of identifier and how it was proved; never its value
    email: EmailCommitment | None = None  # None where the shop has no e-mail of the member


@dataclass(frozen=True, kw_only=True)
class Done:
    """What became of the records, of every dataset concerned."""

    datasets: tuple[DatasetDone, ...]
    kept: tuple[Kept, ...] = ()
    expiring: tuple[Expiring, ...] = ()
    told: tuple[Told, ...] = ()
    unproven: tuple[Counted, ...] = ()  # records that may be the member's, by an identifier nobody proved
    mentions: tuple[Counted, ...] = ()  # others' records that name the member
    not_covered: tuple[NotCovered, ...] = ()
    digests_kept: tuple[DigestKept, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One closure, as the shop states it."""

    receipt_id: str
    closure_id: str
    shop: Shop
    software: str  # name and version that did it
    plan_sha256: str  # the plan that was obeyed, hex
    request: Request
    done: Done
    verification: Verification
    closed_at: datetime
    marketing_stopped_at: datetime | None  # None: the shop was not told through Adieu
    objection: str  # where the member objects to what the shop decided
    complaints: tuple[str, ...]  # authorities that hear a complaint
    random: bytes  # 32 fresh bytes, so that nobody finds a body by guessing and hashing

    kind = LeafKind.RECEIPT

    def __post_init__(self) -> None:
        """Refuse a receipt that could be guessed.

        Raises:
            ReceiptError: not 256 random bits.
        """
        if len(self.random) != RANDOM_BYTES:
            raise ReceiptError(f"A receipt holds {RANDOM_BYTES} random bytes.")

    def body(self, key_id: str) -> dict[str, JsonValue]:
        """The body that the key of this id is about to sign."""
        datasets: list[JsonValue] = [dataset.body() for dataset in self.done.datasets]
        return self._before_datasets() | {"datasets": datasets} | self._after_datasets(key_id)

    def canonical(self, key_id: str) -> bytes:
        """The canonical bytes of `body`, with the dataset lines, its bulk, written once for all receipts alike.

        Raises:
            NotCanonical: the body cannot be written.
        """
        before = canonical_json_of_own(self._before_datasets())
        after = canonical_json_of_own(self._after_datasets(key_id))
        lines = b",".join([dataset.canonical() for dataset in self.done.datasets])
        return b'%b,"datasets":[%b],%b' % (before[:-1], lines, after[1:])

    def _before_datasets(self) -> dict[str, JsonValue]:
        """The members whose keys sort before `datasets`."""
        request = self.request
        return {
            "channel": request.channel,
            "checks": [check.body() for check in request.checks],
            "closed_at": rfc3339(self.closed_at),
            "closure_id": self.closure_id,
            "complaints": self.complaints,
            "confirmed_at": rfc3339(request.confirmed_at),
        }

    def _after_datasets(self, key_id: str) -> dict[str, JsonValue]:
        """The members whose keys sort after `datasets`."""
        request, done = self.request, self.done
        return {
            "digests_kept": [line.body() for line in done.digests_kept],
            "expiring": [line.body() for line in done.expiring],
            "format": FORMAT,
            "identity": {
                "email": request.email.body() if request.email else None,
                "proved": [f"{identifier}: {how.value}" for identifier, how in request.proved],
            },
            "kept": [line.body() for line in done.kept],
            "key_id": key_id,
            "language": request.language,
            "marketing_stopped_at": rfc3339(self.marketing_stopped_at) if self.marketing_stopped_at else None,
            "mentions": [line.body() for line in done.mentions],
            "not_covered": [line.body() for line in done.not_covered],
            "objection": self.objection,
            "plan_sha256": self.plan_sha256,
            "random": self.random.hex(),
            "receipt_id": self.receipt_id,
            "regimes": [regime.body() for regime in request.regimes],
            "requested_at": rfc3339(request.requested_at),
            "shop": self.shop.body(),
            "software": self.software,
            "told": [line.body() for line in done.told],
            "unproven": [line.body() for line in done.unproven],
            "verification": self.verification.body(),
        }


def refuse_identifiers(canonical_body: bytes, identifiers: Collection[str]) -> None:
    """Return if none of the member's direct identifiers stands in a body; a last guard before signing.

    For strong identifiers (e-mail, phone), as they are stored and as normalised. Case is ignored.

    Raises:
        ReceiptNamesMember: one does; the message does not repeat it.
    """
    body = canonical_body.decode().casefold()
    for identifier in identifiers:
        written = canonical_json_of_own({"": identifier}).decode()[5:-2]
        if written and written.casefold() in body:
            raise ReceiptNamesMember("The receipt's body holds an identifier of the member. Look at labels and names.")
