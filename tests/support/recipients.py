"""A recipient on loopback that checks every signature with the Standard Webhooks library; and the store kind it makes."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from standardwebhooks import Webhook

from adieu.adapters.recipients import RecipientAddress, RecipientInstalling, open_recipient
from adieu.datamap.load import load
from adieu.datamap.schema import Schema
from adieu.planning.plan import Plan
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.ports.stores import Store, Subject
from adieu.testing.clock import FixedClock
from adieu.testing.contract.untransacted import STORE, StoppingJournal

SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0IHNob3Ah"  # of the tests only
TOKEN = "canary-token"  # in the address's query


@dataclass
class Mailbox:
    """What arrives, and what is answered."""

    secret: str = SECRET
    port: int = 0
    status: int = 202
    by_member: dict[str, int] = field(default_factory=dict)  # member key -> another status
    drop: bool = False  # hang up after reading
    any_time: bool = False  # the sender's clock is a test's: its signature is checked, not how old it is
    headers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    received: list[tuple[str, dict[str, object]]] = field(default_factory=list)  # (webhook-id, body), every time
    paths: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)  # accepted: webhook-id -> member
    forged: int = 0
    _server: ThreadingHTTPServer | None = None
    _lock: Lock = field(default_factory=Lock)

    def open(self) -> None:
        """Listen; at the same port as before."""
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def shut(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        library = Webhook(self.secret)
        if not self.any_time:
            library.verify(body, dict(headers))
            return
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        if library.sign(headers["webhook-id"], at, body.decode()) not in headers["webhook-signature"].split(" "):
            raise ValueError("another signature")

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> int | None:
        """Answer a message; None hangs up."""
        with self._lock:
            try:
                self._verify(headers, body)
            except Exception:
                self.forged += 1
                return 401
            message = json.loads(body)
            member = _member(message)
            self.received.append((headers["webhook-id"], message))
            self.paths.append(path)
            status = self.by_member.get(member, self.status)
            if 200 <= status < 300:
                self.known[headers["webhook-id"]] = member
            return None if self.drop else status


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


def _handler(mailbox: Mailbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = mailbox.take(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            if status is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(status)
            for name, value in mailbox.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    return Handler


def _member(message: Mapping[str, object]) -> str:
    data = message["data"]
    assert isinstance(data, dict)
    values = [one["value"] for one in data["identifiers"]]
    return str(data.get("member") or values[0].split("@")[0].removeprefix("canary-"))


def message_id(about: str) -> str:
    """A keyed digest, as the caller of a recipient makes it."""
    return hmac.new(b"test", about.encode(), hashlib.sha256).hexdigest()


class RecipientKind:
    """Implements `UntransactedKind`. What is there is whom the recipient was not told of."""

    servers: Sequence[str] = ()
    secrets: Sequence[str] = (SECRET, SECRET.removeprefix("whsec_"), TOKEN)

    def __init__(self) -> None:
        self.mailbox = Mailbox()
        self.mailbox.open()
        self.clock = FixedClock(datetime.now(UTC))  # the library believes in the present only
        self._put: dict[str, set[str]] = {}  # member -> the messages that had come when they were put there

    @property
    def declared(self) -> str:
        return f'{{kind: recipient, url: "{self.url}", secret: "{SECRET}"}}'

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.mailbox.port}/hooks?token={TOKEN}"

    @property
    def datasets(self) -> Mapping[str, str]:
        return {
            f"{STORE}.subscriber": "{belongs_to: member, on_closure: delete}",
            f"{STORE}.contact": "{belongs_to: {email: email}, on_closure: delete}",
        }

    def installing(self, faults: FaultPoints | None = None, secret: str = SECRET) -> RecipientInstalling:
        text = "\n".join((
            "adieu: 1", "shop: {name: Contract, regimes: {default: kr}}",
            f'stores: {{shop: {{url: "sqlite://"}}, {STORE}: {self.declared}}}',
            "member: {dataset: shop.member, key: id, identifiers: {email: {field: email, verified: always}}}",
            "datasets:", "  shop.member: {on_closure: delete}",
            *(f"  {name}: {rule}" for name, rule in self.datasets.items()),
        ))
        address = RecipientAddress(name=STORE, url=self.url, secret=secret, shop="Contract")
        return open_recipient(address, load(text, "recipient.yaml").datasets, self.clock, faults or NoFaults())

    def schema(self) -> Schema:
        return self.installing().schema()

    def open(self, plan: Plan, journal: StoppingJournal, faults: FaultPoints) -> Store:
        return self.installing(faults).open(plan, journal, message_id)

    def put(self, members: Sequence[Subject]) -> Mapping[str, int]:
        for one in members:
            self._put[one.key] = set(self.mailbox.known)
        return {one.key: 1 for one in members}

    def left(self) -> Mapping[str, int]:
        known = self.mailbox.known
        return {
            member: 1 for member, before in self._put.items()
            if not any(known[message] == member for message in known.keys() - before)
        }

    def down(self) -> None:
        self.mailbox.shut()

    def up(self) -> None:
        self.mailbox.open()

    def close(self) -> None:
        self.mailbox.shut()
