"""The worker: carries out queued batches, and looks again at closures that wait."""

from adieu.worker.serving import serve

__all__ = ["serve"]
