"""Every setting: name, default, unit and help, in one frozen table. Read from the environment, as ``ADIEU_<NAME>``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adieu.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings in force."""

    map: Path = field(default=Path("adieu.yaml"), metadata={"help": "the data map"})
    home: Path = field(default=Path("adieu-home"), metadata={"help": "folder of keys, and of SQLite files by default"})
    register_url: str = field(default="", metadata={"help": "Adieu's register; default a SQLite file under home"})
    vault_url: str = field(default="", metadata={"help": "the vault's own database; default a SQLite file under home"})
    workflow_url: str = field(default="", metadata={"help": "workflow tables; default a SQLite file under home"})
    ledger_name: str = field(default="", metadata={"help": "the ledger's origin, e.g. shop.example/adieu"})
    lock_wait_ms: int = field(default=5000, metadata={"help": "how long a statement waits for a lock", "unit": "ms"})
    receipt_years: int = field(default=3, metadata={"help": "how long receipt bodies are kept", "unit": "years"})
    waiting_minutes: int = field(
        default=10, metadata={"help": "a worker looks again at waiting closures at most this often", "unit": "minutes"}
    )
    batch_size: int = field(default=500, metadata={"help": "members a batch of `close --from` begins with"})
    lock_target_ms: int = field(
        default=250, metadata={"help": "batches of `close --from` grow and shrink towards this; 0 pins them", "unit": "ms"}
    )
    list_limit: int = field(default=10_000, metadata={"help": "members a list may name unless --limit says otherwise"})
    worker: str = field(default="worker", metadata={"help": "this worker's name, unique among those that live"})

    def own_url(self, kind: str) -> str:
        """The address of one of Adieu's own databases: register, vault or workflow."""
        return str(getattr(self, f"{kind}_url")) or f"sqlite:///{(self.home / f'{kind}.sqlite').absolute()}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings an environment asks for.

    Raises:
        SettingsError: an ADIEU_ name nobody knows, or a value that is not of its kind.
    """
    known = Settings.__dataclass_fields__
    given: dict[str, object] = {}
    for name, text in environment.items():
        if not name.startswith("ADIEU_"):
            continue
        key = name.removeprefix("ADIEU_").lower()
        if key not in known:
            raise SettingsError(f"{name} is no setting; known: {', '.join(f'ADIEU_{k.upper()}' for k in known)}")
        given[key] = _typed(name, text, known[key].default)
    return Settings(**given)  # type: ignore[arg-type]


def _typed(name: str, text: str, default: object) -> object:
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, int):
        if not text.isdigit():
            raise SettingsError(f"{name} is `{text}`; expected a whole number")
        return int(text)
    return text
