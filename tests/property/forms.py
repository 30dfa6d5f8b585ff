"""The forms in which a shop's tables belong to its members; each adds one table (or two) to a shop being made."""

from __future__ import annotations

from collections.abc import Callable

from tests.property.generate import Maker
from tests.property.shops import Column, Foreign, Link, Row, Table

_DELETED = ("delete",)
_REST = ("delete", "delete", "anonymise", "retain")


def add_tables(maker: Maker) -> None:
    """Three to nine tables, in random forms; now and then one more link on a table that has some already."""
    forms: tuple[Callable[[Maker], None], ...] = (
        _plain, _plain, _child, _child, _pointed_at, _pointed_at, _two_owners, _guest, _many_to_many, _polymorphic,
        _inside_json, _comments, _circle, _naming, _untouched, _grandchild, _held_in_circle, _child_in_json,
    )
    _plain(maker)
    wanted = maker.random.randrange(4, 11)
    if maker.chance(0.35):
        _proofs(maker)
    while len(maker.tables) < wanted:
        maker.random.choice(forms)(maker)
    for table in maker.closing_tables():
        if maker.chance(0.12) and not any(set(link.fields) & set(table.key) for link in table.rule.links):
            maker.member_link(table, "also_of", nullable=True)
        if maker.chance(0.08):
            _name_somebody(maker, table)
    for table in maker.tables.values():
        owners = [link for link in table.rule.links if link.how == "member"]
        if table.rule.closing and len(owners) + len(table.rule.pointers) > 1 and maker.chance(0.5):
            note = next((name for name in table.columns if name.startswith("note")), None)
            if note:
                table.rule.shared[note] = maker.random.choice((("literal", None), ("literal", "x%'"), ("placeholder", None)))
        elif table.rule.pointers and maker.chance(0.3):
            note = next(name for name in table.columns if name.startswith("note"))
            table.rule.shared[note] = ("literal", None)


def _plain(maker: Maker) -> None:
    table = maker.table("orders")
    maker.member_link(table)
    if maker.chance(0.4):
        name = maker.column(table, "number", Column(kind="text", nullable=maker.chance(0.5)))
        table.uniques.append((name,))
        nullable = table.columns[name].nullable

        def fill(row: Row, number: int) -> None:
            row[name] = None if nullable and maker.chance(0.2) else f"n{number}'%"

        maker.fillers.append((table.name, fill))


def _child(maker: Maker) -> None:
    """A chain: lines of an order. Sometimes by a unique column that is not the primary key."""
    parent = maker.random.choice(maker.closing_tables(member=maker.chance(0.2)))
    table = maker.table("lines")
    _chain(maker, table, parent)
    if maker.chance(0.2):
        maker.member_link(table, nullable=True)


def _chain(maker: Maker, table: Table, parent: Table) -> None:
    unique = next((u for u in parent.uniques if len(u) == 1 and u[0].startswith("number")), None)
    by = unique if unique and unique[0] not in parent.rule.fields and maker.chance(0.7) else None
    if by:
        maker.features.add("chain_by_other_key")
    fields = maker.parent_fields(table, parent, nullable=maker.chance(0.5), by=by)
    if parent.name == maker.member and (by or parent.key) == (maker.key,):  # yet the field holds the member's own key
        table.rule.links.append(Link(how="member", fields=fields, of=parent.name, keys=by))
        return
    table.rule.links.append(Link(how="parent", fields=fields, of=parent.name, keys=by))
    maker.features.add("chain")


def _grandchild(maker: Maker) -> None:
    _child(maker)
    parent = list(maker.tables.values())[-1]
    _chain(maker, maker.table("details"), parent)


def _pointed_at(maker: Maker) -> None:
    """An address: the member's order points at it; another's order may as well."""
    sources = maker.random.sample(maker.closing_tables(), 1)
    if maker.chance(0.3):
        every = maker.closing_tables(member=True)
        sources = maker.random.sample(every, min(2, len(every)))
    table = maker.table("address")
    for source in sources:
        if any(set(link.fields) & set(source.key) for link in source.rule.links):
            continue
        fields = maker.parent_fields(source, table, nullable=True, enforced=0.7)
        table.rule.pointers.append((source.name, fields))
    if not table.rule.pointers or maker.chance(0.3):
        maker.member_link(table, "saved_by", nullable=True)
    maker.features.add("reverse_ownership")


def _two_owners(maker: Maker) -> None:
    table = maker.table("deals")
    decides = maker.chance(0.3)
    maker.member_link(table, "buyer", nullable=not decides)
    maker.member_link(table, "seller", nullable=True)
    if decides:
        table.rule.links[0].decides = True
        maker.features.add("link_that_decides")


def _guest(maker: Maker) -> None:
    """Records of guests: by e-mail (or phone) where the key link is null."""
    table = maker.table("guest_orders")
    if maker.chance(0.7):
        maker.member_link(table, nullable=True)
    kind = maker.random.choice([i.kind for i in maker.identifiers if i.kind != "name"])
    name = maker.column(table, f"guest_{kind}", Column(kind="text"))
    source = next(i for i in maker.identifiers if i.kind == kind)
    link = Link(how="identifier", fields=(name,), of=kind, normalised=source.normalised and kind == "email")
    table.rule.links.append(link)
    if table.rule.ends_as != "delete":
        table.rule.fields[name] = maker.random.choice((("literal", None), ("literal", ""), ("placeholder", None)))

    def fill(row: Row, _: int) -> None:
        person = maker.random.choice(maker.tables[maker.member].rows)
        value = str(person[kind]) if person[kind] else None
        row[name] = value if kind == "phone" or link.normalised else maker.spelled(value)
        if maker.chance(0.2):
            row[name] = maker.random.choice((None, "", "somebody@else.kr", " "))
        if not link.normalised and kind == "phone" and value and maker.chance(0.3):
            row[name] = value.replace("-", "").replace(" ", ".")
        if link.normalised and row[name]:
            row[name] = str(row[name]).strip()

    maker.fillers.append((table.name, fill))


def _many_to_many(maker: Maker) -> None:
    """A join table: its primary key is two links."""
    parents = maker.closing_tables()
    parent = maker.random.choice([p for p in parents if len(p.key) == 1] or parents)
    table = maker.table("wishes", _DELETED)
    for key in table.key:
        del table.columns[key]
    table.key = ()
    maker.member_link(table, nullable=False, link=maker.chance(0.7))
    fields = maker.parent_fields(table, parent, nullable=False)
    if not table.rule.links or maker.chance(0.6):
        table.rule.links.append(Link(how="parent", fields=fields, of=parent.name))
    own = next(name for name in table.columns if name.startswith("member_id"))
    table.key = (own, *fields)
    maker.features.add("many_to_many")


def _polymorphic(maker: Maker) -> None:
    """A pair of columns: what kind of thing, and which."""
    table = maker.table("log", _REST)
    type_ = maker.column(table, "kind", Column(kind=maker.random.choice(("text", "int", "bool"))))
    all_words: dict[str, tuple[str | int | bool, ...]] = {"text": ("member", "o'%s"), "int": (4, 5), "bool": (True, False)}
    words = all_words[table.columns[type_].kind]
    kind = "text" if maker.chance(0.3) else maker.key_kind  # many shops keep every kind of key in one text column
    name = maker.column(table, "object_id", Column(kind=kind))
    table.rule.links.append(Link(how="member", fields=(name,), when={type_: words[0]}))
    others = [p for p in maker.closing_tables() if p is not table]
    parents = [p for p in others if len(p.key) == 1 and p.columns[p.key[0]].kind == kind]
    if parents and maker.chance(0.5):
        table.rule.links.append(Link(how="parent", fields=(name,), of=maker.random.choice(parents).name, when={type_: words[1]}))
    if maker.chance(0.5):
        maker.member_link(table, "written_by", nullable=True)

    def fill(row: Row, _: int) -> None:
        row[type_] = maker.random.choice((*words, None))
        row[name] = maker.some_member(True)

    maker.fillers.append((table.name, fill))
    maker.features.add("polymorphic")


def _inside_json(maker: Maker) -> None:
    table = maker.table("events", _REST)
    name = maker.column(table, "doc", Column(kind=maker.random.choice(("json", "jsonb"))))
    path = maker.random.choice((("member",), ("who", "id"), ("owners", "0"), ("ü b", "it's")))
    table.rule.links.append(Link(how="member", fields=(name,), path=path))
    if maker.chance(0.4):
        maker.member_link(table, "written_by", nullable=True)

    def fill(row: Row, _: int) -> None:
        value = maker.some_member(True)
        row[name] = maker.document(path, str(value) if value is not None and maker.chance(0.3) else value)

    maker.fillers.append((table.name, fill))
    maker.features.add("json_path")


def _child_in_json(maker: Maker) -> None:
    """A chain whose parent's key stands inside a JSON document."""
    parents = [p for p in maker.closing_tables() if len(p.key) == 1]
    if not parents:
        return
    parent = maker.random.choice(parents)
    table = maker.table("payloads", _REST)
    name = maker.column(table, "doc", Column(kind="json"))
    table.rule.links.append(Link(how="parent", fields=(name,), of=parent.name, path=("order", "id")))

    def fill(row: Row, _: int) -> None:
        value = maker.random.choice(parent.rows)[parent.key[0]] if parent.rows else None
        row[name] = maker.document(("order", "id"), value)

    maker.fillers.append((table.name, fill))
    maker.features.add("json_path")


def _comments(maker: Maker) -> None:
    """Answers go with what they answer, whoever wrote them."""
    table = maker.table("comments", ("delete", "delete", "delete", "anonymise", "retain"))
    maker.member_link(table, nullable=True)
    fields = maker.parent_fields(table, table, nullable=True)
    if maker.chance(0.7):
        table.rule.links.append(Link(how="parent", fields=fields, of=table.name))
    maker.features.add("self_reference")


def _circle(maker: Maker) -> None:
    """Two tables that point at each other; the first also owns the second or is only pointed back at."""
    first, second = maker.table("cart"), maker.table("payment")
    maker.member_link(first)
    ahead = maker.parent_fields(first, second, nullable=True, enforced=0.9)
    back = maker.parent_fields(second, first, nullable=maker.chance(0.6), enforced=0.9)
    second.rule.links.append(Link(how="parent", fields=back, of=first.name))
    if maker.chance(0.3):
        first.rule.links.append(Link(how="parent", fields=ahead, of=second.name))
    maker.features.add("fk_cycle")


def _held_in_circle(maker: Maker) -> None:
    """Records that are held back inside a group that is searched round after round."""
    first, second = maker.table("threads"), maker.table("media")
    maker.member_link(first, nullable=True)
    up = maker.parent_fields(first, first, nullable=True, enforced=0.8)
    first.rule.links.append(Link(how="parent", fields=up, of=first.name))
    fields = maker.parent_fields(first, second, nullable=True, enforced=0.8)
    second.rule.pointers.append((first.name, fields))
    if maker.chance(0.5):
        extra = maker.parent_fields(first, second, nullable=True, enforced=0.5)
        first.rule.links.append(Link(how="parent", fields=extra, of=second.name))
    if maker.chance(0.5):
        maker.member_link(second, "saved_by", nullable=True)
    maker.features |= {"reverse_ownership", "self_reference"}


def _naming(maker: Maker) -> None:
    table = maker.table("reviews", ("leave", "leave", "delete", "anonymise"))
    if table.rule.closing:
        maker.member_link(table)
    _name_somebody(maker, table)


def _name_somebody(maker: Maker, table: Table) -> None:
    """A field that names a member in another's record, and what is redacted then."""
    if len(table.rule.mentions) > 1:
        return
    name = maker.member_link(table, "answered_to", nullable=True, link=False)
    quote = maker.column(table, "quote", Column(kind="text"))
    rules = {quote: maker.random.choice((("literal", None), ("literal", "%'"), ("placeholder", None)))}
    if maker.chance(0.6) or any(key.columns == (name,) for key in table.foreign):
        rules[name] = ("literal", None)
    table.rule.mentions[name] = rules

    def fill(row: Row, _: int) -> None:
        row[quote] = maker.text()

    maker.fillers.append((table.name, fill))
    maker.features.add("mention")


def _untouched(maker: Maker) -> None:
    table = maker.table("products", ("leave",))
    if maker.chance(0.6):
        maker.member_link(table, "edited_by", link=False, nullable=True)


def _proofs(maker: Maker) -> None:
    """Where the shop notes that an e-mail is proved."""
    table = maker.table("proofs", ("delete", "delete", "retain"))
    table.rule.afterwards = None
    table.rule.fields = {}
    link = maker.member_link(table, nullable=maker.chance(0.4))
    email = "email" if "email" not in table.columns else ""
    table.columns[email] = Column(kind="text")
    flag = maker.column(table, "verified", Column(kind="bool"))
    if not any(key.columns == (link,) for key in table.foreign):
        table.foreign.append(Foreign(columns=(link,), to=maker.member, to_columns=(maker.key,)))

    def fill(row: Row, _: int) -> None:
        person = next((p for p in maker.tables[maker.member].rows if p[maker.key] == row[link]), None)
        value = person["email"] if person and maker.chance(0.9) else maker.random.choice(maker.emails or [""])
        row[email] = maker.spelled(str(value)) if value is not None else None
        row[flag] = maker.random.choice((True, True, False, None))

    maker.fillers.append((table.name, fill))
    maker.identifiers[0].proof = (table.name, link, flag)
    maker.identifiers[0].normalised = False
