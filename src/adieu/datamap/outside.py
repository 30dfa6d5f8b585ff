"""What a map may say of stores that are no database: buckets of objects, and recipients that are told by a webhook.

Pure. Found before any store is asked; a problem is ``(path in the file, sentence)`` as in `references`.
"""

from __future__ import annotations

from collections.abc import Iterator

from adieu.datamap.links import Link
from adieu.datamap.model import DataMap, Dataset, StoreKind, Treatment

MEMBER = "{member}"
_POSSIBLE = (Treatment.DELETE, Treatment.EXPIRE, Treatment.LEAVE)
_CANNOT = {
    StoreKind.OBJECTS: "a store of objects deletes whole objects",
    StoreKind.RECIPIENT: "a recipient is asked to delete",
}

Found = Iterator[tuple[tuple[str, ...], str]]


def outside_problems(datamap: DataMap) -> Found:
    """Everything a map says of such a store that cannot be carried out there, with what to do."""
    for name, entry in datamap.stores.items():
        where = ("stores", name)
        if entry.kind is StoreKind.RECIPIENT and not entry.secret:
            yield where, "a recipient's messages are signed; add `secret:` (whsec_…, best as ${VARIABLE})"
        if entry.kind is not StoreKind.RECIPIENT and entry.secret:
            yield (*where, "secret"), "only a recipient has a `secret:`; remove it, or set `kind: recipient`"
        if entry.kind is not StoreKind.DATABASE and entry.install_url:
            yield (*where, "install_url"), "nothing is installed in a store that is no database; remove `install_url:`"
    for name, dataset in datamap.datasets.items():
        store = datamap.stores.get(datamap.store_of(name))
        if store is not None:
            yield from _dataset(("datasets", name), dataset, store.kind)
    yield from _elsewhere(datamap)


def prefix_before(objects: str) -> str:
    """What stands before the member's key in `objects:`."""
    return objects.partition(MEMBER)[0]


def _dataset(path: tuple[str, ...], dataset: Dataset, kind: StoreKind) -> Found:
    if kind is not StoreKind.OBJECTS and dataset.objects is not None:
        yield (*path, "objects"), "`objects:` says where objects lie; expected only in a store of `kind: objects`"
    if kind is StoreKind.DATABASE:
        return
    if dataset.on_closure not in _POSSIBLE:
        yield (*path, "on_closure"), f"{_CANNOT[kind]}; expected delete, expire or leave"
    if dataset.owned_through or dataset.fields or dataset.shared or dataset.mentions:
        yield path, f"{_CANNOT[kind]}; `owned_through:`, `fields:`, `shared:` and `mentions:` are for databases"
    if dataset.on_closure is not Treatment.DELETE:
        return
    yield from _links(path, dataset, kind)
    if kind is StoreKind.OBJECTS:
        yield from _objects(path, dataset.objects)


def _links(path: tuple[str, ...], dataset: Dataset, kind: StoreKind) -> Found:
    if len(dataset.belongs_to) > 1:
        yield (*path, "belongs_to"), "expected one link here; write a dataset for each way"
    for link in dataset.belongs_to:
        if not _plain(link) or (link.identifier and kind is StoreKind.OBJECTS):
            wanted = "the member's key" if kind is StoreKind.OBJECTS else "the member's key or an identifier"
            yield (*path, "belongs_to"), f"cannot be followed here; expected a link by {wanted}, e.g. `belongs_to: member`"


def _plain(link: Link) -> bool:
    return not (link.of or link.path or link.when or link.decides)


def _objects(path: tuple[str, ...], objects: str | None) -> Found:
    if not objects:
        yield path, f'`objects:` is missing; say what the keys begin with, e.g. objects: "reviews/{MEMBER}/"'
        return
    _, _, after = objects.partition(MEMBER)
    if objects.count(MEMBER) != 1 or not after or after[0].isalnum():
        what = f"expected {MEMBER} once, and after it a character that no key goes on with, e.g. `/`"
        yield (*path, "objects"), f"`{objects}` would also reach other members; {what}"


def _elsewhere(datamap: DataMap) -> Found:
    """Whatever is read of a member is read in a database."""
    read: dict[tuple[str, ...], str] = {("member", "dataset"): datamap.member.dataset}
    read |= {("open_matters", name, "dataset"): matter.dataset for name, matter in datamap.open_matters.items()}
    read |= {("stakes", name, "dataset"): stake.dataset for name, stake in datamap.stakes.items()}
    read |= {("shopping", *where, "dataset"): source.dataset for where, source in datamap.shopping.sources()}
    for path, dataset in read.items():
        store = datamap.stores.get(datamap.store_of(dataset))
        if store is not None and store.kind is not StoreKind.DATABASE:
            yield path, f"`{dataset}` is in no database, so it cannot be read here; name a dataset of a database"
