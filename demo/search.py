"""Searches every text of every table of the shop for the demo member: `python -m demo.search --url ADDRESS`."""

from __future__ import annotations

import argparse
from collections import Counter

import sqlalchemy

from adieu.adapters.stores.contents import text_values
from adieu.adapters.stores.reflection import read_schema

WORDS = ("sumin.han@example.com", "한수민", "Sumin Han")


def main() -> None:
    """Print table, column and how many texts there still name the member."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    url = sqlalchemy.make_url(parser.parse_args().url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    with sqlalchemy.create_engine(url).connect() as connection:
        found = search(connection)
    for (dataset, column), count in sorted(found.items()):
        print(f"{count:6}  {dataset}.{column}")
    print(f"{sum(found.values())} texts name the member")


def search(connection: sqlalchemy.Connection) -> Counter[tuple[str, str]]:
    """How many texts of each column name the member, whatever the case."""
    schema = read_schema(connection, "shop")
    found: Counter[tuple[str, str]] = Counter()
    for dataset, column, text in text_values(connection, schema, list(schema.tables)):
        if any(word.casefold() in text.casefold() for word in WORDS):
            found[dataset, column] += 1
    return found


if __name__ == "__main__":
    main()
