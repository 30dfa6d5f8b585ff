"""The budgets of the house. Beyond one, divide the thing; do not raise the budget."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
MODULES = sorted((SRC / "adieu").rglob("*.py"))
FILE_LINES, BODY_LINES, METHODS, PARAMETERS = 500, 50, 12, 5
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def here(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions() -> Iterator[tuple[str, Function]]:
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, Function):
                yield f"{here(path)}:{node.lineno} {node.name}", node


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                yield f"{here(path)}:{node.lineno} {node.name}", node


def methods(node: ast.ClassDef) -> list[Function]:
    return [child for child in node.body if isinstance(child, Function)]


def body_lines(node: Function) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def parameters(node: Function) -> int:
    """Parameters a caller gives; what a method is bound to does not count."""
    given = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([name for name in given if name not in ("self", "cls")])


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    own = [path for path in tracked() if path.suffix == ".py"] + MODULES
    long = {here(path): len(path.read_text(encoding="utf-8").splitlines()) for path in own}
    assert {name: lines for name, lines in long.items() if lines > FILE_LINES} == {}


def test_no_function_body_is_longer_than_fifty_lines() -> None:
    assert {where: body_lines(node) for where, node in functions() if body_lines(node) > BODY_LINES} == {}


def test_no_class_has_more_than_twelve_methods() -> None:
    assert {where: len(methods(node)) for where, node in classes() if len(methods(node)) > METHODS} == {}


def is_command(node: Function) -> bool:
    """Whether a function is a verb of the command line: its parameters are the verb's options, one each (typer)."""
    return any(".command(" in ast.unparse(decorator) for decorator in node.decorator_list)


def test_no_function_takes_more_than_five_parameters() -> None:
    counted = [(where, node) for where, node in functions() if not is_command(node)]
    assert {where: parameters(node) for where, node in counted if parameters(node) > PARAMETERS} == {}


def test_every_module_says_what_it_is() -> None:
    assert [here(path) for path in MODULES if not ast.get_docstring(tree(path))] == []


@cache
def promised_by_protocols() -> set[str]:
    """Method names that a protocol documents; whoever implements one need not say it again."""
    protocols = [node for _, node in classes() if any("Protocol" in ast.unparse(base) for base in node.bases)]
    return {method.name for node in protocols for method in methods(node)}


def undocumented(body: list[ast.stmt], exempt: set[str], where: str) -> Iterator[str]:
    for node in body:
        if not isinstance(node, (Function, ast.ClassDef)) or node.name.startswith(("_", "test_")):
            continue  # the name of a test is its promise, in the contract suite too
        if ast.get_docstring(node) is None and node.name not in exempt:
            yield f"{where}:{node.lineno} {node.name}"
        if isinstance(node, ast.ClassDef):
            protocol = any("Protocol" in ast.unparse(base) for base in node.bases)
            yield from undocumented(node.body, set() if protocol else promised_by_protocols(), where)


def test_every_public_name_says_what_it_promises() -> None:
    assert [name for path in MODULES for name in undocumented(tree(path).body, set(), here(path))] == []


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path, known: set[str]) -> set[str]:
    """The project's modules a module names anywhere, inside functions too: hiding a cycle there does not end it."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in known else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & known - {module_name(path)}


def test_no_module_imports_itself_round_a_corner() -> None:
    known = {module_name(path) for path in MODULES}
    graph = {module_name(path): imports(path, known) for path in MODULES}
    while leaves := {name for name, needs in graph.items() if not needs & graph.keys()}:
        graph = {name: needs for name, needs in graph.items() if name not in leaves}
    # What is left is a cycle or leads into one.
    assert sorted(graph) == []


def test_no_relative_import_hides_where_a_name_comes_from() -> None:
    relative = [
        f"{here(path)}:{node.lineno}"
        for path in MODULES for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


#: Written in pieces, so that this file does not hold what it looks for.
MACHINE = [
    "/" + "work/", "/" + "tmp/", "/" + "home/", "/" + "root/", "/" + "Users/", "files.python" + "hosted", "pypi." + "org",
    "registry.npm" + "js", "--" + "index-url", "--extra-" + "index", "--trusted-" + "host", "--find-" + "links",
]


@pytest.mark.parametrize("pattern", MACHINE)
def test_no_tracked_file_names_a_machine_or_a_registry(pattern: str) -> None:
    found = [here(path) for path in tracked() if re.search(re.escape(pattern.encode()), path.read_bytes())]
    assert found == []
