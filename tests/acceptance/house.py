"""Adieu as its operator meets it: a command line in a process of its own, which may be killed at a fault point."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import TracebackType

from tests.acceptance.shop import Database

from adieu.ports.faults import FaultPoints
from adieu.receipts import VerifierKey, verify_file

KILLED = -9
RECORDS_PER_STEP = 4  # so small that every member's erasure takes several steps
Argv = Sequence[str]


class Listed:
    """Writes every point into a file as it is passed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def reach(self, point: str) -> None:
        """Append the point."""
        with self._path.open("a") as file:
            file.write(point + "\n")


@dataclass(frozen=True, kw_only=True)
class Done:
    """How some commands of one process ended."""

    codes: list[int]  # one a command; KILLED where the process died in it
    out: str
    err: str

    @property
    def code(self) -> int:
        """How the last one ended."""
        return self.codes[-1]


@dataclass(frozen=True, kw_only=True)
class Home:
    """A shop with its Adieu: where everything lies."""

    folder: Path
    database: Database
    records_per_step: int = RECORDS_PER_STEP

    def run(self, *commands: Argv, faults: FaultPoints | None = None) -> Done:
        """Carry out commands in a child process and wait for it."""
        return self.wait(self.start(*commands, faults=faults))

    def start(self, *commands: Argv, faults: FaultPoints | None = None, name: str = "child") -> tuple[int, str]:
        """Begin commands in a child process."""
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            _child(self, commands, faults, name)
        return child, name

    def wait(self, started: tuple[int, str]) -> Done:
        """The end of a child."""
        child, name = started
        _, status = os.waitpid(child, 0)
        codes = [int(line) for line in self._text(f"{name}.codes").split()]
        if os.WIFSIGNALED(status):
            codes.append(-os.WTERMSIG(status))
        return Done(codes=codes, out=self._text(f"{name}.out"), err=self._text(f"{name}.err"))

    def close(self, *members: int, faults: FaultPoints | None = None) -> Done:
        """`adieu close` for members, receipts written into the folder."""
        return self.run(closing_argv(self, *members), faults=faults)

    def environment(self) -> Mapping[str, str]:
        """What the child sees."""
        return {
            "ADIEU_HOME": str(self.folder / "home"), "ADIEU_MAP": str(self.folder / "adieu.yaml"),
            "ADIEU_LEDGER_NAME": "small.example/adieu", "SMALL_SHOP_URL": self.database.url,
        }

    def own(self, kind: str, sql: str) -> list[tuple[object, ...]]:
        """Rows of one of Adieu's own databases: register, vault or workflow."""
        with closing(sqlite3.connect(self.folder / "home" / f"{kind}.sqlite")) as connection:
            return [tuple(row) for row in connection.execute(sql)]

    def states(self) -> list[str]:
        """The states of all closures, in the order they were opened."""
        return [str(row[0]) for row in self.own("register", "select state from closure order by opened_at, id")]

    def receipts(self) -> list[dict[str, object]]:
        """The bodies of all receipts, each of its file verified against the ledger."""
        from adieu.adapters.signing import published_keys, read_published

        key: VerifierKey = read_published(published_keys(self.folder / "home" / "signing.key"))[0]
        bodies = []
        for path in sorted((self.folder / "receipts").glob("*.json")):
            verify_file(path.read_bytes(), key)
            bodies.append(json.loads(path.read_bytes())["body"])
        return bodies

    def _text(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def with_records_per_step(self, records: int) -> Home:
        """The same with steps of another size."""
        return replace(self, records_per_step=records)


def closing_argv(home: Home, *members: int) -> list[str]:
    """The command that closes members."""
    argv = ["close", "--receipts", str(home.folder / "receipts")]
    for member in members:
        argv += ["--member", str(member)]
    return argv


def _child(home: Home, commands: Sequence[Argv], faults: FaultPoints | None, name: str) -> None:
    """Never returns: the process ends here, whatever happens."""
    code = 70
    try:
        for number, suffix in ((1, "out"), (2, "err")):
            file = os.open(home.folder / f"{name}.{suffix}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(file, number)
        sys.stdout, sys.stderr = os.fdopen(1, "w", encoding="utf-8"), os.fdopen(2, "w", encoding="utf-8")
        (home.folder / f"{name}.codes").unlink(missing_ok=True)
        code = _commands(home, commands, faults, name)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _commands(home: Home, commands: Sequence[Argv], faults: FaultPoints | None, name: str) -> int:
    import logging

    cli, closing_verbs, erasure = (import_module(name) for name in ("adieu.cli.main", "adieu.cli.closing", "adieu.erasure.run"))

    for key in [key for key in os.environ if key.startswith("ADIEU_")]:
        del os.environ[key]
    os.environ.update(home.environment())
    logging.getLogger().handlers[:] = [logging.StreamHandler(sys.stderr)]
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)  # an engine told to echo shows whatever passes it
    erasure.cut = functools.partial(erasure.cut, limit=home.records_per_step)
    if faults is not None:
        closing_verbs.open_house = functools.partial(closing_verbs.open_house, faults=faults)
    code = 0
    for argv in commands:
        code = _command(cli.main, argv)
        with (home.folder / f"{name}.codes").open("a") as file:
            file.write(f"{code}\n")
    return code


def _command(main: object, argv: Argv) -> int:
    sys.argv = ["adieu", *argv]
    try:
        main()  # type: ignore[operator]
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException as error:
        _print_as_python_would(type(error), error, error.__traceback__)
        return 1
    return 0


def _print_as_python_would(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    traceback.print_exception(kind, error, trace)
