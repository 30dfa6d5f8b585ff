"""Files with a member's records: whole or not there, readable by their owner only, never written over."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from adieu.errors import SettingsError

T = TypeVar("T")


def write_whole(out: Path, work: Callable[[BinaryIO], T]) -> T:
    """Let `work` write beside `out` and rename; what `work` answers.

    Raises:
        SettingsError: the file is there already, or its folder cannot be written to.
    """
    if out.exists():
        raise SettingsError(f"{out} is there already; name another file, or move it away")
    beside = out.with_name(out.name + ".part")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            done = work(file)
        beside.rename(out)
    except OSError as error:
        raise SettingsError(f"{out} cannot be written ({error.strerror}); name a folder that is there and has room") from None
    finally:
        beside.unlink(missing_ok=True)
    return done
