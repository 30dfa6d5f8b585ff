"""What verification found after a run, by member. Counts only: no key, no value."""

from __future__ import annotations

from dataclasses import dataclass, field

Counts = dict[str, dict[str, int]]  # member key -> dataset -> records


@dataclass(kw_only=True)
class Report:
    """One store's answer. A member without residue may be called closed there."""

    residue: Counts = field(default_factory=dict)  # personal data of the member left behind
    mentions: Counts = field(default_factory=dict)  # the member named in another's record; reported, never blocks
    unproven: Counts = field(default_factory=dict)  # by an identifier nobody proved; never erased, never blocks
    not_read: list[str] = field(default_factory=list)  # fields left to `adieu scan`, with the reason

    def note(self, counts: Counts, owner: str, dataset: str, records: int) -> None:
        """Add records to one of the counts."""
        if records:
            of_owner = counts.setdefault(owner, {})
            of_owner[dataset] = of_owner.get(dataset, 0) + records
