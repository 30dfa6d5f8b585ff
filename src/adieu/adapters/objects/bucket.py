"""One bucket over HTTP: the only place that sees the S3 library. Pages in, versions out; its errors in Adieu's words."""

from __future__ import annotations

import re
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import md5
from importlib import import_module
from typing import NamedTuple, Protocol, TypedDict, TypeVar, cast
from urllib.parse import unquote_plus

from adieu.adapters.objects.abreast import ABREAST
from adieu.adapters.objects.address import Place
from adieu.errors import StoreError, StoreUnreachable

AT_ONCE = 1_000  # keys that a page lists and a request deletes: the protocol's own limit
_CONNECT_SECONDS, _READ_SECONDS, _TRIES = 5, 60, 4
_MAKING = threading.Lock()  # the library makes its clients one after the other
_CODE = re.compile(r"[A-Za-z0-9.]{1,64}")
# the whole store is meant by these, though the status alone would not say so
_LATER = frozenset({"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "Throttling", "OperationAborted"})


class Version(NamedTuple):
    """One version of an object, or one delete marker, or an upload that was never completed."""

    key: str
    id: str


class Page(NamedTuple):
    """A page of a listing, in the order of the keys. `after` is where the next one begins; None at the end."""

    versions: Sequence[Version]
    markers: Sequence[Version]
    prefixes: Sequence[str]  # where a delimiter was given: what stands for everything behind it
    after: Version | None


class _Named(TypedDict, total=False):
    Key: str
    VersionId: str
    UploadId: str
    Prefix: str
    Code: str


class _Answer(TypedDict, total=False):
    EncodingType: str
    Versions: list[_Named]
    DeleteMarkers: list[_Named]
    Uploads: list[_Named]
    CommonPrefixes: list[_Named]
    Errors: list[_Named]
    IsTruncated: bool
    NextKeyMarker: str
    NextVersionIdMarker: str
    NextUploadIdMarker: str


class _Client(Protocol):
    def list_object_versions(self, **request: str | int) -> _Answer: ...

    def list_multipart_uploads(self, **request: str | int) -> _Answer: ...

    def delete_objects(self, *, Bucket: str, Delete: Mapping[str, object]) -> _Answer: ...

    def abort_multipart_upload(self, *, Bucket: str, Key: str, UploadId: str) -> _Answer: ...

    def close(self) -> None: ...


class _Events(Protocol):
    def register(self, name: str, handler: Callable[..., None]) -> None: ...


class _Meta(Protocol):
    events: _Events


class _HasEvents(Protocol):
    meta: _Meta


class _Refused(Exception):
    """The library's ClientError, as far as it is looked at."""

    response: Mapping[str, Mapping[str, object]]


T = TypeVar("T")


class Bucket:
    """One bucket. Threads may share it; it connects with the first request."""

    def __init__(self, place: Place) -> None:
        self.store = place.store
        self.name = place.bucket
        self._place = place
        self._client: _Client | None = None

    def page(self, prefix: str, after: Version | None = None, delimiter: str = "") -> Page:
        """Versions and delete markers whose keys begin with `prefix`, from `after` on."""
        request: dict[str, str | int] = {"Prefix": prefix, "MaxKeys": AT_ONCE, "EncodingType": "url"}
        if delimiter:
            request["Delimiter"] = delimiter
        if after is not None:
            request["KeyMarker"] = after.key
            if after.id:
                request["VersionIdMarker"] = after.id
        answer = self._asked(lambda client: client.list_object_versions(Bucket=self.name, **request))
        text = _text(answer)
        return Page(
            versions=[Version(text(one["Key"]), one["VersionId"]) for one in answer.get("Versions", ())],
            markers=[Version(text(one["Key"]), one["VersionId"]) for one in answer.get("DeleteMarkers", ())],
            prefixes=[text(one["Prefix"]) for one in answer.get("CommonPrefixes", ())],
            after=self._next(answer, "NextVersionIdMarker", after),
        )

    def uploads(self, prefix: str, after: Version | None = None) -> Page:
        """Uploads in parts that were begun under `prefix` and never completed, as `versions`."""
        request: dict[str, str | int] = {"Prefix": prefix, "MaxUploads": AT_ONCE, "EncodingType": "url"}
        if after is not None:
            request |= {"KeyMarker": after.key, "UploadIdMarker": after.id}
        answer = self._asked(lambda client: client.list_multipart_uploads(Bucket=self.name, **request))
        text = _text(answer)
        found = [Version(text(one["Key"]), one["UploadId"]) for one in answer.get("Uploads", ())]
        return Page(versions=found, markers=(), prefixes=(), after=self._next(answer, "NextUploadIdMarker", after))

    def delete(self, versions: Sequence[Version], dataset: str) -> None:
        """Delete these versions and markers for good, at most a thousand in one request.

        Raises:
            StoreError: the store refused some of them; those it did not refuse are gone.
        """
        once = list(dict.fromkeys(versions))  # a marker without an id of its own may be listed beside such a version
        for first in range(0, len(once), AT_ONCE):
            named = [{"Key": one.key, "VersionId": one.id} for one in once[first : first + AT_ONCE]]
            order = {"Objects": named, "Quiet": True}
            answer = self._asked(lambda client, order=order: client.delete_objects(Bucket=self.name, Delete=order))  # type: ignore[misc]
            codes = {_plain(error.get("Code")) for error in answer.get("Errors", ())} - {"NoSuchVersion", "NoSuchKey"}
            if codes:
                raise self._kept(sorted(codes), dataset)

    def abort(self, upload: Version) -> None:
        """Give up an upload and its parts; one that is gone meanwhile is no error."""
        try:
            self._asked(
                lambda client: client.abort_multipart_upload(Bucket=self.name, Key=upload.key, UploadId=upload.id),
                unless="NoSuchUpload",
            )
        except _Gone:
            return

    def close(self) -> None:
        """Let go of the connections."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _asked(self, request: Callable[[_Client], T], unless: str = "") -> T:
        errors = import_module("botocore.exceptions")
        try:
            return request(self._connected())
        except errors.ClientError as refused:
            code, status = _refusal(cast(_Refused, refused))
            if code == unless:
                raise _Gone from None
            raise self._refused(code, status) from None
        except errors.BotoCoreError as failed:
            what = f"the bucket does not answer ({type(failed).__name__}); check its address and that the store runs"
            raise StoreUnreachable(what, store=self.store) from None

    def _connected(self) -> _Client:
        with _MAKING:
            if self._client is None:
                self._client = _client(self._place)
            return self._client

    def _next(self, answer: _Answer, name: str, before: Version | None) -> Version | None:
        if not answer.get("IsTruncated"):
            return None
        ids = cast(Mapping[str, str], answer)
        after = Version(_text(answer)(answer.get("NextKeyMarker", "")), ids.get(name, ""))
        if after == before or not after.key:
            what = "the bucket answers the same page of its listing again and again; it does not speak S3 as expected"
            raise StoreUnreachable(what, store=self.store)
        return after

    def _refused(self, code: str, status: int) -> StoreError:
        what = f"the bucket refuses ({code}, HTTP {status})"
        if code == "NoSuchBucket":
            todo = "create it, or correct the address"
        elif status in (401, 403):
            todo = "check key and secret, and grant the account what `adieu install --account NAME` prints"
        elif code == "NotImplemented" or status in (405, 501):
            todo = "without the listing of versions and unfinished uploads nobody can tell what is left here"
        elif status >= 500 or status == 429:
            todo = "try again later"
        else:
            todo = "check region, host and bucket in the address"
        return StoreUnreachable(f"{what}; {todo}", store=self.store)

    def _kept(self, codes: Sequence[str], dataset: str) -> StoreError:
        if _LATER.issuperset(codes):
            return StoreUnreachable(f"the bucket deletes slowly ({', '.join(codes)}); try again later", store=self.store)
        what = (
            f"the bucket does not let go of objects ({', '.join(codes)}); look for Object Lock, a legal hold, MFA delete"
            " or a policy on them, and close the member again"
        )
        return StoreError(what, store=self.store, dataset=dataset)


class _Gone(Exception):
    """What was to be deleted is not there."""


def _text(answer: _Answer) -> Callable[[str], str]:
    """How keys of an answer are read: only some servers encode them when asked to."""
    return unquote_plus if answer.get("EncodingType") == "url" else str


def _plain(code: object) -> str:
    """An error code that can be shown."""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "unknown"


def _refusal(refused: _Refused) -> tuple[str, int]:
    status = refused.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return _plain(refused.response.get("Error", {}).get("Code")), status if isinstance(status, int) else 0


def _with_md5(params: Mapping[str, object], **_: object) -> None:
    """Servers older than the newer checksums want this one, which was required in a deletion from the beginning."""
    body, headers = params["body"], cast(dict[str, str], params["headers"])
    if isinstance(body, bytes) and "Content-MD5" not in headers:
        headers["Content-MD5"] = b64encode(md5(body, usedforsecurity=False).digest()).decode()


class _Session(Protocol):
    def create_client(self, service: str, **how: object) -> object: ...


@cache
def _session() -> _Session:
    """The library itself, which is slow to load; it knows nothing of the account that this machine may have set up."""
    nothing = dict.fromkeys(("profile", "config_file", "credentials_file"), (None, None, None, None))
    return cast(_Session, import_module("botocore.session").Session(session_vars=nothing))


def _client(place: Place) -> _Client:
    config = import_module("botocore.config").Config(
        connect_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS, max_pool_connections=ABREAST,
        retries={"mode": "standard", "total_max_attempts": _TRIES}, signature_version="s3v4",
        s3={"addressing_style": "path"}, ignore_configured_endpoint_urls=True,
        request_checksum_calculation="when_required", response_checksum_validation="when_required",
    )
    client = _session().create_client(
        "s3", region_name=place.region, endpoint_url=place.endpoint, aws_access_key_id=place.key,
        aws_secret_access_key=place.secret, config=config,
    )
    cast(_HasEvents, client).meta.events.register("before-call.s3.DeleteObjects", _with_md5)
    return cast(_Client, client)
