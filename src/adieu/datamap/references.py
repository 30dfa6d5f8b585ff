"""Whether a map agrees with itself: every name it uses is declared, every treatment has what it needs.

Pure, and before any store is asked. A problem is ``(path in the file, sentence)``; `load` adds the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adieu.datamap.links import Link
from adieu.datamap.model import CLOSING, REWRITING, DataMap, Dataset, Treatment
from adieu.datamap.outside import outside_problems
from adieu.datamap.rules import FieldRule, RuleKind
from adieu.errors import LawError
from adieu.law import regime

Path = tuple[str, ...]
Found = Iterator[tuple[Path, str]]

CATEGORIES = frozenset(
    {"identity", "contact", "free_text", "reference", "technical", "payment", "demographic", "behaviour", "location"}
)


def reference_problems(datamap: DataMap) -> Iterable[tuple[Path, str]]:
    """Every contradiction inside the map, with where it stands and what to do."""
    yield from _regimes(datamap)
    yield from _member(datamap)
    for name, dataset in datamap.datasets.items():
        path = ("datasets", name)
        if datamap.store_of(name) not in datamap.stores or "." not in name:
            yield path, f"`{name}` names no declared store; write it as store.table with a store from `stores:`"
        yield from _treatment(path, dataset)
        yield from _links(path, dataset, datamap)
        yield from _basis(path, dataset)
        yield from _categories(path, dataset)
    for section, entries in (("open_matters", datamap.open_matters), ("stakes", datamap.stakes)):
        for name, entry in entries.items():
            yield from _known((section, name, "dataset"), entry.dataset, datamap)
    yield from _shopping(datamap)
    yield from outside_problems(datamap)


def _regimes(datamap: DataMap) -> Found:
    codes: dict[Path, str] = {("default",): datamap.shop.regimes.default}
    codes |= {("by_country", country): code for country, code in datamap.shop.regimes.by_country.items()}
    for path, code in codes.items():
        try:
            regime(code)
        except LawError as error:
            yield ("shop", "regimes", *path), str(error)


def _member(datamap: DataMap) -> Found:
    member = datamap.member
    yield from _known(("member", "dataset"), member.dataset, datamap)
    for kind, identifier in member.identifiers.items():
        if identifier.verified not in ("always", "never"):
            dataset = identifier.verified.rpartition(".")[0]
            yield from _known(("member", "identifiers", kind, "verified"), dataset, datamap)
    anchor = datamap.datasets.get(member.dataset)
    if anchor and anchor.on_closure in (Treatment.LEAVE, Treatment.EXPIRE):
        yield ("datasets", member.dataset), "the member record itself is left; delete, anonymise or retain it"


def _known(path: Path, dataset: str, datamap: DataMap) -> Found:
    if dataset not in datamap.datasets:
        yield path, f"`{dataset}` is not among `datasets:`; decide it there or mend the name"


def _shopping(datamap: DataMap) -> Found:
    for path, source in datamap.shopping.sources():
        where = ("shopping", *path, "dataset")
        yield from _known(where, source.dataset, datamap)
        dataset = datamap.datasets.get(source.dataset)
        if dataset is None or path[0] == "category":  # the catalogue is nobody's
            continue
        if not (dataset.belongs_to or dataset.owned_through or source.dataset == datamap.member.dataset):
            yield where, f"nothing links `{source.dataset}` to the member; add `belongs_to:` there or leave it out here"


_NEEDS = {
    Treatment.LEAVE: ("because",),
    Treatment.EXPIRE: ("within_days", "removed_by", "age"),
    Treatment.RETAIN: ("basis", "counted_from", "into_vault"),
    Treatment.ANONYMISE: ("fields",),
    Treatment.PSEUDONYMISE: ("fields",),
}


def _treatment(path: Path, dataset: Dataset) -> Found:
    for need in _NEEDS.get(dataset.on_closure, ()):
        if getattr(dataset, need) in (None, (), {}):
            yield path, f"`on_closure: {dataset.on_closure}` needs `{need}:`; add it"
    if dataset.afterwards in REWRITING and not dataset.fields:
        yield path, f"`afterwards: {dataset.afterwards}` needs `fields:`; add it"
    if dataset.personal and dataset.on_closure in (Treatment.LEAVE, Treatment.EXPIRE):
        for need in ("because", "accepted_by"):
            if getattr(dataset, need) is None:
                yield path, f"personal fields stay under `{dataset.on_closure}`; add `{need}:` or decide otherwise"
    if dataset.ends_as is Treatment.ANONYMISE:
        yield from _undecided_personal(path, dataset)


def _undecided_personal(path: Path, dataset: Dataset) -> Found:
    for name, category in dataset.personal.items():
        if category.split(".")[0] in ("contact", "identity", "free_text", "reference") and name not in dataset.fields:
            yield (*path, "personal", name), f"`{name}` ({category}) is undecided under anonymise; add it to `fields:`"


def _links(path: Path, dataset: Dataset, datamap: DataMap) -> Found:
    for place, link in enumerate(dataset.belongs_to):
        yield from _link((*path, "belongs_to", str(place)), link, datamap)
    for place, pointer in enumerate(dataset.owned_through):
        where = (*path, "owned_through", str(place))
        yield from _known(where, pointer.dataset, datamap)
        if datamap.store_of(pointer.dataset) != datamap.store_of(path[1]):
            yield where, "a pointer cannot cross stores; link by key or identifier instead"
    linked = dataset.belongs_to or dataset.owned_through or path[1] == datamap.member.dataset
    if dataset.on_closure in CLOSING and not linked:
        yield path, f"`{dataset.on_closure}` without a link; add `belongs_to:` or `owned_through:`, or leave it"


def _link(path: Path, link: Link, datamap: DataMap) -> Found:
    if link.of:
        yield from _known(path, link.of, datamap)
        if datamap.store_of(link.of) != datamap.store_of(path[1]):
            yield path, f"`{link.of}` is in another store; link by the member's key or an identifier instead"
    if link.identifier and link.identifier not in datamap.member.identifiers:
        yield path, f"`{link.identifier}` is not among `member.identifiers:`; declare it there or mend the name"


def _basis(path: Path, dataset: Dataset) -> Found:
    if dataset.basis is None:
        return
    code = dataset.basis.partition(".")[0]
    try:
        known = {basis.id for basis in regime(code).bases}
    except LawError as error:
        yield (*path, "basis"), str(error)
        return
    if dataset.basis not in known:
        yield (*path, "basis"), f"`{dataset.basis}` is no basis of {code}; known: {', '.join(sorted(known))}"


def _categories(path: Path, dataset: Dataset) -> Found:
    for name, category in dataset.personal.items():
        if category.split(".")[0] not in CATEGORIES:
            yield (*path, "personal", name), f"unknown category `{category}`; one of {', '.join(sorted(CATEGORIES))}"
    groups: list[tuple[Path, dict[str, FieldRule]]] = [(("fields",), dataset.fields), (("shared",), dataset.shared)]
    groups += [(("mentions", naming), rules) for naming, rules in dataset.mentions.items()]
    for where, name, rule in ((where, name, rule) for where, rules in groups for name, rule in rules.items()):
        if rule.kind is RuleKind.UNCHANGED and not rule.value:
            yield (*path, *where, name), "`unchanged` needs its reason; write {unchanged: why}"
