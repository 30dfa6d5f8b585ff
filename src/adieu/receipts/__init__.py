"""What a closure did, as a signed statement anyone can check, and the ledger that holds its hash.

Pure: instants, random bytes and the signer are passed in; nothing here reads a file, a clock or a database.
"""

from adieu.receipts.checkpoint import sign_checkpoint, verify_checkpoint
from adieu.receipts.commitment import commit_email
from adieu.receipts.file import Placed, member_file
from adieu.receipts.lines import (
    Check,
    Counted,
    Counts,
    DatasetDone,
    DatasetShown,
    DigestKept,
    Expiring,
    Kept,
    NotCovered,
    Proof,
    RegimeApplied,
    Scan,
    Shop,
    Told,
    Verification,
)
from adieu.receipts.note import VerifierKey
from adieu.receipts.receipt import Done, Receipt, Request, refuse_identifiers
from adieu.receipts.signing import SignedStatement, sign_statement
from adieu.receipts.tree import CompactRange, Growth, inclusion_proof
from adieu.receipts.verify import FilePart, Verified, verify_file

__all__ = [
    "Check", "CompactRange", "Counted", "Counts", "DatasetDone", "DatasetShown", "DigestKept", "Done", "Expiring",
    "FilePart", "Growth", "Kept", "NotCovered", "Placed", "Proof", "Receipt", "RegimeApplied", "Request", "Scan", "Shop",
    "SignedStatement", "Told", "Verification", "Verified", "VerifierKey", "commit_email", "inclusion_proof",
    "member_file", "refuse_identifiers", "sign_checkpoint", "sign_statement", "verify_checkpoint", "verify_file",
]
