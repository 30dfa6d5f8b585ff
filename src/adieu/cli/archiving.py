"""The verbs of a member's own copy: write it, write the shopping report by itself, check a copy."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, cast

import typer

from adieu.archive import Spool, verify_archive
from adieu.bootstrap import archive_check, archive_signature, open_shelves
from adieu.cli.files import write_whole
from adieu.cli.options import Map, settings_of
from adieu.closures.archiving import Wanted, member_report, write_member_archive
from adieu.errors import ArchiveInvalid

archiving_app = typer.Typer()
Member = Annotated[str, typer.Option("--member", help="the member's key")]
Out = Annotated[Path, typer.Option("--out", help="the file to write; it must not be there yet")]
Lang = Annotated[str | None, typer.Option("--lang", help="ko or en; default the shop's first language")]


@archiving_app.command()
def archive(
    member: Member,
    out: Out,
    map_: Map = None,
    lang: Lang = None,
    recipient: Annotated[list[str] | None, typer.Option(help="seal it with age for this key: age1… or ssh-…")] = None,
) -> None:
    """Write a member's own records and shopping report into a signed zip; nothing in the shop is changed."""
    if recipient:
        from adieu.adapters.age import check_recipient, seal  # its library is loaded for who asks for it

        for line in recipient:
            check_recipient(line)
    settings = settings_of(map_)
    sign, wanted = archive_signature(settings), Wanted(made_at=datetime.now(UTC), language=lang)
    with open_shelves(settings) as shelves:
        if recipient:
            with Spool() as plain:
                made = write_member_archive(shelves, member, wanted, cast(BinaryIO, plain), sign)
                write_whole(out, lambda file: seal(plain.reader(), file, recipient))
        else:
            made = write_whole(out, lambda file: write_member_archive(shelves, member, wanted, file, sign))
    print(f"{out}: {made.records} records in {len(made.files)} files")


@archiving_app.command()
def report(member: Member, out: Out, map_: Map = None, lang: Lang = None) -> None:
    """Write a member's shopping report by itself, as one page that needs no network."""
    with open_shelves(settings_of(map_)) as shelves:
        page = member_report(shelves, member, Wanted(made_at=datetime.now(UTC), language=lang))
    write_whole(out, lambda file: file.write(page.encode()))
    print(f"{out}: written")


@archiving_app.command("archive-verify")
def archive_verify(
    file: Path, key: Annotated[str, typer.Option(help="the shop's public key line, or a file that holds it")]
) -> None:
    """Check an archive with nothing but the file and the shop's public key; every changed file is named."""
    verify = archive_check(Path(key).read_text(encoding="utf-8") if Path(key).is_file() else key)
    with file.open("rb") as opened:
        checked = verify_archive(opened, verify)
    for name, kind in ((n, k) for k in ("tampered", "missing", "extra") for n in getattr(checked, k)):
        print(f"{kind}: {name}")
    if not checked.intact:
        raise ArchiveInvalid("files", "it is not as the shop handed it out; fetch it again, or ask the shop.")
    print(f"verified: {len(checked.manifest.files)} files as the shop signed them")
