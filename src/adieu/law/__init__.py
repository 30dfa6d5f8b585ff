"""Dated law, as data: what must be kept and until when, which clocks run, who is told, where to complain.

A regime is one YAML file beside this module; adding a place means adding a file (docs/law.md). Nothing here is legal
advice, and an entry whose text nobody has read says so. Pure: the day is always an argument.
"""

from adieu.law.load import known_regimes, read, regime
from adieu.law.model import Basis, Clock, ClockKind, Entry, Note, Recipient, Regime, Route, Scope, Start
from adieu.law.periods import due, end_of, first_day, kept_until, may_be_destroyed_at
from adieu.law.terms import Period, Unit, Verified

__all__ = [
    "Basis", "Clock", "ClockKind", "Entry", "Note", "Period", "Recipient", "Regime", "Route", "Scope", "Start", "Unit",
    "Verified", "due", "end_of", "first_day", "kept_until", "known_regimes", "may_be_destroyed_at", "read", "regime",
]
