"""The shop's signing key in a file, the keys it had before, and the page on which all of them are published.

Beside the private key `signing.key` (mode 0600) lies `signing.key.previous`: the public keys of the past with the
instant each was retired, one comment and one key a line. Private keys are never kept after a rotation.
"""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adieu.errors import KeysRefused, NoteMalformed
from adieu.receipts.note import ED25519_TYPE, VerifierKey, encode_base64, strict_base64

_PREFIX = "PRIVATE+KEY+"
_SEED_BYTES = 32
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class FileSigner:
    """An Ed25519 key read from a file; implements `ports.signer.Signer`."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Sign under `name` with the key of this 32-byte seed.

        Raises:
            NoteMalformed: the name cannot stand in a signature line.
        """
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._seed = seed
        self._verifier = VerifierKey(name=name, public=self._key.public_key().public_bytes_raw())
        self._key_hash, self._key_id = self._verifier.hash, self._verifier.key_id

    def __repr__(self) -> str:
        """Never the private key."""
        return f"FileSigner({self._key_id})"

    @property
    def name(self) -> str:
        """The ledger's origin."""
        return self._verifier.name

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._verifier.public

    @property
    def key_hash(self) -> bytes:
        """4 bytes that tell the name's keys apart."""
        return self._key_hash

    @property
    def key_id(self) -> str:
        """`name+hash`, hash in 8 hex digits."""
        return self._key_id

    @property
    def verifier(self) -> VerifierKey:
        """The public key with its name; `str()` of it is what the shop publishes."""
        return self._verifier

    def sign(self, message: bytes) -> bytes:
        """The signature over the message, 64 bytes."""
        return self._key.sign(message)

    def line(self) -> str:
        """The private key as one line, `PRIVATE+KEY+name+hash+base64`, the form Go's note package uses."""
        return f"{_PREFIX}{self._key_id}+{encode_base64(ED25519_TYPE + self._seed)}"


def signer_from_line(line: str) -> FileSigner:
    """Read what `FileSigner.line` wrote.

    Raises:
        KeysRefused: another form, or the hash is not the key's. The message never repeats the line.
    """
    parts = line.removeprefix(_PREFIX).split("+", 2)
    material = strict_base64(parts[2]) if line.startswith(_PREFIX) and len(parts) == 3 else None
    if material is None or material[:1] != ED25519_TYPE or len(material) != 1 + _SEED_BYTES:
        raise KeysRefused("Not a signing key. Expected one line PRIVATE+KEY+name+hash+base64.")
    try:
        signer = FileSigner(parts[0], material[1:])
    except NoteMalformed as error:
        raise KeysRefused(f"Not a signing key: {error}") from None
    if signer.line() != line:
        raise KeysRefused("The signing key's hash is not that of its name and key. Restore the file from its backup.")
    return signer


def create_key(path: Path, name: str) -> FileSigner:
    """Make a new key file that only its owner can read.

    Raises:
        KeysRefused: there is a file already; nothing is ever overwritten. Or the name cannot stand in a signature line.
    """
    signer = _fresh(name)
    try:
        _write_new(path, signer.line() + "\n")
    except FileExistsError:
        raise KeysRefused(f"{path.name} exists already. Load it, rotate it, or choose another path.") from None
    return signer


def load_key(path: Path) -> FileSigner:
    """Read a key file.

    Raises:
        KeysRefused: it is missing, not one key line, or readable by others than its owner.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise KeysRefused(f"{path.name} cannot be opened ({os.strerror(error.errno or 0)}).") from None
    with open(descriptor, encoding="utf-8", errors="replace") as opened:
        if os.fstat(descriptor).st_mode & _FOR_OTHERS:
            raise KeysRefused(f"{path.name} is open to others than its owner. Set its mode to 0600, then rotate it.")
        text = opened.read()
    if not text.endswith("\n") or text.count("\n") != 1:
        raise KeysRefused(f"{path.name} is not a signing key: expected one line.")
    return signer_from_line(text[:-1])


def rotate_key(path: Path, at: datetime) -> FileSigner:
    """Replace the key by a new one of the same name; the old public key joins the previous ones, retired `at`.

    The public key is written down before the private one goes, so a crash between the two leaves a key that is listed
    as retired and still signs: rotate again.

    Raises:
        KeysRefused: as `load_key`; or `at` has no zone.
    """
    if at.tzinfo is None:
        raise KeysRefused("The instant of a rotation has no zone. Pass an aware UTC datetime.")
    old = load_key(path)
    new = _fresh(old.name)
    if old.verifier not in _previous_keys(path):
        retired = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        _replace(_previous_path(path), f"{_previous_text(path)}# retired {retired}\n{old.verifier}\n")
    _replace(path, new.line() + "\n")
    return new


def published_keys(path: Path) -> str:
    """The page a shop publishes: the key in use first, then those of the past, each below a comment.

    Raises:
        KeysRefused: as `load_key`.
    """
    return f"# in use\n{load_key(path).verifier}\n{_previous_text(path)}"


def read_published(page: str) -> tuple[VerifierKey, ...]:
    """The keys of a page that a shop published, in its order; lines with # and empty lines are comments.

    Raises:
        NoteMalformed: another line is not a public key.
    """
    lines = (line.strip() for line in page.splitlines())
    return tuple(VerifierKey.parse(line) for line in lines if line and not line.startswith("#"))


def _fresh(name: str) -> FileSigner:
    try:
        return FileSigner(name, os.urandom(_SEED_BYTES))
    except NoteMalformed as error:
        raise KeysRefused(f"Not a name for a signing key: {error}") from None


def _previous_path(path: Path) -> Path:
    return path.with_name(path.name + ".previous")


def _previous_text(path: Path) -> str:
    try:
        return _previous_path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _previous_keys(path: Path) -> tuple[VerifierKey, ...]:
    try:
        return read_published(_previous_text(path))
    except NoteMalformed as error:
        raise KeysRefused(f"{_previous_path(path).name} is damaged: {error}") from None


def _write_new(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    _sync_directory(path.parent)


def _replace(path: Path, text: str) -> None:
    """Write beside and rename, so that a crash leaves the old file or the new one."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    _write_new(beside, text)
    beside.replace(path)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
