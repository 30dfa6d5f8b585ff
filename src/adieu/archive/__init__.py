"""The member's own records, handed to them: a zip that opens anywhere, says what it holds, and can be checked.

No drivers and no clock here: records come as streams, instants and the signing as arguments. The only thing outside
memory is a nameless, encrypted file for what waits its turn.
"""

from adieu.archive.labels import columns_of
from adieu.archive.make import Made, write_archive
from adieu.archive.manifest import FileLine, Manifest, Sign, Verify
from adieu.archive.section import (
    Afterwards,
    Cell,
    Column,
    Cover,
    Fragment,
    Inserts,
    Kind,
    Role,
    Section,
    Texts,
)
from adieu.archive.spool import Spool
from adieu.archive.verify import Checked, verify_archive
from adieu.archive.words import LANGUAGES

__all__ = [
    "LANGUAGES", "Afterwards", "Cell", "Checked", "Column", "Cover", "FileLine", "Fragment", "Inserts", "Kind", "Made",
    "Manifest", "Role", "Section", "Sign", "Spool", "Texts", "Verify", "columns_of", "verify_archive", "write_archive",
]
