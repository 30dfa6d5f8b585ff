"""Opens what a shop's map names, without Adieu's own databases: the stores, and the key that signs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from adieu.adapters.signing import FileSigner, load_key
from adieu.adapters.stores.installing import SqlInstalling
from adieu.adapters.stores.store import SqlStore, StoreAddress, open_installing, open_store
from adieu.datamap import DataMap, load
from adieu.errors import SettingsError
from adieu.planning.plan import Plan
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.settings import Settings

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def open_map(path: Path) -> DataMap:
    """The data map of a file. Raises `SettingsError` where it cannot be read, `MapInvalid` where it is wrong."""
    try:
        return load(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise SettingsError(f"{path}: the data map cannot be read ({error.strerror}); set --map or ADIEU_MAP") from None


def open_schemas(datamap: DataMap, settings: Settings, faults: FaultPoints | None = None) -> dict[str, SqlInstalling]:
    """Every declared store as far as no plan is needed. Raises `SettingsError` for an unset variable in an address."""
    found = {}
    for name, entry in datamap.stores.items():
        address = StoreAddress(
            name=name, url=_resolved(entry.url, name),
            install_url=_resolved(entry.install_url, name) if entry.install_url else None,
            lock_wait_ms=settings.lock_wait_ms,
        )
        found[name] = open_installing(address, faults or NoFaults())
    return found


@contextmanager
def open_stores(installing: Mapping[str, SqlInstalling], plan: Plan) -> Iterator[Mapping[str, SqlStore]]:
    """The whole stores, ready for `plan`; closed again at the end."""
    stores = {name: open_store(store, plan) for name, store in installing.items()}
    try:
        yield stores
    finally:
        for store in stores.values():
            store.close()


def open_signer(settings: Settings) -> FileSigner:
    """The shop's signing key. Raises `SettingsError` where there is none, `KeysRefused` where it cannot be used."""
    return load_key(there(key_paths(settings)[1]))


def there(path: Path) -> Path:
    """The path of a key. Raises `SettingsError` where there is none."""
    if not path.exists():
        raise SettingsError(f"{path} is missing; run `adieu install` once, or restore it from its backup")
    return path


def key_paths(settings: Settings) -> tuple[Path, Path]:
    """Where the master key and the signing key lie."""
    return settings.home / "master.key", settings.home / "signing.key"


def _resolved(url: str, store: str, environment: Mapping[str, str] = os.environ) -> str:
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if not environment.get(name):
            raise SettingsError(f"stores.{store}: the map reads its address from {name}, which is not set; set it")
        return environment[name]

    return _VARIABLE.sub(value, url)
