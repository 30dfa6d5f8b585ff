"""What signs receipts and checkpoints: one key, its name, and nothing else of where it is kept."""

from typing import Protocol


class Signer(Protocol):
    """An Ed25519 key that signs under a name. Signing is deterministic (RFC 8032): same message, same bytes."""

    @property
    def name(self) -> str:
        """The ledger's origin, e.g. shop.example/adieu; without spaces and plus signs."""

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""

    @property
    def key_hash(self) -> bytes:
        """4 bytes that tell the name's keys apart (C2SP signed-note)."""

    @property
    def key_id(self) -> str:
        """`name+hash`, hash in 8 hex digits."""

    def sign(self, message: bytes) -> bytes:
        """The signature over the message, 64 bytes."""
