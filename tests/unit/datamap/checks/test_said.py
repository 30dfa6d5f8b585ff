"""What `adieu check` says of each planted fault, word for word: `said.txt` is what a reviewer reads.

After a change of words on purpose: run this file as a script, from its own folder, and read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import right_map, right_schema
from test_check import FAULTS, Fault

from adieu.datamap.checks import check

SAID = Path(__file__).with_name("said.txt")


def title(fault: Fault) -> str:
    """The fault's own place in the file: its code and place, numbered where several share them."""
    alike = [other for other in FAULTS if (other.code, other.at) == (fault.code, fault.at)]
    number = f" ({alike.index(fault) + 1})" if len(alike) > 1 else ""
    return f"# {fault.code} {fault.at}{number}"


def findings(fault: Fault) -> list[str]:
    return [str(found) for found in check(right_map(*fault.to_map), {"shop": fault.to_schema(right_schema())})]


def written() -> dict[str, list[str]]:
    """The lines below each title."""
    sections: dict[str, list[str]] = {}
    for line in SAID.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            lines = sections.setdefault(line, [])
        elif line:
            lines.append(line)
    return sections


@pytest.mark.parametrize("fault", FAULTS, ids=title)
def test_what_is_said_of_a_fault_is_as_written_down(fault: Fault) -> None:
    assert findings(fault) == written().get(title(fault))


def test_nothing_is_written_down_that_is_not_said() -> None:
    assert list(written()) == [title(fault) for fault in FAULTS]


if __name__ == "__main__":
    parts = ("\n".join([title(fault), *findings(fault)]) for fault in FAULTS)
    SAID.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
