"""A closure's life as use cases: open, run, testify. No drivers: ports, and the rooms below."""

from adieu.closures.desk import Desk
from adieu.closures.opening import Answer, Choice, open_closures
from adieu.closures.pace import Pace
from adieu.closures.previewing import Concerned, preview, strong_identifiers_of
from adieu.closures.running import run_batch
from adieu.closures.testifying import receipt_file
from adieu.closures.waiting import look_again

__all__ = [
    "Answer", "Choice", "Concerned", "Desk", "Pace", "look_again", "open_closures", "preview", "receipt_file", "run_batch",
    "strong_identifiers_of",
]
