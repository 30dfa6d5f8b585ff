"""Signed notes (C2SP signed-note): a text, a blank line, and lines that sign it; keys as one line of text.

Only Ed25519 (signature type 1, RFC 8032) is spoken. Reading is strict: one text has one form.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adieu.errors import NoteMalformed, NoteUnverified
from adieu.ports.signer import Signer

ED25519_TYPE = b"\x01"
#: The specification asks readers to accept at least 16; more is a flood.
MOST_SIGNATURES = 100
KEY_HASH_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class VerifierKey:
    """A public key and the name it signs under."""

    name: str  # the ledger's origin, e.g. shop.example/adieu; no space and no plus sign
    public: bytes  # 32 bytes, RFC 8032

    def __post_init__(self) -> None:
        """Refuse a name or a key that could not be written as one line.

        Raises:
            NoteMalformed: the name is empty or has a space, plus sign or control character; or the key is not 32 bytes.
        """
        check_key_name(self.name)
        if len(self.public) != 32:
            raise NoteMalformed("An Ed25519 public key has 32 bytes.")

    @classmethod
    def parse(cls, line: str) -> "VerifierKey":
        """Read `name+hash+base64`, the form in which a shop publishes its key.

        Raises:
            NoteMalformed: another form, another kind of key, or the hash is not the key's.
        """
        parts = line.split("+", 2)
        if len(parts) != 3:
            raise NoteMalformed("Not a public key line. Expected name+hash+base64, as the shop publishes it.")
        name, _, encoded = parts
        material = strict_base64(encoded)
        if material is None or material[:1] != ED25519_TYPE:
            raise NoteMalformed("Not an Ed25519 public key line. Expected base64 over 0x01 and 32 bytes.")
        key = cls(name=name, public=material[1:])
        if str(key) != line:
            raise NoteMalformed("The public key line's hash is not that of its name and key. Copy the line again.")
        return key

    def __str__(self) -> str:
        """`name+hash+base64`: what the shop publishes."""
        return f"{self.key_id}+{encode_base64(ED25519_TYPE + self.public)}"

    @property
    def hash(self) -> bytes:
        """4 bytes that tell the name's keys apart; not a strong hash."""
        return key_hash(self.name, self.public)

    @property
    def key_id(self) -> str:
        """`name+hash`, hash in 8 hex digits."""
        return f"{self.name}+{self.hash.hex()}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key signed the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, kw_only=True)
class SignatureLine:
    """One line below a note."""

    name: str
    key_hash: bytes  # 4 bytes
    signature: bytes


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note as read, not yet believed."""

    text: str  # with its final newline
    signatures: tuple[SignatureLine, ...]


def key_hash(name: str, public: bytes) -> bytes:
    """SHA-256 over name, newline, 0x01 and the public key, first 4 bytes (C2SP signed-note)."""
    return sha256(name.encode() + b"\n" + ED25519_TYPE + public).digest()[:KEY_HASH_BYTES]


def check_key_name(name: str) -> None:
    """Return if a key may have this name.

    Raises:
        NoteMalformed: it is empty, or has a space, a plus sign or a control character.
    """
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name):
        raise NoteMalformed("A key's name must not be empty or have spaces or plus signs, e.g. shop.example/adieu.")


def strict_base64(encoded: str) -> bytes | None:
    """The bytes of standard base64 written in its one right form, else None."""
    try:
        decoded = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return decoded if encode_base64(decoded) == encoded else None


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode()


def sign_note(text: str, signer: Signer) -> str:
    """The note that says `text`, signed.

    Raises:
        NoteMalformed: the text does not end in a newline or has control characters.
    """
    _check_text(text)
    signature = encode_base64(signer.key_hash + signer.sign(text.encode()))
    return f"{text}\n\u2014 {signer.name} {signature}\n"


def parse_note(note: str) -> Note:
    """Split a note into its text and its signature lines; checks the form only.

    Raises:
        NoteMalformed: no final newline, no blank line, a control character, no signature line, too many of them, or
            one that is not of the form dash, name, base64.
    """
    _check_text(note)
    text, separator, block = note.rpartition("\n\n")
    if not separator or not block:
        raise NoteMalformed("Not a signed note: expected a text, a blank line and signature lines.")
    lines = block[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteMalformed(f"Not a signed note: more than {MOST_SIGNATURES} signature lines.")
    return Note(text=text + "\n", signatures=tuple(_signature_line(line) for line in lines))


def verify_note(note: str, key: VerifierKey) -> str:
    """The text of a note signed by this key; lines of keys not known are passed over, as the specification asks.

    Raises:
        NoteMalformed: as `parse_note`.
        NoteUnverified: no line is by this key, or one that says so does not verify.
    """
    read = parse_note(note)
    own = [line for line in read.signatures if (line.name, line.key_hash) == (key.name, key.hash)]
    if not own:
        raise NoteUnverified(f"The note is not signed by {key.key_id}. Take the key of the note's time.")
    if not all(key.verifies(line.signature, read.text.encode()) for line in own):
        raise NoteUnverified(f"The note's signature by {key.key_id} does not fit its text.")
    return read.text


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise NoteMalformed("A note's text ends in a newline and has no other control characters.")


def _signature_line(line: str) -> SignatureLine:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    blob = strict_base64(encoded)
    if dash != "\u2014" or blob is None or len(blob) <= KEY_HASH_BYTES:
        raise NoteMalformed("Not a signature line: expected a dash, a space, a name, a space and base64.")
    check_key_name(name)
    return SignatureLine(name=name, key_hash=blob[:KEY_HASH_BYTES], signature=blob[KEY_HASH_BYTES:])
