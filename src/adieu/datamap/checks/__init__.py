"""Whether a data map can be carried out on the live schemas, and decides everything in them. Pure.

One module for each family of findings; `check` runs them all. Every code stands in docs/checks.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from adieu.datamap.checks.drift import drift
from adieu.datamap.checks.fields import field_rules
from adieu.datamap.checks.finding import Code, Finding, Level
from adieu.datamap.checks.foreign_keys import foreign_keys
from adieu.datamap.checks.keeping import keeping
from adieu.datamap.checks.links import links
from adieu.datamap.checks.members import members
from adieu.datamap.checks.personal import personal_names
from adieu.datamap.checks.store_facts import store_facts
from adieu.datamap.checks.survey import Limits, Survey
from adieu.datamap.model import DataMap
from adieu.datamap.schema import Schema

__all__ = ["Code", "Finding", "Level", "Limits", "check"]

_FAMILIES = (drift, personal_names, foreign_keys, field_rules, links, keeping, members, store_facts)
_ORDER = {level: place for place, level in enumerate(Level)}


def check(datamap: DataMap, schemas: Mapping[str, Schema], limits: Limits | None = None) -> tuple[Finding, ...]:
    """Every finding, errors first, then by dataset and field; empty when the map fits. One error refuses a run."""
    survey = Survey(datamap=datamap, schemas=schemas, limits=limits or Limits())
    found = {finding for family in _FAMILIES for finding in family(survey)}
    return tuple(sorted(found, key=lambda f: (_ORDER[f.level], f.dataset, f.code, f.field or "", f.what)))
