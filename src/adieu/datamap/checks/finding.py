"""What `adieu check` says: a finding with a stable code, documented one by one in docs/checks.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error refuses the check and every run; a warning is for a person to weigh; info is only said."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(StrEnum):
    """Every kind of finding. Codes are stable: scripts and docs/checks.md name them."""

    # map against live schema
    STORE_NOT_READ = "store-not-read"
    MISSING_DATASET = "missing-dataset"
    MISSING_COLUMN = "missing-column"
    UNDECIDED_DATASET = "undecided-dataset"
    UNDECIDED_VIEW = "undecided-view"
    PERSONAL_LOOKING = "personal-looking"
    PERSONAL_CONTENT = "personal-content"
    UNREADABLE_CONTENT = "unreadable-content"
    # what the database itself would do on a delete
    CASCADE = "cascade"
    SET_NULL = "set-null"
    BLOCKED_DELETE = "blocked-delete"
    POINTER_NOT_NULL = "pointer-not-null"
    UNINDEXED_FOREIGN_KEY = "unindexed-foreign-key"
    # field rules
    NULL_REFUSED = "null-refused"
    LITERAL_UNSUITED = "literal-unsuited"
    LITERAL_TOO_LONG = "literal-too-long"
    LITERAL_NOT_ALLOWED = "literal-not-allowed"
    RULE_ON_GENERATED = "rule-on-generated"
    RULE_ON_KEY = "rule-on-key"
    RULE_UNSUITED = "rule-unsuited"
    PLACEHOLDER_UNSUITED = "placeholder-unsuited"
    NOT_UNIQUE = "not-unique"
    LINK_NOT_CUT = "link-not-cut"
    # links
    NO_PRIMARY_KEY = "no-primary-key"
    WIDE_PRIMARY_KEY = "wide-primary-key"
    LINK_TO_LEFT = "link-to-left"
    LINK_TYPE_DIFFERS = "link-type-differs"
    UNINDEXED_LINK = "unindexed-link"
    SHARED_LINK_NOT_NULL = "shared-link-not-null"
    SHARED_LINK_NOT_CUT = "shared-link-not-cut"
    NOT_NORMALISED = "not-normalised"
    PROMISE_PART_READ = "promise-part-read"
    # retain, expire
    COUNTED_FROM_UNSUITED = "counted-from-unsuited"
    COUNTED_FROM_NULLABLE = "counted-from-nullable"
    VAULT_NAME_UNKNOWN = "vault-name-unknown"
    VAULT_WITHOUT_PARTY = "vault-without-party"
    AGE_UNSUITED = "age-unsuited"
    AGE_NULLABLE = "age-nullable"
    # the member, open matters and stakes
    MEMBER_KEY_NOT_UNIQUE = "member-key-not-unique"
    VERIFIED_UNSUITED = "verified-unsuited"
    MATTER_UNLINKED = "matter-unlinked"
    MATTER_UNSUITED = "matter-unsuited"
    # what the store does besides
    NOT_TRANSACTIONAL = "not-transactional"
    VIEW_TREATED = "view-treated"
    TRIGGER = "trigger"
    SYSTEM_VERSIONED = "system-versioned"
    MATERIALISED_VIEW = "materialised-view"
    ROW_SECURITY = "row-security"
    READER_NOTE = "reader-note"
    # the plan as a whole
    PLAN_REFUSED = "plan-refused"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing found: where, and in a sentence what it is, what was expected and what to do. No personal data."""

    level: Level
    code: Code
    dataset: str  # store.table; a store's name where the finding is about the whole store
    field: str | None = None
    what: str

    def __str__(self) -> str:
        where = f"{self.dataset}.{self.field}" if self.field else self.dataset
        return f"{self.level} {self.code} {where}: {self.what}"


def error(code: Code, dataset: str, what: str, field: str | None = None) -> Finding:
    """A finding that refuses."""
    return Finding(level=Level.ERROR, code=code, dataset=dataset, field=field, what=what)


def warning(code: Code, dataset: str, what: str, field: str | None = None) -> Finding:
    """A finding to weigh."""
    return Finding(level=Level.WARNING, code=code, dataset=dataset, field=field, what=what)
