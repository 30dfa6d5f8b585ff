"""Reading YAML 1.2: quickly for what a text says, slowly for where it says it."""

from __future__ import annotations

import io
import re

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

#: A tag, an anchor, an alias or a directive begins like this, and `<<` merges: there the two loaders could differ.
_RARE = re.compile(r"(?:^|[\s\[{,:?-])[!&*]|^%|<<", re.MULTILINE)


def values(text: str) -> object:
    """What the text says, in the types of Python or, where it is written in rare forms, of the YAML library.

    The fast loader is not asked where it could mean something else than `tree`; what it refuses, `tree` judges.

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
