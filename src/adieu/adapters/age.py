"""Sealing an archive with age (age-encryption.org/v1), for a key the member holds or for a passphrase.

For a recipient the archive streams through, whatever its size. A passphrase is stretched with scrypt, which takes seconds
of a processor on purpose, and the library wants the whole archive in memory: use recipients wherever there is a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import pyrage  # type: ignore[import-untyped]

from adieu.errors import KeysRefused

#: Beyond this a passphrase would take too much memory: twice as much is held at once.
MOST_BYTES_WITH_PASSPHRASE = 100_000_000
FEWEST_CHARACTERS = 12


def check_recipient(line: str) -> None:
    """Return if an archive can be sealed for this key: `age1…`, `ssh-ed25519 …` or `ssh-rsa …`.

    Raises:
        KeysRefused: another form. The message does not repeat the line.
    """
    _recipient(line)


def seal(plain: BinaryIO, sealed: BinaryIO, recipients: Sequence[str]) -> None:
    """Write what `plain` still holds into `sealed`, so that any of the recipients can open it; constant memory.

    Raises:
        KeysRefused: there is no recipient, or one is not a key, as `check_recipient`; nothing was written.
    """
    if not recipients:
        raise KeysRefused("An archive cannot be sealed for nobody. Name at least one recipient.")
    pyrage.encrypt_io(plain, sealed, [_recipient(line) for line in recipients])


def seal_with_passphrase(plain: BinaryIO, sealed: BinaryIO, passphrase: str) -> None:
    """Write what `plain` still holds into `sealed`, to be opened with the passphrase. Takes seconds.

    Raises:
        KeysRefused: the passphrase is too short, or the archive too large for one.
    """
    if len(passphrase) < FEWEST_CHARACTERS:
        raise KeysRefused(f"The passphrase is too short. Take at least {FEWEST_CHARACTERS} characters, or a key.")
    data = plain.read(MOST_BYTES_WITH_PASSPHRASE + 1)
    if len(data) > MOST_BYTES_WITH_PASSPHRASE:
        raise KeysRefused("The archive is too large for a passphrase. Seal it for a key (age1…) instead.")
    sealed.write(pyrage.passphrase.encrypt(data, passphrase))


def _recipient(line: str) -> object:
    kind = pyrage.ssh if line.strip().startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(line.strip())
    except pyrage.RecipientError:
        raise KeysRefused("Not a key to seal for. Expected one line age1…, ssh-ed25519 … or ssh-rsa ….") from None
