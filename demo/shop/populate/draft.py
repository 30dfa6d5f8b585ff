"""Rows on their way into the shop: made as the shop's own models, written table by table, parents first."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar
from unittest.mock import patch
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import DateField, Model

Row = TypeVar("Row", bound=Model)
_ROWS_A_STATEMENT = 1000


@dataclass(frozen=True, kw_only=True)
class Days:
    """The shop's calendar; everything is counted back from noon, Korean time, of one given day."""

    today: date

    @property
    def now(self) -> datetime:
        """Noon in Seoul of `today`, as a UTC instant."""
        return datetime.combine(self.today, time(12), ZoneInfo("Asia/Seoul")).astimezone(UTC)

    @property
    def opening(self) -> datetime:
        """When the shop opened: seven years before today."""
        return self.ago(7 * 365)

    def ago(self, days: float) -> datetime:
        """The instant so many days before now, to the second."""
        return (self.now - timedelta(days=days)).replace(microsecond=0)


@dataclass(kw_only=True)
class Draft:
    """Collects unsaved rows and writes them; within a table in the order they were added, so ids are the same each time."""

    rng: Random
    days: Days
    rows: dict[type[Model], list[Model]] = field(default_factory=lambda: defaultdict(list))

    def add(self, row: Row) -> Row:
        """Takes a row in; its parents must be saved or in a table that is written before."""
        self.rows[type(row)].append(row)
        return row

    def between(self, first: datetime, last: datetime) -> datetime:
        """A random instant from `first` to `last`, to the second; `first` if they are the wrong way round."""
        seconds = max(0, int((last - first).total_seconds()))
        return first + timedelta(seconds=self.rng.randint(0, seconds))

    def count_of(self, model: type[Model]) -> int:
        """How many rows of this table wait to be written."""
        return len(self.rows[model])

    def write(self) -> None:
        """Writes all rows, parents first, with the dates they carry; afterwards the draft is empty."""
        with rows_keep_their_own_dates():
            for model in _parents_first(self.rows):
                model._base_manager.bulk_create(self.rows[model], batch_size=_ROWS_A_STATEMENT)
        self.rows.clear()


@contextmanager
def rows_keep_their_own_dates() -> Iterator[None]:
    """Lets rows be written with the dates they carry where the model would put in the current time."""
    stamped = [
        (column, name)
        for model in apps.get_models(include_auto_created=True)
        for column in model._meta.local_fields
        if isinstance(column, DateField)
        for name in ("auto_now", "auto_now_add")
        if getattr(column, name)
    ]
    for column, name in stamped:
        setattr(column, name, False)
    try:
        yield
    finally:
        for column, name in stamped:
            setattr(column, name, True)


@contextmanager
def clock_stopped_at(instant: datetime) -> Iterator[None]:
    """Makes the shop's own `save()` believe that it is `instant`."""
    with patch("django.utils.timezone.now", return_value=instant):
        yield


def _parents_first(models: dict[type[Model], list[Model]]) -> list[type[Model]]:
    """Orders tables so that each comes after those it points at; links from a table to itself are not looked at."""
    waiting = sorted((model for model in models if models[model]), key=lambda model: model._meta.db_table)
    ordered: list[type[Model]] = []
    while waiting:
        ready = [
            model
            for model in waiting
            if not any(column.related_model in waiting and column.related_model is not model for column in _links(model))
        ]
        if not ready:
            raise ValueError(f"tables point at each other in a circle: {[m._meta.db_table for m in waiting]}")
        ordered.extend(ready)
        waiting = [model for model in waiting if model not in ready]
    return ordered


def _links(model: type[Model]):
    return [column for column in model._meta.local_fields if column.remote_field]
