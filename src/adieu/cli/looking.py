"""The verbs that look and change nothing: what a closure will do, and where identifiers stand."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from adieu.bootstrap import databases, open_map, open_schemas, open_stores, records_of, scan_stores
from adieu.cli.options import Map, settings_of
from adieu.closures import Concerned, preview, strong_identifiers_of
from adieu.errors import IdentifiersFound, SettingsError
from adieu.planning.explain import explain
from adieu.planning.make import make_plan
from adieu.ports.stores import Proved
from adieu.verification import Scan, strong_identifier

looking_app = typer.Typer()
_WORDS = {
    "en": (
        "records of the member, counted now:", "nothing",
        "{} of their own", "{} shared with others", "{} of others, naming them",
    ),
    "ko": (
        "지금 세어 본 이 회원의 기록이에요:", "없어요",
        "본인 기록 {}", "다른 사람과 함께 쓰는 기록 {}", "다른 사람의 기록 속 언급 {}",
    ),
}


@looking_app.command()
def plan(
    map_: Map = None,
    member: Annotated[str | None, typer.Option(help="look this member up and count what is concerned")] = None,
    lang: Annotated[str, typer.Option(help="ko or en")] = "en",
    sql: Annotated[bool, typer.Option("--sql", help="print the statements that will run")] = False,
) -> None:
    """Explain what closing a member will do; nothing is changed."""
    if lang not in ("ko", "en"):
        raise SettingsError(f"--lang is `{lang}`; expected ko or en")
    settings = settings_of(map_)
    datamap = open_map(settings.map)
    stores = open_schemas(datamap, settings)
    schemas = {name: store.schema() for name, store in stores.items()}
    made = make_plan(datamap, schemas)
    concerned: Mapping[str, Concerned] = {}
    if member is not None:
        with open_stores(stores, made) as opened:
            concerned = preview(datamap, made, schemas, opened, member)
    print(f"plan {made.digest[:16]} of {datamap.shop.name}" + (f" for member {member}" if member else ""))
    for line in explain(made, datamap, lang):
        print(line)
    for line in _counted(concerned, lang) if member is not None else ():
        print(line)
    for store_plan in made.stores if sql else ():
        for statement in stores[store_plan.store].statements(store_plan, made.member):
            print(f"{statement};")


def _counted(concerned: Mapping[str, Concerned], language: str) -> Iterator[str]:
    heading, nothing, *kinds = _WORDS[language]
    yield heading
    for dataset, counts in concerned.items():
        numbers = zip(kinds, (counts.own, counts.shared, counts.mentions), strict=True)
        yield f"  {dataset}: {', '.join(kind.format(number) for kind, number in numbers if number)}"
    if not concerned:
        yield f"  {nothing}"


@looking_app.command()
def scan(
    map_: Map = None,
    member: Annotated[str | None, typer.Option(help="look for what this member's record holds, before it is closed")] = None,
    identifiers: Annotated[str | None, typer.Option(help="a file with one e-mail or phone number a line; - asks")] = None,
) -> None:
    """Search every text of every store for strong identifiers; counts by column, never a value. Exit 8 where any is found."""
    if (member is None) == (identifiers is None):
        raise SettingsError("expected either --member (not closed yet) or --identifiers (a file, or - to be asked)")
    settings = settings_of(map_)
    datamap = open_map(settings.map)
    stores = open_schemas(datamap, settings)
    if member is not None:
        made = make_plan(datamap, {name: store.schema() for name, store in stores.items()})
        with open_stores(stores, made) as opened:
            sought = strong_identifiers_of(made, opened, member)
    else:
        sought = _read_identifiers(str(identifiers))
    if not sought:
        raise SettingsError("the member record holds no e-mail and no phone number to look for; use --identifiers")
    from rich.console import Console  # only this verb shows progress, and it takes long to load
    from rich.progress import Progress

    readable = databases(stores)
    for name in sorted(stores.keys() - readable.keys()):
        print(f"{name}: {datamap.stores[name].kind}, not read; a scan reads databases")
    found = Scan(identifiers=sought)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown:
        task = shown.add_task("", total=records_of(readable.values()) or None)
        datasets = scan_stores(datamap, readable, found, lambda name, more: shown.update(task, description=name, advance=more))
    for (dataset, column), texts in sorted(found.found.items()):
        print(f"{dataset}.{column}: {texts} texts")
    print(f"{found.records} records of {datasets} datasets read for {len(sought)} identifiers")
    if found.found:
        raise IdentifiersFound(
            f"identifiers stand in {sum(found.found.values())} texts of {len(found.found)} columns; look there"
        )


def _read_identifiers(source: str) -> tuple[Proved, ...]:
    """The lines of a file or of standard input: never an argument, which every account of the machine can read."""
    if source == "-" and sys.stdin.isatty():
        print("One e-mail or phone number a line; an empty line ends:", file=sys.stderr)
        lines = list(iter(lambda: sys.stdin.readline().strip(), ""))
    elif source == "-":
        lines = sys.stdin.read().split("\n")
    else:
        try:
            lines = Path(source).read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeError) as error:
            raise SettingsError(f"the file of identifiers cannot be read ({type(error).__name__})") from None
    found = {number: strong_identifier(line) for number, line in enumerate(lines, 1) if line.strip()}
    wrong = [str(number) for number, item in found.items() if item is None]
    if wrong or not found:
        raise SettingsError(
            f"lines {', '.join(wrong)} of the identifiers are no e-mail and no phone number; expected one a line"
            if wrong else "no identifier was given; expected one e-mail or phone number a line"
        )
    return tuple(item for item in found.values() if item is not None)
