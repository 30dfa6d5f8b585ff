"""Batches that survive their process: DBOS remembers them, a lock tells whether somebody is at work on one.

Stages run in the workflow's body, not as DBOS steps: they are idempotent and write their own journal, so a step's
commit would buy nothing. For the same reason DBOS's queue poll is not used: a batch that it had taken out of the queue
but not yet locked would look like a dead worker's. Whoever holds the lock and reads the tables afterwards is sure.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path

from adieu.adapters.batches.locks import AdvisoryLocks, BatchLocks, FileLocks
from adieu.adapters.batches.workflows import UNFINISHED, Attempt, State, Workflows, check_batch
from adieu.adapters.database import own_url
from adieu.errors import BatchFailed, BatchTaken, SettingsError
from adieu.ports.batches import Stage

#: How long an idle worker waits before it looks again.
IDLE_SECONDS = 1.0

_log = logging.getLogger(__name__)


class DbosBatches:
    """`adieu.ports.batches.Batches` on DBOS. One to a process; its methods may be called from several threads."""

    def __init__(self, url: str, stages: Sequence[tuple[str, Stage]], worker: str, locks: BatchLocks) -> None:
        """See `open_batches`."""
        self._stages, self._locks = tuple(stages), locks
        self._failures: dict[str, tuple[BatchFailed, Exception]] = {}
        self._stopping = threading.Event()
        self._workflows = Workflows(url, self._through_the_stages, worker, secrets.token_hex(4))

    def run(self, batch: str) -> None:
        """Carry out a batch in this thread at once: a new one, a queued one, one that failed or whose worker died.

        A batch that is done is left as it is.

        Raises:
            BatchTaken: a living worker is at it; nothing was done.
            Exception: what a stage raised, unchanged. The tables keep the stage and its class only.
        """
        check_batch(batch)
        with self._locks.holding(batch) as held:
            attempts = self._workflows.attempts(batch)
            if not held:
                raise BatchTaken(batch, _who(attempts))
            failure = self._carry_out(batch, attempts)
        if failure is not None:
            raise failure

    def later(self, batch: str) -> None:
        """Queue a batch for a worker; one that is queued, under way or done is left as it is."""
        check_batch(batch)
        with self._locks.holding(batch) as held:
            if not held:
                return
            attempts = self._workflows.attempts(batch)
            if all(attempt.state is State.FAILED for attempt in attempts):
                self._workflows.queue(batch, attempts)

    def work(self, until_idle: bool) -> int:
        """Carry out what is queued and what dead workers left, oldest first; the number of batches brought to an end.

        A batch that fails is logged, not raised, and waits for `run` or `later`. Returns when nothing is left that no
        living worker has (`until_idle`), or after `stop`.
        """
        done = 0
        while not self._stopping.is_set():
            ended, failed = self._sweep()
            done += ended
            if ended or failed:
                continue
            if until_idle:
                break
            self._stopping.wait(IDLE_SECONDS)
        return done

    def adopt(self, worker: str) -> int:
        """Queue again what a dead worker left; how many. What one of its processes is still at is not touched."""
        adopted = 0
        for seen in self._workflows.unfinished():
            if seen.worker != worker or seen.state is not State.BEGUN:
                continue
            with self._locks.holding(seen.batch) as held:
                if not held:
                    _log.warning("Batch %s was not adopted: worker %s is at it.", seen.batch, seen.worker)
                elif seen in self._workflows.attempts(seen.batch):
                    self._workflows.queue_again(seen)
                    adopted += 1
        return adopted

    def stop(self) -> None:
        """Ask `work` to return after the batch it is at. Safe in a signal handler."""
        self._stopping.set()

    def close(self) -> None:
        """Stop taking work and let go. To be called when `run` and `work` have returned: it does not wait for them."""
        self.stop()
        self._workflows.close()
        self._locks.close()

    def _sweep(self) -> tuple[int, int]:
        """One look at everything unfinished: how many were brought to an end, how many failed."""
        ended = failed = 0
        for batch in dict.fromkeys(attempt.batch for attempt in self._workflows.unfinished()):
            if self._stopping.is_set():
                break
            with self._locks.holding(batch) as held:
                # Read again under the lock: its holder may have finished it since.
                attempts = self._workflows.attempts(batch) if held else ()
                if not any(attempt.state in UNFINISHED for attempt in attempts):
                    continue
                if self._carry_out(batch, attempts) is None:
                    ended += 1
                else:
                    failed += 1
        return ended, failed

    def _carry_out(self, batch: str, attempts: Sequence[Attempt]) -> Exception | None:
        """A new attempt, unless one is done; what its stage raised. The batch's lock is held."""
        if any(attempt.state is State.DONE for attempt in attempts):
            self._workflows.forget([attempt for attempt in attempts if attempt.state is not State.DONE])
            return None
        try:
            self._workflows.begin(batch, attempts)
        except BatchFailed:
            # The one DBOS raises may be a copy read back; ours has the original beside it.
            stopped, original = self._failures.pop(batch)
            _log.error("%s", stopped)
            return original
        return None

    def _through_the_stages(self, batch: str) -> None:
        """The workflow's body. What leaves it is written into the tables: ids and a class name, never a message."""
        for name, stage in self._stages:
            try:
                stage(batch)
            except Exception as error:
                self._failures[batch] = (BatchFailed(batch, name, type(error).__name__), error)
                break
        if batch in self._failures:
            raise self._failures[batch][0]  # outside the except clause: it must not drag the original along


def _who(attempts: Sequence[Attempt]) -> str:
    """The worker that is at a batch, as far as the tables know already."""
    return next((attempt.worker for attempt in attempts if attempt.state is State.BEGUN), "unknown")


def open_batches(url: str, stages: Sequence[tuple[str, Stage]], worker: str, locks: Path | None) -> DbosBatches:
    """Open the workflow tables at `url` (installed if missing) for batches that pass through `stages` in this order.

    `worker` names this machine or service to operators. `locks` is the directory of lock files, on SQLite only; None
    is ``<database file>.locks``. On PostgreSQL the server keeps the locks. DBOS is imported here, not before: 1 s.

    Raises:
        SettingsError: the URL is not usable, or this process has batches open already.
        StoreError: the database does not answer or refuses.
    """
    parsed = own_url(url)
    if parsed.get_backend_name() != "sqlite":
        return DbosBatches(url, stages, worker, AdvisoryLocks(url))
    if locks is None and parsed.database in (None, "", ":memory:"):
        raise SettingsError("Workflow tables in memory survive nothing; expected sqlite:///path.")
    return DbosBatches(url, stages, worker, FileLocks(locks or Path(f"{parsed.database}.locks")))
