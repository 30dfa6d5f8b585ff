"""Keys: the master key lies outside every database; all others are derived from it or wrapped by it."""

from __future__ import annotations

from typing import Protocol


class Keys(Protocol):
    """Sealing and keyed digests, each with a key of its own per purpose and shop."""

    def seal(self, purpose: str, shop: str, plain: bytes, bound_to: bytes) -> bytes:
        """AES-256-GCM; `bound_to` is authenticated, not stored."""

    def unseal(self, purpose: str, shop: str, sealed: bytes, bound_to: bytes) -> bytes:
        """The plain bytes; raises `KeysRefused` where the key, the bytes or what they are bound to differ."""

    def digest(self, purpose: str, shop: str, value: str) -> str:
        """HMAC-SHA-256, hex."""
