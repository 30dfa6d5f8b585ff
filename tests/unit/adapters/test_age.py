"""Sealing for a key or a passphrase; what is refused says nothing of the key."""

import io
import resource
import tempfile

import pyrage
import pytest

from adieu.adapters import age
from adieu.adapters.age import check_recipient, seal, seal_with_passphrase
from adieu.errors import KeysRefused

PLAIN = b"PK archive " * 1000


@pytest.fixture
def identity() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


def test_only_the_recipients_open_what_was_sealed_for_them(identity: pyrage.x25519.Identity) -> None:
    other = pyrage.x25519.Identity.generate()
    sealed = io.BytesIO()
    seal(io.BytesIO(PLAIN), sealed, [str(identity.to_public()), f" {other.to_public()}\n"])
    assert PLAIN[:20] not in sealed.getvalue()
    assert pyrage.decrypt(sealed.getvalue(), [identity]) == pyrage.decrypt(sealed.getvalue(), [other]) == PLAIN
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed.getvalue(), [pyrage.x25519.Identity.generate()])


def test_a_large_archive_is_sealed_in_constant_memory(identity: pyrage.x25519.Identity) -> None:
    with tempfile.TemporaryFile() as plain, tempfile.TemporaryFile() as sealed:
        for _ in range(100):
            plain.write(bytes(1_000_000))
        plain.seek(0)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seal(plain, sealed, [str(identity.to_public())])
        assert sealed.tell() > 100_000_000
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB


def test_an_ssh_key_is_a_recipient() -> None:
    check_recipient("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN a@b.example")


@pytest.mark.parametrize("line", ["", "age1nonsense", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1QQQQ", "minsu@example.org"])
def test_what_is_no_key_is_refused_without_repeating_it(line: str) -> None:
    sealed = io.BytesIO()
    with pytest.raises(KeysRefused) as caught:
        seal(io.BytesIO(PLAIN), sealed, [line])
    assert not line or line not in str(caught.value)
    assert sealed.getvalue() == b""


def test_sealing_for_nobody_is_refused() -> None:
    with pytest.raises(KeysRefused, match="nobody"):
        seal(io.BytesIO(PLAIN), io.BytesIO(), [])


def test_a_passphrase_opens_what_was_sealed_with_it() -> None:
    sealed = io.BytesIO()
    seal_with_passphrase(io.BytesIO(PLAIN), sealed, "correct horse battery")
    assert pyrage.passphrase.decrypt(sealed.getvalue(), "correct horse battery") == PLAIN


def test_a_short_passphrase_or_a_large_archive_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeysRefused, match="too short"):
        seal_with_passphrase(io.BytesIO(PLAIN), io.BytesIO(), "hunter2")
    monkeypatch.setattr(age, "MOST_BYTES_WITH_PASSPHRASE", len(PLAIN) - 1)
    with pytest.raises(KeysRefused, match="too large"):
        seal_with_passphrase(io.BytesIO(PLAIN), io.BytesIO(), "correct horse battery")
