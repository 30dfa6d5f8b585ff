"""Signing statements, one or a batch, ready for the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from adieu.ports.signer import Signer
from adieu.receipts.leaf import Leaf, LeafKind
from adieu.receipts.tree import leaf_hash


class Statement(Protocol):
    """A receipt or a correction."""

    @property
    def kind(self) -> LeafKind:
        """What sort of leaf it gets."""

    def canonical(self, key_id: str) -> bytes:
        """The canonical body, for the key that signs it."""


@dataclass(frozen=True, kw_only=True)
class SignedStatement:
    """A body with its signature and the hash that goes into the ledger."""

    body: bytes  # canonical JSON
    signature: bytes  # 64 bytes, over the leaf's data, which holds the body's SHA-256
    leaf_hash: bytes  # 32 bytes


def sign_statement(statement: Statement, signer: Signer) -> SignedStatement:
    """Sign one statement. The same statement and key give the same bytes.

    Raises:
        NotCanonical: the body cannot be written.
    """
    body = statement.canonical(signer.key_id)
    data = Leaf.of(statement.kind, signer.name, body).data
    return SignedStatement(body=body, signature=signer.sign(data), leaf_hash=leaf_hash(data))


def sign_statements(statements: Iterable[Statement], signer: Signer) -> list[SignedStatement]:
    """Sign a batch, in its order."""
    return [sign_statement(statement, signer) for statement in statements]
