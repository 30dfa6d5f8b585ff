"""What the shop's engineer does once in a SQL store, and looks at: Adieu's tables, the grants, the statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adieu.adapters.stores import mariadb, postgresql, sqlite
from adieu.adapters.stores.capturing import Capturing
from adieu.adapters.stores.contents import prove, text_values
from adieu.adapters.stores.database import Database, Transaction
from adieu.adapters.stores.dialect import Dialect
from adieu.adapters.stores.mariadb import Mariadb
from adieu.adapters.stores.mariadb_forms import FUNCTION
from adieu.adapters.stores.reflection import read_schema
from adieu.adapters.stores.treating import Treating
from adieu.datamap.checks.promises import Promise, Proof
from adieu.datamap.schema import Schema
from adieu.errors import SettingsError
from adieu.planning.plan import MemberSource, Operation, StorePlan, Verb

_DDL = {"postgresql": postgresql.DDL, "sqlite": sqlite.DDL}
_ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}")
_HOST = re.compile(r"[A-Za-z0-9._:%-]{1,60}")


@dataclass(frozen=True, kw_only=True)
class SqlInstalling:
    """Implements `ports.stores.Installing`."""

    database: Database
    install_database: Database

    def install(self, account: str | None = None) -> None:
        d = self.database.dialect
        statements = list(mariadb.ddl(d) if isinstance(d, Mariadb) else _DDL[d.name])
        if account and d.name != "sqlite":
            statements += own_grants(d, account)

        def work(tx: Transaction) -> None:
            for statement in statements:
                tx.execute(statement)

        self.install_database.write(work, "store.install")

    def grants(self, plan: StorePlan, member: MemberSource, account: str) -> tuple[str, ...]:
        if self.database.dialect.name == "sqlite":
            return ()
        grants = (*own_grants(self.database.dialect, account), *_table_grants(self.database, plan, member, account))
        return tuple(grant.replace("%%", "%") for grant in grants)

    def statements(self, plan: StorePlan, member: MemberSource) -> tuple[str, ...]:
        d = self.database.dialect
        capturing = Capturing(dialect=d, plan=plan, member=member)
        treating = Treating(dialect=d, member=member)
        found = [capturing.statement(reach) for reach in plan.reaches if reach.found]
        found += [capturing.mention_statement(reach) for reach in plan.reaches if reach.mentions]
        for operation in plan.operations:
            found += _treatment(treating, operation)
        return tuple(statement.replace("%%", "%") for statement in found)

    def texts(self, datasets: Sequence[str], limit_rows: int) -> Iterator[tuple[str, str, str]]:
        """(dataset, column, text) of every text in these datasets, at most `limit_rows` records of each."""
        schema = self.schema()
        with self.database.connect() as connection:
            yield from text_values(connection, schema, datasets, limit_rows)

    def prove(self, promise: Promise, limit_rows: int) -> Proof:
        """What the store counts of a promise of the map, in at most `limit_rows` records."""
        return self.database.read(lambda tx: prove(tx, promise, limit_rows))

    def schema(self) -> Schema:
        with self.database.connect() as connection:
            return read_schema(connection, self.database.name)


def _treatment(treating: Treating, operation: Operation) -> Iterator[str]:
    if operation.verb is Verb.RETAIN:
        yield treating.read_custody(operation)
        return
    for change in treating.texts(operation):
        yield treating.read_texts(operation)
        yield treating.empty_text(operation, change)
    statement = treating.statement(operation)
    if statement:
        yield statement


def _grantee(d: Dialect, account: str) -> str:
    """The account as a grant writes it; MariaDB's may name a host, and is meant for any where it names none."""
    name, _, host = account.partition("@")
    known = _ACCOUNT.fullmatch(name) and (not host or (d.name == "mariadb" and _HOST.fullmatch(host)))
    if not known:
        raise SettingsError(f"`{account}` is no plain account name; expected letters, digits and underscores")
    return f"'{name}'@'{host or '%'}'".replace("%", "%%") if d.name == "mariadb" else f'"{name}"'


def own_grants(d: Dialect, account: str) -> list[str]:
    """What the account needs on Adieu's own tables."""
    to = _grantee(d, account)
    if d.name == "mariadb":
        return [
            f"grant select, insert, update on {d.journal} to {to}",
            f"grant select, insert, update, delete on {d.captured} to {to}",
            f"grant execute on function {FUNCTION} to {to}",
        ]
    return [
        f"grant usage on schema adieu to {to}",
        f"grant select, insert, update on adieu.journal to {to}",
        f"grant select, insert, update, delete on adieu.captured to {to}",
    ]


def _table_grants(database: Database, plan: StorePlan, member: MemberSource, account: str) -> Iterator[str]:
    d = database.dialect
    deleted = {o.dataset for o in plan.operations if o.verb is Verb.DELETE}
    updated: dict[str, set[str]] = {}
    for operation in plan.operations:
        updated.setdefault(operation.dataset, set()).update(change.field for change in operation.changes)
        if operation.verb is Verb.RETAIN or operation.anchor:  # locking a row asks for the right to update something
            updated[operation.dataset].update(operation.key.columns)
    if plan.holds_anchor:
        updated.setdefault(member.dataset, set()).update(member.fence)
    to = _grantee(d, account)
    for dataset in sorted({reach.dataset for reach in plan.reaches}):
        yield f"grant select on {d.table(dataset)} to {to}"
        if dataset in deleted:
            yield f"grant delete on {d.table(dataset)} to {to}"
        columns = sorted(updated.get(dataset, ()))
        if columns:
            yield f"grant update ({', '.join(d.column(c) for c in columns)}) on {d.table(dataset)} to {to}"
