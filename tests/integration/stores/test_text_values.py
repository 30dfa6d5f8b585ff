"""A canary in every column of a dataset is read, on the real engines."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, create_engine

from adieu.adapters.stores.contents import text_values
from adieu.adapters.stores.reflection import read_schema
from adieu.datamap.checks.contents import personal_looking
from adieu.errors import StoreError

CANARY = "canary@example.com"
PLACES = {
    "postgresql": {
        "a": f"'{CANARY}'", "b": f"'{CANARY}'", "c": f"""'{{"x": "{CANARY}"}}'""", "d": f"'{CANARY}'::bytea",
        "e": f"array['{CANARY}']", "f": "'198.51.100.7'",
    },
    "sqlite": {"a": f"'{CANARY}'", "b": f"'{CANARY}'", "c": f"""'{{"x": "{CANARY}"}}'""", "d": f"x'{CANARY.encode().hex()}'"},
}
TABLES = {
    "postgresql": "create schema crm; create table crm.leaf"
                  " (n int, a text, b varchar(40), c jsonb, d bytea, e text[], f inet)",
    "sqlite": "create table leaf (n int, a text, b varchar(40), c json, d blob)",
}


def planted(url: str) -> Engine:
    engine = create_engine(url)
    values = PLACES[engine.dialect.name]
    name = "crm.leaf" if engine.dialect.name == "postgresql" else "leaf"
    with engine.begin() as connection:
        for statement in TABLES[engine.dialect.name].split(";"):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"insert into {name} (n, {', '.join(values)}) values (1, {', '.join(values.values())})")
        connection.exec_driver_sql(f"insert into {name} (n, a) values (2, 'x'), (3, 'y')")
    return engine


@pytest.fixture(params=["postgresql", "sqlite"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return planted("sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgresql"))


def test_a_canary_is_read_in_every_column_that_can_hold_one(engine: Engine) -> None:
    with engine.connect() as connection:
        schema = read_schema(connection, "shop")
        values = list(text_values(connection, schema, schema.tables))
    engine.dispose()
    found = {column for _, column, text in values if personal_looking([text])}
    assert found == set(PLACES[engine.dialect.name])
    assert [text for _, column, text in values if column == "a"] == [CANARY, "x", "y"]


def test_a_sample_ends_at_its_limit(engine: Engine) -> None:
    with engine.connect() as connection:
        schema = read_schema(connection, "shop")
        values = list(text_values(connection, schema, schema.tables, limit_rows=2))
    engine.dispose()
    assert len([text for _, column, text in values if column == "a"]) == 2


def test_an_unknown_or_refused_dataset_is_an_error_without_the_engines_text(engine: Engine) -> None:
    with engine.begin() as connection:
        schema = read_schema(connection, "shop")
        with pytest.raises(StoreError):
            list(text_values(connection, schema, ["shop.gone"]))
        name = next(iter(schema.tables))
        connection.exec_driver_sql(f"drop table {name.removeprefix('shop.')}")
        with pytest.raises(StoreError) as caught:
            list(text_values(connection, schema, [name]))
        assert "leaf" in str(caught.value) and "no such" not in str(caught.value)
    engine.dispose()
