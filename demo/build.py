"""Builds the demo shop: `python -m demo.build --members 2000` migrates and fills the database SHOP_DATABASE_URL names.

Promises: the same members, seed and day give the same rows, on SQLite, PostgreSQL and MariaDB. The database must be empty.
For SQLite the empty, migrated file is kept as a template beside the shop's state, so that a second build takes seconds.
"""

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

DEFAULT_TODAY = date(2026, 11, 20)
_SHAPING_PACKAGES = ("Django", "django-oscar", "django-allauth", "django-treebeard", "sorl-thumbnail")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    _start_django()
    started = time.monotonic()
    migrate_or_copy()
    migrated = time.monotonic()
    from demo.shop.populate import fill

    try:
        fill(members=options.members, seed=options.seed, today=options.today)
    except ValueError as error:
        print(f"demo.build: {error}", file=sys.stderr)
        return 1
    filled = time.monotonic()
    if options.search:
        _index_for_search()
    _report(migrated - started, filled - migrated, options.quiet)
    return 0


def migrate_or_copy() -> None:
    """Gives the database its tables: SQLite gets a copy of the template (made on first use), others migrate."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor != "sqlite":
        _migrate()
        return
    target = Path(settings.DATABASES["default"]["NAME"])
    if target.exists() and target.stat().st_size > 0:
        _migrate()
        return
    template = template_path(settings.STATE_DIR)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not template.exists():
        _migrate()
        connection.close()
        _copy_whole(target, template)
        return
    shutil.copyfile(template, target)


def template_path(state_dir: Path) -> Path:
    """Where the migrated, empty SQLite file lies; its name changes when a package that shapes tables does."""
    shape = " ".join(f"{name}={version(name)}" for name in _SHAPING_PACKAGES)
    return state_dir / f"migrated-{hashlib.sha256(shape.encode()).hexdigest()[:12]}.sqlite3"


def _copy_whole(source: Path, target: Path) -> None:
    """Two builds may make the template at once: each copies beside it, then moves the whole file into place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    os.close(handle)
    shutil.copyfile(source, name)
    os.replace(name, target)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.build", description="Migrate and fill the demo shop.")
    parser.add_argument("--members", type=int, default=2000, help="how many members (default 2000, at least 6)")
    parser.add_argument("--seed", type=int, default=1, help="same seed and day, same rows (default 1)")
    parser.add_argument("--today", type=date.fromisoformat, default=DEFAULT_TODAY, help=f"default {DEFAULT_TODAY}")
    parser.add_argument("--search", action="store_true", help="build the search index too")
    parser.add_argument("--quiet", action="store_true", help="no rows per table")
    return parser


def _start_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.shop.settings")
    django.setup()


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _index_for_search() -> None:
    from django.core.management import call_command

    call_command("rebuild_index", interactive=False, verbosity=0)


def _report(migrate_seconds: float, fill_seconds: float, quiet: bool) -> None:
    from demo.count import rows_per_table
    from demo.shop.populate.people import DEMO_USERNAME

    rows = rows_per_table()
    if not quiet:
        for table, count in rows.items():
            print(f"{count:8}  {table}")
    print(f"{sum(rows.values())} rows in {len(rows)} tables; migrate {migrate_seconds:.1f} s, fill {fill_seconds:.1f} s")
    print(f"demo member: {DEMO_USERNAME}")


if __name__ == "__main__":
    sys.exit(main())
