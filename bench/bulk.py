"""`make bulk`: `adieu close --from` over a part of the peer shop, killed in the middle and repeated; memory and rate.

By hand: `make bulk BULK="--members 1000000 --leavers 100000"`. Each command is a process of its own, whose greatest resident
memory the system tells; the kill is SIGKILL once half of the members are closed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.server import peer_databases

ROOT = Path(__file__).resolve().parent.parent
RESIDENT_MB = 200  # what the issue allows


def main() -> None:
    """Make the shop, close the list in two commands, and check that the count adds up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--leavers", type=int, default=5_000)
    parser.add_argument("--batch", type=int, default=1_000, help="the pinned size; 0 lets it follow the locks")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, peer_databases(Path(name), given.members) as (ours, _):
        folder = Path(name)
        ids = random.Random(2).sample(range(1, given.members + 1), given.leavers)
        (folder / "members.csv").write_text("id\n" + "".join(f"{id}\n" for id in ids), encoding="ascii")
        environment = _environment(folder, ours, given.batch)
        _adieu(environment, "install").wait()
        command = ("close", "--from", str(folder / "members.csv"), "--expect", str(given.leavers), "--limit", str(given.leavers))
        first = _adieu(environment, *command)
        _kill_at_half(first, folder, given.leavers)
        before, began = _closed(folder), time.monotonic()
        second = _adieu(environment, *command)
        told = second.communicate()[0].strip().splitlines()[-1]
        seconds = time.monotonic() - began
        _check(told, folder, before, given.leavers)
        rate = (given.leavers - before) / seconds
        print(f"killed at {before:,}, repeated: {told}")
        print(f"the repeat, its start and the lookup included: {seconds:.1f} s, {rate:,.0f} members/s")
        resident = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"greatest resident memory of any command: {resident:.0f} MB (allowed {RESIDENT_MB})")
        sys.exit(resident > RESIDENT_MB)


def _environment(folder: Path, url: str, batch: int) -> dict[str, str]:
    own = {
        "PEER_DATABASE_URL": url, "ADIEU_MAP": str(ROOT / "maps" / "peer.yaml"), "ADIEU_HOME": str(folder / "home"),
        "ADIEU_LEDGER_NAME": "peer.example/adieu",
    }
    return {**os.environ, **own, **({"ADIEU_BATCH_SIZE": str(batch), "ADIEU_LOCK_TARGET_MS": "0"} if batch else {})}


def _adieu(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from adieu.cli.main import main; main()", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _kill_at_half(process: subprocess.Popen[str], folder: Path, leavers: int) -> None:
    began, first = time.monotonic(), (0.0, 0)
    while _closed(folder) < leavers // 2:
        if process.poll() is not None:
            sys.exit("the first command ended before it could be killed")
        time.sleep(0.05)
        if not first[1] and (closed := _closed(folder)):
            first = (time.monotonic(), closed)
    now, closed = time.monotonic(), _closed(folder)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    print(f"first batch closed after {first[0] - began:.1f} s; from then to the kill "
          f"{(closed - first[1]) / max(now - first[0], 0.001):,.0f} members/s")


def _closed(folder: Path) -> int:
    path = folder / "home" / "register.sqlite"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as register:
        try:
            return int(register.execute("select count(*) from receipt").fetchone()[0])
        except sqlite3.OperationalError:  # not made yet
            return 0


def _check(told: str, folder: Path, before: int, leavers: int) -> None:
    numbers = {name: int(text.replace(",", "")) for name, text in re.findall(r"(closed now|closed before) ([\d,]+)", told)}
    with closing(sqlite3.connect(folder / "home" / "register.sqlite")) as register:
        found = [register.execute(f"select count(*) from {table}").fetchone()[0] for table in ("closure", "receipt", "ledger_leaf")]
    if found != [leavers] * 3 or sum(numbers.values()) != leavers or numbers["closed before"] < before:
        sys.exit(f"the count does not add up: {told}; closures, receipts, leaves: {found}")


if __name__ == "__main__":
    main()
