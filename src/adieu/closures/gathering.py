"""What the stores did for the members of a batch, gathered for their receipts."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from adieu.closures.desk import Desk
from adieu.closures.stating import Testimony
from adieu.ports.stores import Acceptance, Tally

_log = logging.getLogger(__name__)


def gathered(desk: Desk, family: str, testimonies: Sequence[Testimony]) -> list[Testimony]:
    """The testimonies with what a family of runs did in every store, and what recipients accepted of it."""
    keys = {testimony.facts.subject.key for testimony in testimonies}
    tallies, told = _tallies(desk, family, keys), _told(desk, family, keys)
    _tell_silence(desk, tallies)
    return [
        replace(one, tallies=tallies.get(one.facts.subject.key, ()), told=told.get(one.facts.subject.key, ()))
        for one in testimonies
    ]


def _tallies(desk: Desk, family: str, good: Set[str]) -> dict[str, list[Tally]]:
    found: dict[str, list[Tally]] = {}
    for plan in desk.plan.stores:
        for tally in desk.stores[plan.store].erasing.tally(family, plan):
            if tally.owner in good:
                found.setdefault(tally.owner, []).append(tally)
    return found


def _told(desk: Desk, family: str, good: Set[str]) -> dict[str, list[tuple[str, Acceptance]]]:
    """What recipients accepted, by the member's key."""
    found: dict[str, list[tuple[str, Acceptance]]] = {}
    for plan in desk.plan.stores:
        for accepted in desk.stores[plan.store].erasing.told(family):
            if accepted.owner in good:
                found.setdefault(accepted.owner, []).append((plan.store, accepted))
    return found


def _tell_silence(desk: Desk, tallies: Mapping[str, Sequence[Tally]]) -> None:
    """Datasets in which others have records and nobody of this batch had any: for an operator who knows better."""
    touched = {tally.dataset for of_member in tallies.values() for tally in of_member}
    silent = [
        reach.dataset
        for plan in desk.plan.stores
        for reach in plan.reaches
        if reach.found and reach.dataset not in touched and desk.schemas[plan.store].tables[reach.dataset].rows
    ]
    if silent:
        _log.info("others have records here, these members had none", extra={"datasets": sorted(silent)})
