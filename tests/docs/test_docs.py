"""The pages say what the code has: settings, verbs, errors, ports, layers, requirements; every relative link resolves."""

from __future__ import annotations

import configparser
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
import typer

import adieu
from adieu import ports
from adieu.cli.main import command_line
from adieu.datamap import load
from adieu.errors import AdieuError
from adieu.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
README_LINES = 40


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def sections(name: str, level: str = "## ") -> dict[str, str]:
    """The text below each heading of a page."""
    parts = re.split(rf"^{level}(.+)$", page(name), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def fences(name: str) -> list[str]:
    return re.findall(r"^```[^\n]*\n.*?^```$", page(name), flags=re.MULTILINE | re.DOTALL)


def verbs() -> Iterator[tuple[str, click.Command]]:
    def walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        children = getattr(command, "commands", None)
        if children is None:
            yield name, command
            return
        for child in children.values():
            yield from walk(f"{name} {child.name}", child)

    yield from walk("adieu", typer.main.get_command(command_line([])))


def errors() -> set[type[AdieuError]]:
    for module in pkgutil.walk_packages(adieu.__path__, "adieu."):
        if ".migrations" not in module.name and ".testing" not in module.name:
            importlib.import_module(module.name)
    found: set[type[AdieuError]] = set()
    todo: list[type[AdieuError]] = [AdieuError]
    while todo:
        kind = todo.pop()
        found.add(kind)
        todo += [child for child in kind.__subclasses__() if child.__module__.startswith("adieu.")]
    return found


def protocols() -> set[str]:
    found = set()
    for module in pkgutil.iter_modules(ports.__path__, "adieu.ports."):
        loaded = importlib.import_module(module.name)
        for name, kind in inspect.getmembers(loaded, inspect.isclass):
            if kind.__module__ == loaded.__name__ and getattr(kind, "_is_protocol", False):
                found.add(name)
    return found


def test_every_setting_has_a_heading_with_its_default_and_unit() -> None:
    written = sections("docs/settings.md")
    assert set(written) == {f"ADIEU_{field.name.upper()}" for field in fields(Settings)}
    for field in fields(Settings):
        text = written[f"ADIEU_{field.name.upper()}"]
        default = str(field.default)
        assert not default or f"`{default}`" in text, f"{field.name}: expected its default `{default}`"
        unit = str(field.metadata.get("unit", ""))
        assert re.search(rf"\b{unit}\b", text), f"{field.name}: expected its unit {unit}"


def test_every_verb_has_a_heading_that_names_its_options() -> None:
    written = sections("docs/cli.md")
    assert set(written) == {name for name, _ in verbs()}
    for name, command in verbs():
        options = {text for parameter in command.params for text in parameter.opts if text.startswith("--")} - {"--help"}
        assert options == set(re.findall(r"^- `(--[a-z-]+)`", written[name], flags=re.MULTILINE)), name
        assert command.help, f"{name} has no help"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_names_no_verb_that_does_not_exist(path: Path) -> None:
    known = {name.split()[1] for name, _ in verbs()}
    shown = re.findall(r"(?:^\$ |`)adieu ([a-z]+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert not set(shown) - known


def test_every_error_has_an_entry_with_its_exit_code_and_promise() -> None:
    written = sections("docs/errors.md")
    assert set(written) == {kind.__name__ for kind in errors()}
    for kind in errors():
        text = " ".join(written[kind.__name__].split())
        assert text.startswith(f"Exit {kind.exit_code}"), kind.__name__
        assert " ".join(str(kind.__doc__).split()) in text, f"{kind.__name__}: its docstring is its promise"


def test_every_exit_code_is_explained() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", page("docs/errors.md"), flags=re.MULTILINE)}
    assert told == {0, *(kind.exit_code for kind in errors())}


def test_every_port_stands_in_the_table_of_ports() -> None:
    table = sections("docs/architecture.md")["Ports"]
    assert set(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)) == protocols()


def test_the_layers_on_the_page_are_those_that_are_enforced() -> None:
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter")
    enforced = [line.strip() for line in contract["importlinter:contract:layers"]["layers"].strip().splitlines()]
    assert fences("docs/architecture.md")[0].splitlines()[1:-1] == enforced


def test_every_requirement_says_why_its_licence_and_its_weight() -> None:
    asked = set()
    for path in (ROOT / "requirements").glob("*.in"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-")):
                asked.add(re.split(r"[<>=~;\s]", line, maxsplit=1)[0])
    rows = re.findall(r"^\| ([^ |]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", page("docs/dependencies.md"), re.MULTILINE)
    assert {row[0] for row in rows} - {"package"} == asked
    assert all(cell.strip() for row in rows for cell in row)


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_relative_link_resolves(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = path if not name else (path.parent / name).resolve()
        if not there.exists() or not there.is_relative_to(ROOT):
            broken.append(target)
        elif anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), flags=re.MULTILINE)
            if anchor not in {slug(heading) for heading in headings}:
                broken.append(target)
    assert not broken


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_a_readme_shows_map_commands_and_a_verified_receipt_in_its_first_lines(name: str) -> None:
    top = "\n".join(page(name).splitlines()[:README_LINES])
    for expected in ("make demo", "make test", "adieu close", "adieu receipt verify", "verified: signed by"):
        assert expected in top, expected
    shown = re.findall(r"```yaml\n(.*?)```", top, flags=re.DOTALL)
    assert len(shown) == 1
    assert len(shown[0].splitlines()) == 12
    assert load(shown[0], name).member.key == "id"


def test_the_readmes_are_in_step() -> None:
    english, korean = page("README.md"), page("README.ko.md")
    assert fences("README.md") == fences("README.ko.md")
    shape = r"^(#+ |- |\d+\. |\|)"
    assert re.findall(shape, english, re.MULTILINE) == re.findall(shape, korean, re.MULTILINE)
    links = [sorted(set(re.findall(r"\]\(([^)]+)\)", text)) - {"README.md", "README.ko.md"}) for text in (english, korean)]
    assert links[0] == links[1]


def test_every_decision_has_its_own_number_and_a_status() -> None:
    paths = sorted((DOCS / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in paths] == list(range(len(paths)))
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert re.match(rf"# 0*{int(path.name[:4])}[. ]|# NNNN ", text), path.name
        assert re.search(r"^(Status: )?(Accepted|accepted|proposed)", text, re.MULTILINE), path.name
