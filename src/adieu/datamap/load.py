"""Read a data map from YAML text, naming every mistake at once as ``file:line: what, expected, what to do``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import ValidationError
from ruamel.yaml.error import YAMLError

from adieu.datamap.model import DataMap
from adieu.datamap.references import reference_problems
from adieu.errors import MapInvalid, Problem
from adieu.law.written import tree, values

Place = tuple[object, ...]  # a path in the file
_ENTRIES = ("datasets", "open_matters", "stakes")


def load(text: str, file: str) -> DataMap:
    """The map written in `text`; `file` is only named in messages.

    Raises:
        MapInvalid: with every problem found, each with file and line, in the order of the file.
    """
    plain = _plain(_parse(text, file))
    said: list[tuple[Place, str]] = []
    broken: set[Place] = set()
    datamap: DataMap | None
    try:
        datamap = DataMap.model_validate(plain)
    except ValidationError as error:
        said = [(item["loc"], _what(dict(item))) for item in error.errors()]
        broken = {place[:2] for place, _ in said}
        datamap = _rest(plain, broken)
    said += [(place, what) for place, what in (reference_problems(datamap) if datamap else ()) if place[:2] not in broken]
    if said or datamap is None:
        raise _invalid(text, file, said)
    return datamap.model_copy(update={"digest": hashlib.sha256(text.encode()).hexdigest()})


def _rest(plain: object, broken: set[Place]) -> DataMap | None:
    """The map with its broken entries taken out, so that the others are still judged; None where too much is broken."""
    if not isinstance(plain, Mapping):
        return None
    rest = {key: dict(value) if isinstance(value, Mapping) else value for key, value in plain.items()}
    for place in broken:
        if place[:1] == ("shopping",):
            rest.pop("shopping", None)
            continue
        if len(place) < 2 or place[0] not in _ENTRIES:
            return None
        section, name = str(place[0]), str(place[1])
        if section == "datasets":
            rest[section][name] = {"on_closure": "leave", "because": "cannot be read"}  # still a known name
        else:
            del rest[section][name]
    try:
        return DataMap.model_validate(rest)
    except ValidationError:
        return None


def _parse(text: str, file: str) -> Mapping[object, object]:
    try:
        found = values(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = str(getattr(error, "problem", None) or "unreadable").splitlines()[0]
        what = f"not YAML: {problem}; expected a mapping as in docs/data-map.md; mend the line"
        raise MapInvalid([Problem(file=file, line=line, what=what)]) from None
    if not isinstance(found, Mapping):
        what = "the file holds no mapping; expected `adieu: 1`, `shop:`, `stores:`, `member:`, `datasets:`"
        raise MapInvalid([Problem(file=file, line=1, what=what)])
    return found


def _plain(node: object) -> object:
    """The same tree without the YAML library's own types, which pydantic would carry on."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, date):  # a date without quotes is a date to YAML; the map means its text
        return node.isoformat()
    for plain in (bool, int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return node


def _what(item: Mapping[str, object]) -> str:
    path: Place = item["loc"]  # type: ignore[assignment]  # pydantic's own shape
    where = ".".join(str(step) for step in path)
    kind = str(item["type"])
    return {
        "extra_forbidden": f"unknown key `{where}`; remove it or mend its spelling (docs/data-map.md lists the keys)",
        "missing": f"`{where}` is missing; add it",
    }.get(kind, f"`{where}`: {str(item['msg']).removeprefix('Value error, ')}; mend the value")


def _invalid(text: str, file: str, said: Iterable[tuple[Place, str]]) -> MapInvalid:
    """What is wrong, each with its line, for which the file is read once more."""
    root = tree(text)
    problems = [Problem(file=file, line=_line(root, place), what=what) for place, what in said]
    return MapInvalid(sorted(problems, key=lambda problem: problem.line))


def _line(root: object, path: Iterable[object]) -> int:
    """The line (from 1) of the deepest node of `path` that the file really has."""
    line, node = 1, root
    for step in path:
        lines = getattr(node, "lc", None)
        key = step if isinstance(node, Mapping) else int(str(step)) if str(step).isdigit() else None
        if lines is None or lines.data is None or key is None or key not in lines.data:
            break
        line, node = lines.data[key][0] + 1, node[key]  # type: ignore[index]
    return line
