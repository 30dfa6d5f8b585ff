"""`adieu`: one verb, one use case. Errors go to standard error with the exit code their class names."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from adieu.adapters.signing import read_published
from adieu.bootstrap import (
    House,
    check_contents,
    install_own,
    make_keys,
    open_house,
    open_map,
    open_schemas,
    public_keys,
    refuse_errors,
)
from adieu.closures import Choice, open_closures, receipt_file
from adieu.datamap.checks import Level, check
from adieu.errors import AdieuError, BatchTaken, NeedsOperator, SettingsError
from adieu.planning.explain import explain
from adieu.planning.make import make_plan
from adieu.ports.register import Closure, State
from adieu.receipts import VerifierKey, verify_file
from adieu.settings import Settings, read_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
receipt_app = typer.Typer(no_args_is_help=True, help="Receipts: show one, verify one.")
app.add_typer(receipt_app, name="receipt")
Map = Annotated[Path | None, typer.Option("--map", help="the data map; default ADIEU_MAP or adieu.yaml")]
Member = Annotated[list[str], typer.Option("--member", help="the member's key; may be repeated")]


def main() -> None:
    """Run the command line; an error of Adieu's is told in its own words, without a traceback."""
    try:
        app()
    except AdieuError as error:
        print(f"adieu: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _settings(map_: Path | None) -> Settings:
    settings = read_settings(os.environ)
    return dataclasses.replace(settings, map=map_) if map_ else settings


@app.command()
def install(
    map_: Map = None,
    account: Annotated[str | None, typer.Option(help="print and apply the least rights for this account")] = None,
) -> None:
    """Create keys, Adieu's own databases and its tables in every store. A repeat changes nothing."""
    settings = _settings(map_)
    datamap = open_map(settings.map)
    master, signing = make_keys(settings, datamap.shop.name.lower().replace(" ", "-"))
    install_own(settings)
    stores = open_schemas(datamap, settings)
    schemas = {name: store.schema() for name, store in stores.items()}
    plan = make_plan(datamap, schemas)
    for store_plan in plan.stores:
        stores[store_plan.store].install(account)
        print(f"{store_plan.store}: Adieu's tables are there")
        for statement in stores[store_plan.store].grants(store_plan, plan.member, account) if account else ():
            print(f"  {statement};")
    print(f"keys: {master} and {signing}; back both up outside every database")


@app.command("check")
def check_map(
    map_: Map = None,
    rows: Annotated[int, typer.Option(help="records of each left or expiring dataset whose texts are read")] = 100_000,
) -> None:
    """Compare the map with the live stores; one line a finding, exit code 3 where one refuses."""
    settings = _settings(map_)
    datamap = open_map(settings.map)
    stores = open_schemas(datamap, settings)
    findings = list(check(datamap, {name: store.schema() for name, store in stores.items()}))
    findings += check_contents(datamap, stores, rows) if rows else ()
    for finding in findings:
        if finding.level is not Level.ERROR:
            print(finding)
    refuse_errors(findings)
    print(f"{settings.map}: {len(datamap.datasets)} datasets decided; the map can be carried out")


@app.command()
def plan(
    map_: Map = None,
    member: Annotated[str | None, typer.Option(help="look up this member, to see that the plan applies")] = None,
    lang: Annotated[str, typer.Option(help="ko or en")] = "en",
    sql: Annotated[bool, typer.Option("--sql", help="print the statements that will run")] = False,
) -> None:
    """Explain what closing a member will do; nothing is changed."""
    if lang not in ("ko", "en"):
        raise SettingsError(f"--lang is `{lang}`; expected ko or en")
    settings = _settings(map_)
    datamap = open_map(settings.map)
    stores = open_schemas(datamap, settings)
    made = make_plan(datamap, {name: store.schema() for name, store in stores.items()})
    print(f"plan {made.digest[:16]} of {datamap.shop.name}" + (f" for member {member}" if member else ""))
    for line in explain(made, datamap, lang):
        print(line)
    for store_plan in made.stores if sql else ():
        for statement in stores[store_plan.store].statements(store_plan, made.member):
            print(f"{statement};")


@app.command()
def close(
    member: Member,
    map_: Map = None,
    when_done: Annotated[bool, typer.Option("--when-done", help="wait for open matters")] = False,
    now: Annotated[bool, typer.Option("--now", help="close in spite of open matters")] = False,
    later: Annotated[bool, typer.Option("--later", help="queue for a worker")] = False,
    proved: Annotated[list[str] | None, typer.Option(help="an identifier kind proved by other means, e.g. email")] = None,
    receipts: Annotated[Path | None, typer.Option(help="write the members' receipt files into this folder")] = None,
) -> None:
    """Close members' accounts: erase, read back, sign. Repeating it goes on where it stopped."""
    choice = Choice.NOW if now else Choice.WHEN_DONE if when_done else Choice.ASK
    with open_house(_settings(map_)) as house:
        answer = open_closures(house.desk, member, choice=choice, vouched=frozenset(proved or ()))
        for batch in answer.batches:
            with suppress(NeedsOperator):  # told below, by closure
                (house.batches.later if later else house.batches.run)(batch)
        for closure in answer.earlier:
            _finish(house, closure)
            print(f"closure {closure.id}: closed already on {closure.closed_at:%Y-%m-%d}; the earlier receipt answers")
            _write(house, closure.id, receipts)
        for closure in answer.waiting:
            print(f"closure {closure.id}: waiting until its open matters are settled")
        closures: list[Closure] = []
        for batch in () if later else answer.batches:
            closures += [c for c in house.desk.register.batch(batch) if c.id in answer.closures]
        _tell(house, closures, receipts)


def _finish(house: House, closure: Closure) -> None:
    """A crash after the receipt leaves captured keys behind; they go now, unless somebody is at it."""
    with suppress(BatchTaken, NeedsOperator):
        if closure.batch:
            house.batches.run(closure.batch)


def _tell(house: House, closures: Sequence[Closure], folder: Path | None) -> None:
    stopped = []
    for closure in closures:
        print(f"closure {closure.id}: {closure.state}")
        if closure.state is State.CLOSED:
            _write(house, closure.id, folder)
        if closure.state is State.NEEDS_OPERATOR:
            stopped.append(f"closure {closure.id} needs an operator: {closure.cause}")
    if stopped:
        raise NeedsOperator("\n".join(stopped))


def _write(house: House, closure: str, folder: Path | None) -> None:
    data = receipt_file(house.desk, closure)
    if folder is not None and data is not None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"receipt-{closure}.json"
        path.write_bytes(data)
        print(f"  receipt: {path}")


@app.command()
def work(map_: Map = None, once: Annotated[bool, typer.Option("--once", help="stop when idle")] = False) -> None:
    """Carry out queued batches, and those that a dead worker left."""
    with open_house(_settings(map_)) as house:
        print(f"{house.batches.work(until_idle=once)} batches done")


@app.command()
def kept(closure: str, map_: Map = None) -> None:
    """What the vault keeps of a closure: dataset, basis and last day; nothing is opened."""
    with open_house(_settings(map_)) as house:
        for item in sorted(house.desk.vault.kept(house.desk.shop, closure), key=lambda kept: (kept.dataset, kept.until)):
            print(f"{item.dataset}: kept until {item.until} ({item.basis})")


@receipt_app.command("show")
def receipt_show(closure: str, map_: Map = None) -> None:
    """Print the receipt file of a closure."""
    with open_house(_settings(map_)) as house:
        data = receipt_file(house.desk, closure)
    if data is None:
        raise SettingsError(f"closure {closure} has no receipt; expected the id of a closed closure")
    print(data.decode())


@receipt_app.command("keys")
def receipt_keys(map_: Map = None) -> None:
    """Print the page of public keys to publish; `adieu receipt verify --key` takes it."""
    print(public_keys(_settings(map_)))


@receipt_app.command("verify")
def receipt_verify(
    file: Path, key: Annotated[str, typer.Option(help="the shop's public key line, or a file that holds it")]
) -> None:
    """Check a receipt with nothing but the file and the shop's public key."""
    line = Path(key).read_text(encoding="utf-8") if Path(key).is_file() else key
    keys = read_published(line) if "\n" in line.strip() or "#" in line else (VerifierKey.parse(line.strip()),)
    verified = verify_file(file.read_bytes(), keys[0])
    print(f"verified: signed by {keys[0].key_id}; leaf {verified.index} of a ledger of {verified.checkpoint.head.size}")
