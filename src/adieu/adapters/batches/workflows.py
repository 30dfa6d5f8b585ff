"""The workflow tables: which attempts at a batch were begun, queued, finished or failed. The only room that sees DBOS.

An attempt is one DBOS workflow. The first one of a batch has the batch's own id, the next one that id with ``#again``,
and so on in turn: a new attempt is written before the old one is removed, so no crash loses a batch.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from adieu.adapters.database import open_engine, own_url, plain_errors
from adieu.errors import BatchFailed, BatchTaken, SettingsError

if TYPE_CHECKING:
    from dbos import DBOS, DBOSConfig, Serializer, WorkflowStatus

_NAME = "adieu"
_WORKFLOW = "batch"
_QUEUE = "batches"
_AGAIN = "#again"
_TABLES = "workflow tables"

_one_only = threading.Lock()  # DBOS is one to a process


class State(StrEnum):
    """What DBOS calls the states we use."""

    QUEUED = "ENQUEUED"
    BEGUN = "PENDING"  # under way if its lock is held, else left by a dead worker
    DONE = "SUCCESS"
    FAILED = "ERROR"


UNFINISHED = frozenset({State.QUEUED, State.BEGUN})


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt at a batch, as the tables know it."""

    id: str
    batch: str
    state: State
    worker: str  # who began or queued it, without the part that is new with each process


class Workflows:
    """The tables of one database, opened for one process."""

    def __init__(self, url: str, body: Callable[[str], None], worker: str, process: str) -> None:
        """Open, and install the tables if they are not there; `body` is what an attempt carries out.

        Raises:
            SettingsError: this process has batches open already, or the URL is not usable.
            StoreError: the database does not answer or refuses.
        """
        if not _one_only.acquire(blocking=False):
            raise SettingsError("Batches are open in this process already; close them before opening others.")
        self._open = True
        self._engine: sa.Engine | None = None
        try:
            self._engine = open_engine(url, isolation_level="IMMEDIATE")
            with plain_errors(_TABLES):
                self._dbos = _launch(url, self._engine, f"{worker}.{process}")
                self._begin = self._dbos.workflow(name=_WORKFLOW, max_recovery_attempts=None)(_as_function(body))
        except BaseException:
            self.close()
            raise

    def attempts(self, batch: str) -> tuple[Attempt, ...]:
        """The attempts at a batch that are still written down: none, one, or two after a crash between them."""
        with plain_errors(_TABLES):
            return _read(self._dbos.list_workflows(
                workflow_ids=[batch, batch + _AGAIN], load_input=False, load_output=False
            ))

    def unfinished(self) -> tuple[Attempt, ...]:
        """Every attempt that is queued or begun, oldest first."""
        with plain_errors(_TABLES):
            return _read(self._dbos.list_workflows(
                name=_WORKFLOW, status=[str(state) for state in UNFINISHED], load_input=False, load_output=False
            ))

    def begin(self, batch: str, before: Sequence[Attempt]) -> None:
        """Carry out a new attempt in this thread; two commits. What stood `before` is removed at its end, in a third.

        Raises:
            BatchFailed: the body raised it.
            BatchTaken: our lock was lost on the way (the connection to PostgreSQL broke) and another worker went on.
        """
        from dbos import SetWorkflowID
        from dbos._error import DBOSNonExistentWorkflowError, DBOSWorkflowIDInUseError

        attempt = self._make_room(batch, before)
        try:
            with plain_errors(_TABLES), SetWorkflowID(attempt, workflow_id_reuse_policy="reject"):
                self._begin(batch)
        except (DBOSWorkflowIDInUseError, DBOSNonExistentWorkflowError):
            raise BatchTaken(batch, "unknown") from None
        finally:
            self.forget([old for old in before if old.id != attempt])

    def queue(self, batch: str, before: Sequence[Attempt]) -> None:
        """Write down that a batch is to be carried out; one commit."""
        from dbos import SetWorkflowID

        attempt = self._make_room(batch, before)
        with plain_errors(_TABLES), SetWorkflowID(attempt, workflow_id_reuse_policy="reject"):
            self._dbos.enqueue_workflow(_QUEUE, self._begin, batch)
        self.forget([old for old in before if old.id != attempt])

    def queue_again(self, attempt: Attempt) -> None:
        """An attempt left by a dead worker waits in the queue again, in one commit."""
        with plain_errors(_TABLES):
            self._dbos.resume_workflow(attempt.id, queue_name=_QUEUE)

    def forget(self, attempts: Sequence[Attempt]) -> None:
        """Remove attempts that another one has replaced."""
        if attempts:
            with plain_errors(_TABLES):
                self._dbos.delete_workflows([attempt.id for attempt in attempts])

    def close(self) -> None:
        """Stop DBOS's threads; another one may be opened afterwards."""
        if not self._open:
            return
        self._open = False
        from dbos import DBOS

        DBOS.destroy(destroy_registry=True)
        if self._engine is not None:
            self._engine.dispose()
        _one_only.release()

    def _make_room(self, batch: str, before: Sequence[Attempt]) -> str:
        """An id that is free for the next attempt; of two that stand there, the first one goes."""
        taken = {attempt.id: attempt for attempt in before}
        if len(taken) == 2:
            self.forget([taken.pop(batch)])
        return batch + _AGAIN if batch in taken else batch


def _read(rows: Sequence[WorkflowStatus]) -> tuple[Attempt, ...]:
    """DBOS's rows in our words. A state we never write (cancelled by hand, say) counts as failed."""
    known = {str(state) for state in State}
    return tuple(
        Attempt(
            id=row.workflow_id, batch=row.workflow_id.removesuffix(_AGAIN),
            state=State(row.status) if row.status in known else State.FAILED,
            worker=(row.executor_id or "").rpartition(".")[0] or "unknown",
        )
        for row in rows
    )


def check_batch(batch: str) -> None:
    """Refuse an id that could be mistaken for another batch's attempt: `ValueError`."""
    if not batch or "#" in batch:
        raise ValueError("A batch id must not be empty and must not contain '#'.")


def _as_function(body: Callable[[str], None]) -> Callable[[str], None]:
    """DBOS marks the function it registers, and a bound method cannot be marked."""

    def carry_out(batch: str) -> None:
        body(batch)

    return carry_out


def _launch(url: str, engine: sa.Engine, executor: str) -> type[DBOS]:
    """DBOS for one process: no console, no queue of its own to poll, no pickles in the tables."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else DBOS installs a console handler; ours still get what it says
    from dbos import DBOS

    config: DBOSConfig = {
        "name": _NAME,
        "system_database_url": own_url(url).render_as_string(hide_password=False),
        "system_database_engine": engine,
        # An executor takes everything pending under its own name when it launches: so no name comes twice.
        "executor_id": executor,
        "application_version": "1",
        "log_level": "WARNING",
        "use_listen_notify": False,
        "notification_listener_polling_interval_sec": 0.02,
        "scheduler_polling_interval_sec": 3600,
        "serializer": _ids_only(),
    }
    DBOS(config=config)
    DBOS.listen_queues([])
    DBOS.launch()
    return DBOS


def _ids_only() -> Serializer:
    """What the tables may hold: a batch's id, nothing, or where a batch stopped. As JSON, since a pickle is code."""
    from dbos import Serializer as Base

    class IdsOnly(Base):
        def serialize(self, data: object) -> str:
            if isinstance(data, BatchFailed):
                return json.dumps({"batch": data.batch, "stage": data.stage, "cause": data.cause})
            if isinstance(data, BaseException):
                return json.dumps({"batch": "", "stage": "", "cause": type(data).__name__})
            return json.dumps(data)

        def deserialize(self, serialized_data: str) -> object:
            data = json.loads(serialized_data)
            if isinstance(data, dict) and "cause" in data:
                return BatchFailed(data["batch"], data["stage"], data["cause"])
            return data

        def name(self) -> str:
            return "adieu_ids"

    return IdsOnly()
