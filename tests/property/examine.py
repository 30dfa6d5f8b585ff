"""Runs one case against the real code and says in words everything that is not as the model has it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy
from tests.property.model import PLACEHOLDER, Outcome, normal
from tests.property.shops import STORE, Key, Row, Shop, Table, Value, as_map, ddl, listed, quoted

from adieu.adapters.stores.store import SqlStore, StoreAddress, open_installing, open_store
from adieu.datamap.model import DataMap
from adieu.datamap.references import reference_problems
from adieu.datamap.schema import Schema
from adieu.erasure import Attempt, cut
from adieu.errors import StoreError
from adieu.planning.make import make_plan
from adieu.planning.plan import Plan
from adieu.ports.stores import FIRST_LATE_CHUNK, AtOnce, Custodial, Run, Step, Subject
from adieu.verification import Ground, doubting, verify

Dump = dict[str, dict[tuple[str, ...], dict[str, str | None]]]

_UNCHECKED = {"sqlite": "pragma foreign_keys = off", "postgresql": "set session_replication_role = replica",
              "mariadb": "set session foreign_key_checks = 0"}
_CHECKED = {"sqlite": "pragma foreign_keys = on", "postgresql": "set session_replication_role = origin",
            "mariadb": "set session foreign_key_checks = 1"}
_TEXT = {"postgresql": "text", "mariadb": "char"}
_QUOTED = re.compile('"((?:[^"]|"")*)"')


class Killed(BaseException):
    """The process died here."""


@dataclass(kw_only=True)
class Interruptions:
    """Fault points: the shop writes after the capture, and the process dies at the how-manieth passing."""

    shop: Shop
    store: SqlStore | None = None
    passed: int = 0
    wrote: bool = False
    wrote_later: bool = False
    points: list[str] = field(default_factory=list)

    def reach(self, point: str) -> None:
        if self.store is None:
            return
        if point == "store.capture.after_commit" and not self.wrote:
            self.wrote = True
            shop_writes(self.store, self.shop, self.shop.late, self.shop.vanishing)
        self.passed += 1
        self.points.append(point)
        if self.passed == self.shop.kill_at:
            raise Killed

    def before(self, step: Step) -> None:
        """The shop writes once more between two steps, at the latest before the last."""
        if self.store is not None and not self.wrote_later and (step.last or step.number > self.shop.later_after):
            self.wrote_later = True
            shop_writes(self.store, self.shop, self.shop.later, ())


@dataclass(kw_only=True)
class Case:
    """A shop in its database, ready to be run."""

    shop: Shop
    store: SqlStore
    plan: Plan
    datamap: DataMap
    schema: Schema
    faults: Interruptions
    vault: list[Custodial] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        return self.store.database.dialect.name


def prepare(shop: Shop, url: str) -> Case:
    """The shop created and filled behind `url`, planned and opened.

    Raises:
        PlanningError: the planner refuses the map.
    """
    faults = Interruptions(shop=shop)
    installing = open_installing(StoreAddress(name=STORE, url=url), faults)
    with installing.database.connect() as connection:
        dialect = _dialect(connection)
        if dialect == "mariadb":  # whose own default calls capitals equal, which the model does not
            connection.exec_driver_sql("alter database character set utf8mb4 collate utf8mb4_nopad_bin")
        for statement in ddl(shop, dialect):
            _execute(connection, statement if dialect == "sqlite" else statement.replace("%", "%%"))
        _fill(connection, shop)
        connection.commit()
    datamap = DataMap.model_validate(as_map(shop))
    problems = list(reference_problems(datamap))
    assert not problems, problems
    schema = installing.schema()
    plan = make_plan(datamap, {STORE: schema})
    installing.install()
    store = open_store(installing, plan, shop.chunk_records)
    return Case(shop=shop, store=store, plan=plan, datamap=datamap, schema=schema, faults=faults)


def _dialect(connection: sqlalchemy.Connection) -> str:
    return connection.dialect.name.replace("mysql", "mariadb")


def _execute(connection: sqlalchemy.Connection, sql: str, values: tuple[Value, ...] | None = None) -> sqlalchemy.CursorResult[Any]:
    """A statement of the shop's own, with names as the standard quotes them."""
    if _dialect(connection) == "mariadb":
        sql = _QUOTED.sub(lambda name: "`" + name.group(1).replace('""', '"').replace("`", "``") + "`", sql)
    return connection.exec_driver_sql(sql, values)


def _fill(connection: sqlalchemy.Connection, shop: Shop) -> None:
    dialect = _dialect(connection)
    sqlite = dialect == "sqlite"
    connection.exec_driver_sql(_UNCHECKED[dialect])
    late = {id(row) for _, row in (*shop.late, *shop.later)}
    for table in shop.tables.values():
        gone = [row for name, row in shop.vanishing if name == table.name]
        insert(connection, table, [row for row in (*table.rows, *gone) if id(row) not in late])
    connection.commit()
    connection.exec_driver_sql(_CHECKED[dialect])
    if sqlite:
        assert not connection.exec_driver_sql("pragma foreign_key_check").all()


def insert(connection: sqlalchemy.Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows as the shop would."""
    dialect = _dialect(connection)
    if rows:
        names = ", ".join(_named(column, dialect) for column in table.columns)
        marks = ", ".join(_mark(table, column, dialect) for column in table.columns)
        sql = f"INSERT INTO {_named(table.name, dialect)} ({names}) VALUES ({marks})"
        for row in rows:
            _execute(connection, sql, tuple(row[name] for name in table.columns))


def _named(name: str, dialect: str) -> str:
    return quoted(name) if dialect == "sqlite" else quoted(name).replace("%", "%%")


def _mark(table: Table, column: str, dialect: str) -> str:
    """The placeholder of a value, with its type where the driver would not know it."""
    if dialect != "postgresql":
        return "?" if dialect == "sqlite" else "%s"
    return f"%s::{table.columns[column].sql('postgresql').split(' NOT')[0]}"


def shop_writes(
    store: SqlStore, shop: Shop, new: Sequence[tuple[str, Row]], gone: Sequence[tuple[str, Row]]
) -> None:
    """What the shop does while the closure runs."""
    with store.database.connect() as connection:
        for name, row in new:
            insert(connection, shop.tables[name], [row])
        for name, row in gone:
            table = shop.tables[name]
            dialect = _dialect(connection)
            where = " AND ".join(f"{_named(c, dialect)} = {_mark(table, c, dialect)}" for c in table.key)
            sql = f"DELETE FROM {_named(name, dialect)} WHERE {where}"
            _execute(connection, sql, tuple(row[c] for c in table.key))
        connection.commit()


def dump(case: Case) -> Dump:
    """Every row of every table as text."""
    found: Dump = {}
    with case.store.database.connect() as connection:
        for table in case.shop.tables.values():
            names = listed(tuple(table.columns))
            if case.dialect != "sqlite":
                names = ", ".join(f"cast({_named(name, case.dialect)} as {_TEXT[case.dialect]})" for name in table.columns)
            rows = _execute(connection, f"SELECT {names} FROM {_named(table.name, case.dialect)}").all()
            found[table.name] = {}
            for row in rows:
                values = {c: plain(table, c, value) for c, value in zip(table.columns, row, strict=True)}
                found[table.name][tuple(str(values[c]) for c in table.key)] = values
        connection.rollback()
    return found


def plain(table: Table, column: str, value: object) -> str | None:
    """A value as both databases and the model would write it."""
    if value is None:
        return None
    kind = table.columns[column].kind
    if kind == "bool":
        return "1" if value in (True, 1, "1", "true", "t") else "0"
    if kind in ("json", "jsonb") and isinstance(value, str):
        return json.dumps(json.loads(value), sort_keys=True)
    return str(value)


def _key(table: Table, key: Key) -> tuple[str, ...]:
    return tuple(str(plain(table, column, value)) for column, value in zip(table.key, key, strict=True))


def run(case: Case, outcome: Outcome) -> Iterator[str]:
    """Close the leaving members' accounts; everything that is not as it must be."""
    store, shop = case.store, case.shop
    before = dump(case)
    subjects = tuple(store.members.subjects([str(key) for key in shop.leaving]))
    yield from _subjects(outcome, subjects)
    work = Run(id=f"{shop.seed:016x}{0:016x}", subjects=subjects)
    ground = Ground(datamap=case.datamap, schema=case.schema, subjects=subjects)
    attempt = Attempt(
        batch=work.id, plan=case.plan, stores={STORE: store}, keep=case.vault.extend,
        doubt=lambda _, run: doubting(ground, run.id),
    )
    case.faults.store = store
    try:
        with suppress(Killed):
            _carry_out(attempt, work, case.faults)
        shop.kill_at = None
        _carry_out(attempt, work, case.faults)
        case.faults.store = None
        if shop.seed % 5 == 0:
            _carry_out(attempt, work, case.faults)
    except StoreError as refused:
        yield f"refused: {refused}"
        return
    after = dump(case)
    yield from compare(case, outcome, before, after)
    yield from _vault(case, outcome)
    yield from _tally(case, outcome, work)
    report = store.read_back(lambda witness: verify(ground, (work.id,), witness))
    if report.residue or report.not_read:
        yield f"verification found {report.residue} {report.not_read}"
    if case.dialect == "sqlite":
        yield from _residue_is_seen(case, outcome, ground, work)


def _carry_out(attempt: Attempt, work: Run, faults: Interruptions) -> None:
    """The run as a process does it from its beginning, in steps of as many records as the shop has it.

    Several members are not divided into runs of their own here, as `erase` does when they need several steps: a store
    must keep its promises for any run.
    """
    (plan,), store = attempt.plan.stores, attempt.stores[STORE]
    store.members.fence(work)
    limit = faults.shop.records_per_step
    at_once = AtOnce(step=lambda chunks: _only(cut(plan, chunks, limit)), keep=attempt.keep)
    caught = store.erasing.capture(work, plan, attempt.doubt(plan, work), None if faults.shop.writes else at_once)
    if caught.treated:
        faults.shop.features.add("treated_at_once")
        return
    early = [chunk for chunk in caught.chunks if chunk.number < FIRST_LATE_CHUNK]
    for step in cut(plan, early, limit):
        faults.before(step)
        store.erasing.apply(work, plan, step, attempt.keep)


def _only(steps: Sequence[Step]) -> Step | None:
    return steps[0] if len(steps) == 1 else None


def _subjects(outcome: Outcome, subjects: Sequence[Subject]) -> Iterator[str]:
    """The identifiers that may link records are those the model proves."""
    proved = {(s.key, p.kind, p.value) for s in subjects for p in s.proved}
    wanted = {(owner, kind, form) for kind, pairs in outcome.proofs.items() for owner, form in pairs}
    if proved != wanted:
        yield f"proved identifiers: {sorted(proved)} where the model has {sorted(wanted)}"


def compare(case: Case, outcome: Outcome, before: Dump, after: Dump) -> Iterator[str]:
    """Every row of every table against the model's end state; rows it leaves alone are byte-identical."""
    for table in case.shop.tables.values():
        wanted = {_key(table, key): row for key, row in outcome.end[table.name].items()}
        here = after[table.name]
        for key in wanted.keys() - here.keys():
            yield f"{table.name} {key}: gone, must stay"
        for key in here.keys() - wanted.keys():
            yield f"{table.name} {key}: still there, must be gone"
        for key in wanted.keys() & here.keys():
            for column, value in wanted[key].items():
                was = before[table.name].get(key, {}).get(column)
                if value is PLACEHOLDER:
                    others = sum(1 for row in here.values() if row[column] == here[key][column])
                    if here[key][column] in (None, was) or others != 1:
                        yield f"{table.name}.{column} {key}: {here[key][column]!r} is no placeholder (was {was!r})"
                elif here[key][column] != plain(table, column, value):
                    yield f"{table.name}.{column} {key}: {here[key][column]!r} must be {value!r} (was {was!r})"


def _vault(case: Case, outcome: Outcome) -> Iterator[str]:
    kept = {
        (c.dataset.split(".", 1)[1], c.key, c.owner, tuple(sorted((n, str(v)) for n, v in c.values.items())))
        for c in case.vault
    }
    vanished = {(name, tuple(str(row[c]) for c in case.shop.tables[name].key)) for name, row in case.shop.vanishing}
    kept = {entry for entry in kept if entry[:2] not in vanished}
    for entry in kept ^ outcome.vault:
        yield f"vault: {entry} is {'not expected' if entry in kept else 'missing'}"


def _tally(case: Case, outcome: Outcome, work: Run) -> Iterator[str]:
    """Counts by member: what was deleted, retained, rewritten and released, each record once."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for t in case.store.erasing.tally(work.family, case.plan.stores[0]):
        counted[t.dataset.split(".", 1)[1], t.role, t.verb, t.owner] += t.records
    wanted: Counter[tuple[str, str, str, str]] = Counter()
    for table in case.shop.tables.values():
        for owners in outcome.own[table.name].values():
            for owner in owners:
                if table.rule.on_closure == "retain":
                    wanted[table.name, "own", "retain", owner] += 1
                verb = "delete" if table.rule.ends_as == "delete" else "rewrite"
                wanted[table.name, "own", verb, owner] += 1
        for owners in outcome.shared[table.name].values():
            for owner in owners:
                wanted[table.name, "shared", "rewrite", owner] += 1
    for entry in counted.keys() | wanted.keys():
        table, role, verb, owner = entry
        deleted = case.shop.tables[table].rule.ends_as == "delete"
        if role == "mention" or (role, verb, deleted) == ("own", "rewrite", True) or (role == "shared" and not counted[entry]):
            continue
        if (table, verb) == (case.shop.member, "rewrite") and counted[entry] == 2 * wanted[entry]:
            continue  # cut loose first, rewritten last
        if counted[entry] != wanted[entry]:
            yield f"tally {entry}: {counted[entry]} where the model has {wanted[entry]}"


def _residue_is_seen(case: Case, outcome: Outcome, ground: Ground, work: Run) -> Iterator[str]:
    """A record put back (its own, or a new one with the member's key) is residue that verification must name."""
    tables = [t for t in case.shop.tables.values() if t.rule.closing and t.rule.ends_as == "delete" and outcome.own[t.name]]
    if not tables:
        return
    table = tables[case.shop.seed % len(tables)]
    keys = sorted(outcome.own[table.name], key=str)
    key = keys[case.shop.seed % len(keys)]
    row = next(row for row in table.rows if table.key_of(row) == key)
    if _key(table, key) in dump(case)[table.name]:
        return  # still there: said already
    with case.store.database.connect() as connection:
        connection.exec_driver_sql("pragma foreign_keys = off")
        insert(connection, table, [row])
        connection.commit()
    report = case.store.read_back(lambda witness: verify(ground, (work.id,), witness))
    owners = {owner for owner, datasets in report.residue.items() if f"{STORE}.{table.name}" in datasets}
    if not outcome.own[table.name][key] <= owners:
        yield f"verification does not see {table.name} {key} put back (named {owners})"


def features(case: Case, outcome: Outcome) -> set[str]:
    """What the case really exercised."""
    shop, found = case.shop, set(case.shop.features)
    for table in shop.tables.values():
        rule = table.rule
        found |= {f"cascade_{key.on_delete.lower().replace(' ', '_')}" for key in table.foreign}
        if outcome.own[table.name]:
            stays = " and stays" if rule.on_closure == "retain" and rule.ends_as != "delete" else ""
            found.add(f"treatment {rule.on_closure}{stays}")
            found |= {f"rule {kind}" for kind, _ in rule.fields.values()} if rule.ends_as != "delete" else set()
        if outcome.shared[table.name]:
            found.add("shared record")
            if rule.pointers:
                found.add("held by a pointer")
        if outcome.mentions[table.name]:
            found.add("mention redacted")
        if any(len(owners) > 1 for owners in outcome.own[table.name].values()):
            found.add("two leavers own one record")
        found |= _seen_in_rows(table, outcome)
        if any(ord(c) > 127 for c in table.name + "".join(table.columns)):
            found.add("unicode name")
        if any(c in "'\"%\\;" for c in table.name + "".join(table.columns)):
            found.add("quoted name")
    found |= _on_the_way(shop, outcome)
    return {name.replace(" ", "_") for name in found}


def _seen_in_rows(table: Table, outcome: Outcome) -> set[str]:
    alike = {tuple(value for column, value in row.items() if column not in table.key) for row in table.rows}
    own = [row for row in table.rows if table.key_of(row) in outcome.own[table.name]]
    by_identifier = [link.fields[0] for link in table.rule.links if link.how == "identifier"]
    conditions = {
        "null in a link": any(row[f] is None for row in table.rows for link in table.rule.links for f in link.fields),
        "duplicate rows": len(alike) < len(table.rows),
        "identifier link used": any(row[name] is not None for row in own for name in by_identifier),
    }
    return {name for name, holds in conditions.items() if holds}


def _on_the_way(shop: Shop, outcome: Outcome) -> set[str]:
    emails = [normal("email", row["email"]) for row in shop.tables[shop.member].rows]
    leaving = {normal("email", r["email"]) for r in shop.tables[shop.member].rows if r[shop.key] in shop.leaving} - {""}
    conditions: Mapping[str, bool] = {
        "several leave": len(shop.leaving) > 1,
        "identifier collision": any(emails.count(email) > 1 for email in leaving),
        "identifier not proved": shop.identifiers[0].proof == "never",
        "identifier proved elsewhere": not isinstance(shop.identifiers[0].proof, str),
        "fence": bool(shop.fence),
        "small chunks": shop.chunk_records < 5000,
        "many steps": shop.records_per_step < 60_000,
        "shop writes meanwhile": bool(shop.late),
        "shop writes between steps": bool(shop.later) and shop.records_per_step < 60_000,
        "shop deletes meanwhile": bool(shop.vanishing),
        "vault": bool(outcome.vault),
    }
    return {name for name, holds in conditions.items() if holds}
