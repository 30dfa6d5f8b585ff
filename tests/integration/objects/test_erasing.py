"""Everything under a member's prefix goes, and nothing else; whatever happens in between, a repeat finishes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.integration.objects.bucket_case import Case, begin
from tests.support.s3 import Shop

from adieu.adapters.objects import bucket as http
from adieu.adapters.objects import looking
from adieu.adapters.objects.sweeping import PASSES
from adieu.errors import CapturesDiffer, StoreError
from adieu.ports.stores import Run, Witnessing

THEIRS = ("reviews/12/a.jpg", "reviews/12/b/c d+e%20<&>.jpg", "reviews/12/가나.jpg", "avatars/12.png")
OTHERS = ("reviews/123/a.jpg", "reviews/1/12/a.jpg", "avatars/123.png", "exports/12/a", "reviews/12", "12")


class Stopped(Exception):
    """Thrown by a fault point."""


class StopAt:
    """As if the process ended at a point; `act` is what the shop does there first."""

    def __init__(self, point: str, act: Callable[[], None] | None = None) -> None:
        self._point, self._act, self.passed = point, act, list[str]()

    def reach(self, point: str) -> None:
        self.passed.append(point)
        if point == self._point:
            if self._act is None:
                raise Stopped(point)
            self._act()


def left(shop: Shop) -> set[str]:
    return {key for key in shop.keys() if key.startswith(("reviews/12/", "avatars/12."))}  # noqa: SIM118  # no mapping


@pytest.mark.parametrize("kept", ["no versions", "versions", "suspended"])
def test_every_version_and_marker_of_the_member_goes_and_no_other_object_changes(shop: Shop, kept: str) -> None:
    shop.put(*THEIRS, *OTHERS)
    if kept != "no versions":
        shop.versioning("Enabled")
        shop.put(*THEIRS, *OTHERS, body=b"second")
    if kept == "suspended":  # without markers, and nothing is written after: this server's own faults
        shop.versioning("Suspended")
    if kept == "versions":
        shop.put("reviews/12/deleted.jpg", "exports/deleted")
        shop.delete("reviews/12/deleted.jpg", "reviews/12/a.jpg", "exports/deleted", "reviews/12/never-was.jpg")
    others = {one for one in shop.versions() if one[0] not in left(shop)}
    case = begin(shop)
    deleted_too = 1 if kept == "versions" else 0
    assert case.close("12") == {"files.review_photos": 3 + deleted_too, "files.avatars": 1}
    assert shop.versions() == others
    assert case.verified(case.run("12")).residue == {}
    assert case.tally(case.run("12")) == {("12", "files.review_photos", 3 + deleted_too), ("12", "files.avatars", 1)}


def test_an_object_of_which_only_a_marker_is_left_counts_for_nothing_and_goes(shop: Shop) -> None:
    shop.versioning("Enabled")
    shop.delete("reviews/12/gone.jpg")
    case = begin(shop)
    assert case.close("12") == {"files.review_photos": 0, "files.avatars": 0}
    assert shop.versions() == set()
    assert case.tally(case.run("12")) == set()


def test_unfinished_uploads_of_the_members_are_aborted_and_those_of_others_stay(shop: Shop) -> None:
    for key in ("reviews/12/u+p 1.jpg", "reviews/12/u2.jpg", "reviews/123/u3.jpg", "reviews/7/u4.jpg", "exports/12/u5"):
        shop.begin_upload(key)
    case = begin(shop)
    case.close("12")
    assert set(shop.uploads()) == {"reviews/123/u3.jpg", "reviews/7/u4.jpg", "exports/12/u5"}
    case.close("7", "8", run="r2")
    assert set(shop.uploads()) == {"reviews/123/u3.jpg", "exports/12/u5"}


def test_listings_and_deletions_of_many_pages_are_whole(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "AT_ONCE", 2)
    monkeypatch.setattr(looking, "HELD_VERSIONS", 3)
    shop.versioning("Enabled")
    for _ in range(3):
        shop.put(*(f"reviews/12/{number}" for number in range(5)), "reviews/123/0", "reviews/13/0")
    for number in range(3):
        shop.begin_upload(f"reviews/12/u{number}")
    case = begin(shop)
    assert case.close("12", "13") == {"files.review_photos": 6, "files.avatars": 0}
    assert {key for key, _, _ in shop.versions()} == {"reviews/123/0"}
    assert list(shop.uploads()) == []


def test_a_repeat_answers_the_same_chunks_and_counts_without_captures_of_its_own(shop: Shop) -> None:
    shop.put(*THEIRS)
    case = begin(shop)
    run = case.run("12")
    steps = case.steps(run)
    counts = [case.apply(run, step) for step in steps]
    shop.put("reviews/12/after.jpg")

    def never(witness: Witnessing) -> None:
        raise AssertionError("a capture that stands is not doubted again")

    another = begin(shop, journal=case.journal)
    assert another.steps(run, never) == steps
    assert [another.apply(run, step) for step in steps] == counts
    assert left(shop) == set()


def test_an_early_step_takes_its_datasets_and_the_last_takes_all(shop: Shop) -> None:
    shop.put(*THEIRS)
    case = begin(shop)
    run = case.run("12")
    first, last = case.steps(run, limit=1)
    case.apply(run, first)
    early = {case.here.operations[part.operation].dataset for part in first.parts}
    assert len(early) == 1
    gone = "avatars/" if early == {"files.avatars"} else "reviews/"
    assert left(shop) and not [key for key in left(shop) if key.startswith(gone)]
    shop.put(f"{gone}12{'.png' if gone == 'avatars/' else '/late.jpg'}")
    case.apply(run, last)
    assert left(shop) == set()


@pytest.mark.parametrize("point", [
    "objects.capture.before_journal", "objects.capture.after_journal", "objects.step.before_journal",
    "objects.step.after_journal", "objects.step.after_deletion", "objects.forget.before_journal",
    "objects.forget.after_journal",
])  # fmt: skip
def test_stopped_at_any_point_a_repeat_finishes_and_counts_once(shop: Shop, point: str) -> None:
    shop.put(*THEIRS, *OTHERS)
    stop = StopAt(point)
    case = begin(shop, stop)
    run = case.run("12")

    def all_of(one: Case) -> None:
        one.close("12")
        assert one.tally(run) == {("12", "files.review_photos", 3), ("12", "files.avatars", 1)}
        one.store.erasing.forget(run.family)

    with pytest.raises(Stopped):
        all_of(case)
    assert stop.passed[-1] == point
    again = begin(shop, journal=case.journal)
    if point == "objects.forget.after_journal":
        again.store.erasing.forget(run.family)  # nothing is left to do
    else:
        all_of(again)
    assert shop.keys() == set(OTHERS)
    assert again.journal.written == {}


def test_stopped_in_the_middle_of_deleting_the_repeat_answers_what_was_written(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put(*THEIRS)
    case = begin(shop)
    run = case.run("12")
    (step,) = case.steps(run)
    with monkeypatch.context() as patched:
        real = http.Bucket.delete

        def half(self: http.Bucket, versions: list[http.Version], dataset: str) -> None:
            real(self, versions[:1], dataset)
            raise Stopped

        patched.setattr(http.Bucket, "delete", half)
        with pytest.raises(Stopped):
            case.apply(run, step)
    assert 0 < len(left(shop)) < len(THEIRS)
    assert sum(begin(shop, journal=case.journal).apply(run, step).values()) == len(THEIRS)
    assert left(shop) == set()
    assert case.tally(run) == {("12", "files.review_photos", 3), ("12", "files.avatars", 1)}


def test_what_the_shop_writes_after_the_look_goes_too(shop: Shop) -> None:
    shop.put(*THEIRS)
    case = begin(shop, StopAt("objects.step.after_journal", lambda: shop.put("reviews/12/late.jpg", "avatars/12.new")))
    assert case.close("12") == {"files.review_photos": 3, "files.avatars": 1}
    assert left(shop) == set()


def test_a_shop_that_never_stops_writing_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.put(*THEIRS)
    case = begin(shop)
    run = case.run("12")
    (step,) = case.steps(run)
    real, passes = http.Bucket.delete, list[int]()

    def writing(self: http.Bucket, versions: list[http.Version], dataset: str) -> None:
        real(self, versions, dataset)
        if any(version.key.startswith("reviews/12/") for version in versions):
            passes.append(len(versions))
            shop.put("reviews/12/again.jpg")

    monkeypatch.setattr(http.Bucket, "delete", writing)
    with pytest.raises(StoreError, match="objects keep coming.*look who writes there") as told:
        case.apply(run, step)
    assert len(passes) == PASSES + 1
    assert "again.jpg" not in str(told.value) and "reviews/12" not in str(told.value)


def test_a_listing_that_changes_between_the_two_looks_is_looked_at_again_and_then_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put(*THEIRS)
    case = begin(shop)
    run, looks = case.run("12"), list[int]()
    real = looking.Looking.look

    def writing(times: int) -> None:
        def look(self: looking.Looking, aisles: list[looking.Aisle], *, hold: bool = False) -> list[looking.Looked]:
            looked = real(self, aisles, hold=hold)
            looks.append(1)
            if len(looks) <= times:
                shop.put(f"reviews/12/new{len(looks)}.jpg")
            return looked

        monkeypatch.setattr(looking.Looking, "look", look)

    writing(3)
    with pytest.raises(CapturesDiffer):
        case.steps(run)
    assert len(looks) == 3 and case.journal.written == {}
    looks.clear()
    shop.delete(*(f"reviews/12/new{number}.jpg" for number in (1, 2, 3)))
    writing(2)
    assert case.steps(run)
    assert len(looks) == 3


def test_the_same_number_of_other_objects_is_a_difference(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.put(*THEIRS)
    case = begin(shop)
    real = looking.Looking.look

    def swapping(self: looking.Looking, aisles: list[looking.Aisle], *, hold: bool = False) -> list[looking.Looked]:
        looked = real(self, aisles, hold=hold)
        there = sorted(left(shop))[-1]
        shop.delete(there)
        shop.put(f"{there}x")
        return looked

    monkeypatch.setattr(looking.Looking, "look", swapping)
    with pytest.raises(CapturesDiffer):
        case.steps(case.run("12"))


def test_a_divided_run_is_counted_once(shop: Shop) -> None:
    shop.put(*THEIRS, "reviews/7/a", "reviews/7/b")
    case = begin(shop)
    whole = case.run("12", "7")
    for step in case.steps(whole):
        case.apply(whole, step)
    shop.put("reviews/7/c")
    case.close("12", run="r1/1")
    case.close("7", run="r1/2")
    expected = {("12", "files.review_photos", 3), ("12", "files.avatars", 1), ("7", "files.review_photos", 2)}
    assert case.tally(whole) == expected
    assert begin(shop).tally(whole) == set()


def test_forgetting_takes_one_family_only(shop: Shop) -> None:
    shop.put(*THEIRS, "reviews/7/a")
    case = begin(shop)
    case.close("12", run="one")
    case.close("7", run="two")
    case.store.erasing.forget(case.run("12", run="one").family)
    assert case.tally(case.run("12", run="one")) == set()
    assert case.tally(case.run("7", run="two")) == {("7", "files.review_photos", 1)}


@pytest.mark.parametrize("key", ["", "1/2", "..\n", "1\x00", "a.b", "x/"])
def test_a_members_key_that_could_reach_into_others_is_refused(shop: Shop, key: str) -> None:
    shop.put(*THEIRS, *OTHERS)
    case = begin(shop)
    before = shop.versions()
    with pytest.raises(StoreError, match="a member's key is empty, or holds"):
        case.steps(case.run(key))
    assert shop.versions() == before


def test_a_locked_object_is_told_by_its_code_and_the_others_of_the_run_can_go(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(lock=True)
    lock = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": "2099-01-01T00:00:00Z", "ChecksumAlgorithm": "CRC32"}
    shop.put("reviews/12/locked.jpg", **lock)
    shop.put("reviews/7/free.jpg")
    case = begin(shop)
    both = case.run("12", "7")
    (step,) = case.steps(both)
    with pytest.raises(StoreError, match=r"does not let go of objects \(AccessDenied\).*dataset files.review_photos") as told:
        case.apply(both, step)
    assert type(told.value) is StoreError
    assert "locked.jpg" not in str(told.value)
    case.close("7", run="r1/1")
    assert shop.keys() == {"reviews/12/locked.jpg"}
    residue = case.verified(Run(id=both.id, subjects=both.subjects)).residue
    assert residue
