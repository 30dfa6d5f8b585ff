"""Checkpoints are those of C2SP tlog-checkpoint, read in exactly one form."""

import base64

import pytest
from receipt_builders import SeedSigner

from adieu.errors import NoteMalformed, NoteUnverified
from adieu.receipts.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint, verify_checkpoint
from adieu.receipts.note import sign_note
from adieu.receipts.tree import EMPTY_ROOT, TreeHead

# The example of the specification (C2SP tlog-checkpoint); its key is not published.
PUBLISHED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
SIGNER = SeedSigner()
ROOT = base64.b64encode(EMPTY_ROOT).decode()


def test_the_published_example_is_read() -> None:
    checkpoint = read_checkpoint(PUBLISHED)
    assert (checkpoint.origin, checkpoint.head.size) == ("example.com/behind-the-sofa", 20852163)
    assert PUBLISHED.startswith(checkpoint.text + "\n")


def test_what_is_signed_verifies_and_says_the_same() -> None:
    head = TreeHead(size=7, root=b"\x07" * 32)
    note = sign_checkpoint(head, SIGNER)
    assert verify_checkpoint(note, SIGNER.verifier) == Checkpoint(origin=SIGNER.name, head=head)
    assert note == sign_checkpoint(head, SIGNER)


def test_an_empty_ledger_has_a_checkpoint_of_size_0() -> None:
    note = sign_checkpoint(TreeHead(size=0, root=EMPTY_ROOT), SIGNER)
    assert note.startswith(f"shop.example/adieu\n0\n{ROOT}\n\n\u2014 shop.example/adieu ")
    assert verify_checkpoint(note, SIGNER.verifier).head.size == 0


def test_extension_lines_are_signed_and_passed_over() -> None:
    note = sign_note(f"{SIGNER.name}\n1\n{ROOT}\nextension\n", SIGNER)
    assert verify_checkpoint(note, SIGNER.verifier).head.size == 1


@pytest.mark.parametrize(
    "text",
    [
        f"o\n01\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n",
        f"o\n\u0661\n{ROOT}\n",
        f"o\n{'9' * 19}\n{ROOT}\n",
        f"o\n1\n{ROOT[:-1]}\n",
        f"o\n1\n{ROOT[:-4]}\n",
        f"\n1\n{ROOT}\n",
        "o\n1\n",
        f"o\n1\n{ROOT}\n\nextension after a blank line\n",
    ],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        read_checkpoint(sign_note(text, SIGNER))


def test_a_checkpoint_of_another_key_is_not_believed() -> None:
    note = sign_checkpoint(TreeHead(size=0, root=EMPTY_ROOT), SeedSigner(number=2))
    with pytest.raises(NoteUnverified):
        verify_checkpoint(note, SIGNER.verifier)


def test_a_key_cannot_speak_for_another_ledger() -> None:
    note = sign_note(f"other.example\n0\n{ROOT}\n", SIGNER)
    with pytest.raises(NoteMalformed, match="another ledger"):
        verify_checkpoint(note, SIGNER.verifier)
