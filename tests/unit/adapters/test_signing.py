"""The signing key's file: private, never overwritten, and every key it ever had stays published."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adieu.adapters import signing
from adieu.adapters.signing import create_key, load_key, published_keys, read_published, rotate_key, signer_from_line
from adieu.errors import KeysRefused, NoteMalformed
from adieu.ports.signer import Signer

NAME = "shop.example/adieu"
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_a_new_key_is_readable_by_its_owner_only_and_loads_again(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    made: Signer = create_key(path, NAME)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    loaded = load_key(path)
    assert (loaded.name, loaded.public, loaded.key_id) == (NAME, made.public, made.key_id)
    assert loaded.sign(b"m") == made.sign(b"m") and loaded.verifier.verifies(made.sign(b"m"), b"m")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    create_key(path, NAME)
    before = path.read_bytes()
    with pytest.raises(KeysRefused, match="exists already"):
        create_key(path, NAME)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_key_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "signing.key"
    create_key(path, NAME)
    path.chmod(mode)
    with pytest.raises(KeysRefused, match="0600"):
        load_key(path)


def test_a_missing_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeysRefused, match=r"signing\.key cannot be opened"):
        load_key(tmp_path / "signing.key")


@pytest.mark.parametrize("text", ["", "\n", "PRIVATE+KEY+a+00000000+AQ==\n", "one\ntwo\n", "\xff\n"])
def test_a_damaged_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "signing.key"
    path.touch(mode=0o600)
    path.write_text(text, encoding="latin-1")
    with pytest.raises(KeysRefused, match="[Nn]ot a signing key"):
        load_key(path)


def test_two_lines_are_not_one_key(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    create_key(path, NAME)
    path.write_text(path.read_text() * 2)
    with pytest.raises(KeysRefused, match="one line"):
        load_key(path)


def test_the_private_key_shows_neither_in_repr_nor_in_errors(tmp_path: Path) -> None:
    signer = create_key(tmp_path / "signing.key", NAME)
    secret = signer.line().rpartition("+")[2]
    assert secret not in repr(signer)
    with pytest.raises(KeysRefused) as refused:
        signer_from_line(signer.line().replace("adieu", "other"))
    assert secret not in str(refused.value)


@pytest.mark.parametrize("name", ["", "a b", "a+b"])
def test_a_name_that_cannot_sign_is_refused_before_a_file_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeysRefused, match="name"):
        create_key(tmp_path / "signing.key", name)
    assert not list(tmp_path.iterdir())


def test_rotation_keeps_the_name_and_publishes_every_key_it_ever_had(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    first = create_key(path, NAME)
    second = rotate_key(path, AT)
    third = rotate_key(path, AT.replace(year=2027))
    assert {first.name, second.name, third.name} == {NAME}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    page = published_keys(path)
    assert page == (
        f"# in use\n{third.verifier}\n# retired 2026-11-24T09:30:00Z\n{first.verifier}\n"
        f"# retired 2027-11-24T09:30:00Z\n{second.verifier}\n"
    )
    assert read_published(page) == (third.verifier, first.verifier, second.verifier)


def test_no_private_key_of_the_past_stays_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    old = create_key(path, NAME).line()
    rotate_key(path, AT)
    assert all(old not in file.read_text() for file in tmp_path.iterdir())
    assert {file.name for file in tmp_path.iterdir()} == {"signing.key", "signing.key.previous"}


def test_a_rotation_cut_off_before_the_swap_loses_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "signing.key"
    old = create_key(path, NAME)
    real = signing._replace

    def cut_off(target: Path, text: str) -> None:
        if target == path:
            raise InterruptedError
        real(target, text)

    monkeypatch.setattr(signing, "_replace", cut_off)
    with pytest.raises(InterruptedError):
        rotate_key(path, AT)
    assert load_key(path).key_id == old.key_id
    monkeypatch.undo()
    new = rotate_key(path, AT)
    assert read_published(published_keys(path)) == (new.verifier, old.verifier)


def test_a_rotation_needs_an_instant_with_a_zone(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    create_key(path, NAME)
    with pytest.raises(KeysRefused, match="zone"):
        rotate_key(path, AT.replace(tzinfo=None))


def test_a_damaged_list_of_previous_keys_stops_the_rotation(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    old = create_key(path, NAME)
    (tmp_path / "signing.key.previous").write_text("nonsense\n")
    with pytest.raises(KeysRefused, match="damaged"):
        rotate_key(path, AT)
    assert load_key(path).key_id == old.key_id


def test_a_published_page_with_another_line_is_refused() -> None:
    with pytest.raises(NoteMalformed):
        read_published("# in use\nnot a key\n")
