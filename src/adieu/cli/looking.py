"""The verbs that look and change nothing: what a closure will do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

from adieu.bootstrap import open_map, open_schemas, open_stores
from adieu.cli.options import Map, settings_of
from adieu.closures import Concerned, preview
from adieu.errors import SettingsError
from adieu.planning.explain import explain
from adieu.planning.make import make_plan

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
