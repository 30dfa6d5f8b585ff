"""The verbs that close: open closures, carry batches out, say what is kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from adieu.bootstrap import House, open_house
from adieu.cli.bulk import Order, close_from
from adieu.cli.handing import Archives, remove
from adieu.cli.logs import log_as_json
from adieu.cli.options import Map, settings_of
from adieu.closures import Answer, Choice, look_again, open_closures, receipt_file
from adieu.errors import AdieuError, BatchTaken, NeedsOperator, SettingsError
from adieu.ports.register import Closure, State
from adieu.worker import serve

_IDLE_SECONDS = 1.0  # how long an idle worker waits before it looks at the queue again
closing_app = typer.Typer()
Member = Annotated[list[str] | None, typer.Option("--member", help="the member's key; may be repeated")]
From = Annotated[str | None, typer.Option("--from", help="a CSV file, or one key a line; - reads standard input")]


@closing_app.command()
def close(
    member: Member = None,
    from_: From = None,
    expect: Annotated[int | None, typer.Option(min=0, help="with --from: how many members it must name")] = None,
    limit: Annotated[int | None, typer.Option(min=0, help="with --from: how many it may name; default a setting")] = None,
    column: Annotated[str | None, typer.Option(help="with --from: the column of keys; default the map's key")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="with --from: count only")] = False,
    map_: Map = None,
    when_done: Annotated[bool, typer.Option("--when-done", help="wait for open matters")] = False,
    now: Annotated[bool, typer.Option("--now", help="close in spite of open matters")] = False,
    later: Annotated[bool, typer.Option("--later", help="queue for a worker")] = False,
    proved: Annotated[list[str] | None, typer.Option(help="an identifier kind proved by other means, e.g. email")] = None,
    receipts: Annotated[Path | None, typer.Option(help="write the members' receipt files into this folder")] = None,
    archives: Annotated[Path | None, typer.Option(help="write the members' archives into this folder first")] = None,
) -> None:
    """Close members' accounts: erase, read back, sign. Repeating it goes on where it stopped."""
    choice = Choice.NOW if now else Choice.WHEN_DONE if when_done else Choice.ASK
    settings = settings_of(map_)
    if bool(member) == (from_ is not None):
        raise SettingsError("expected either --member, which may be repeated, or --from with a list")
    if from_ is not None and receipts:
        raise SettingsError("--receipts goes with --member; of a list, show receipts with `adieu receipt show`")
    if from_ is not None and archives:
        raise SettingsError("--archives goes with --member; of a list, write archives with `adieu archive`")
    if from_ is None and (dry_run or column or (expect, limit) != (None, None)):
        raise SettingsError("--expect, --limit, --column and --dry-run go with --from")
    with open_house(settings) as house:
        if from_ is not None:
            close_from(house, Order(
                source=from_, column=column, expected=expect, limit=settings.list_limit if limit is None else limit,
                dry_run=dry_run, choice=choice, later=later, vouched=frozenset(proved or ()),
            ))
            return
        answer = _open(house, member or (), _Opening(choice=choice, vouched=frozenset(proved or ()), archives=archives))
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


@dataclass(frozen=True, kw_only=True)
class _Opening:
    """How closures are to be opened."""

    choice: Choice
    vouched: frozenset[str]
    archives: Path | None


def _open(house: House, keys: Sequence[str], how: _Opening) -> Answer:
    """Open the closures, each member's archive first where that is wished for."""
    if how.archives is None:
        return open_closures(house.desk, keys, choice=how.choice, vouched=how.vouched)
    archives = Archives(house=house, folder=how.archives, vouched=how.vouched)
    written = archives.write(keys)
    try:
        answer = open_closures(house.desk, keys, choice=how.choice, vouched=how.vouched)
    except AdieuError:
        remove(written)
        raise
    archives.name(keys)
    return answer


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


@closing_app.command()
def work(
    map_: Map = None,
    once: Annotated[bool, typer.Option("--once", help="stop when idle")] = False,
    adopt: Annotated[str | None, typer.Option(help="first queue again what this dead worker left")] = None,
) -> None:
    """Carry out queued batches, those that a dead worker left, and waiting closures whose open matters are settled."""
    settings = settings_of(map_)
    log_as_json()
    with open_house(settings) as house:
        if adopt:
            print(f"{house.batches.adopt(adopt)} batches of worker {adopt} adopted", flush=True)
        done = serve(
            house.batches, lambda: look_again(house.desk), house.desk.clock,
            look_every=timedelta(minutes=settings.waiting_minutes), pause=lambda: not once and _wait(),
        )
        print(f"{done} batches done")


def _wait() -> bool:
    time.sleep(_IDLE_SECONDS)
    return True


@closing_app.command()
def kept(closure: str, map_: Map = None) -> None:
    """What the vault keeps of a closure: dataset, basis and last day; nothing is opened."""
    with open_house(settings_of(map_)) as house:
        for item in sorted(house.desk.vault.kept(house.desk.shop, closure), key=lambda kept: (kept.dataset, kept.until)):
            print(f"{item.dataset}: kept until {item.until} ({item.basis})")
