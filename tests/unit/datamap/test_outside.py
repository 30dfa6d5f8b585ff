"""What a map says of buckets and recipients is held against what can be done there, before any store is asked."""

from __future__ import annotations

import pytest
from builders import RIGHT_MAP, right_map

from adieu.datamap import load
from adieu.datamap.model import StoreKind
from adieu.errors import MapInvalid

STORES = (
    'shop: {url: "${SHOP}"}',
    'shop: {url: "${SHOP}"}\n  files: {kind: objects, url: "${FILES}"}\n'
    '  mailer: {kind: recipient, url: "${MAILER}", secret: "${SECRET}"}',
)
PHOTOS = '  files.photo: {belongs_to: member, on_closure: delete, objects: "photos/{member}/"}\n'
CONTACT = "  mailer.contact: {belongs_to: {email: email}, on_closure: delete}\n"
OURS = ("open_matters:", f"{PHOTOS}{CONTACT}open_matters:")


def told(*changes: tuple[str, str]) -> list[str]:
    """``line text: sentence`` of every problem, in the order of the file."""
    text = RIGHT_MAP
    for old, new in (STORES, OURS, *changes):
        assert old in text, old
        text = text.replace(old, new, 1)
    with pytest.raises(MapInvalid) as caught:
        load(text, "adieu.yaml")
    lines = text.splitlines()
    return [f"{lines[problem.line - 1].split(':')[0].strip()}: {problem.what}" for problem in caught.value.problems]


def test_objects_and_recipients_may_be_declared() -> None:
    found = right_map(STORES, OURS)
    assert [store.kind for store in found.stores.values()] == [
        StoreKind.DATABASE, StoreKind.OBJECTS, StoreKind.RECIPIENT
    ]
    assert found.datasets["files.photo"].objects == "photos/{member}/"


LINK = "`belongs_to: member`"
MAPS = [
    ((', secret: "${SECRET}"', ""),
     "mailer: a recipient's messages are signed; add `secret:` (whsec_…, best as ${VARIABLE})"),
    (("{kind: objects,", "{kind: objects, secret: x,"),
     "files: only a recipient has a `secret:`; remove it, or set `kind: recipient`"),
    (("{kind: objects,", "{kind: objects, install_url: x,"),
     "files: nothing is installed in a store that is no database; remove `install_url:`"),
    ((', objects: "photos/{member}/"', ""),
     'files.photo: `objects:` is missing; say what the keys begin with, e.g. objects: "reviews/{member}/"'),
    (("photos/{member}/", "photos/"),
     "files.photo: `photos/` would also reach other members; expected {member} once, and after it a character that no key"
     " goes on with, e.g. `/`"),
    (("photos/{member}/", "photos/{member}"),
     "files.photo: `photos/{member}` would also reach other members; expected {member} once, and after it a character that"
     " no key goes on with, e.g. `/`"),
    (("photos/{member}/", "{member}1/"),
     "files.photo: `{member}1/` would also reach other members; expected {member} once, and after it a character that no"
     " key goes on with, e.g. `/`"),
    (("photos/{member}/", "{member}/{member}/"),
     "files.photo: `{member}/{member}/` would also reach other members; expected {member} once, and after it a character"
     " that no key goes on with, e.g. `/`"),
    (("belongs_to: member, on_closure: delete, objects", "belongs_to: {mail: email}, on_closure: delete, objects"),
     f"files.photo: cannot be followed here; expected a link by the member's key, e.g. {LINK}"),
    (("belongs_to: {email: email}", "belongs_to: {field: email, identifier: email, path: a.b}"),
     f"mailer.contact: cannot be followed here; expected a link by the member's key or an identifier, e.g. {LINK}"),
    (("belongs_to: {email: email}", "belongs_to: [member, {email: email}]"),
     "mailer.contact: expected one link here; write a dataset for each way"),
    (("belongs_to: {email: email}, on_closure: delete", "belongs_to: {email: email}, on_closure: anonymise, fields: {a: null}"),
     "mailer.contact: a recipient is asked to delete; expected delete, expire or leave"),
    (("belongs_to: {email: email}, on_closure", "belongs_to: {email: email}, shared: {a: null}, on_closure"),
     "mailer.contact: a recipient is asked to delete; `owned_through:`, `fields:`, `shared:` and `mentions:` are for"
     " databases"),
    (("shop.address: {", 'shop.address: {objects: "a/{member}/", '),
     "shop.address: `objects:` says where objects lie; expected only in a store of `kind: objects`"),
    (("dataset: shop.orders, when", "dataset: files.photo, when"),
     "under_way: `files.photo` is in no database, so it cannot be read here; name a dataset of a database"),
]


@pytest.mark.parametrize(("change", "sentence"), MAPS, ids=[sentence for _, sentence in MAPS])
def test_what_cannot_be_carried_out_there_is_refused(change: tuple[str, str], sentence: str) -> None:
    assert sentence in told(change)


def test_what_is_left_or_expires_there_needs_no_link() -> None:
    left = ("open_matters:", "  files.logo: {on_closure: leave, because: pictures of goods}\nopen_matters:")
    assert right_map(STORES, left).datasets["files.logo"].objects is None
