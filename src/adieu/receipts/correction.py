"""A correction: a later statement that an earlier one did not, or no longer does, hold in full.

The ledger only grows, so a wrong receipt is never taken back: a correction with its own leaf is added, and says by the
hash which body it corrects.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adieu.errors import ReceiptError
from adieu.receipts.canonical import JsonValue, canonical_json_of_own
from adieu.receipts.leaf import LeafKind
from adieu.receipts.lines import DatasetDone, Shop, rfc3339
from adieu.receipts.receipt import RANDOM_BYTES

FORMAT = "adieu-correction/1"


class Why(StrEnum):
    """What made the earlier statement need one more."""

    RESIDUE_FOUND = "residue found"
    LATE_RECORD_ERASED = "late record erased"
    RESTORED_BACKUP_ERASED_AGAIN = "restored backup erased again"
    KEPT_DESTROYED = "kept records destroyed"
    STATEMENT_WRONG = "statement wrong"


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What is to be added to an earlier receipt."""

    correction_id: str
    receipt_id: str
    corrects_sha256: bytes  # of the canonical body of the statement this one corrects
    shop: Shop
    why: Why
    datasets: tuple[DatasetDone, ...]  # what was done since
    at: datetime
    random: bytes  # 32 fresh bytes

    kind = LeafKind.CORRECTION

    def __post_init__(self) -> None:
        """Refuse a correction that could be guessed, or that corrects nothing.

        Raises:
            ReceiptError: not 256 random bits, or not a SHA-256.
        """
        if len(self.random) != RANDOM_BYTES or len(self.corrects_sha256) != 32:
            raise ReceiptError("A correction holds 32 random bytes and the 32-byte SHA-256 of what it corrects.")

    def body(self, key_id: str) -> dict[str, JsonValue]:
        """The body that the key of this id is about to sign."""
        return {
            "at": rfc3339(self.at),
            "correction_id": self.correction_id,
            "corrects_sha256": self.corrects_sha256.hex(),
            "datasets": [dataset.body() for dataset in self.datasets],
            "format": FORMAT,
            "key_id": key_id,
            "random": self.random.hex(),
            "receipt_id": self.receipt_id,
            "shop": self.shop.body(),
            "why": self.why.value,
        }

    def canonical(self, key_id: str) -> bytes:
        """The body's canonical bytes. Raises: NotCanonical."""
        return canonical_json_of_own(self.body(key_id))
