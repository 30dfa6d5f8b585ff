"""The exam can fail: every fault planted here turns it red within a few dozen cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.property import examine as examining
from tests.property.long import Tally, examine

from adieu.adapters.stores import catching, erasing
from adieu.adapters.stores.capturing import Capturing
from adieu.adapters.stores.erasing import SqlErasing
from adieu.adapters.stores.members import SqlMembers
from adieu.adapters.stores.sqlite import Sqlite
from adieu.adapters.stores.treating import Treating
from adieu.adapters.stores.treatment import Treatment
from adieu.planning import ordering, reaching
from adieu.planning.plan import ByIdentifier, ByParent, ByPointer
from adieu.ports.stores import Caught
from adieu.verification import after
from adieu.verification.walk import _Walker

Patch = pytest.MonkeyPatch
SEEDS = range(1, 251)

# Planting needs to reach into whatever is there; the types of what is replaced are those of the code.
# mypy: disable-error-code="no-untyped-def,misc"


def _no_doubt(patch: Patch) -> None:
    """Takes the comparison before the run away, so that only what comes after can tell."""
    patch.setattr(examining, "doubting", lambda ground, run: lambda witness: None)


def _without(kind: type) -> Callable[[Patch], None]:
    def plant(patch: Patch) -> None:
        real = reaching._ways
        patch.setattr(reaching, "_ways", lambda *a: (way for way in real(*a) if not isinstance(way, kind)))

    return plant


def _links_inside_json_are_missed(patch: Patch) -> None:
    real = reaching._ways
    patch.setattr(reaching, "_ways", lambda *a: (way for way in real(*a) if not getattr(way, "path", ())))


def _identifiers_count_though_a_key_is_there(patch: Patch) -> None:
    real = Capturing._by_identifier
    patch.setattr(Capturing, "_by_identifier", lambda self, reach, way: real(self, reach, replace(way, unless=())))


def _parents_are_deleted_first(patch: Patch) -> None:
    real = ordering._deletion_order

    def reversed_order(work: Any, anchor: str | None) -> Any:
        order, cuts = real(work, anchor)
        return order[::-1], cuts

    patch.setattr(ordering, "_deletion_order", reversed_order)


def _the_journal_is_written_after_the_effect(patch: Patch) -> None:
    real_begin, real_counts, real_apply = erasing.begin, erasing.write_counts, SqlErasing.apply
    pending: list[tuple[str, int, Any]] = []

    def begin(tx: Any, run: str, step: int) -> str | None:
        if step < 1:
            return real_begin(tx, run, step)
        rows = tx.execute("select counts from adieu_journal where run = :run and step = :step", {"run": run, "step": step})
        return str(rows[0][0]) if rows else None

    def write_counts(tx: Any, run: str, step: int, counts: Any) -> None:
        if step < 1:
            real_counts(tx, run, step, counts)
        else:
            pending.append((run, step, counts))

    def apply(self: SqlErasing, run: Any, plan: Any, step: Any, keep: Any) -> Mapping[int, int]:
        pending.clear()
        done = real_apply(self, run, plan, step, keep)
        for entry in pending[-1:]:
            def write(tx: Any, entry: Any = entry) -> None:
                real_begin(tx, *entry[:2])
                real_counts(tx, *entry)

            self.database.write(write, "store.late_journal")
        return done

    patch.setattr(erasing, "begin", begin)
    patch.setattr(erasing, "write_counts", write_counts)
    patch.setattr(SqlErasing, "apply", apply)


def _records_are_noted_for_the_wrong_owner(patch: Patch) -> None:
    real = Capturing._found
    patch.setattr(
        Capturing, "_found", lambda self, reach: real(self, reach).replace(" c.owner,", " max(c.owner) over () as owner,", 1)
    )


def _nobody_holds_a_record_back(patch: Patch) -> None:
    patch.setattr(Capturing, "_held", lambda self, reach: "")


def _a_pointer_that_survives_holds_nothing(patch: Patch) -> None:
    real = Capturing._holds
    patch.setattr(
        Capturing, "_holds", lambda self, way: "1 = 0" if isinstance(way, ByPointer) else real(self, way)
    )


def _an_identifier_of_two_members_counts(patch: Patch) -> None:
    patch.setattr(SqlMembers, "_shared", lambda self, tx, source, held: set())


def _every_identifier_counts_as_proved(patch: Patch) -> None:
    patch.setattr(SqlMembers, "_noted", lambda self, tx, source, held: held)


def _pointers_at_deleted_records_stay(patch: Patch) -> None:
    patch.setattr(ordering, "_pointers_cut", lambda work, reach: ())


def _the_last_chunk_is_left_out(patch: Patch) -> None:
    real = SqlErasing._capture

    def short(self: SqlErasing, tx: Any, run: Any, plan: Any, *, base: int) -> Any:
        chunks = real(self, tx, run, plan, base=base)
        last = {(chunk.dataset, chunk.role): chunk.number for chunk in chunks}
        return tuple(c for c in chunks if not 0 < c.number < 10_000 or c.number != last[c.dataset, c.role])

    patch.setattr(SqlErasing, "_capture", short)


def _steps_are_cut_anew_after_a_crash(patch: Patch) -> None:
    real = SqlErasing.capture

    def capture(self: SqlErasing, run: Any, plan: Any, doubt: Any) -> Any:
        real(self, run, plan, doubt)
        return Caught(chunks=self.database.read(lambda tx: catching.catch(tx, (), {"run": run.id})))

    patch.setattr(SqlErasing, "capture", capture)


def _the_last_step_captures_nothing(patch: Patch) -> None:
    patch.setattr(SqlErasing, "_late", lambda self, tx, order, treatment: [])


def _late_records_wait_for_the_last_step(patch: Patch) -> None:
    real = SqlErasing._late
    patch.setattr(
        SqlErasing, "_late",
        lambda self, tx, order, treatment: real(self, tx, order, treatment) if order.step.last else [],
    )


def _late_records_are_treated_in_every_step(patch: Patch) -> None:
    patch.setattr(erasing, "treated", lambda tx, run: frozenset())


def _counts_are_not_compared(patch: Patch) -> None:
    patch.setattr(Treatment, "_compare", lambda self, operation, touched, expected: None)


def _one_round_is_enough(patch: Patch) -> None:
    patch.setattr(catching, "_own", lambda tx, run, names: 0)


def _the_other_half_of_a_pair_is_ignored(patch: Patch) -> None:
    patch.setattr(Capturing, "_when", lambda self, conditions: "")


def _nothing_goes_into_the_vault(patch: Patch) -> None:
    real = Treatment._retain
    patch.setattr(Treatment, "_retain", lambda self, part: real(replace(self, keep=lambda items: None), part))


def _placeholders_are_all_alike(patch: Patch) -> None:
    patch.setattr(Sqlite, "placeholder", lambda self, change: "'erased'")


def _mentions_are_rewritten_on_everybody(patch: Patch) -> None:
    patch.setattr(Treating, "_value", lambda self, operation, change: self._ruled(change))


def _shared_records_keep_the_leaver(patch: Patch) -> None:
    real = ordering._released
    patch.setattr(ordering, "_released", lambda work: (o for o in real(work) if o.role != "shared"))


def _verification_forgets_what_was_captured(patch: Patch) -> None:
    patch.setattr(after._Verifier, "records", lambda self: None)


def _verification_walks_past_chains(patch: Patch) -> None:
    real = _Walker._values
    patch.setattr(_Walker, "_values", lambda self, link: set() if link.of else real(self, link))


def _a_finished_step_is_done_again(patch: Patch) -> None:
    real = erasing.begin

    def begin(tx: Any, run: str, step: int) -> str | None:
        done = real(tx, run, step)
        return None if step > 0 else done

    patch.setattr(erasing, "begin", begin)


def _steps_run_in_any_order(patch: Patch) -> None:
    def shuffled(plan: Any, chunks: Any, limit: int) -> Iterator[Any]:
        steps = real(plan, chunks, limit)
        early = [step for step in steps if not step.last]
        return iter([*early[::-1], *(step for step in steps if step.last)])

    real = examining.cut
    patch.setattr(examining, "cut", shuffled)


def _free_texts_are_kept(patch: Patch) -> None:
    patch.setattr(Treatment, "_decide_texts", lambda self, part, change: None)


_SEEN_BEFORE = (
    _without(ByPointer), _without(ByParent), _without(ByIdentifier), _links_inside_json_are_missed,
    _identifiers_count_though_a_key_is_there, _nobody_holds_a_record_back, _a_pointer_that_survives_holds_nothing,
    _one_round_is_enough, _the_other_half_of_a_pair_is_ignored,
)
_OTHERS = (
    _parents_are_deleted_first, _the_journal_is_written_after_the_effect, _records_are_noted_for_the_wrong_owner,
    _an_identifier_of_two_members_counts, _every_identifier_counts_as_proved, _pointers_at_deleted_records_stay,
    _the_last_chunk_is_left_out, _steps_are_cut_anew_after_a_crash, _the_last_step_captures_nothing,
    _late_records_wait_for_the_last_step, _late_records_are_treated_in_every_step,
    _counts_are_not_compared, _nothing_goes_into_the_vault, _placeholders_are_all_alike,
    _mentions_are_rewritten_on_everybody, _shared_records_keep_the_leaver, _verification_forgets_what_was_captured,
    _verification_walks_past_chains, _a_finished_step_is_done_again, _steps_run_in_any_order, _free_texts_are_kept,
)
_MISSED = zip(_SEEN_BEFORE, (ByPointer, ByParent, ByIdentifier), strict=False)
_NAMES = {id(plant): f"missed_{kind.__name__}" for plant, kind in _MISSED}


# Where a fault needs a rare case, the seed at which it was seen first is tried first.
_HINTS = {
    _late_records_wait_for_the_last_step: 186,
    _steps_are_cut_anew_after_a_crash: 290, _the_journal_is_written_after_the_effect: 78, _free_texts_are_kept: 24,
    _identifiers_count_though_a_key_is_there: 24, _the_other_half_of_a_pair_is_ignored: 17, _counts_are_not_compared: 14,
    _pointers_at_deleted_records_stay: 10, _a_pointer_that_survives_holds_nothing: 8,
}


def _first_red(hint: int) -> int | None:
    """The first seed that is not as the model has it."""
    for seed in (hint, *SEEDS):
        try:
            if examine(seed, "sqlite://", Tally()):
                return seed
        except Exception:  # the fault may break the run in any way; it is seen all the same
            return seed
    return None


@pytest.mark.parametrize("plant", [*_SEEN_BEFORE, *_OTHERS], ids=lambda plant: _NAMES.get(id(plant), plant.__name__))
def test_fault_turns_the_exam_red(plant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    plant(monkeypatch)
    assert _first_red(_HINTS.get(plant, 1)) is not None


@pytest.mark.parametrize("plant", _SEEN_BEFORE, ids=lambda plant: _NAMES.get(id(plant), plant.__name__))
def test_fault_in_the_capture_is_seen_without_the_doubt(plant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    _no_doubt(monkeypatch)
    plant(monkeypatch)
    assert _first_red(_HINTS.get(plant, 1)) is not None


def test_unplanted_exam_is_green() -> None:
    tally = Tally()
    for seed in SEEDS[:20]:
        examine(seed, "sqlite://", tally)
    assert tally.wrong == {}
