"""A closure's life as use cases: open, run, testify. No drivers: ports, and the rooms below.

What is asked for is loaded, and nothing beside it: an archive needs nothing of a run.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adieu.closures.desk import Desk
    from adieu.closures.opening import Answer, Choice, open_closures
    from adieu.closures.pace import Pace
    from adieu.closures.previewing import Concerned, preview, strong_identifiers_of
    from adieu.closures.running import run_batch
    from adieu.closures.testifying import receipt_file
    from adieu.closures.waiting import look_again

_WHERE = {
    "desk": ("Desk",),
    "opening": ("Answer", "Choice", "open_closures"),
    "pace": ("Pace",),
    "previewing": ("Concerned", "preview", "strong_identifiers_of"),
    "running": ("run_batch",),
    "testifying": ("receipt_file",),
    "waiting": ("look_again",),
}

__all__ = [
    "Answer", "Choice", "Concerned", "Desk", "Pace", "look_again", "open_closures", "preview", "receipt_file", "run_batch",
    "strong_identifiers_of",
]


def __getattr__(name: str) -> object:
    """A public name, from the module that has it."""
    for module, names in _WHERE.items():
        if name in names:
            return getattr(import_module(f"adieu.closures.{module}"), name)
    raise AttributeError(f"adieu.closures has no {name}")
