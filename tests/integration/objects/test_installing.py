"""What the engineer meets of a bucket: addresses that are refused, prefixes nobody decided, rights, what will be done."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from tests.integration.objects.bucket_case import MAP, begin, installing
from tests.support.s3 import SECRET, Shop

from adieu.adapters.objects import ObjectsAddress, open_objects
from adieu.datamap.checks import Code, check
from adieu.errors import SettingsError, StoreError, StoreUnreachable
from adieu.ports.faults import NoFaults

ADDRESSES = {
    "https://files.example/bucket": "no address of a bucket",
    "s3://files.example/bucket": "names no key and secret",
    "s3://K:S@files.example/": "name cannot be one",
    "s3://K:S@files.example/a/b": "name cannot be one",
    "s3://K:S@files.example/bucket?acl=public": "no address of a bucket",
    "s3://K:S@files.example:port/bucket": "no address",
    "s3+http://K:S@files.example/bucket": "for this machine only",
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_cannot_be_used_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        open_objects(ObjectsAddress(name="files", url=url), {}, NoFaults())
    said = str(refused.value)
    assert ADDRESSES[url] in said and "stores.files" in said and "expected s3://KEY:SECRET@" in said
    assert "files.example" not in said and "K:S" not in said


def test_a_prefix_that_no_dataset_begins_with_is_undecided(shop: Shop) -> None:
    shop.put("reviews/1/a.jpg", "exports/2026.csv", "loose.txt")
    case = begin(shop)
    assert set(case.schema.tables) == {"files.review_photos", "files.avatars", "files.exports", "files.(no prefix)"}
    undecided = {f.dataset for f in check(case.datamap, {"files": case.schema}) if f.code is Code.UNDECIDED_DATASET}
    assert undecided == {"files.exports", "files.(no prefix)"}


@pytest.mark.parametrize(("change", "said"), [
    (("bucket-", "nobodys-"), "NoSuchBucket"), ((":" + quote(SECRET, safe=""), ":wrong"), ""),
])
def test_a_bucket_that_is_missing_is_told_with_what_to_do(shop: Shop, change: tuple[str, str], said: str) -> None:
    address = ObjectsAddress(name="files", url=shop.url.replace(*change))
    if not said:  # this server lets everybody in; the secret must still not be shown
        assert "wrong" not in repr(address)
        return
    with pytest.raises(StoreUnreachable, match=said) as refused:
        open_objects(address, {}, NoFaults()).install()
    assert "create it, or correct the address" in str(refused.value)


def test_nobody_answers_there(shop: Shop) -> None:
    address = ObjectsAddress(name="files", url=shop.url.replace(f":{shop.port}/", ":1/"))
    with pytest.raises(StoreUnreachable, match="does not answer"):
        open_objects(address, {}, NoFaults()).schema()


def test_the_rights_and_the_work_are_those_of_the_datasets(shop: Shop) -> None:
    case, opening = begin(shop), installing(shop)
    opening.install()
    (policy,) = opening.grants(case.here, case.plan.member, "adieu")
    listing, deleting = json.loads(policy)["Statement"]
    assert listing["Resource"].endswith(shop.bucket) and "s3:ListBucketVersions" in listing["Action"]
    assert {place.partition("/")[2] for place in deleting["Resource"]} == {"reviews/*/*", "avatars/*.*"}
    assert opening.statements(case.here, case.plan.member)[-1] == "delete every version of reviews/{member}/*"


@pytest.mark.parametrize("key", ["", "1/2", "a.b", "a\x00"])
def test_a_member_whose_key_could_reach_others_is_refused(shop: Shop, key: str) -> None:
    case = begin(shop)
    with pytest.raises(StoreError, match="nothing was deleted"):
        case.steps(case.run(key))
    assert "{member}." in MAP
