"""A commitment to the member's e-mail: the member can open it, nobody else can guess it.

The body holds HMAC-SHA-256 keyed with a random salt over the normalised address, and the salt's own SHA-256. The salt
stands in the member's file only; without it the digest says nothing, with it and the address anyone can compare.
"""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest, digest

from adieu.errors import ReceiptError
from adieu.receipts.canonical import JsonValue

SALT_BYTES = 32
METHOD = "hmac-sha256"


@dataclass(frozen=True, kw_only=True)
class EmailCommitment:
    """What stands in the body."""

    digest: bytes  # HMAC-SHA-256, 32 bytes
    salt_sha256: bytes  # 32 bytes; lets a reader notice a changed salt without knowing the address
    normalisation: str  # the version of the rule by which the address was normalised, e.g. v1

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {
            "digest": self.digest.hex(),
            "method": METHOD,
            "normalisation": self.normalisation,
            "salt_sha256": self.salt_sha256.hex(),
        }

    def opened_by(self, normalised_email: str, salt: bytes) -> bool:
        """Whether this address and this salt are the ones committed to."""
        return compare_digest(self.digest, digest(salt, normalised_email.encode(), "sha256"))


def commit_email(normalised_email: str, salt: bytes, normalisation: str = "v1") -> EmailCommitment:
    """Commit to an address that is already normalised.

    Raises:
        ReceiptError: the salt is not 32 bytes, which must be fresh and random for every receipt.
    """
    if len(salt) != SALT_BYTES:
        raise ReceiptError(f"A receipt's salt has {SALT_BYTES} random bytes.")
    return EmailCommitment(
        digest=digest(salt, normalised_email.encode(), "sha256"),
        salt_sha256=sha256(salt).digest(),
        normalisation=normalisation,
    )
