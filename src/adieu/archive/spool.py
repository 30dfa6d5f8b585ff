"""Bytes that wait until their turn: in memory while they are few, else in a file that nobody can read later.

A zip takes one file at a time, but the CSV and the JSON Lines of a dataset come of the same pass over its records. What
does not fit into memory goes, encrypted with a key that is never written anywhere, into a file without a name: a crash
leaves nothing that could be opened.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from typing import IO

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

IN_MEMORY_BYTES = 1_000_000
_CHUNK_BYTES = 1 << 18
_START = bytes(16)  # of the counter: each spool has a key of its own


class Spool(io.RawIOBase):
    """Write from beginning to end, then read from beginning to end; cannot seek. Close it to let go of its file."""

    def __init__(self, in_memory_bytes: int = IN_MEMORY_BYTES) -> None:
        """Hold so many bytes in memory before the file is used."""
        super().__init__()
        self._most = in_memory_bytes
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self.size = 0  # bytes written so far

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: object, /) -> int:
        """Add the bytes at the end."""
        plain = bytes(data)  # type: ignore[call-overload]
        self._memory += plain
        self.size += len(plain)
        if len(self._memory) > self._most:
            self._spill()
        return len(plain)

    def chunks(self) -> Iterator[bytes]:
        """All that was written, in its order. Nothing may be written any more."""
        if self._file is not None:
            self._file.seek(0)
            decryptor = Cipher(AES(self._key), CTR(_START)).decryptor()
            while sealed := self._file.read(_CHUNK_BYTES):
                yield decryptor.update(sealed)
        for start in range(0, len(self._memory), _CHUNK_BYTES):
            yield bytes(self._memory[start : start + _CHUNK_BYTES])

    def reader(self) -> io.BufferedReader:
        """All that was written as a stream; for callers that want `read`."""
        return io.BufferedReader(_Chunks(self.chunks()))

    def close(self) -> None:
        """Let go of the memory and the file."""
        if self._file is not None:
            self._file.close()
        self._memory.clear()
        super().close()

    def _spill(self) -> None:
        if self._file is None:
            self._key = os.urandom(32)
            self._encryptor = Cipher(AES(self._key), CTR(_START)).encryptor()
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._file.write(self._encryptor.update(bytes(self._memory)))
        self._memory.clear()


class _Chunks(io.RawIOBase):
    """Chunks as a raw stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: object, /) -> int:
        target = memoryview(into)  # type: ignore[arg-type]
        while not self._left:
            following = next(self._chunks, None)
            if following is None:
                return 0
            self._left = following
        taken = self._left[: len(target)]
        target[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)
