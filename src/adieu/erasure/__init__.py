"""Obeys plans: captures, treats step by step, and isolates the member that a store refuses."""

from adieu.erasure.run import Attempt, Erased, erase, first_run_id, part_run_id
from adieu.erasure.steps import RECORDS_PER_STEP, cut

__all__ = ["RECORDS_PER_STEP", "Attempt", "Erased", "cut", "erase", "first_run_id", "part_run_id"]
