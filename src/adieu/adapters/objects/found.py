"""What a listing found under a member's prefix, held as a count and a digest: never as a million keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Found:
    """The distinct keys that have a version which is no delete marker, in the order of the listing."""

    records: int
    digest: str  # of the keys; two listings with the same digest are the same


class KeysDigest:
    """SHA-256 over keys in their order, each with its length."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, key: str) -> None:
        """The next key."""
        written = key.encode()
        self._hash.update(len(written).to_bytes(4) + written)

    def text(self) -> str:
        """As it stands."""
        return self._hash.hexdigest()
