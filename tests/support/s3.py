"""A server that speaks S3 (moto's, over real HTTP on loopback) in a process of its own, and a shop's own hand in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import quote

KEY, SECRET = "AKIDEXAMPLE", "se+cret/with=signs"
_SERVING = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


@contextmanager
def serving() -> Iterator[int]:
    """The port of a server that ends with the block; its log of requests goes nowhere."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(10)
        process.stdout.close()


class Shop:
    """What the shop does in its bucket, through a client of its own."""

    def __init__(self, port: int, bucket: str, *, lock: bool = False) -> None:
        self.port, self.bucket = port, bucket
        self.client = _client(port)
        self.client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=lock)

    @property
    def url(self) -> str:
        """Where Adieu finds the bucket."""
        secret = quote(SECRET, safe="")
        return f"s3+http://{KEY}:{secret}@127.0.0.1:{self.port}/{self.bucket}?region=us-east-1"

    def versioning(self, status: str) -> None:
        """``Enabled`` or ``Suspended``."""
        self.client.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": status})

    def put(self, *keys: str, body: bytes = b"x", **more: object) -> None:
        """Write objects."""
        for key in keys:
            self.client.put_object(Bucket=self.bucket, Key=key, Body=body, **more)

    def delete(self, *keys: str) -> None:
        """Delete objects as a shop does: where versions are kept, a marker is written."""
        for key in keys:
            self.client.delete_object(Bucket=self.bucket, Key=key)

    def begin_upload(self, key: str) -> str:
        """Begin an upload in parts and never complete it."""
        upload = str(self.client.create_multipart_upload(Bucket=self.bucket, Key=key)["UploadId"])
        self.client.upload_part(Bucket=self.bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"part")
        return upload

    def versions(self) -> set[tuple[str, str, str]]:
        """Every version and marker: (key, version, what it is)."""
        found: set[tuple[str, str, str]] = set()
        for page in self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket):
            found |= {(one["Key"], one["VersionId"], one["ETag"]) for one in page.get("Versions", ())}
            found |= {(one["Key"], one["VersionId"], "marker") for one in page.get("DeleteMarkers", ())}
        return found

    def keys(self) -> set[str]:
        """The keys of all of them."""
        return {key for key, _, _ in self.versions()}

    def uploads(self) -> Sequence[str]:
        """The keys of uploads that were not completed."""
        return [one["Key"] for one in self.client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", ())]


@cache
def _client(port: int) -> Any:
    return import_module("botocore.session").Session().create_client(
        "s3", region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )
