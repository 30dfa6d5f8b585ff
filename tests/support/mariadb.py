"""A real MariaDB for the tests: Debian's `mariadb-server`, started in a folder of its own, on a socket only."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pymysql
import sqlalchemy
from pymysql.cursors import Cursor

PROGRAMS = ("mariadbd", "mariadb-install-db")
START_SECONDS = 30
C = TypeVar("C", bound=Cursor)
_NO_SYNC = ("--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite", "--innodb-flush-method=nosync")


def missing() -> list[str]:
    """The programs that are not there; with one missing no test of MariaDB can run."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return [program for program in PROGRAMS if shutil.which(program, path=path) is None]


def connect(url: str, cursor: type[C]) -> pymysql.Connection[C]:
    """The shop's own plain connection, in the modes that a shop has by default."""
    made = sqlalchemy.make_url(url)
    modes = "set session sql_mode = 'STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES'"
    return pymysql.connect(
        unix_socket=str(made.query["unix_socket"]), user=made.username or "", database=made.database, charset="utf8mb4",
        autocommit=True, init_command=modes, cursorclass=cursor,
    )


@contextlib.contextmanager
def server() -> Iterator[Path]:
    """The socket of a server of one's own; it ends, by its process, with the block."""
    folder = Path(tempfile.mkdtemp(prefix="adieu-mariadb-"))
    account = "mysql" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder.chmod(0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, account)
    data, door = folder / "data", folder / "s"
    path = {"PATH": f"{os.environ.get('PATH', '')}:/usr/sbin"}
    install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--user={account}", "--skip-test-db",
               "--auth-root-authentication-method=normal"]
    subprocess.run(install, check=True, capture_output=True, env=path)
    arguments = ["mariadbd", "--no-defaults", f"--datadir={data}", f"--user={account}", f"--socket={door}",
                 f"--pid-file={folder / 'pid'}", "--skip-networking", "--innodb-buffer-pool-size=64M",
                 "--innodb-log-file-size=16M", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
                 "--max-connections=200", "--innodb-file-per-table=0", *_NO_SYNC]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=log, env=path)
    try:
        _wait(process, door)
        yield door
    finally:
        process.kill()  # nothing of it is kept
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], path: Path) -> None:
    for _ in range(START_SECONDS * 50):
        if process.poll() is not None:
            raise RuntimeError(f"mariadbd ended with {process.returncode}")
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as caller:
            if caller.connect_ex(str(path)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("mariadbd did not answer")
