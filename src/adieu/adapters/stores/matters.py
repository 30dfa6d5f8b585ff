"""From an open matter of the map to the statement that asks for it. NULL counts as open."""

from __future__ import annotations

from adieu.adapters.stores.dialect import Dialect
from adieu.planning.plan import Matter, MemberSource, Test


def open_statement(d: Dialect, member: MemberSource, matter: Matter) -> str:
    """Select the members' records (parameter ``keys``) that are still open: whose they are, and the columns shown."""
    columns = [d.as_text(d.column(matter.link, "x")), *(d.as_text(d.column(name, "x")) for name in matter.show)]
    link = d.column(matter.link, "x")
    among = f"{link} in (select {d.typed('q.key', member.key_type)} from {d.listed('q', {'key': 'keys'})})"
    tests = [_test(d, *test) for test in matter.tests]
    return f"select {', '.join(columns)} from {d.table(matter.dataset)} x where {' and '.join([among, *tests])}"


def _test(d: Dialect, field: str, test: Test, values: tuple[bool | int | float | str | None, ...]) -> str:
    column = d.column(field, "x")
    listed = ", ".join(d.literal(value) for value in values)
    passed = {
        Test.IN: f"{column} in ({listed})",
        Test.NOT_IN: f"{column} not in ({listed})",
        Test.AT_LEAST: f"{column} >= {listed}",
        Test.NEWER_THAN_DAYS: f"{column} > {d.days_ago(int(values[0] or 0)) if test is Test.NEWER_THAN_DAYS else ''}",
    }[test]
    return f"({column} is null or {passed})"
