"""Random small shops with the features that make erasing hard. The same seed gives the same shop."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Sequence

from tests.property.settle import settle
from tests.property.shops import Column, Foreign, Identifier, Link, Row, Rule, Shop, Table, Value

_EXOTIC = (" x", '"q"', "'s", "%d", "%%", "é", "주문", "-a", "$1", "[0]", "?", "(s)", "%(run)s", "a\\b", "É", ";--")
_TREATMENTS = ("delete",) * 5 + ("anonymise",) * 3 + ("pseudonymise", "retain", "retain")
_TEXTS = ("", " ", "plain", "O'Brien", '"quoted"', "100% %s %(x)s", "가나다 라마", "naïve", "ﬁ", "😀", "a\\nb", "null", "\t")
_FIRST = ("Mina", "민아", "José", "Al'f", "Zoë", "B%b")
_LAST = ("Kim", "김", "O'Neil", "Żak", "de la Cruz", "P\"q")


class Maker:
    """Builds one shop; every `_…_table` adds one table in one of the forms that shops have."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.tables: dict[str, Table] = {}
        self.fillers: list[tuple[str, Callable[[Row, int], None]]] = []  # what fills the special columns of a table
        self.ahead: list[tuple[Table, Callable[[Row, int], None]]] = []  # links at tables that are filled later
        self.emails: list[str] = []
        self.seed = seed
        self.exotic = self.chance(0.35)
        self.features: set[str] = set()

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def name(self, base: str, taken: Sequence[str]) -> str:
        """A new name, sometimes with characters that statements must quote."""
        while True:
            found = base + (self.random.choice(_EXOTIC) if self.exotic and self.chance(0.4) else "")
            if found.casefold() not in {other.casefold() for other in taken}:
                return found
            base += str(self.random.randrange(10))

    # -- the member record ------------------------------------------------------------------------------------------

    def member_table(self) -> None:
        r = self.random
        kind = r.choice(("int", "bigint", "text", "uuid"))
        self.features.add(f"key_{kind}")
        names = ["key", "email", "phone", "first", "last", "created", "active", "bio"]
        self.c: dict[str, str] = {}
        for base in names:
            self.c[base] = base if base in ("email", "phone") else self.name(base, list(self.c.values()))
        columns = {
            self.c["key"]: Column(kind=kind, nullable=False),
            "email": Column(kind="varchar", length=120) if self.chance(0.5) else Column(kind="text"),
            "phone": Column(kind="text"),
            self.c["first"]: Column(kind="text"),
            self.c["last"]: Column(kind="text"),
            self.c["created"]: Column(kind="timestamp"),
            self.c["active"]: Column(kind="bool"),
            self.c["bio"]: Column(kind="text"),
        }
        self.member = self.name(r.choice(("member", "user", "account")), [])
        self.key, self.key_kind = self.c["key"], kind
        rule = Rule(on_closure=r.choices(("delete", "anonymise", "pseudonymise", "retain"), (6, 3, 1, 2))[0])
        table = Table(name=self.member, columns=columns, key=(self.key,), rule=rule)
        if rule.on_closure == "retain":
            rule.afterwards = r.choice((None, "anonymise", "pseudonymise"))
            rule.counted_from = self.c["created"]
            rule.into_vault = [("email", "email", (), None), ("member.email", "email", (), "")]
        if rule.ends_as != "delete":
            rule.fields = {
                "email": r.choice((("placeholder", None), ("literal", None), ("literal", ""))),
                "phone": r.choice((("literal", None), ("first_digits", 3))),
                self.c["first"]: ("literal", r.choice((None, "탈퇴 회원", "it's 100%"))),
                self.c["bio"]: r.choice((("keep_if_no_person", None), ("literal", None))),
            }
            if self.chance(0.5):
                rule.fields[self.c["created"]] = ("year_only", None)
        if self.chance(0.3):
            column = self.name("referrer", list(columns))
            table.columns[column] = Column(kind=kind)
            if self.chance(0.7):
                table.foreign.append(Foreign(columns=(column,), to=self.member, to_columns=(self.key,)))
            if self.chance(0.5):
                rule.mentions = {column: {column: ("literal", None)}}
            self.fillers.append((self.member, self._fill_referrer(column)))
        if self.chance(0.15):  # others name the member by a key that is not its primary key
            number = self.name("pk", list(columns))
            table.columns = {number: Column(kind="int", nullable=False), **columns}
            table.key, table.uniques = (number,), [(self.key,)]
            self.features.add("key_is_not_primary")
        self.tables[self.member] = table
        self._identifiers()
        self._member_rows()

    def _fill_referrer(self, column: str) -> Callable[[Row, int], None]:
        def fill(row: Row, _: int) -> None:
            row[column] = self.random.choice(self.keys) if self.chance(0.6) else None

        return fill

    def _identifiers(self) -> None:
        r = self.random
        self.identifiers = [Identifier(kind="email", fields=("email",), proof=r.choice(("always", "always", "never")))]
        if self.chance(0.5):
            self.identifiers.append(Identifier(kind="phone", fields=("phone",), proof=r.choice(("always", "never"))))
        if self.chance(0.5):
            self.identifiers.append(Identifier(kind="name", fields=(self.c["first"], self.c["last"])))
        if r.random() < 0.15:
            self.identifiers[0].normalised = True

    def _member_rows(self) -> None:
        r = self.random
        count = r.randrange(3, 7)
        self.keys = [self._key(self.key_kind, number) for number in range(1, count + 1)]
        for number, key in enumerate(self.keys):
            email: str | None = f"m{number}.{self.seed}@example.kr"
            if number and self.chance(0.15):
                email = next((str(row["email"]) for row in self.tables[self.member].rows if row["email"]), email)
            if self.chance(0.08):
                email = r.choice((None, "", " "))
            if email and email.strip():
                self.emails.append(email)
            row: Row = {
                **dict.fromkeys(self.tables[self.member].key, number + 10),
                self.key: key,
                "email": self.spelled(email) if not self.identifiers[0].normalised else (email or "").strip() or None,
                "phone": r.choice((None, f"010-{1000 + number}-{2000 + self.seed % 1000}", f"+82 10 {3000 + number} 4444")),
                self.c["first"]: r.choice((*_FIRST, None)),
                self.c["last"]: r.choice((*_LAST, None)),
                self.c["created"]: r.choice(("2019-02-28 13:14:15", "2024-12-31 23:59:59")),
                self.c["active"]: True,
            }
            row[self.c["bio"]] = self.text(row)
            self.tables[self.member].rows.append(row)

    def _key(self, kind: str, number: int) -> Value:
        if kind in ("int", "bigint"):
            return number * (4_000_000_000 if kind == "bigint" and self.seed % 3 == 0 else 1)
        if kind == "uuid":
            return str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        return self.random.choice(("k", "K'", "키", "a%s", "é", "0")) + str(number)

    def spelled(self, email: str | None) -> str | None:
        """The same e-mail as somebody else might write it."""
        if email is None:
            return None
        return self.random.choice((email, email, email.upper(), f" {email}\t", email.replace("m", "M")))

    def text(self, person: Row | None = None) -> str | None:
        """A text; with a person, sometimes naming them."""
        r = self.random
        if self.chance(0.12):
            return None
        text = r.choice(_TEXTS)
        named = [str(person[name]) for name in ("email", "phone", self.c["first"]) if person[name]] if person else []
        if named and self.chance(0.4):
            text = f"{text} x {r.choice((str.upper, str.lower, str))(r.choice(named))} y"
        return text

    # -- what every other table is made of --------------------------------------------------------------------------

    def table(self, base: str, treatments: Sequence[str] = _TREATMENTS) -> Table:
        """A new table with a key, some payload and one of the treatments."""
        r = self.random
        columns: dict[str, Column] = {}
        if self.chance(0.25):
            key = (self.name("no", []), self.name("part", ["no"]))
            columns |= {key[0]: Column(kind="int", nullable=False), key[1]: Column(kind=r.choice(("int", "text")), nullable=False)}
            self.features.add("composite_key")
        else:
            key = (self.name("id", []),)
            columns[key[0]] = Column(kind=r.choice(("int", "int", "bigint", "text", "uuid")), nullable=False)
        table = Table(name=self.name(base, list(self.tables)), columns=columns, key=key, rule=Rule(on_closure="leave"))
        self.tables[table.name] = table
        table.rule.on_closure = r.choice(treatments)
        self._payload(table)
        return table

    def _payload(self, table: Table) -> None:
        r, rule = self.random, table.rule
        note, day, at, amount = (self.column(table, base, Column(kind=kind)) for base, kind in
                                 (("note", "text"), ("day", "date"), ("at", "timestamp"), ("amount", "int")))
        code = self.column(table, "code", Column(kind="varchar", length=r.choice((16, 40)))) if self.chance(0.4) else None
        if rule.on_closure == "retain":
            rule.afterwards = r.choice((None, "delete", "anonymise", "pseudonymise"))
            rule.counted_from = r.choice((day, at))
            rule.into_vault = [(note, note, (), None), (amount, amount, (), None)]
            rule.into_vault += [(f"member.{i.kind}", i.kind, (), "") for i in self.identifiers if self.chance(0.6)]
        if rule.closing and rule.ends_as != "delete":
            rule.fields[note] = r.choice(
                (("literal", None), ("literal", "o'100%s"), ("keep_if_no_person", None), ("placeholder", None), ("first_digits", 2))
            )
            if self.chance(0.4):
                rule.fields[r.choice((day, at))] = ("year_only", None)
            if self.chance(0.3):
                rule.fields[amount] = r.choice((("literal", 0), ("placeholder", None), ("unchanged", "for the books")))
            if code and self.chance(0.6):
                rule.fields[code] = ("placeholder", None)
                if self.chance(0.5):
                    table.uniques.append((code,))

        def fill(row: Row, number: int) -> None:
            row[note] = self.text(r.choice(self.tables[self.member].rows))
            row[day] = r.choice((None, "2020-02-29", "2023-07-01"))
            row[at] = r.choice((None, "2021-03-04 05:06:07", "2023-12-31 00:00:00"))
            row[amount] = r.choice((None, 0, 5, 12))
            if code:
                row[code] = f"c{number}" if not self.chance(0.2) else None

        self.fillers.append((table.name, fill))
        self.shared_rules = [(note, r.choice((("literal", None), ("literal", "x"), ("placeholder", None))))]

    def column(self, table: Table, base: str, column: Column) -> str:
        """Add a column; its name."""
        name = self.name(base, list(table.columns))
        table.columns[name] = column
        return name

    def member_link(self, table: Table, base: str = "member_id", *, nullable: bool | None = None, link: bool = True) -> str:
        """A column with the member's key, often a foreign key; a link unless told otherwise."""
        r = self.random
        nullable = self.chance(0.7) if nullable is None else nullable
        kind = "bigint" if self.key_kind == "int" and self.chance(0.3) else self.key_kind
        name = self.column(table, base, Column(kind=kind, nullable=nullable))
        foreign = self.chance(0.6)
        if foreign:
            actions = ["NO ACTION", "RESTRICT", "CASCADE", *(["SET NULL"] if nullable else [])]
            action = r.choice(actions)
            table.foreign.append(Foreign(columns=(name,), to=self.member, to_columns=(self.key,), on_delete=action))
        if self.chance(0.5):
            table.indexes.append((name,))
        if link:
            table.rule.links.append(Link(how="member", fields=(name,)))

        def fill(row: Row, _: int) -> None:
            row[name] = self.some_member(nullable, dangling=not foreign)

        self.fillers.append((table.name, fill))
        return name

    def some_member(self, nullable: bool, *, dangling: bool = False) -> Value:
        if nullable and self.chance(0.2):
            return None
        if dangling and self.chance(0.06):
            return self._key(self.key_kind, 77)
        return self.random.choice(self.keys)

    def parent_fields(
        self, table: Table, parent: Table, *, nullable: bool, enforced: float = 0.6, by: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        """Columns that name a record of `parent`."""
        to = by or parent.key
        fields = tuple(
            self.column(table, f"{base}_{number}", Column(kind=parent.columns[base].kind, nullable=nullable))
            for number, base in enumerate(to)
        )
        foreign = self.chance(enforced)
        if foreign:
            action = self.random.choice(["NO ACTION", "CASCADE", *(["SET NULL"] if nullable else [])])
            table.foreign.append(Foreign(columns=fields, to=parent.name, to_columns=to, on_delete=action))

        def fill(row: Row, _: int) -> None:
            whole = [p for p in parent.rows if all(p.get(name) is not None for name in to)]
            target = self.random.choice(whole) if whole and not (nullable and self.chance(0.15)) else None
            row.update({mine: target[theirs] if target else None for mine, theirs in zip(fields, to, strict=True)})
            if nullable and len(fields) > 1 and self.chance(0.1):
                row[fields[0]] = None  # half a key names nothing

        self.fillers.append((table.name, fill))
        if nullable and list(self.tables).index(parent.name) >= list(self.tables).index(table.name):
            self.ahead.append((table, fill))
        return fields

    def closing_tables(self, *, member: bool = False) -> list[Table]:
        """The tables made so far from which something goes."""
        return [t for t in self.tables.values() if t.rule.closing and (member or t.name != self.member)]

    def rows(self) -> None:
        """Fill all tables in the order they were made, and those that point ahead once more."""
        for table in list(self.tables.values())[1:]:
            count = self.random.randrange(1, 4) if table.rule.pointers else self.random.randrange(0, 9)
            for number in range(1, count + 1):
                table.rows.append(self.row(table, number))
            if table.rows and len(table.key) == 1 and self.chance(0.3):
                copy = self.row(table, count + 1)
                again = {**self.random.choice(table.rows), table.key[0]: copy[table.key[0]]}
                table.rows.append({k: copy[k] if any(k in u for u in table.uniques) else v for k, v in again.items()})
        for row in self.tables[self.member].rows:
            self._fill(self.member, row, 0)
        for table, fill in self.ahead:
            for row in table.rows:
                fill(row, 0)

    def row(self, table: Table, number: int) -> Row:
        """One new row."""
        row: Row = dict.fromkeys(table.columns)
        for column in table.key:
            row[column] = self._key(table.columns[column].kind, number)
        if len(table.key) == 2 and table.columns[table.key[1]].kind == "int":
            row[table.key[0]], row[table.key[1]] = number % 3, number
        self._fill(table.name, row, number)
        return row

    def _fill(self, table: str, row: Row, number: int) -> None:
        for name, fill in self.fillers:
            if name == table:
                fill(row, number)

    def document(self, path: Sequence[str], value: object) -> str | None:
        """A JSON document that holds a value at a path."""
        if self.chance(0.1):
            return None
        for step in reversed(path):
            value = [value] if step.isdigit() else {step: value, "other": self.random.choice((1, "x", None, "é%s"))}
        return json.dumps(value, ensure_ascii=self.chance(0.5))


def make_shop(seed: int) -> Shop | None:
    """The shop of a seed; None where its rows cannot be made to agree with its foreign keys."""
    from tests.property.forms import add_tables

    maker = Maker(seed)
    maker.member_table()
    add_tables(maker)
    maker.rows()
    r = maker.random
    count = min(r.choices((1, 2, 3), (5, 3, 2))[0], len(maker.keys) - 1)
    shop = Shop(
        seed=seed, tables=maker.tables, member=maker.member, key=maker.key, identifiers=maker.identifiers,
        fence={maker.c["active"]: False} if maker.chance(0.4) else {}, leaving=r.sample(maker.keys, count),
        created=maker.c["created"] if maker.chance(0.5) else None,
        chunk_records=r.choice((1, 2, 3, 5000)), records_per_step=r.choice((1, 2, 5, 60_000)),
        kill_at=r.randrange(1, 12) if maker.chance(0.3) else None, features=maker.features,
    )
    return settle(shop, maker)
