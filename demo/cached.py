"""A built SQLite shop for tests, made once and copied: needs no Django in the process that asks for it."""

import hashlib
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from demo.build import DEFAULT_TODAY, template_path

_HERE = Path(__file__).resolve().parent
_STATE_DIR = _HERE / "build"


def cached_sqlite_shop(*, members: int = 60, seed: int = 1, today: date = DEFAULT_TODAY) -> Path:
    """Returns a built shop's SQLite file, building it first if there is none for this code and these values.

    The file is shared: copy it, never write to it. The first build on a machine migrates (10 to 30 s) and keeps the
    template; later ones take about 5 s, a cached one none.

    Raises:
        RuntimeError: if the build fails; the message carries what it printed.
    """
    name = f"shop-{members}-{seed}-{today:%Y%m%d}-{_source_digest()}.sqlite3"
    target = _STATE_DIR / name
    if not target.exists():
        _STATE_DIR.mkdir(parents=True, exist_ok=True)
        # Built aside and moved whole: two test runs may want it at once.
        with tempfile.TemporaryDirectory(dir=_STATE_DIR) as aside:
            built = Path(aside) / name
            arguments = ["--members", str(members), "--seed", str(seed), "--today", f"{today}", "--quiet"]
            run_demo("demo.build", *arguments, database=built)
            os.replace(built, target)
    return target


def run_demo(module: str, *arguments: str, database: Path) -> str:
    """Runs `python -m module` against a SQLite shop in a process of its own; returns what it printed.

    Raises:
        RuntimeError: if it exits with anything but 0.
    """
    environment = {
        **os.environ,
        "SHOP_DATABASE_URL": f"sqlite:///{database.absolute()}",
        "SHOP_STATE_DIR": str(_STATE_DIR),
    }
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=_HERE.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"python -m {module} exited with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _source_digest() -> str:
    """Changes when the packages that shape the tables do, or the code that fills them."""
    digest = hashlib.sha256(template_path(_STATE_DIR).name.encode())
    for path in (_HERE / "build.py", _HERE / "shop" / "settings.py", *sorted((_HERE / "shop" / "populate").glob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
