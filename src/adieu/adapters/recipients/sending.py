"""One signed message over HTTP, and what the answer means. The only place here that knows HTTP and signatures.

Signed as Standard Webhooks say (https://www.standardwebhooks.com), by their own library. Every message has a connection
of its own, at most `CONNECT_SECONDS` to connect and `WHOLE_SECONDS` until the answer is read; redirects are not followed,
certificates are checked against the system's, and of the answer's body nothing is kept.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Protocol

from standardwebhooks import Webhook

from adieu.adapters.recipients.address import Endpoint

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
_MOST_READ = 64 * 1024  # bytes of the answer's body, read so that the recipient can end its work, and dropped
_REFUSING = frozenset({400, 409, 413, 422})  # about this message; every other one that does not accept is about us


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message about one member. `body` is personal data."""

    id: str
    body: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a message: a status, or in words why there is none."""

    status: int = 0  # 0: none came
    silence: str = ""

    @property
    def accepted(self) -> bool:
        """The recipient took the message."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """The recipient will not take this message, and may well take others."""
        return self.status in _REFUSING

    @property
    def reason(self) -> str:
        """Why the whole recipient is out of reach, and what to do about it."""
        if not self.status:
            return f"the recipient does not answer ({self.silence}); see that it runs and that its `url` is right"
        if self.status in (401, 403):
            return f"the recipient refuses us ({self.status}); compare `secret` with the one it checks signatures by"
        if self.status in (404, 405, 410):
            return f"the recipient takes no messages at this address ({self.status}); mend `url`"
        if 300 <= self.status < 400:
            return f"the recipient sends us elsewhere ({self.status}), which is not followed; write the last address as `url`"
        if self.status == 429 or self.status >= 500:
            return f"the recipient does not answer ({self.status}); wait until it does"
        return f"the recipient answers what no webhook should ({self.status}); ask who runs it, or mend `url`"


class Post(Protocol):
    """Sends a message."""

    def __call__(self, message: Message, at: datetime) -> Answer:
        """Sign as of `at`, send, and answer; never raises for what the recipient or the network does."""


@dataclass(frozen=True)
class Sending:
    """Implements `Post` for one recipient; may be called by several threads at once."""

    endpoint: Endpoint

    def __call__(self, message: Message, at: datetime) -> Answer:
        """Send, and answer what came of it."""
        until = time.monotonic() + WHOLE_SECONDS
        try:
            with closing(self._connection()) as connection:
                connection.connect()
                return Answer(status=self._status(connection, message, at, until))
        except TimeoutError:
            return Answer(silence="too slow")
        except ssl.SSLError:
            return Answer(silence="no trusted TLS connection")
        except socket.gaierror:
            return Answer(silence="its name is not known")
        except (OSError, HTTPException):
            return Answer(silence="no connection, or it broke")

    def _status(self, connection: HTTPConnection, message: Message, at: datetime, until: float) -> int:
        wire: socket.socket = connection.sock
        wire.settimeout(_left(until))
        connection.request("POST", self.endpoint.target, message.body.encode(), self._head(message, at))
        with closing(HTTPResponse(_Wire(wire, until), method="POST")) as response:  # type: ignore[arg-type]  # it asks for makefile only
            response.begin()
            with suppress(OSError, HTTPException):  # the status has been said
                response.read(_MOST_READ)
            return response.status

    def _head(self, message: Message, at: datetime) -> dict[str, str]:
        signatures = [Webhook(secret).sign(message.id, at, message.body) for secret in self.endpoint.secrets]
        return {
            "content-type": "application/json",
            "connection": "close",
            "user-agent": "Adieu",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    def _connection(self) -> HTTPConnection:
        host, port = self.endpoint.host, self.endpoint.port
        if self.endpoint.encrypted:
            return HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=self._trust)
        return HTTPConnection(host, port, timeout=CONNECT_SECONDS)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context()


class _Wire:
    """A socket read until an instant, however slowly its bytes drop in: a timeout of a socket begins anew with each."""

    def __init__(self, wire: socket.socket, until: float) -> None:
        self._wire, self._until = wire, until

    def makefile(self, mode: str) -> io.BufferedReader:
        """What `HTTPResponse` reads from."""
        return io.BufferedReader(_Bytes(self._wire, self._until))


class _Bytes(io.RawIOBase):
    def __init__(self, wire: socket.socket, until: float) -> None:
        super().__init__()
        self._wire, self._until = wire, until

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]  # what a buffered reader gives
        self._wire.settimeout(_left(self._until))
        return self._wire.recv_into(into)


def _left(until: float) -> float:
    """Seconds until then. Raises `TimeoutError` where there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
