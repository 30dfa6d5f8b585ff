"""What must hold after a kill and a repeat, compared with a run that nobody killed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.acceptance.house import Home, Listed

LEAVERS = (1, 2)


@dataclass(frozen=True, kw_only=True)
class Unkilled:
    """How it ends where nobody kills."""

    rows: dict[str, list[tuple[object, ...]]]
    vault: int
    counts: list[dict[str, object]]
    points: Counter[str]


def unkilled(home: Home) -> Unkilled:
    """Close the leavers undisturbed, writing down every fault point."""
    listing = home.folder / "points"
    done = home.close(*LEAVERS, faults=Listed(listing))
    assert done.codes == [0], done.err
    return Unkilled(
        rows=home.database.everything(), vault=kept(home), counts=sorted(map(receipt_counts, home.receipts()), key=str),
        points=Counter(listing.read_text().split()),
    )


def kept(home: Home) -> int:
    """Records in the vault."""
    return len(home.own("vault", "select 1 from vault_record"))


def receipt_counts(body: dict[str, object]) -> dict[str, object]:
    """Dataset -> what was done there, by a receipt."""
    datasets = body["datasets"]
    assert isinstance(datasets, list)
    return {str(one["dataset"]): one["counts"] for one in datasets}


def assert_ended_as(home: Home, reference: Unkilled) -> None:
    """Everything that must be true once the repeat has said it is done."""
    assert home.states() == ["closed"] * len(LEAVERS)
    bodies = home.receipts()
    assert len(bodies) == len(LEAVERS) == len(home.own("register", "select 1 from receipt"))
    assert len(home.own("register", "select 1 from ledger_leaf")) == len(LEAVERS)
    assert home.database.everything() == reference.rows
    assert sorted(map(receipt_counts, bodies), key=str) == reference.counts
    assert kept(home) == reference.vault
    assert home.database.captured() == 0
    assert home.own("register", "select 1 from closure where sealed_subject is not null") == []
