"""Two loaders read YAML, and say the same: the fast one for the values, the slow one for the lines."""

import io
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.cyaml import CParser
from ruamel.yaml.error import YAMLError

from adieu.law import known_regimes
from adieu.law.written import tree, values

MAPS = sorted((Path(__file__).parents[3] / "maps").glob("*.yaml"))
SCALARS = """
yes no on off y n true True TRUE false null ~ Null 010 0o10 0x1F 0b11 1_000 1e3 1.5 .5 5. +1 -1 -0 .inf -.inf 12:30
190:20:30 2001-01-01 2001-1-1 2001-01-01T10:00:00Z 1,000 6.02e23 '1' "2" '' 0777 08 _1 1_ 1e 00 x:y http://a:1
kr.contract ${URL} 탈퇴 a#b -
"""
RARE = (
    "a: !!str\n", "a: !x y\n", "a: &x {p: 1}\nb: *x\n", "a: &x {p: 1}\nb: {<<: *x, q: 2}\n", "a: [!!set {b, c}]\n",
    "%YAML 1.1\n---\na: yes\n", "a: =\n",
)


def typed(node: object) -> object:
    """The values with their types, without the library's own."""
    if isinstance(node, Mapping):
        return [(typed(key), typed(value)) for key, value in node.items()]
    if isinstance(node, list):
        return [typed(value) for value in node]
    if isinstance(node, date):
        return "date", node.isoformat()
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind.__name__, kind(node)
    return type(node).__name__


def fast(text: str) -> object:
    return YAML(typ="safe").load(text)


@pytest.mark.parametrize("path", MAPS, ids=[path.name for path in MAPS])
def test_a_packaged_map_says_the_same_to_both_loaders(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert typed(fast(text)) == typed(tree(text)) == typed(values(text))
    assert type(values(text)) is dict  # it was read the fast way


@pytest.mark.parametrize("code", known_regimes())
def test_a_law_file_says_the_same_to_both_loaders(code: str) -> None:
    text = files("adieu.law").joinpath(f"{code}.yaml").read_text(encoding="utf-8")
    assert typed(fast(text)) == typed(tree(text)) == typed(values(text))
    assert type(values(text)) is dict


@pytest.mark.parametrize("form", ["k: {}\n", "{}: 1\n", "k: [{}, 1]\n", "k: {{a: {}}}\n", "k:\n- {}  # why\n"])
def test_a_scalar_means_the_same_wherever_it_stands(form: str) -> None:
    for scalar in SCALARS.split():
        text = form.format(scalar)
        try:
            slow = typed(tree(text))
        except YAMLError:
            with pytest.raises(YAMLError):
                values(text)
            continue
        assert typed(values(text)) == slow, text


@pytest.mark.parametrize("text", RARE)
def test_rare_forms_are_read_the_slow_way(text: str) -> None:
    assert typed(values(text)) == typed(tree(text))
    assert type(values(text)) is type(tree(text))


@pytest.mark.parametrize("text", ["k: a\tb\n", "k: [a\tb]\n"])
def test_what_the_slow_loader_refuses_is_refused(text: str) -> None:
    for read in (tree, values):
        with pytest.raises(YAMLError):
            read(text)


@pytest.mark.parametrize("text", ["k: {a: http://x.y/z}\n", "k: [12:30]\n", "a: \x85b\n", "a: x\u2028y\n"])
def test_what_only_the_slow_loader_reads_is_read(text: str) -> None:
    assert typed(values(text)) == typed(tree(text))


def test_the_fast_loader_is_installed() -> None:
    assert CParser is not None


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "- {true: 1, True: 2}\n", "a: [{b: 1, c: 2, b: 1}]\n"])
def test_a_key_named_twice_is_refused_by_both(text: str) -> None:
    for read in (fast, tree, values, lambda text: YAML(typ="rt").load(io.StringIO(text))):
        with pytest.raises(YAMLError):
            read(text)
