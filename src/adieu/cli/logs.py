"""What a worker tells its operator: one JSON object a line on standard error, with event, time and counted facts only."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor

# Whatever else a log record carries (a traceback quotes records) stays out: a new fact is named here, or is not written.
_WRITTEN = ("timestamp", "level", "event", "batch", "seconds", "cause", "waiting", "due", "datasets")


def log_as_json() -> None:
    """Write Adieu's own events, from INFO on, as JSON lines to standard error; other libraries' not at all."""
    before: list[Processor] = [
        structlog.stdlib.add_log_level, structlog.stdlib.ExtraAdder(), structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    processors: list[Processor] = [_facts_only, structlog.processors.JSONRenderer(ensure_ascii=False)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=processors, foreign_pre_chain=before))
    logger = logging.getLogger("adieu")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)


def _facts_only(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {name: event[name] for name in _WRITTEN if name in event}
