"""`adieu close --archives`: every member's archive lies there before anything is opened, and carries the closure's id after.

Until the closure is open, an archive is called by the member's keyed digest. A repeat after a crash finds it by that name:
what was half erased by then is never read again for an archive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adieu.bootstrap import House, desk_signature, shelves_of
from adieu.cli.files import write_whole
from adieu.closures.archiving import Wanted, member_archives
from adieu.closures.opening import answers
from adieu.errors import SettingsError
from adieu.ports.register import Closure, State
from adieu.ports.stores import Subject


@dataclass(frozen=True, kw_only=True)
class Archives:
    """The archives of one request to close."""

    house: House
    folder: Path
    vouched: frozenset[str] = frozenset()

    def write(self, keys: Sequence[str]) -> list[Path]:
        """Write those of all members named who have a record and whose closure has not begun to erase; where they lie.

        Raises:
            AdieuError: one cannot be written; the new ones are removed again.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"{self.folder} cannot be made ({error.strerror}); name another folder") from None
        desk, shelves, sign = self.house.desk, shelves_of(self.house), desk_signature(self.house)
        newest = self._newest(keys)
        written: list[Path] = []
        try:
            wanted = Wanted(made_at=desk.clock.now(), vouched=self.vouched)
            for subject, write in member_archives(shelves, self._without_one(keys, newest), wanted, sign):
                path = self._pending(subject.key)
                path.unlink(missing_ok=True)  # of an earlier request that came to nothing: the records may have changed
                write_whole(path, write)
                written.append(path)
        except BaseException:
            remove(written)
            raise
        return written

    def _without_one(self, keys: Sequence[str], newest: Mapping[str, Closure]) -> list[Subject]:
        desk, found = self.house.desk, []
        for subject in desk.home.members.subjects(list(dict.fromkeys(keys)), self.vouched):
            closure = newest.get(desk.member_digest(subject.key))
            if closure is None or self._wanted(closure, subject):
                found.append(subject)
        return found

    def _wanted(self, closure: Closure, subject: Subject) -> bool:
        if closure.state is State.WAITING:
            return not self._named(closure).exists()
        return closure.state is State.CANCELLED or (
            closure.state is State.CLOSED and not answers(self.house.desk, closure, subject)  # a new person
        )

    def name(self, keys: Sequence[str]) -> None:
        """Call the archives by the closures that are open now, and say where they lie."""
        newest = self._newest(keys)
        for key in dict.fromkeys(keys):
            closure = newest.get(self.house.desk.member_digest(key))
            if closure is None:
                continue
            pending, named = self._pending(key), self._named(closure)
            if pending.exists() and not named.exists():
                pending.rename(named)
            print(f"closure {closure.id}: " + (f"archive: {named}" if named.exists() else "no archive was written before it began"))

    def _newest(self, keys: Sequence[str]) -> dict[str, Closure]:
        desk = self.house.desk
        return {c.member_digest: c for c in desk.register.of_members(desk.shop, [desk.member_digest(key) for key in keys])}

    def _pending(self, key: str) -> Path:
        return self.folder / f"pending-{self.house.desk.member_digest(key)[:32]}.zip"

    def _named(self, closure: Closure) -> Path:
        return self.folder / f"records-{closure.id}.zip"


def remove(paths: Sequence[Path]) -> None:
    """Remove archives that nothing was opened for."""
    for path in paths:
        path.unlink(missing_ok=True)
