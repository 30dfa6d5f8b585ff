"""Durable batches on DBOS, and the locks that say which of them are being carried out."""

from adieu.adapters.batches.durable import DbosBatches, open_batches

__all__ = ["DbosBatches", "open_batches"]
