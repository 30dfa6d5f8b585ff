"""Reading YAML 1.2: quickly for what a text says, slowly for where it says it."""

from __future__ import annotations

import io
import re

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

#: Tags, anchors, aliases, directives, merged mappings, tabs and line ends of Unicode: there the two loaders could differ.
_RARE = re.compile(r"(?:^|[\s\[{,:?-])[!&*]|^%|<<|[\t\x85\u2028\u2029]", re.MULTILINE)


def values(text: str) -> object:
    """What the text says, in the types of Python or, where it is written in rare forms, of the YAML library.

    The fast loader (libyaml, where its wheel is installed) is not asked where it could mean something else than `tree`;
    what it refuses, `tree` judges.

    Raises:
        YAMLError: it is not YAML, or names a key twice.
    """
    if _RARE.search(text) is None:
        try:
            return YAML(typ="safe").load(text)
        except (YAMLError, ValueError):
            pass
    return tree(text)


def tree(text: str) -> object:
    """The same in the YAML library's types, whose mappings and lists know the lines they stand on (`lc`).

    Raises:
        YAMLError: as `values`.
    """
    return YAML(typ="rt").load(io.StringIO(text))
