"""Every byte of a member's file matters, and what was changed is named."""

import base64
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from receipt_builders import SeedSigner, build_correction, build_file, build_receipt, file_of, salt_of

from adieu.errors import ReceiptInvalid
from adieu.receipts.canonical import canonical_json
from adieu.receipts.checkpoint import sign_checkpoint
from adieu.receipts.file import MOST_BYTES
from adieu.receipts.leaf import LeafKind
from adieu.receipts.note import sign_note
from adieu.receipts.signing import sign_statement
from adieu.receipts.tree import TreeHead
from adieu.receipts.verify import FilePart, key_id_of, verify_file

SIGNER = SeedSigner()
FILE = build_file(datasets=1)
Fields = dict[str, Any]  # a parsed file, to be changed in place


def named(data: bytes, signer: SeedSigner = SIGNER) -> FilePart:
    with pytest.raises(ReceiptInvalid) as refused:
        verify_file(data, signer.verifier)
    return FilePart(refused.value.part)


def changed(change: Callable[[Fields], object]) -> bytes:
    fields = json.loads(FILE)
    change(fields)
    return canonical_json(fields)


def test_a_file_as_handed_out_is_verified_and_read() -> None:
    verified = verify_file(FILE, SIGNER.verifier)
    assert verified.kind is LeafKind.RECEIPT
    assert verified.body["closure_id"] == build_receipt().closure_id
    assert (verified.index, verified.checkpoint.head.size, verified.salt) == (3, 6, salt_of(1))
    assert key_id_of(FILE) == SIGNER.key_id


def test_the_file_is_canonical_although_it_is_joined_from_pieces() -> None:
    assert canonical_json(json.loads(FILE)) == FILE


@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 1), (1, 0), (6, 0), (7, 9), (4, 1)])
def test_a_file_verifies_wherever_its_leaf_stands(before: int, after: int) -> None:
    signed = sign_statement(build_receipt(), SIGNER)
    assert verify_file(file_of(signed, SIGNER, before=before, after=after), SIGNER.verifier).index == before


def test_a_correction_has_a_file_of_its_own_kind() -> None:
    corrected = verify_file(FILE, SIGNER.verifier).body_sha256
    data = file_of(sign_statement(build_correction(corrected), SIGNER), SIGNER)
    verified = verify_file(data, SIGNER.verifier)
    assert verified.kind is LeafKind.CORRECTION
    assert verified.body["corrects_sha256"] == corrected.hex()


def test_every_changed_byte_is_noticed_and_the_part_it_lies_in_is_named() -> None:
    body_end = FILE.index(b',"checkpoint":')
    places = {
        name: FILE.index(b'"%s":' % name) for name in (b"inclusion_proof", b"leaf_index", b"opening", b"signature")
    }
    spans = {
        "body": (0, body_end),
        "inclusion proof": (places[b"inclusion_proof"], places[b"opening"]),
        "opening": (places[b"opening"], places[b"signature"]),
        "signature": (places[b"signature"], FILE.index(b',"tree_size":')),
    }
    form = {FilePart.CANONICAL_FORM, FilePart.FIELDS}
    seen: Counter[str] = Counter()
    for place in range(len(FILE)):
        part = named(FILE[:place] + bytes([FILE[place] ^ 1]) + FILE[place + 1 :])
        seen[part] += 1
        for expected, (start, end) in spans.items():
            if start <= place < end:
                assert part in {*form, expected}, (place, part)
    for part in FilePart:
        if part not in {FilePart.PUBLIC_KEY, FilePart.BODY_FORMAT}:
            assert seen[part], part


def test_every_missing_and_every_added_byte_is_noticed() -> None:
    for place in range(0, len(FILE), 7):
        named(FILE[:place] + FILE[place + 1 :])
        named(FILE[:place] + b" " + FILE[place:])
    named(FILE + b"\n")


def other_base64(encoded: str) -> str:
    raw = base64.b64decode(encoded)
    return base64.b64encode(bytes([raw[0] ^ 1]) + raw[1:]).decode()


def edit_note(fields: Fields, line: int, edit: Callable[[str], str]) -> None:
    lines = fields["checkpoint"].split("\n")
    lines[line] = edit(lines[line])
    fields["checkpoint"] = "\n".join(lines)


@pytest.mark.parametrize(
    ("part", "change"),
    [
        (FilePart.BODY, lambda f: f["body"].update(closed_at="2026-11-25T09:30:00Z")),
        (FilePart.BODY, lambda f: f["body"].update(key_id="shop.example/adieu+00000000")),
        (FilePart.BODY, lambda f: f["body"].update(added=1)),
        (FilePart.BODY, lambda f: f["body"].update(format="adieu-correction/1")),
        (FilePart.BODY, lambda f: f.update(body=[])),
        (FilePart.SIGNATURE, lambda f: f.update(signature=other_base64(f["signature"]))),
        (FilePart.SIGNATURE, lambda f: f.update(signature="AAAA")),
        (FilePart.SIGNATURE, lambda f: f.update(signature=1)),
        (
            FilePart.INCLUSION_PROOF,
            lambda f: f["inclusion_proof"].__setitem__(0, other_base64(f["inclusion_proof"][0])),
        ),
        (FilePart.INCLUSION_PROOF, lambda f: f["inclusion_proof"].reverse()),
        (FilePart.INCLUSION_PROOF, lambda f: f["inclusion_proof"].pop()),
        (FilePart.INCLUSION_PROOF, lambda f: f["inclusion_proof"].append("AAAA")),
        (FilePart.INCLUSION_PROOF, lambda f: f.update(inclusion_proof={})),
        (FilePart.INCLUSION_PROOF, lambda f: f.update(leaf_index=2)),
        (FilePart.INCLUSION_PROOF, lambda f: f.update(leaf_index=6)),
        (FilePart.INCLUSION_PROOF, lambda f: f.update(leaf_index=-1)),
        (FilePart.INCLUSION_PROOF, lambda f: f.update(leaf_index=True)),
        (FilePart.CHECKPOINT_SIZE, lambda f: f.update(tree_size=7)),
        (FilePart.CHECKPOINT_SIZE, lambda f: edit_note(f, 1, lambda _: "7")),
        (FilePart.CHECKPOINT_ORIGIN, lambda f: edit_note(f, 0, lambda _: "shop.example/other")),
        (FilePart.CHECKPOINT_ROOT, lambda f: edit_note(f, 2, other_base64)),
        (FilePart.CHECKPOINT_SIGNATURE, lambda f: edit_note(f, 4, lambda line: line.replace(line[-12:-8], "AAAA"))),
        (FilePart.CHECKPOINT_SIGNATURE, lambda f: edit_note(f, 4, lambda line: line.replace("adieu", "adieV"))),
        (FilePart.CHECKPOINT_FORM, lambda f: edit_note(f, 1, lambda _: "06")),
        (FilePart.CHECKPOINT_FORM, lambda f: f.update(checkpoint=None)),
        (FilePart.CHECKPOINT_FORM, lambda f: edit_note(f, 4, lambda line: f"{line}\n{line}")),
        (FilePart.OPENING, lambda f: f.update(opening={"salt": salt_of(2).hex()})),
        (FilePart.OPENING, lambda f: f.update(opening={"salt": salt_of(1).hex().upper()})),
        (FilePart.OPENING, lambda f: f.update(opening={"salt": "zz"})),
        (FilePart.OPENING, lambda f: f.update(opening={"salt": 1})),
        (FilePart.OPENING, lambda f: f.update(opening={"salt": salt_of(1).hex(), "more": 1})),
        (FilePart.OPENING, lambda f: f.update(opening=None)),
        (FilePart.FIELDS, lambda f: f.update(more=1)),
        (FilePart.FIELDS, lambda f: f.pop("signature")),
        (FilePart.FIELDS, lambda f: f.update(format="adieu-receipt-file/2")),
    ],
)
def test_the_part_that_was_changed_is_named(part: FilePart, change: Callable[[Fields], object]) -> None:
    assert named(changed(change)) is part


def test_a_copy_without_the_salt_still_verifies() -> None:
    assert verify_file(changed(lambda fields: fields.pop("opening")), SIGNER.verifier).salt is None


def test_another_key_is_named_and_not_the_file() -> None:
    assert named(FILE, SeedSigner(number=2)) is FilePart.PUBLIC_KEY
    assert named(FILE, SeedSigner(name="other.example/adieu")) is FilePart.PUBLIC_KEY


def test_a_body_under_another_ledgers_name_does_not_verify() -> None:
    other = SeedSigner(name="other.example/adieu")
    statement = sign_statement(build_receipt(), other)
    assert named(file_of(statement, SIGNER)) is FilePart.BODY


def test_a_leaf_of_another_tree_is_not_in_this_one() -> None:
    fields = json.loads(FILE)
    fields["checkpoint"] = sign_checkpoint(TreeHead(size=6, root=b"\x01" * 32), SIGNER)
    assert named(canonical_json(fields)) is FilePart.INCLUSION_PROOF


def test_a_rightly_signed_checkpoint_of_another_origin_is_refused() -> None:
    fields = json.loads(FILE)
    text = fields["checkpoint"].split("\n\n")[0].replace(SIGNER.name, "shop.example/other") + "\n"
    fields["checkpoint"] = sign_note(text, SIGNER)
    assert named(canonical_json(fields)) is FilePart.CHECKPOINT_ORIGIN


class Later:
    """A statement of a format that does not exist yet, or with a field that this version does not know."""

    def __init__(self, kind: LeafKind, **fields: object) -> None:
        self.kind, self._fields = kind, fields

    def canonical(self, key_id: str) -> bytes:
        return canonical_json({"key_id": key_id, **self._fields})  # type: ignore[dict-item]


def test_fields_that_this_version_does_not_know_are_kept_and_verify() -> None:
    later = Later(LeafKind.RECEIPT, format="adieu-receipt/1", from_the_future=[1])
    verified = verify_file(file_of(sign_statement(later, SIGNER), SIGNER), SIGNER.verifier)
    assert verified.body["from_the_future"] == [1]


@pytest.mark.parametrize(
    ("kind", "name"), [(LeafKind.RECEIPT, "adieu-receipt/2"), (LeafKind.CORRECTION, "adieu-correction/2")]
)
def test_a_newer_format_is_told_apart_from_a_changed_body(kind: LeafKind, name: str) -> None:
    signed = sign_statement(Later(kind, format=name), SIGNER)
    assert named(file_of(signed, SIGNER)) is FilePart.BODY_FORMAT


def test_a_salt_without_a_commitment_is_refused() -> None:
    signed = sign_statement(Later(LeafKind.RECEIPT, format="adieu-receipt/1"), SIGNER)
    assert named(file_of(signed, SIGNER, salt=salt_of(1))) is FilePart.OPENING


def test_a_file_too_large_to_be_one_is_not_read() -> None:
    assert named(b" " * (MOST_BYTES + 1)) is FilePart.FIELDS
    assert named(b" " * MOST_BYTES) is FilePart.CANONICAL_FORM
