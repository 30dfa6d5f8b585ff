"""docs/checks.md has a heading and an example line for every code, and for nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from adieu.datamap.checks import Code, Level

PAGE = Path(__file__).parents[4] / "docs" / "checks.md"


def test_every_code_has_a_heading_and_an_example_line() -> None:
    sections = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    titles = [section.splitlines()[0] for section in sections]
    assert sorted(titles) == sorted(Code)
    for title, section in zip(titles, sections, strict=True):
        example = section.splitlines()[1]
        assert re.match(rf"`({'|'.join(Level)}) {title} shop[.\w]*: ", example), example
