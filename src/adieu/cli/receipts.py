"""The verbs about receipts: show one, verify one, publish the keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adieu.adapters.signing import read_published
from adieu.bootstrap import open_house, public_keys
from adieu.cli.options import Map, settings_of
from adieu.closures import receipt_file
from adieu.errors import SettingsError
from adieu.receipts import VerifierKey, verify_file

receipt_app = typer.Typer(no_args_is_help=True, help="Receipts: show one, verify one.")


@receipt_app.command("show")
def receipt_show(closure: str, map_: Map = None) -> None:
    """Print the receipt file of a closure."""
    with open_house(settings_of(map_)) as house:
        data = receipt_file(house.desk, closure)
    if data is None:
        raise SettingsError(f"closure {closure} has no receipt; expected the id of a closed closure")
    print(data.decode())


@receipt_app.command("keys")
def receipt_keys(map_: Map = None) -> None:
    """Print the page of public keys to publish; `adieu receipt verify --key` takes it."""
    print(public_keys(settings_of(map_)))


@receipt_app.command("verify")
def receipt_verify(
    file: Path, key: Annotated[str, typer.Option(help="the shop's public key line, or a file that holds it")]
) -> None:
    """Check a receipt with nothing but the file and the shop's public key."""
    line = Path(key).read_text(encoding="utf-8") if Path(key).is_file() else key
    keys = read_published(line) if "\n" in line.strip() or "#" in line else (VerifierKey.parse(line.strip()),)
    verified = verify_file(file.read_bytes(), keys[0])
    print(f"verified: signed by {keys[0].key_id}; leaf {verified.index} of a ledger of {verified.checkpoint.head.size}")
