"""Adieu's own database on SQLite or PostgreSQL."""

from adieu.adapters.register.install import install_register
from adieu.adapters.register.register import SqlRegister, open_register

__all__ = ["SqlRegister", "install_register", "open_register"]
