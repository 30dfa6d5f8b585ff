"""Keys: where they may lie, what they open, and what rotation changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from adieu.adapters.keys import MasterKeys, add_master_key, create_master_key, load_master_keys
from adieu.errors import KeysRefused

ONE, TWO = b"1" * 32, b"2" * 32


def test_what_is_sealed_opens_again_and_never_reads_twice_alike() -> None:
    keys = MasterKeys([ONE])
    first, second = (keys.seal("subject", "books", b"plain", b"id") for _ in range(2))
    assert first != second and b"plain" not in first
    assert keys.unseal("subject", "books", first, b"id") == b"plain"


@pytest.mark.parametrize(("purpose", "shop", "bound"), [
    ("other", "books", b"id"), ("subject", "toys", b"id"), ("subject", "books", b"else"), ("subjectb", "ooks", b"id"),
])
def test_another_purpose_shop_or_binding_does_not_open(purpose: str, shop: str, bound: bytes) -> None:
    keys = MasterKeys([ONE])
    with pytest.raises(KeysRefused):
        keys.unseal(purpose, shop, keys.seal("subject", "books", b"plain", b"id"), bound)


def test_any_changed_or_missing_byte_is_refused() -> None:
    keys = MasterKeys([ONE])
    sealed = keys.seal("subject", "books", b"plain", b"id")
    for place in range(len(sealed)):
        broken = bytearray(sealed)
        broken[place] ^= 1
        for bad in (bytes(broken), sealed[:place]):
            with pytest.raises(KeysRefused):
                keys.unseal("subject", "books", bad, b"id")


def test_digests_differ_by_purpose_and_shop_and_survive_rotation() -> None:
    before, after = MasterKeys([ONE]), MasterKeys([ONE, TWO])
    assert before.digest("member", "books", "7") == after.digest("member", "books", "7")
    made = [("member", "books"), ("member", "toys"), ("rejoin", "books"), ("memberb", "ooks")]
    assert len({before.digest(purpose, shop, "7") for purpose, shop in made}) == 4


def test_after_rotation_old_seals_open_and_new_ones_need_the_new_key() -> None:
    before, after = MasterKeys([ONE]), MasterKeys([ONE, TWO])
    assert after.unseal("p", "s", before.seal("p", "s", b"x", b""), b"") == b"x"
    with pytest.raises(KeysRefused):
        before.unseal("p", "s", after.seal("p", "s", b"x", b""), b"")


def test_a_key_file_is_the_owners_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    create_master_key(path)
    kept = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeysRefused):
        create_master_key(path)
    assert path.read_bytes() == kept


def test_a_rotated_file_opens_what_the_first_sealed(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    create_master_key(path)
    sealed = load_master_keys(path).seal("p", "s", b"x", b"")
    add_master_key(path)
    keys = load_master_keys(path)
    assert keys.unseal("p", "s", sealed, b"") == b"x"
    assert keys.seal("p", "s", b"x", b"")[1:5] != sealed[1:5]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_open_to_others_cut_or_missing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    with pytest.raises(KeysRefused):
        load_master_keys(path)
    create_master_key(path)
    whole = path.read_bytes()
    path.chmod(0o640)
    with pytest.raises(KeysRefused, match="chmod 600"):
        load_master_keys(path)
    path.chmod(0o600)
    for bad in (whole[:-1], whole[:-9] + b"\n", whole.replace(b" 1", b" 2"), b"", whole.split(b"\n")[0] + b"\n"):
        path.write_bytes(bad)
        with pytest.raises(KeysRefused):
            load_master_keys(path)
