"""The command line: parse, call one use case, render."""

from adieu.cli.main import main

__all__ = ["main"]
