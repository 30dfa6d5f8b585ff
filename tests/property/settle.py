"""Makes a random shop one that a shop's engineer could have: the map decides what it must, the rows agree with the keys.

What `adieu check` refuses (a deleted record that a surviving one still points at, NOT NULL fields set to null) is
mended here, so that every case that is left must close.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.property.model import Outcome, closed
from tests.property.shops import Foreign, Key, Row, Shop, Table

if TYPE_CHECKING:
    from tests.property.generate import Maker


def settle(shop: Shop, maker: Maker) -> Shop | None:
    """The shop with its rules completed and its rows mended; None where no agreement is found."""
    for table in shop.tables.values():
        _complete(shop, table)
        if table.rule.on_closure == "retain" and maker.chance(0.6):
            _keep_pointed(shop, table)
    for _ in range(25):
        _drop_repeated(shop)
        if _mend_dangling(shop):
            continue
        if not _mend_left_behind(shop, closed(shop)):
            _add_writes(shop, maker)
            return shop
    return None


def _complete(shop: Shop, table: Table) -> None:
    """Rules that the map needs so that what it decides can be carried out."""
    rule = table.rule
    owners = [link for link in rule.links if link.how == "member"]
    if rule.closing and len(owners) + len(rule.pointers) > 1:
        for link in owners:
            table.columns[link.fields[0]].nullable |= link.fields[0] not in table.key and not link.decides
            if link.path:
                rule.shared[link.fields[0]] = ("literal", None)
    for key in list(table.foreign):
        target = shop.tables[key.to].rule
        if rule.closing and rule.ends_as != "delete" and target.closing and target.ends_as == "delete":
            nullable = [c for c in key.columns if table.columns[c].nullable and c not in table.key]
            if not nullable:
                table.foreign.remove(key)
            elif (table.name, key.columns) not in [(source, fields) for source, fields in target.pointers]:
                rule.fields |= dict.fromkeys(nullable, ("literal", None))
        elif not rule.closing and target.closing and target.ends_as == "delete":
            if not any(table.columns[c].nullable for c in key.columns):
                table.foreign.remove(key)


def _keep_pointed(shop: Shop, table: Table) -> None:
    """The vault takes a field of the record that a kept one points at."""
    pointers = {key.columns: key.to for key in table.foreign if key.to_columns == shop.tables[key.to].key}
    pointers |= {fields: t.name for t in shop.tables.values() for source, fields in t.rule.pointers if source == table.name}
    for fields, to in pointers.items():
        column = next(name for name in shop.tables[to].columns if name not in shop.tables[to].key)
        if len(fields) == 1 and shop.tables[to].columns[column].kind != "bool":
            table.rule.into_vault.append((f"{fields[0]}.{column}", column, fields, to))


def _drop_repeated(shop: Shop) -> None:
    """Rows whose primary key or unique columns stand there already, or that lack what may not be null."""
    for table in shop.tables.values():
        needed = [name for name, column in table.columns.items() if not column.nullable]
        table.rows = [row for row in table.rows if all(row[name] is not None for name in needed)]
        for unique in (table.key, *table.uniques):
            seen: set[Key] = set()
            kept: list[Row] = []
            for row in table.rows:
                value = tuple(row[c] for c in unique)
                if None not in value and value in seen:
                    continue
                seen.add(value)
                kept.append(row)
            table.rows = kept


def _mend_dangling(shop: Shop) -> bool:
    """Whether a foreign key pointed nowhere and was mended."""
    mended = False
    for table in shop.tables.values():
        for key in table.foreign:
            there = {tuple(row[c] for c in key.to_columns) for row in shop.tables[key.to].rows}
            for row in list(table.rows):
                value = tuple(row[c] for c in key.columns)
                if None not in value and value not in there:
                    _loosen(table, key, row)
                    mended = True
    return mended


def _mend_left_behind(shop: Shop, outcome: Outcome) -> bool:
    """Whether a row that stays would point at one that goes, and was mended."""
    mended = False
    for table in shop.tables.values():
        for key in table.foreign:
            there = {tuple(row[c] for c in key.to_columns) for row in outcome.end[key.to].values()}
            for row in list(table.rows):
                end = outcome.end[table.name].get(table.key_of(row))
                value = tuple(end[c] for c in key.columns) if end else ()
                if end and None not in value and value not in there:
                    _loosen(table, key, row)
                    mended = True
    return mended


def _loosen(table: Table, key: Foreign, row: Row) -> None:
    nullable = [c for c in key.columns if table.columns[c].nullable and c not in table.key]
    if nullable:
        row[nullable[0]] = None
    else:
        table.rows.remove(row)


def _add_writes(shop: Shop, maker: Maker) -> None:
    """Rows that the shop writes or removes between capture and the last step, in tables nothing else hangs on."""
    tables = [table for table in shop.tables.values() if _stands_alone(shop, table)]
    if not tables or not maker.chance(0.5):
        return
    outcome = closed(shop)
    shop.later_after = shop.seed % 6
    for number in range(maker.random.randrange(1, 4)):
        table = maker.random.choice(tables)
        row = maker.row(table, 900 + number)
        if not _belongs(shop, table, row, maker, outcome):
            continue
        if maker.chance(0.6):
            table.rows.append(row)
            (shop.later if _needs_nothing(table) and (shop.seed + number) % 2 else shop.late).append((table.name, row))
            shop.features.add(f"late {table.rule.links[0].how}")
        else:
            shop.vanishing.append((table.name, row))


def _belongs(shop: Shop, table: Table, row: Row, maker: Maker, outcome: Outcome) -> bool:
    """Make the row one of a leaving member's, through its only link; whether it could be."""
    (link,) = table.rule.links
    if link.how == "member":
        row[link.fields[0]] = maker.random.choice(shop.leaving)
        return True
    if link.how == "identifier":
        row[link.fields[0]] = maker.random.choice([form for pairs in outcome.proofs[link.of] for form in pairs[1:]] or [None])
        return True
    parent = shop.tables[link.of]
    keys = link.keys or parent.key
    own = [p for p in parent.rows if parent.key_of(p) in outcome.own[link.of] and all(p[k] is not None for k in keys)]
    if not own:
        return False
    target = maker.random.choice(own)
    row.update({mine: target[theirs] for mine, theirs in zip(link.fields, keys, strict=True)})
    return True


def _needs_nothing(table: Table) -> bool:
    """Whether a row written between two steps is whole: no parent to find it by, nothing the vault takes from beside."""
    taken = [through for _, _, through, _ in table.rule.into_vault if through]
    return table.rule.links[0].how != "parent" and not taken


def _stands_alone(shop: Shop, table: Table) -> bool:
    rule = table.rule
    if table.name == shop.member or not rule.closing or len(rule.links) != 1 or rule.pointers or rule.mentions:
        return False
    (link,) = rule.links
    if link.path or link.when or set(link.fields) & set(table.key) or link.of == table.name:
        return False
    if any(key.columns != link.fields for key in table.foreign):
        return False
    proofs = {i.proof[0] for i in shop.identifiers if not isinstance(i.proof, str)}
    linked = {each.of for other in shop.tables.values() for each in other.rule.links if each.how == "parent"}
    linked |= {source for other in shop.tables.values() for source, _ in other.rule.pointers}
    return table.name not in proofs | linked
