"""The verbs of setting up: create what Adieu needs, compare the map with the live stores."""

from __future__ import annotations

from typing import Annotated

import typer

from adieu.bootstrap import check_live, install_own, make_keys, open_map, open_schemas, refuse_errors
from adieu.cli.options import Map, settings_of
from adieu.datamap.checks import Level
from adieu.datamap.model import StoreKind
from adieu.planning.make import make_plan

installing_app = typer.Typer()


@installing_app.command()
def install(
    map_: Map = None,
    account: Annotated[str | None, typer.Option(help="print and apply the least rights for this account")] = None,
) -> None:
    """Create keys, Adieu's own databases and its tables in every store. A repeat changes nothing."""
    settings = settings_of(map_)
    datamap = open_map(settings.map)
    master, signing = make_keys(settings, datamap.shop.name.lower().replace(" ", "-"))
    install_own(settings)
    stores = open_schemas(datamap, settings)
    schemas = {name: store.schema() for name, store in stores.items()}
    plan = make_plan(datamap, schemas)
    for store_plan in plan.stores:
        stores[store_plan.store].install(account)
        database = datamap.stores[store_plan.store].kind is StoreKind.DATABASE
        what = "Adieu's tables are there" if database else "answers; nothing is installed there"
        print(f"{store_plan.store}: {what}")
        for statement in stores[store_plan.store].grants(store_plan, plan.member, account) if account else ():
            print(f"  {statement};")
    print(f"keys: {master} and {signing}; back both up outside every database")


@installing_app.command("check")
def check_map(
    map_: Map = None,
    rows: Annotated[int, typer.Option(min=0, help="records of a dataset that are read where the check looks at data")] = 100_000,
) -> None:
    """Compare the map with the live stores; one line a finding, exit code 3 where one refuses."""
    settings = settings_of(map_)
    datamap = open_map(settings.map)
    stores = open_schemas(datamap, settings)
    findings = tuple(check_live(datamap, stores, rows))
    for finding in findings:
        if finding.level is not Level.ERROR:
            print(finding)
    refuse_errors(findings)
    print(f"{settings.map}: {len(datamap.datasets)} datasets decided; the map can be carried out")
