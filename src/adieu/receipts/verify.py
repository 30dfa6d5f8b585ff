"""Checking a member's file with nothing but the file and the shop's public key, and naming what does not fit.

The checks are independent of each other, so which of them fail tells which part was changed:

| signature | checkpoint's signature | proof leads to the checkpoint's root | named |
|---|---|---|---|
| fails | holds | yes | signature |
| fails | any | otherwise | body |
| holds | fails | yes | checkpoint signature |
| holds | fails | no | checkpoint root |
| holds | holds | no | inclusion proof |

Origin, size and opening are compared on their own. Anything that is not one canonical file of these fields is named
before that. Where several parts were changed, the first one found is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from adieu.errors import NotCanonical, NoteMalformed, ProofInvalid, ReceiptInvalid
from adieu.receipts import correction, file, receipt
from adieu.receipts.canonical import JsonObject, JsonValue, canonical_json, parse_canonical
from adieu.receipts.checkpoint import Checkpoint, read_checkpoint
from adieu.receipts.leaf import Leaf, LeafKind
from adieu.receipts.note import SignatureLine, VerifierKey, parse_note, strict_base64
from adieu.receipts.tree import HASH_BYTES, root_from_inclusion

_FIELDS = frozenset({"body", "checkpoint", "format", "inclusion_proof", "leaf_index", "signature", "tree_size"})
_BODY_FORMATS = frozenset({receipt.FORMAT, correction.FORMAT})


class FilePart(StrEnum):
    """The parts of a file that can be named as changed."""

    CANONICAL_FORM = "canonical form"
    FIELDS = "fields of the file"
    PUBLIC_KEY = "public key"  # the file is whole, the key given is another one
    BODY = "body"
    BODY_FORMAT = "format of the body"  # rightly signed, but newer than this reader
    SIGNATURE = "signature"
    INCLUSION_PROOF = "inclusion proof"
    CHECKPOINT_FORM = "checkpoint form"
    CHECKPOINT_ORIGIN = "checkpoint origin"
    CHECKPOINT_SIZE = "checkpoint size"
    CHECKPOINT_ROOT = "checkpoint root"
    CHECKPOINT_SIGNATURE = "checkpoint signature"
    OPENING = "opening"


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A file of which every byte is what the shop signed."""

    kind: LeafKind
    body: JsonObject  # as signed; fields this version does not know are kept
    body_sha256: bytes
    index: int  # of the leaf
    checkpoint: Checkpoint
    salt: bytes | None  # opens the commitment to the e-mail; None in a copy without it


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """A file taken apart; its form is right, nothing is believed yet."""

    body: JsonObject
    signature: bytes
    index: int
    tree_size: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint
    checkpoint_text: str
    line: SignatureLine
    salt: bytes | None


def verify_file(data: bytes, public_key: VerifierKey) -> Verified:
    """Check a member's file, every byte of it.

    Proves that the holder of the key signed this statement and a ledger of this size that holds it; not that the
    statement is true, nor that the shop shows everyone the same ledger.

    Raises:
        ReceiptInvalid: something does not fit; `part` is a `FilePart`.
    """
    parts = _take_apart(data)
    body = canonical_json(parts.body)
    leaf = Leaf.of(_kind(parts.body), public_key.name, body)
    signed = public_key.verifies(parts.signature, leaf.data)
    _check_key(parts, public_key, signed)
    _check_whole(parts, public_key, leaf, signed)
    _check_opening(parts)
    if parts.body.get("format") not in _BODY_FORMATS:
        raise _invalid(FilePart.BODY_FORMAT, "it is signed, but this version cannot read it. Use a newer one.")
    return Verified(
        kind=leaf.kind,
        body=parts.body,
        body_sha256=leaf.body_sha256,
        index=parts.index,
        checkpoint=parts.checkpoint,
        salt=parts.salt,
    )


def key_id_of(data: bytes) -> str:
    """Which key a file says it was signed with, as `name+hash`; believe it only after `verify_file`.

    Raises:
        ReceiptInvalid: the file has not the form of one.
    """
    line = _take_apart(data).line
    return f"{line.name}+{line.key_hash.hex()}"


def _kind(body: JsonObject) -> LeafKind:
    # By the name without the version: a newer version of a format is signed as the same kind of leaf.
    name, _, _ = str(body.get("format")).partition("/")
    return LeafKind.CORRECTION if name == correction.FORMAT.partition("/")[0] else LeafKind.RECEIPT


def _check_key(parts: _Parts, key: VerifierKey, signed: bool) -> None:
    line_is_keys = (parts.line.name, parts.line.key_hash) == (key.name, key.hash)
    if not signed and not line_is_keys and parts.body.get("key_id") != key.key_id:
        raise _invalid(FilePart.PUBLIC_KEY, "the file was signed with another key. Take the key it names.")


def _check_whole(parts: _Parts, key: VerifierKey, leaf: Leaf, signed: bool) -> None:
    noted = _note_holds(parts, key)
    rooted = _proof_leads_to_root(parts, leaf)
    if not signed and noted and rooted:
        raise _invalid(FilePart.SIGNATURE, "it is not the key's over this body, which is the one in the ledger.")
    if not signed or parts.body.get("key_id") != key.key_id:
        raise _invalid(FilePart.BODY, "it is not the one that was signed.")
    if parts.checkpoint.origin != key.name:
        raise _invalid(FilePart.CHECKPOINT_ORIGIN, "the checkpoint is not of the ledger the key belongs to.")
    if parts.checkpoint.head.size != parts.tree_size:
        raise _invalid(FilePart.CHECKPOINT_SIZE, "the file and its checkpoint name two different sizes.")
    if not noted and not rooted:
        raise _invalid(FilePart.CHECKPOINT_ROOT, "it is not the root the key signed.")
    if not noted:
        raise _invalid(FilePart.CHECKPOINT_SIGNATURE, "it is not the key's over this checkpoint.")
    if not rooted:
        raise _invalid(FilePart.INCLUSION_PROOF, "it does not lead from the leaf to the checkpoint's root.")


def _note_holds(parts: _Parts, key: VerifierKey) -> bool:
    line_is_keys = (parts.line.name, parts.line.key_hash) == (key.name, key.hash)
    return line_is_keys and key.verifies(parts.line.signature, parts.checkpoint_text.encode())


def _proof_leads_to_root(parts: _Parts, leaf: Leaf) -> bool:
    try:
        root = root_from_inclusion(leaf.hash, parts.index, parts.checkpoint.head.size, parts.proof)
    except ProofInvalid:
        return False
    return root == parts.checkpoint.head.root


def _check_opening(parts: _Parts) -> None:
    if parts.salt is None:
        return
    identity = parts.body.get("identity")
    email = identity.get("email") if isinstance(identity, Mapping) else None
    committed = email.get("salt_sha256") if isinstance(email, Mapping) else None
    if committed != sha256(parts.salt).hexdigest():
        raise _invalid(FilePart.OPENING, "the salt is not the one the body commits to.")


def _take_apart(data: bytes) -> _Parts:
    if len(data) > file.MOST_BYTES:
        raise _invalid(FilePart.FIELDS, f"larger than {file.MOST_BYTES} bytes.")
    try:
        fields = parse_canonical(data)
    except NotCanonical as error:
        raise _invalid(FilePart.CANONICAL_FORM, str(error)) from None
    if fields.keys() - {"opening"} != _FIELDS or fields["format"] != file.FORMAT:
        raise _invalid(FilePart.FIELDS, f"expected a file of format {file.FORMAT} with its fields and no others.")
    body = fields["body"]
    if not isinstance(body, Mapping):
        raise _invalid(FilePart.BODY, "expected an object.")
    checkpoint, text, line = _checkpoint_of(fields["checkpoint"])
    return _Parts(
        body=body,
        signature=_bytes_of(fields["signature"], 64, FilePart.SIGNATURE),
        index=_number_of(fields["leaf_index"], FilePart.INCLUSION_PROOF),
        tree_size=_number_of(fields["tree_size"], FilePart.CHECKPOINT_SIZE),
        proof=_proof_of(fields["inclusion_proof"]),
        checkpoint=checkpoint,
        checkpoint_text=text,
        line=line,
        salt=_salt_of(fields["opening"]) if "opening" in fields else None,
    )


def _checkpoint_of(value: JsonValue) -> tuple[Checkpoint, str, SignatureLine]:
    if not isinstance(value, str):
        raise _invalid(FilePart.CHECKPOINT_FORM, "expected a signed note.")
    try:
        checkpoint, note = read_checkpoint(value), parse_note(value)
    except NoteMalformed as error:
        raise _invalid(FilePart.CHECKPOINT_FORM, str(error)) from None
    if len(note.signatures) != 1:
        raise _invalid(FilePart.CHECKPOINT_FORM, "expected the shop's one signature line.")
    return checkpoint, note.text, note.signatures[0]


def _proof_of(value: JsonValue) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise _invalid(FilePart.INCLUSION_PROOF, "expected a list.")
    return tuple(_bytes_of(node, HASH_BYTES, FilePart.INCLUSION_PROOF) for node in value)


def _salt_of(value: JsonValue) -> bytes:
    if not isinstance(value, Mapping) or value.keys() != {"salt"}:
        raise _invalid(FilePart.OPENING, "expected a salt and nothing else.")
    salt = value["salt"]
    try:
        decoded = bytes.fromhex(salt) if isinstance(salt, str) else b""
    except ValueError:
        decoded = b""
    if decoded.hex() != salt:
        raise _invalid(FilePart.OPENING, "the salt is not lower-case hex.")
    return decoded


def _bytes_of(value: JsonValue, length: int, part: FilePart) -> bytes:
    decoded = strict_base64(value) if isinstance(value, str) else None
    if decoded is None or len(decoded) != length:
        raise _invalid(part, f"expected base64 over {length} bytes.")
    return decoded


def _number_of(value: JsonValue, part: FilePart) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _invalid(part, "expected a whole number, not negative.")
    return value


def _invalid(part: FilePart, what: str) -> ReceiptInvalid:
    return ReceiptInvalid(part, what)
