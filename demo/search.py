"""Searches every text of every table of the shop for the demo member: `python -m demo.search`.

Reads whole tables through the shop's own connection and shares nothing with Adieu, so that it can judge it. Sessions are
opened first: in the table they are signed and packed.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

# E-mails, names as the shop puts them together, and the telephone number. Streets are no words: the cast shares them.
WORDS = ("sumin.han@example.com", "old.sumin@example.net", "한수민", "수민 한", "sumin han", "1000990001")


@dataclass(kw_only=True)
class Found:
    """Where the member is still named."""

    columns: Counter[str] = field(default_factory=Counter)  # table.column -> texts
    rows: Counter[str] = field(default_factory=Counter)  # table -> rows with such a text


def search() -> Found:
    """How many texts of each column, and rows of each table, name the member, whatever the case."""
    found = Found()
    for table, columns, row in _rows():
        named = [column for column, value in zip(columns, row, strict=True) if _names(value)]
        found.columns.update(f"{table}.{column}" for column in named)
        found.rows.update([table] if named else [])
    return found


def _names(value: object) -> bool:
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = value.casefold()
    return any(word in text for word in WORDS)


def _rows() -> Iterator[tuple[str, list[str], tuple]]:
    from django.contrib.sessions.models import Session
    from django.db import connection

    for table in sorted(connection.introspection.table_names()):
        if table == Session._meta.db_table:
            yield from ((table, ["session_data"], (one.get_decoded(),)) for one in Session.objects.iterator())
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                yield table, columns, row


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.search", description="Search the shop for the demo member.")
    parser.add_argument("--json", action="store_true", help="print {columns: {...}, rows: {...}}")
    options = parser.parse_args(arguments)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.shop.settings")
    django.setup()
    found = search()
    if options.json:
        print(json.dumps({"columns": found.columns, "rows": found.rows}))
        return 0
    for column, count in sorted(found.columns.items()):
        print(f"{count:6}  {column}")
    print(f"{sum(found.columns.values())} texts in {sum(found.rows.values())} rows of {len(found.rows)} tables name the member")
    return 0


if __name__ == "__main__":
    sys.exit(main())
