"""The master key in a file, and what is derived from it: HKDF-SHA-256 (RFC 5869), AES-256-GCM, HMAC-SHA-256.

The file's first line is the version; each further line is one 32-byte key in base64, oldest first. The newest (last)
seals; every one unseals; the oldest makes digests, since a digest that changed with a rotation would find nobody.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adieu.errors import KeysRefused

FILE_VERSION = "adieu-master-key 1"
KEY_BYTES = 32
NONCE_BYTES = 12  # 96 random bits (NIST SP 800-38D 8.2.2): at most 2**32 seals a derived key
ID_BYTES = 4  # tells which master key sealed; not secret
SEALED_VERSION = b"\x01"
_HEAD = len(SEALED_VERSION) + ID_BYTES


class MasterKeys:
    """`adieu.ports.keys.Keys` from master keys held in memory, oldest first.

    Sealed form: version (1 byte), key id (4), nonce (12), ciphertext and tag.
    """

    def __init__(self, masters: Sequence[bytes]) -> None:
        if not masters or any(len(master) != KEY_BYTES for master in masters):
            raise KeysRefused(f"A master key is missing or not {KEY_BYTES} bytes long; restore the key file's copy.")
        self._by_id = {_key_id(master): master for master in masters}
        self._newest, self._oldest = _key_id(masters[-1]), _key_id(masters[0])
        self._ciphers: dict[tuple[bytes, str, str], AESGCM] = {}
        self._digesting: dict[tuple[str, str], bytes] = {}

    def seal(self, purpose: str, shop: str, plain: bytes, bound_to: bytes) -> bytes:
        """Sealed under the newest master key."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        head = SEALED_VERSION + self._newest
        return head + nonce + self._cipher(self._newest, purpose, shop).encrypt(nonce, plain, head + bound_to)

    def unseal(self, purpose: str, shop: str, sealed: bytes, bound_to: bytes) -> bytes:
        """The plain bytes; raises `KeysRefused` where the key, the bytes or what they are bound to differ."""
        head, key_id = sealed[:_HEAD], sealed[len(SEALED_VERSION):_HEAD]
        if not sealed.startswith(SEALED_VERSION) or key_id not in self._by_id:
            raise KeysRefused(
                f"Something sealed for {purpose} names a key this key file does not hold; "
                "restore the file that still has it."
            )
        try:
            cipher = self._cipher(key_id, purpose, shop)
            return cipher.decrypt(sealed[_HEAD:_HEAD + NONCE_BYTES], sealed[_HEAD + NONCE_BYTES:], head + bound_to)
        except (InvalidTag, ValueError):
            raise KeysRefused(
                f"Something sealed for {purpose} cannot be opened: it was changed, moved or cut. Restore it."
            ) from None

    def digest(self, purpose: str, shop: str, value: str) -> str:
        """HMAC-SHA-256 under the oldest master key's derivation, hex."""
        key = self._digesting.get((purpose, shop))
        if key is None:
            key = self._digesting[purpose, shop] = _derived(self._by_id[self._oldest], "digest", purpose, shop)
        return hmac.digest(key, value.encode("utf-8", "surrogatepass"), "sha256").hex()

    def _cipher(self, key_id: bytes, purpose: str, shop: str) -> AESGCM:
        found = self._ciphers.get((key_id, purpose, shop))
        if found is None:
            found = AESGCM(_derived(self._by_id[key_id], "seal", purpose, shop))
            self._ciphers[key_id, purpose, shop] = found
        return found


def create_master_key(path: Path) -> None:
    """Write a new key file, readable by its owner only. Raises `KeysRefused` where something stands there already."""
    try:
        _write(path, [FILE_VERSION, _fresh_line()])
    except FileExistsError:
        raise KeysRefused(
            f"{path} exists; a master key is never overwritten. Move it away yourself if nothing needs it."
        ) from None


def add_master_key(path: Path) -> None:
    """Rotate: add a key that seals from now on. What older keys sealed still opens. Back the file up afterwards."""
    load_master_keys(path)
    beside = path.with_name(path.name + ".new")
    try:
        _write(beside, [*path.read_text("ascii").split("\n")[:-1], _fresh_line()])
    except FileExistsError:
        raise KeysRefused(f"{beside} exists: a rotation was cut short. Remove that file and try again.") from None
    beside.replace(path)
    _sync_folder(path)


def load_master_keys(path: Path) -> MasterKeys:
    """Read a key file.

    Raises:
        KeysRefused: no such file, open to group or others, or not of the form above.
    """
    try:
        with path.open("rb") as file:
            mode, content = os.fstat(file.fileno()).st_mode, file.read()
    except OSError as error:
        raise KeysRefused(
            f"The key file {path} cannot be read ({type(error).__name__}); expected a file made by `adieu install`."
        ) from None
    if mode & 0o077:
        raise KeysRefused(f"The key file {path} is open to group or others; run: chmod 600 {path}")
    lines = content.decode("ascii", "replace").split("\n")
    if lines[0] != FILE_VERSION or lines[-1] or len(lines) < 3:
        raise KeysRefused(f"{path} is not a whole key file of version 1; restore its copy.")
    return MasterKeys([_parsed(line, path, number) for number, line in enumerate(lines[1:-1], start=2)])


def _parsed(line: str, path: Path, number: int) -> bytes:
    try:
        master = base64.b64decode(line, validate=True)
    except binascii.Error:
        master = b""
    if len(master) != KEY_BYTES:
        raise KeysRefused(f"{path}:{number}: not a key; expected {KEY_BYTES} bytes in base64. Restore the file's copy.")
    return master


def _fresh_line() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def _write(path: Path, lines: Sequence[str]) -> None:
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="ascii") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path)


def _sync_folder(path: Path) -> None:
    # A new name is only safe from a crash once its folder is on the disk.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _key_id(master: bytes) -> bytes:
    return hashlib.sha256(b"adieu key id\0" + master).digest()[:ID_BYTES]


def _derived(master: bytes, use: str, purpose: str, shop: str) -> bytes:
    # Each part carries its length, so that no two triples read alike.
    info = b"".join(
        len(part).to_bytes(4, "big") + part for part in (text.encode("utf-8") for text in ("adieu 1", use, purpose, shop))
    )
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)
