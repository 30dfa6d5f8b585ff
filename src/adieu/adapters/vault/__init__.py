"""Where the law's records lie apart, sealed, until their last day: SQLite or PostgreSQL."""

from adieu.adapters.vault.install import install_vault
from adieu.adapters.vault.vault import SqlVault, open_vault

__all__ = ["SqlVault", "install_vault", "open_vault"]
