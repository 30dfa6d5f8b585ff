"""Read the packaged law files, naming every mistake as ``file:line: what``. The only reading in the pure rooms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from pydantic import ValidationError
from ruamel.yaml.error import MarkedYAMLError

from adieu.errors import LawError, LawInvalid, Problem
from adieu.law.model import Regime
from adieu.law.written import tree, values

_SECTIONS = ("bases", "scopes", "clocks", "told", "routes", "notes")


def known_regimes() -> tuple[str, ...]:
    """The codes there is a law file for, sorted."""
    names = (entry.name for entry in files("adieu.law").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


@cache
def regime(code: str) -> Regime:
    """The law of `code`, read once.

    Raises:
        LawError: no file has this code; the message names those there are.
        LawInvalid: the file is there and wrong.
    """
    if code not in known_regimes():
        known = ", ".join(known_regimes())
        raise LawError(f"no law file for regime `{code}`; known: {known}; use one of them or add a file (docs/law.md)")
    name = f"{code}.yaml"
    return read(files("adieu.law").joinpath(name).read_text(encoding="utf-8"), name)


def read(text: str, file: str) -> Regime:
    """The regime written in `text`; `file` is only named in messages.

    Raises:
        LawInvalid: with every problem found, each with file and line.
    """
    try:
        raw = _plain(values(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LawInvalid([Problem(file=file, line=line, what=f"not YAML: {error.problem}; mend the line")]) from None
    if not isinstance(raw, dict):
        what = "the file holds no mapping; expected `code:`, `zone:`, `bases:` and the rest of docs/law.md"
        raise LawInvalid([Problem(file=file, line=1, what=what)])
    try:
        found = Regime.model_validate(_with_regime_facts(raw))
    except ValidationError as error:
        said = [(item["loc"], _what(item["loc"], item["type"], item["msg"])) for item in error.errors()]
        raise _invalid(text, file, said) from None
    missing = [*_missing_words(raw, found.languages, ())]
    if missing:
        raise _invalid(text, file, missing)
    return found


def _with_regime_facts(raw: Mapping[str, object]) -> dict[str, object]:
    """Entries know their regime's code, zone and weekend, so that one entry alone is enough to count days."""
    filled = dict(raw)
    for section in _SECTIONS:
        entries = raw.get(section)
        if isinstance(entries, list):
            filled[section] = [_entry(raw, section, entry) for entry in entries]
    return filled


def _entry(raw: Mapping[str, object], section: str, entry: object) -> object:
    if not isinstance(entry, dict):
        return entry
    inherited = {"bases": ("zone",), "clocks": ("zone", "weekend")}.get(section, ())
    facts = {name: raw[name] for name in inherited if name in raw}
    named = {"id": f"{raw.get('code')}.{entry['id']}"} if "id" in entry else {}
    return {**facts, **entry, **named}


def _plain(node: object) -> object:
    """The same tree without the YAML library's own types."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, date | bool):
        return node
    for plain in (int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return node


_PER_LANGUAGE = frozenset({"name", "article", "label", "words", "only_if_words"})


def _missing_words(node: object, languages: tuple[str, ...], path: tuple[object, ...]) -> Iterable[tuple[tuple[object, ...], str]]:
    """Every text that lacks one of the regime's languages: a page in that language could not name the law."""
    pairs: Iterable[tuple[object, object]] = ()
    if isinstance(node, dict):
        pairs = node.items()
    elif isinstance(node, list):
        pairs = enumerate(node)
    for key, value in pairs:
        if key in _PER_LANGUAGE and isinstance(value, dict):
            lacking = [lang for lang in languages if not value.get(lang)]
            if lacking:
                yield (*path, key), f"`{key}` has no words in {', '.join(lacking)}; add them"
        else:
            yield from _missing_words(value, languages, (*path, key))


def _what(path: Iterable[object], kind: str, message: str) -> str:
    where = ".".join(str(step) for step in path)
    return {
        "extra_forbidden": f"unknown key `{where}`; remove it or mend its spelling (docs/law.md lists the keys)",
        "missing": f"`{where}` is missing; add it",
    }.get(kind, f"`{where or 'file'}`: {message.removeprefix('Value error, ')}; mend the value")


def _invalid(text: str, file: str, said: Iterable[tuple[Iterable[object], str]]) -> LawInvalid:
    """What is wrong, each with its line, for which the file is read once more."""
    root = tree(text)
    return LawInvalid([Problem(file=file, line=_line(root, path), what=what) for path, what in said])


def _line(root: object, path: Iterable[object]) -> int:
    """The line (from 1) of the deepest node of `path` that the file really has."""
    line, node = 1, root
    for step in path:
        lines = getattr(node, "lc", None)
        if lines is None or lines.data is None or step not in lines.data:
            break
        line, node = lines.data[step][0] + 1, node[step]  # type: ignore[index]
    return line
