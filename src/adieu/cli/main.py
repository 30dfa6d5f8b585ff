"""`adieu`: one verb, one use case. Errors go to standard error with the exit code their class names."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer

from adieu.errors import AdieuError

#: module -> its verbs. Only the module of the verb asked for is loaded: drivers and models take longer than most verbs.
_VERBS = {
    "installing": ("install", "check"),
    "looking": ("plan", "scan"),
    "closing": ("close", "work", "kept"),
    "archiving": ("archive", "report", "archive-verify"),
    "receipts": ("receipt",),
}


def main() -> None:
    """Run the command line; an error of Adieu's is told in its own words, without a traceback."""
    try:
        command_line(sys.argv[1:])()
    except AdieuError as error:
        print(f"adieu: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def command_line(words: list[str]) -> typer.Typer:
    """The command line with the verb that the words begin with; with every verb where they begin with none."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False,
        rich_markup_mode=None,  # help in plain text: what would paint it takes longer to load than most verbs run
    )
    app.callback()(_adieu)
    asked = [module for module, verbs in _VERBS.items() if words and words[0] in verbs]
    for module in asked or _VERBS:
        loaded = import_module(f"adieu.cli.{module}")
        if module == "receipts":
            app.add_typer(loaded.receipt_app, name="receipt")
        else:
            app.add_typer(getattr(loaded, f"{module}_app"))
    return app


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # takes longer to load than most verbs run

        print(f"adieu {version('adieu')}")
        raise typer.Exit


def _adieu(
    version_: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="print the version and stop")
    ] = False,
) -> None:
    pass


_adieu.__doc__ = __doc__
