"""Every error Adieu raises, in few families.

A message says what happened, where, what was expected and what to do. It never holds personal data: a record is
named by its dataset, a member by the closure's id, a database's complaint by SQLSTATE and constraint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class AdieuError(Exception):
    """Something could not be done; the message says what, where and what to do next."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong in a file or a store: where it stands and, in a sentence, what it is and what to do."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class MapInvalid(AdieuError):
    """The data map cannot be used; every problem is listed. Nothing was read from any store."""

    exit_code = 3

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class CheckRefused(AdieuError):
    """Map and live schema disagree; every finding is listed. Nothing was changed in any store."""

    exit_code = 3

    def __init__(self, findings: Sequence[object]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in findings))


class LawError(AdieuError):
    """A regime, basis or date the law files do not know."""


class LawInvalid(LawError):
    """A law file cannot be used; every problem is listed with file and line. Nothing was decided from it."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class PlanningError(AdieuError):
    """The map cannot be carried out on this schema; nothing was erased."""

    exit_code = 3


class SettingsError(AdieuError):
    """A setting is missing or unusable; nothing was started."""

    exit_code = 2


class UnknownMember(AdieuError):
    """No member record has this key, and no earlier receipt answers for it. Nothing was changed."""

    exit_code = 4


class ListRefused(AdieuError):
    """A list of members cannot be read, names another number of them than expected, or too many. Nothing was changed."""

    exit_code = 2


class ListLeft(AdieuError):
    """Some lines of a list were left, each for a reason that is told; the other members are closed, or queued."""

    exit_code = 9


class OpenMatters(AdieuError):
    """Something is still under way for this member; choose --when-done or --now. Nothing was changed."""

    exit_code = 5


class NeedsOperator(AdieuError):
    """The closure stopped and says why; mend the cause and close the member again: it goes on where it stopped."""

    exit_code = 6


class StoreError(AdieuError):
    """A store refused or could not be reached. Holds SQLSTATE, constraint and dataset, never the engine's own text."""

    exit_code = 7

    def __init__(
        self, what: str, *, store: str, dataset: str | None = None, sqlstate: str | None = None,
        constraint: str | None = None,
    ) -> None:
        self.what, self.store, self.dataset, self.sqlstate, self.constraint = what, store, dataset, sqlstate, constraint
        where = ", ".join(
            f"{name} {value}"
            for name, value in (
                ("store", store), ("dataset", dataset), ("SQLSTATE", sqlstate), ("constraint", constraint)
            )
            if value
        )
        super().__init__(f"{what} ({where})")


class StoreUnreachable(StoreError):
    """The store does not answer, or refuses the account. Nothing was changed."""


class CountDiffers(StoreError):
    """A statement touched another number of records than were captured; its step was rolled back."""


class CapturesDiffer(StoreError):
    """Erasure and verification do not agree on what belongs to the member; nothing was erased in this run."""


class OwnerLeft(CapturesDiffer):
    """The other owner of a shared record left after it was captured; the step was rolled back, and is captured anew."""


class IdentifiersFound(AdieuError):
    """A scan found strong identifiers in the stores' texts; the counts are on standard output. Nothing was changed."""

    exit_code = 8


class RegisterConflict(AdieuError):
    """Adieu's own database was changed by somebody else meanwhile; nothing was written. Try again."""


class RegisterUnusable(AdieuError):
    """Adieu's own database is not installed, of another version, or does not answer; nothing was written."""

    exit_code = 2


class NotNow(AdieuError):
    """This cannot happen to a closure in its present state; nothing was changed."""


class BatchFailed(AdieuError):
    """A batch stopped in a stage. Holds ids and the cause's class only: this is what workflow tables may keep."""

    def __init__(self, batch: str, stage: str, cause: str) -> None:
        self.batch, self.stage, self.cause = batch, stage, cause
        super().__init__(batch, stage, cause)

    def __str__(self) -> str:
        return f"Batch {self.batch} stopped in stage {self.stage} ({self.cause}). Mend the cause and run it again."


class BatchTaken(AdieuError):
    """A living worker is carrying out this batch; nothing was done."""

    def __init__(self, batch: str, worker: str) -> None:
        self.batch, self.worker = batch, worker
        super().__init__(f"Batch {batch} is being carried out by a living worker ({worker}). Wait until it has ended.")


class VaultRefused(AdieuError):
    """The vault did not keep what it was given; the step was rolled back and the record is still in the shop."""


class KeysRefused(AdieuError):
    """A key is missing, too open to others, or does not fit what it should open."""


class ReceiptError(AdieuError):
    """A receipt, a proof or a note cannot be made or is not what it says."""


class NotCanonical(ReceiptError):
    """A value or a file is outside the one way in which receipts write JSON (RFC 8785)."""


class ProofInvalid(ReceiptError):
    """A proof does not show what it should; the ledger, the size or the proof is another one."""


class NoteMalformed(ReceiptError):
    """A signed note, a checkpoint or a public key line is not of its form (C2SP signed-note, tlog-checkpoint)."""


class NoteUnverified(ReceiptError):
    """A signed note is not signed by the key given, or was changed after signing."""


class ReceiptNamesMember(ReceiptError):
    """The body of a receipt held an identifier of the member; it was not signed."""


class ReceiptInvalid(ReceiptError):
    """A receipt's file was changed, or belongs to another key; `part` names which part of it."""

    def __init__(self, part: str, what: str) -> None:
        self.part = part
        super().__init__(f"Receipt not valid, {part}: {what}")


class ArchiveRefused(AdieuError):
    """An archive cannot be made of what was given; what was written so far is not an archive."""


class ArchiveInvalid(AdieuError):
    """A file is no archive, or its manifest is not signed by the key given; nothing in it is believed."""

    def __init__(self, part: str, what: str) -> None:
        self.part = part
        super().__init__(f"Archive not valid, {part}: {what}")


class ReportRefused(AdieuError):
    """A fact cannot be counted exactly, or its records come in no order; no report was made."""
