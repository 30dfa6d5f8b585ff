"""The member's file: a statement with everything needed to check it, in exactly one way of writing it."""

from collections.abc import Sequence
from dataclasses import dataclass

from adieu.receipts.canonical import JsonObject, canonical_json_of_own
from adieu.receipts.note import encode_base64
from adieu.receipts.signing import SignedStatement

FORMAT = "adieu-receipt-file/1"
#: A reader stops here; a receipt over a thousand datasets stays far below.
MOST_BYTES = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Where a statement stands in the ledger, and the proof."""

    index: int  # of its leaf
    tree_size: int  # leaves in the tree the checkpoint signs
    proof: Sequence[bytes]  # siblings from the leaf upwards, 32 bytes each
    checkpoint: str  # a note with the shop's one signature line; witnesses' lines are published elsewhere


def member_file(signed: SignedStatement, placed: Placed, salt: bytes | None = None) -> bytes:
    """The file as the member gets it: canonical JSON, every byte of it checked by `verify_file`.

    `salt` opens the commitment to the e-mail; leave it out for a copy to be shown to others.
    """
    rest: dict[str, JsonObject | str | int | list[str]] = {
        "checkpoint": placed.checkpoint,
        "format": FORMAT,
        "inclusion_proof": [encode_base64(node) for node in placed.proof],
        "leaf_index": placed.index,
        "signature": encode_base64(signed.signature),
        "tree_size": placed.tree_size,
    }
    if salt is not None:
        rest["opening"] = {"salt": salt.hex()}
    # "body" sorts before every other key, and the body's bytes are canonical already.
    return b'{"body":' + signed.body + b"," + canonical_json_of_own(rest)[1:]
