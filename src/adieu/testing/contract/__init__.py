"""The store contract: a store kind is one of Adieu's when these tests pass on it.

A package that brings a store kind writes one test file::

    from adieu.testing.contract import *

    @pytest.fixture
    def kind(tmp_path):            # a fresh, empty database for every test
        mine = MyKind(tmp_path)    # implements StoreKind
        yield mine
        mine.close()

and runs it with pytest (``pytest`` and ``hypothesis`` must be installed; Adieu itself needs neither). Every test
fills the shop of `shop.py`, closes member 1 (and 2) through the store's public sides and looks at every record of
every table before and after. The promises are those of `adieu.ports.stores`.

That is for stores that hold records in tables and have transactions. One that has none (a bucket, a recipient) brings
an `UntransactedKind` and imports `adieu.testing.contract.untransacted` instead, in the same way.
"""

from adieu.testing.contract.at_once import TestAtOnce
from adieu.testing.contract.capturing import TestCapturing
from adieu.testing.contract.kinds import Record, Refusal, ShopColumn, ShopPointer, ShopTable, StoreKind, Type, Value
from adieu.testing.contract.meanwhile import TestMeanwhile
from adieu.testing.contract.members import TestMembers
from adieu.testing.contract.normalising import TestNormalForms
from adieu.testing.contract.reading import TestReading
from adieu.testing.contract.refusing import TestRefusals
from adieu.testing.contract.stepping import TestSteps
from adieu.testing.contract.treating import TestKeysAndLinks, TestTreatment

__all__ = [
    "Record",
    "Refusal",
    "ShopColumn",
    "ShopPointer",
    "ShopTable",
    "StoreKind",
    "TestAtOnce",
    "TestCapturing",
    "TestKeysAndLinks",
    "TestMeanwhile",
    "TestMembers",
    "TestNormalForms",
    "TestReading",
    "TestRefusals",
    "TestSteps",
    "TestTreatment",
    "Type",
    "Value",
]
