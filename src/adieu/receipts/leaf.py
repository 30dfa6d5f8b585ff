"""What the ledger holds of a statement: its kind, the ledger's name and a hash; nothing of a person.

A leaf's data is also what the key signs, so one short line of bytes binds the body to its kind, to its ledger, to the
signature and to the tree. It ends in `}` and a checkpoint's text in a newline: neither can be passed off as the other.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from adieu.receipts.canonical import JsonObject, canonical_json_of_own
from adieu.receipts.tree import leaf_hash


class LeafKind(StrEnum):
    """What sort of statement a leaf stands for."""

    RECEIPT = "receipt"
    CORRECTION = "correction"  # says that an earlier statement no longer, or never, held in full


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One entry of the ledger."""

    kind: LeafKind
    origin: str  # the ledger's name
    body_sha256: bytes  # over the canonical body; its 256 random bits keep anyone from guessing it

    @classmethod
    def of(cls, kind: LeafKind, origin: str, body: bytes) -> "Leaf":
        """The leaf for a canonical body."""
        return cls(kind=kind, origin=origin, body_sha256=sha256(body).digest())

    @property
    def data(self) -> bytes:
        """The canonical bytes that are hashed into the tree and signed."""
        entry: JsonObject = {"kind": self.kind.value, "origin": self.origin, "sha256": self.body_sha256.hex()}
        return canonical_json_of_own(entry)

    @property
    def hash(self) -> bytes:
        """The leaf's hash in the tree, 32 bytes."""
        return leaf_hash(self.data)
