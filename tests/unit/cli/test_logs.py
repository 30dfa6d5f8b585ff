"""A worker's log holds named facts only: no traceback, no field that nobody named, nobody else's words."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from adieu.cli.logs import log_as_json


@pytest.fixture(autouse=True)
def _undisturbed() -> Iterator[None]:
    """The loggers as they were, afterwards."""
    logger = logging.getLogger("adieu")
    handlers, level = logger.handlers[:], logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_an_event_is_one_json_object_with_its_named_facts(capsys: pytest.CaptureFixture[str]) -> None:
    log_as_json()
    logging.getLogger("adieu.any").info("batch done", extra={"batch": "b1", "seconds": 0.5})
    told = json.loads(capsys.readouterr().err)
    assert told.pop("timestamp").endswith("Z")
    assert told == {"level": "info", "event": "batch done", "batch": "b1", "seconds": 0.5}


def test_a_traceback_and_a_field_that_nobody_named_stay_out(capsys: pytest.CaptureFixture[str]) -> None:
    log_as_json()
    try:
        raise ValueError("person1@mail.example")
    except ValueError:
        logging.getLogger("adieu.any").exception("it stopped", extra={"row": "person1@mail.example"}, stack_info=True)
    err = capsys.readouterr().err
    assert "person1" not in err and len(err.splitlines()) == 1 and json.loads(err)["event"] == "it stopped"


def test_other_libraries_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    log_as_json()
    logging.getLogger("sqlalchemy.engine").info("insert into member values ('person1@mail.example')")
    assert capsys.readouterr().err == ""
