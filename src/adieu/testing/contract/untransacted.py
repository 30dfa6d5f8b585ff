"""The contract of stores without transactions: buckets of objects, recipients, and what else a package may bring.

A package writes one test file::

    from adieu.testing.contract.untransacted import *

    @pytest.fixture
    def kind(tmp_path):            # fresh and empty for every test
        mine = MyKind(tmp_path)    # implements UntransactedKind
        yield mine
        mine.close()

The promises are those of `adieu.ports.stores`, as far as they can be kept without a transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from adieu.errors import CapturesDiffer, StoreUnreachable
from adieu.ports.stores import Run, Witnessing
from adieu.testing.contract.case import agree
from adieu.testing.contract.stepping import Stopped
from adieu.testing.contract.untransacted_case import (
    FIRST,
    LONGER,
    STAYS,
    STORE,
    StoppingJournal,
    UntransactedKind,
    begin_outside,
    family,
    keep_nothing,
    member,
)
from adieu.testing.faults import Recorder

__all__ = [
    "FIRST",
    "LONGER",
    "STAYS",
    "STORE",
    "StoppingJournal",
    "TestUntransacted",
    "TestUntransactedFailing",
    "UntransactedKind",
    "begin_outside",
    "member",
]
_NAMES = (*(subject.key for subject in (FIRST, LONGER, STAYS)), "private.example")  # in nothing raised or logged


class StopAtNth:
    """Raises at the nth passing of any point, as if the process ended there."""

    def __init__(self, nth: int) -> None:
        self._left = nth

    def reach(self, point: str) -> None:
        """Count the passing; the last one does not return."""
        self._left -= 1
        if self._left == 0:
            raise Stopped(point)


class TestUntransacted:
    """What every run does."""

    def test_capturing_changes_nothing_and_a_repeat_answers_the_same(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        run, before, doubted = case.run(FIRST, LONGER), kind.left(), []

        def doubt(witness: Witnessing) -> None:
            doubted.append(witness)

        steps = case.steps(run, doubt)
        kind.put((FIRST,))
        assert case.another().steps(run, doubt) == steps
        assert sum(part.records for step in steps for part in step.parts) >= 2
        assert len(doubted) == 1  # what was agreed on once stands
        assert set(kind.left()) == set(before)

    def test_a_doubt_that_raises_leaves_no_entry_and_nothing_changed(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        before = kind.left()

        def doubt(witness: Witnessing) -> None:
            raise CapturesDiffer("differs", store=STORE)

        with pytest.raises(CapturesDiffer):
            case.steps(case.run(FIRST), doubt)
        assert case.journal.kept == {}
        assert kind.left() == before

    def test_verification_finds_the_members_things_by_itself(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        run = case.run(FIRST, LONGER)
        case.steps(run)  # doubted by verification's own walk
        residue = case.verified(run).residue
        assert set(residue) == {FIRST.key, LONGER.key}

    def test_everything_of_the_members_goes_and_nobody_elses(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        before, run = kind.left(), case.run(FIRST)
        assert set(before) == {FIRST.key, LONGER.key, STAYS.key}
        case.close(run)
        assert kind.left() == {owner: records for owner, records in before.items() if owner != FIRST.key}
        assert case.verified(run).residue == {}

    def test_every_member_is_accounted_for_once(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        run = case.run(FIRST, LONGER)
        case.close(run)
        erasing = case.store.erasing
        tallied = [(line.owner, line.dataset) for line in erasing.tally(run.family, case.here)]
        told = [accepted.owner for accepted in erasing.told(run.family)]
        assert len(tallied) == len(set(tallied))
        assert len(told) == len(set(told))
        assert {owner for owner, _ in tallied} | set(told) == {FIRST.key, LONGER.key}

    def test_a_repeat_of_a_step_answers_the_same_and_does_nothing_twice(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        run = case.run(FIRST, LONGER)
        counts, left, said = case.close(run), kind.left(), case.said(run)
        assert any(records for of_step in counts for records in of_step.values())
        for worker in (case, case.another()):
            assert worker.close(run) == counts
            assert (kind.left(), worker.said(run)) == (left, said)

    def test_a_family_of_divided_runs_counts_nothing_twice(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        whole = case.run(FIRST, LONGER, run="f1/whole")
        case.close(whole)
        said, left = case.said(whole), kind.left()
        for half in (case.run(FIRST, run="f1/first"), case.run(LONGER, run="f1/other")):
            case.close(half)
            assert case.verified(half).residue == {}
        assert (case.said(whole), kind.left()) == (said, left)

    def test_another_family_starts_anew(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        one, other = case.run(FIRST, run="f1"), case.run(FIRST, run="f2")
        case.close(one)
        kind.put((FIRST,))
        assert FIRST.key in kind.left()
        case.close(other)
        assert FIRST.key not in kind.left()
        assert case.said(other) == case.said(one)

    def test_forgetting_leaves_nothing_of_the_family_and_all_of_others(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        one, other = case.run(FIRST, run="f1"), case.run(LONGER, run="f2")
        case.close(one)
        case.close(other)
        kept = case.said(other)
        case.store.erasing.forget(one.family)
        case.store.erasing.forget(one.family)
        assert not case.journal.entries(STORE, one.family)
        assert case.said(one) == []
        assert case.said(other) == kept

    def test_there_is_no_member_record_here(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        members = case.store.members
        members.fence(case.run(FIRST))
        assert (list(members.subjects([FIRST.key])), dict(members.open_matters([FIRST.key]))) == ([], {})

    def test_what_the_store_does_not_promise_is_said(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        assert case.store.name == STORE
        assert case.store.not_promised
        assert all(line.strip() for line in case.store.not_promised)
        assert not _told_of(kind, " ".join(case.store.not_promised))


class TestUntransactedFailing:
    """What happens between crashes, and while the store does not answer."""

    def test_stopped_anywhere_the_repeat_ends_in_the_same_state_and_tells_the_same(self, kind: UntransactedKind) -> None:
        case, recorder = begin_outside(kind), Recorder()
        undisturbed = case.run(FIRST, LONGER, run="f0")
        case.another(recorder).close(undisturbed)
        said, left = case.said(undisturbed), kind.left()
        assert len(recorder.points) >= 2, "a store kind passes fault points; the tests stop it there"
        for nth in range(1, len(recorder.points) + 1):
            kind.put((FIRST, LONGER))
            run = case.run(FIRST, LONGER, run=f"f{nth}")
            with pytest.raises(Stopped):
                case.another(StopAtNth(nth)).close(run)
            case.another().close(run)
            assert kind.left() == left, recorder.points[nth - 1]
            assert case.said(run) == said, recorder.points[nth - 1]
            assert case.verified(run).residue == {}, recorder.points[nth - 1]

    def test_stopped_while_forgetting_the_repeat_forgets(self, kind: UntransactedKind) -> None:
        case, recorder = begin_outside(kind), Recorder()
        case.another(recorder).store.erasing.forget(family("f0"))
        for nth in range(1, len(recorder.points) + 1):
            run = case.run(FIRST, run=f"f{nth}")
            kind.put((FIRST,))
            case.close(run)
            with pytest.raises(Stopped):
                case.another(StopAtNth(nth)).store.erasing.forget(run.family)
            case.another().store.erasing.forget(run.family)
            assert list(case.journal.entries(STORE, run.family)) == []

    def test_what_does_not_answer_is_told_and_nothing_is_half_done(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        run, before = case.run(FIRST, LONGER), kind.left()
        kind.down()
        with pytest.raises(StoreUnreachable):
            case.close(run)
        assert case.said(run) == []
        kind.up()
        assert kind.left() == before
        case.close(run)
        assert set(kind.left()) == {STAYS.key}
        assert case.verified(run).residue == {}

    def test_what_stops_answering_between_capture_and_step_is_repeated(self, kind: UntransactedKind) -> None:
        case = begin_outside(kind)
        run = case.run(FIRST, LONGER)
        (*_, last) = case.steps(run, agree)
        kind.down()
        with pytest.raises(StoreUnreachable):
            case.store.erasing.apply(run, case.here, last, keep_nothing)
        kind.up()
        case.another().close(run)
        assert set(kind.left()) == {STAYS.key}

    def test_no_error_and_no_log_names_a_member_or_a_secret(
        self, kind: UntransactedKind, caplog: pytest.LogCaptureFixture
    ) -> None:
        case = begin_outside(kind)
        run, texts = case.run(FIRST, LONGER), []
        with caplog.at_level(logging.INFO):
            texts.append(_failing(kind, case.close, run))
            case.steps(run, agree)
            texts.append(_failing(kind, case.another().close, run))
            case.close(run)
        texts += [record.getMessage() for record in caplog.records if record.name not in kind.servers]
        assert not [text for text in texts if _told_of(kind, text)]


def _failing(kind: UntransactedKind, close: Callable[[Run], object], run: Run) -> str:
    """Everything that is said when the store cannot be reached, causes and contexts included."""
    kind.down()
    with pytest.raises(StoreUnreachable) as raised:
        close(run)
    kind.up()
    texts, error = [], raised.value
    chain: BaseException | None = error
    while chain is not None:
        texts += [str(chain), repr(chain)]
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    return "\n".join(texts)


def _told_of(kind: UntransactedKind, text: str) -> bool:
    return any(name in text for name in (*_NAMES, *kind.secrets))


