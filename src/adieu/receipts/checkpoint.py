"""Checkpoints (C2SP tlog-checkpoint): the ledger's head, in three lines, as a signed note."""

from dataclasses import dataclass

from adieu.errors import NoteMalformed
from adieu.ports.signer import Signer
from adieu.receipts.note import VerifierKey, encode_base64, parse_note, sign_note, strict_base64, verify_note
from adieu.receipts.tree import HASH_BYTES, TreeHead


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What one ledger says of itself at one size."""

    origin: str  # the ledger's name, which is also its key's name
    head: TreeHead

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.head.size}\n{encode_base64(self.head.root)}\n"


def sign_checkpoint(head: TreeHead, signer: Signer) -> str:
    """The signed note for this head; the origin is the signer's name.

    The caller must never sign two heads of which one does not grow out of the other.
    """
    return sign_note(Checkpoint(origin=signer.name, head=head).text, signer)


def read_checkpoint(note: str) -> Checkpoint:
    """What the note says, without asking who signed it.

    Raises:
        NoteMalformed: it is not a signed note, or its text is not a checkpoint in its one right form.
    """
    return _from_text(parse_note(note).text)


def verify_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """What the note says, signed by this key under this key's name.

    Raises:
        NoteMalformed: as `read_checkpoint`; or the origin is not the key's name.
        NoteUnverified: the key did not sign it.
    """
    checkpoint = _from_text(verify_note(note, key))
    if checkpoint.origin != key.name:
        raise NoteMalformed(f"The checkpoint is of another ledger than {key.name}.")
    return checkpoint


def _from_text(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise NoteMalformed("Not a checkpoint: expected the lines origin, size and root, none of them empty.")
    origin, size, root = lines[:3]
    # Extension lines may follow; the signature covers them and nothing here depends on them.
    if not (size.isascii() and size.isdigit()) or len(size) > 18 or str(int(size)) != size:
        raise NoteMalformed("Not a checkpoint: the size is not a decimal number without leading zeros.")
    decoded = strict_base64(root)
    if decoded is None or len(decoded) != HASH_BYTES:
        raise NoteMalformed("Not a checkpoint: the root is not base64 over 32 bytes.")
    return Checkpoint(origin=origin, head=TreeHead(size=int(size), root=decoded))
