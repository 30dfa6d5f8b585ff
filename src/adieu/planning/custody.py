"""What a retained record takes into the vault: each name of `into_vault` resolved to a column."""

from __future__ import annotations

from adieu.datamap.model import DataMap, Dataset
from adieu.datamap.schema import ForeignKey, Schema, Table
from adieu.errors import PlanningError
from adieu.planning.plan import Custody, VaultField
from adieu.planning.reaching import table_of


def custody(name: str, rule: Dataset, datamap: DataMap, schema: Schema) -> Custody:
    """The custody of a dataset treated as `retain`.

    Raises:
        PlanningError: a name that resolves to no column, pointer or identifier of the member.
    """
    table = table_of(schema, name)
    if rule.basis is None or rule.counted_from is None or rule.counted_from not in table.columns:
        raise PlanningError(f"{name}: `retain` needs `basis` and `counted_from` naming one of its columns")
    fields = tuple(_field(entry, table, datamap, schema) for entry in rule.into_vault)
    return Custody(basis=rule.basis, counted_from=rule.counted_from, fields=fields)


def _field(entry: str, table: Table, datamap: DataMap, schema: Schema) -> VaultField:
    if entry in table.columns:
        return VaultField(name=entry, column=entry)
    head, _, column = entry.rpartition(".")
    if head == "member" and column in datamap.member.identifiers:
        return VaultField(name=entry, column=column, of_member=True)
    pointer = _pointer(head, table, datamap, schema)
    if pointer and pointer.to in schema.tables and column in schema.tables[pointer.to].columns:
        return VaultField(
            name=entry, column=column, through=pointer.columns, dataset=pointer.to, to_columns=pointer.to_columns
        )
    raise PlanningError(
        f"{table.dataset}: `into_vault` names `{entry}`; expected a column, `pointer.column` or `member.identifier`"
    )


def _pointer(head: str, table: Table, datamap: DataMap, schema: Schema) -> ForeignKey | None:
    wanted = ((head,), (f"{head}_id",))
    for key in table.foreign_keys:
        if key.columns in wanted:
            return key
    for name, rule in datamap.datasets.items():
        for pointer in rule.owned_through:
            if pointer.dataset == table.dataset and pointer.fields in wanted:
                return ForeignKey(columns=pointer.fields, to=name, to_columns=table_of(schema, name).primary_key)
    return None
