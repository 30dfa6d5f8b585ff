"""The data map: its model, loading, checks and drift. Pure; the room below planning."""

from adieu.datamap.load import load
from adieu.datamap.model import DataMap, Dataset, Treatment
from adieu.datamap.schema import Schema, Table

__all__ = ["DataMap", "Dataset", "Schema", "Table", "Treatment", "load"]
