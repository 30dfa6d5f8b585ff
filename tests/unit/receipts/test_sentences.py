"""What a reader is told when a receipt, a proof or a note is refused: the whole sentence, with what to do."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from receipt_builders import SeedSigner, build_file, salt_of

from adieu.errors import NotCanonical, NoteMalformed, NoteUnverified, ProofInvalid, ReceiptInvalid
from adieu.receipts.canonical import DEEPEST_NESTING, canonical_json, canonical_json_of_own, parse_canonical
from adieu.receipts.checkpoint import read_checkpoint, sign_checkpoint, verify_checkpoint
from adieu.receipts.file import MOST_BYTES
from adieu.receipts.note import VerifierKey, parse_note, sign_note, verify_note
from adieu.receipts.tree import (
    EMPTY_ROOT,
    CompactRange,
    Growth,
    TreeHead,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_from_inclusion,
    verify_consistency,
    verify_inclusion,
)
from adieu.receipts.verify import key_id_of, verify_file

SIGNER, OTHER = SeedSigner(), SeedSigner(number=2)
KEY = SIGNER.verifier
FILE = build_file(datasets=1)
HEAD = TreeHead(size=2, root=b"\x07" * 32)
NOTE = sign_checkpoint(HEAD, SIGNER)
TEXT = NOTE.split("\n\n")[0] + "\n"
DEEP: Any = 1
for _ in range(DEEPEST_NESTING + 1):
    DEEP = [DEEP]


def tree(leaves: int) -> Growth:
    grown = Growth()
    for number in range(leaves):
        grown.append(leaf_hash(bytes([number])))
    return grown


THREE, FIVE = tree(3), tree(5)
UP = inclusion_proof(FIVE, 1, 5)
SINCE = consistency_proof(FIVE, 3, 5)

REFUSED: list[tuple[type[Exception], Callable[[], object], str]] = [
    (NotCanonical, lambda: canonical_json({"a": "\ud800"}),
     "Not canonical JSON: a string holds half of a surrogate pair. Pass valid Unicode."),
    (NotCanonical, lambda: canonical_json_of_own({"a": "\ud800"}),
     "Not canonical JSON: a string holds half of a surrogate pair. Pass valid Unicode."),
    (NotCanonical, lambda: canonical_json(DEEP), "Not canonical JSON: nested deeper than 64 levels."),
    (NotCanonical, lambda: canonical_json({"a": [2**53]}),
     "Not canonical JSON: the number at $.a[0] is beyond 2^53 - 1. Write it as a string."),
    (NotCanonical, lambda: canonical_json({"a": {"b": (0, {1})}}),  # type: ignore[dict-item]
     "Not canonical JSON: $.a.b[1] is a set. Use text, whole numbers, lists and objects."),
    (NotCanonical, lambda: canonical_json({"a": {"한": 1}}), "Not canonical JSON: key 0 of $.a is not ASCII text."),
    (NotCanonical, lambda: parse_canonical(b'{"a":1.5}'),
     "Not canonical JSON: a number is not whole. Receipts hold whole numbers only."),
    (NotCanonical, lambda: parse_canonical(b'{"a":NaN}'),
     "Not canonical JSON: a number is not whole. Receipts hold whole numbers only."),
    (NotCanonical, lambda: parse_canonical(b"[1]"), "Not canonical JSON: expected one object, {...}."),
    (NotCanonical, lambda: parse_canonical(b'{"a":"\xff"}'), "Not canonical JSON: byte 6 is not UTF-8."),
    (NotCanonical, lambda: parse_canonical('{"한":}'.encode()), "Not canonical JSON: cannot be read from byte 7 on."),
    (NotCanonical, lambda: parse_canonical(b'{"a": 1}'), "Not canonical JSON: byte 5 is not as RFC 8785 writes it."),
    (NotCanonical, lambda: parse_canonical(b'{"a":1} '), "Not canonical JSON: byte 7 is not as RFC 8785 writes it."),
    (NotCanonical, lambda: parse_canonical(b'{"a":' + b"9" * 5000 + b"}"),
     "Not canonical JSON: nested too deep, or a number is too long."),
    (NoteMalformed, lambda: VerifierKey(name="a b", public=KEY.public),
     "A key's name must not be empty or have spaces or plus signs, e.g. shop.example/adieu."),
    (NoteMalformed, lambda: VerifierKey(name="a", public=b""), "An Ed25519 public key has 32 bytes."),
    (NoteMalformed, lambda: VerifierKey.parse("a+b"),
     "Not a public key line. Expected name+hash+base64, as the shop publishes it."),
    (NoteMalformed, lambda: VerifierKey.parse("a+00000000+QQ=="),
     "Not an Ed25519 public key line. Expected base64 over 0x01 and 32 bytes."),
    (NoteMalformed, lambda: VerifierKey.parse(str(KEY).replace(KEY.hash.hex(), "00000000")),
     "The public key line's hash is not that of its name and key. Copy the line again."),
    (NoteMalformed, lambda: sign_note("a", SIGNER), "A note's text ends in a newline and has no other control characters."),
    (NoteMalformed, lambda: parse_note("a\n"), "Not a signed note: expected a text, a blank line and signature lines."),
    (NoteMalformed, lambda: parse_note(TEXT + "\n" + NOTE.split("\n\n")[1] * 101),
     "Not a signed note: more than 100 signature lines."),
    (NoteMalformed, lambda: parse_note("a\n\nb\n"),
     "Not a signature line: expected a dash, a space, a name, a space and base64."),
    (NoteUnverified, lambda: verify_note(NOTE, OTHER.verifier),
     f"The note is not signed by {OTHER.key_id}. Take the key of the note's time."),
    (NoteUnverified, lambda: verify_note(NOTE.replace("\n2\n", "\n3\n"), KEY),
     f"The note's signature by {SIGNER.key_id} does not fit its text."),
    (NoteMalformed, lambda: verify_checkpoint(sign_note("other\n" + TEXT.split("\n", 1)[1], SIGNER), KEY),
     f"The checkpoint is of another ledger than {KEY.name}."),
    (NoteMalformed, lambda: read_checkpoint(sign_note("a\n1\n", SIGNER)),
     "Not a checkpoint: expected the lines origin, size and root, none of them empty."),
    (NoteMalformed, lambda: read_checkpoint(sign_note("a\n01\nQQ==\n", SIGNER)),
     "Not a checkpoint: the size is not a decimal number without leading zeros."),
    (NoteMalformed, lambda: read_checkpoint(sign_note("a\n1\nQQ==\n", SIGNER)),
     "Not a checkpoint: the root is not base64 over 32 bytes."),
    (ProofInvalid, lambda: CompactRange(3, [b""]), "A tree of 3 leaves has 2 complete subtrees, not 1."),
    (ProofInvalid, lambda: CompactRange(-1, []), "A tree of -1 leaves has 1 complete subtrees, not 0."),
    (ProofInvalid, lambda: CompactRange.from_bytes(b"\x00"),
     "Not a compact range: expected a size in 8 bytes and roots of 32 bytes."),
    (ProofInvalid, lambda: CompactRange.from_bytes(bytes(8) + b"\x00"),
     "Not a compact range: expected a size in 8 bytes and roots of 32 bytes."),
    (ProofInvalid, lambda: Growth(THREE.range)(0, 0), "Node (0, 0) is not known here. Begin from an earlier size."),
    (ProofInvalid, lambda: inclusion_proof(FIVE, 5, 5), "Leaf 5 is not in a tree of 5 leaves."),
    (ProofInvalid, lambda: inclusion_proof(FIVE, -1, 5), "Leaf -1 is not in a tree of 5 leaves."),
    (ProofInvalid, lambda: root_from_inclusion(b"", 5, 5, []), "Leaf 5 is not in a tree of 5 leaves."),
    (ProofInvalid, lambda: consistency_proof(FIVE, 6, 5), "A tree of 6 leaves cannot be the beginning of one of 5 leaves."),
    (ProofInvalid, lambda: verify_consistency(FIVE.head(), THREE.head(), []),
     "A tree of 5 leaves cannot be the beginning of one of 3 leaves."),
    (ProofInvalid, lambda: root_from_inclusion(leaf_hash(b"\x01"), 1, 5, [*UP, b""]),
     "The inclusion proof is too long for its place in the tree."),
    (ProofInvalid, lambda: root_from_inclusion(leaf_hash(b"\x01"), 1, 5, UP[:-1]),
     "The inclusion proof is too short for its place in the tree."),
    (ProofInvalid, lambda: verify_inclusion(leaf_hash(b"\x02"), 1, UP, FIVE.head()),
     "The inclusion proof does not lead to the tree's root."),
    (ProofInvalid, lambda: verify_consistency(THREE.head(), FIVE.head(), [*SINCE, b""]), "The consistency proof is too long."),
    (ProofInvalid, lambda: verify_consistency(THREE.head(), FIVE.head(), SINCE[:-1]), "The consistency proof is too short."),
    (ProofInvalid, lambda: verify_consistency(THREE.head(), FIVE.head(), []), "The consistency proof is too short."),
    (ProofInvalid, lambda: verify_consistency(TreeHead(size=3, root=EMPTY_ROOT), FIVE.head(), SINCE),
     "The consistency proof does not lead to both roots."),
    (ProofInvalid, lambda: verify_consistency(FIVE.head(), FIVE.head(), SINCE),
     "The consistency proof should be empty, and the older root the one its size demands."),
]


@pytest.mark.parametrize(("kind", "attempt", "sentence"), REFUSED, ids=[case[2] for case in REFUSED])
def test_what_is_refused_is_told_in_full(kind: type[Exception], attempt: Callable[[], object], sentence: str) -> None:
    with pytest.raises(kind) as refused:
        attempt()
    assert str(refused.value) == sentence


def changed(**fields: object) -> bytes:
    return canonical_json({**json.loads(FILE), **fields})  # type: ignore[dict-item]


CHECKPOINT: str = json.loads(FILE)["checkpoint"]
PROOF: list[str] = json.loads(FILE)["inclusion_proof"]
BODY: dict[str, Any] = json.loads(FILE)["body"]
NAMED: list[tuple[bytes, str]] = [
    (b" " * (MOST_BYTES + 1), f"fields of the file: larger than {MOST_BYTES} bytes."),
    (b"[]", "canonical form: Not canonical JSON: expected one object, {...}."),
    (changed(more=1), "fields of the file: expected a file of format adieu-receipt-file/1 with its fields and no others."),
    (changed(body=[]), "body: expected an object."),
    (changed(body={**BODY, "more": 1}), "body: it is not the one that was signed."),
    (changed(checkpoint=1), "checkpoint form: expected a signed note."),
    (changed(checkpoint="a"),
     "checkpoint form: A note's text ends in a newline and has no other control characters."),
    (changed(checkpoint=CHECKPOINT + CHECKPOINT.split("\n\n")[1]), "checkpoint form: expected the shop's one signature line."),
    (changed(checkpoint=sign_checkpoint(TreeHead(size=6, root=b"\x01" * 32), SIGNER)),
     "inclusion proof: it does not lead from the leaf to the checkpoint's root."),
    (changed(tree_size=7), "checkpoint size: the file and its checkpoint name two different sizes."),
    (changed(checkpoint=CHECKPOINT.replace(SIGNER.name, "other", 1)),
     "checkpoint origin: the checkpoint is not of the ledger the key belongs to."),
    (changed(checkpoint=CHECKPOINT.replace(SIGNER.name + " ", "other ")),
     "checkpoint signature: it is not the key's over this checkpoint."),
    (changed(checkpoint=CHECKPOINT.replace(CHECKPOINT.split("\n")[2], TEXT.split("\n")[2])),
     "checkpoint root: it is not the root the key signed."),
    (changed(inclusion_proof={}), "inclusion proof: expected a list."),
    (changed(inclusion_proof=["QQ=="]), "inclusion proof: expected base64 over 32 bytes."),
    (changed(leaf_index=-1), "inclusion proof: expected a whole number, not negative."),
    (changed(signature="QQ=="), "signature: expected base64 over 64 bytes."),
    (changed(signature="A" * 86 + "=="), "signature: it is not the key's over this body, which is the one in the ledger."),
    (changed(opening={}), "opening: expected a salt and nothing else."),
    (changed(opening={"salt": "zz"}), "opening: the salt is not lower-case hex."),
    (changed(opening={"salt": salt_of(2).hex()}), "opening: the salt is not the one the body commits to."),
]


@pytest.mark.parametrize(("data", "sentence"), NAMED, ids=[case[1] for case in NAMED])
def test_the_part_that_does_not_fit_is_told_in_full(data: bytes, sentence: str) -> None:
    with pytest.raises(ReceiptInvalid) as refused:
        verify_file(data, KEY)
    assert str(refused.value) == f"Receipt not valid, {sentence}"


def test_a_file_of_another_key_is_told_in_full() -> None:
    with pytest.raises(ReceiptInvalid) as refused:
        verify_file(FILE, OTHER.verifier)
    assert str(refused.value) == (
        "Receipt not valid, public key: the file was signed with another key. Take the key it names."
    )
    assert key_id_of(FILE) == SIGNER.key_id
