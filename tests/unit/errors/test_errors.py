"""Errors say what happened and where, list everything at once, and end the command with a code of their family."""

from __future__ import annotations

import pytest

from adieu import errors
from adieu.errors import (
    AdieuError,
    BatchFailed,
    BatchTaken,
    CheckRefused,
    LawInvalid,
    MapInvalid,
    Problem,
    ReceiptInvalid,
    StoreError,
)

PROBLEMS = [Problem(file="adieu.yaml", line=3, what="one"), Problem(file="adieu.yaml", line=7, what="two")]


def test_a_problem_is_written_as_editors_understand_it() -> None:
    assert str(PROBLEMS[0]) == "adieu.yaml:3: one"


@pytest.mark.parametrize("kind", [MapInvalid, LawInvalid])
def test_every_problem_of_a_file_is_listed_on_a_line_of_its_own(kind: type[MapInvalid | LawInvalid]) -> None:
    error = kind(PROBLEMS)
    assert str(error) == "adieu.yaml:3: one\nadieu.yaml:7: two"
    assert error.problems == tuple(PROBLEMS)


def test_every_finding_of_a_check_is_listed_on_a_line_of_its_own() -> None:
    error = CheckRefused(["first", "second"])
    assert (str(error), error.findings) == ("first\nsecond", ("first", "second"))


def test_a_stores_error_names_what_is_known_and_nothing_else() -> None:
    every = StoreError("refused", store="shop", dataset="shop.orders", sqlstate="23503", constraint="orders_fk")
    assert str(every) == "refused (store shop, dataset shop.orders, SQLSTATE 23503, constraint orders_fk)"
    assert (every.store, every.dataset, every.sqlstate, every.constraint) == ("shop", "shop.orders", "23503", "orders_fk")
    bare = StoreError("refused", store="shop")
    assert str(bare) == "refused (store shop)"
    assert (bare.dataset, bare.sqlstate, bare.constraint) == (None, None, None)


def test_a_failed_batch_keeps_ids_and_the_causes_class_only() -> None:
    error = BatchFailed("b1", "erase", "StoreError")
    assert (error.batch, error.stage, error.cause, error.args) == ("b1", "erase", "StoreError", ("b1", "erase", "StoreError"))
    assert str(error) == "Batch b1 stopped in stage erase (StoreError). Mend the cause and run it again."


def test_a_taken_batch_names_its_worker() -> None:
    error = BatchTaken("b1", "w2")
    assert (error.batch, error.worker) == ("b1", "w2")
    assert str(error) == "Batch b1 is being carried out by a living worker (w2). Wait until it has ended."


def test_an_invalid_receipt_names_the_part_that_is_wrong() -> None:
    error = ReceiptInvalid("body", "was changed")
    assert (error.part, str(error)) == ("body", "Receipt not valid, body: was changed")


def test_every_error_is_one_family_that_ends_a_command_with_a_failure() -> None:
    every = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(every) > 20
    assert all(issubclass(kind, AdieuError) and 0 < kind.exit_code < 126 for kind in every)
