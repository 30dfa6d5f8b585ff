"""One lock a running batch. The system lets go of it when its holder dies: alive or dead is never told by a clock."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from adieu.adapters.database import own_url, plain_errors

#: A holder whose machine vanished is noticed by the server after 30 s and 3 unanswered probes.
_NOTICE_DEAD_PEERS = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"


class BatchLocks(Protocol):
    """Who carries out a batch holds its lock, and only while carrying it out."""

    def holding(self, batch: str) -> AbstractContextManager[bool]:
        """Try the batch's lock without waiting; the body learns whether it is held, afterwards it is free."""

    def close(self) -> None:
        """Let go of connections."""


class FileLocks:
    """Locked files in one directory, for workers on one machine. Not for a network file system."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory

    @contextmanager
    def holding(self, batch: str) -> Iterator[bool]:
        """As promised by `BatchLocks`. Two threads of one process exclude each other too."""
        path = self._directory / f"{hashlib.sha256(batch.encode()).hexdigest()[:32]}.lock"
        handle = _locked(path)
        if handle is None:
            yield False
            return
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)  # while it is still locked: see `_locked`
            os.close(handle)

    def close(self) -> None:
        """Nothing is open between batches."""


def _locked(path: Path) -> int | None:
    """A descriptor of the locked file at `path`, or None if somebody else has it.

    The holder removes the file before it lets go, so a lock may be won on a file that is no longer at its path;
    then a newcomer would not see it, and it is tried again.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        except BlockingIOError:
            os.close(handle)
            return None
        except FileNotFoundError:
            pass
        os.close(handle)


class AdvisoryLocks:
    """Session locks of PostgreSQL, each on its own connection. A pooler between must not share sessions."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(
            own_url(url), hide_parameters=True, poolclass=NullPool, isolation_level="AUTOCOMMIT",
            connect_args={"options": _NOTICE_DEAD_PEERS},
        )

    @contextmanager
    def holding(self, batch: str) -> Iterator[bool]:
        """As promised by `BatchLocks`. Two threads of one process exclude each other too.

        Raises:
            StoreUnreachable: the server does not answer.
        """
        with plain_errors("workflow tables"):
            connection = self._engine.connect()
        try:
            with plain_errors("workflow tables"):
                held = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_key(batch))))
            yield bool(held)
        finally:
            connection.close()  # no pool: the session ends, and with it the lock

    def close(self) -> None:
        """Nothing is open between batches."""
        self._engine.dispose()


def _key(batch: str) -> int:
    """64 bits of the batch's digest; two batches that met would merely not run at the same time."""
    return int.from_bytes(hashlib.sha256(b"adieu batch " + batch.encode()).digest()[:8], "big", signed=True)
