"""Names of files that every system can unpack: Windows, a phone, a case-insensitive disk."""

from __future__ import annotations

import re

DATA = "data/"
MOST_CHARACTERS = 80
_UNSAFE = re.compile(r"(?:[^A-Za-z0-9_.-]|\.{2,})+")
#: What Windows takes for a device, with whatever ending.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


class Names:
    """Gives each dataset a name of its own; the same datasets in the same order get the same names."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, dataset: str) -> str:
        """`data/` and a name without ending, unlike every other one of this archive in any case of its letters."""
        stem = _UNSAFE.sub("_", dataset)[:MOST_CHARACTERS].strip(".-") or "dataset"
        if stem.split(".")[0].lower() in _DEVICES:
            stem = f"_{stem}"
        name, number = stem, 1
        while name.lower() in self._taken:
            number += 1
            name = f"{stem}-{number}"
        self._taken.add(name.lower())
        return DATA + name
