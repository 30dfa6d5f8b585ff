"""Options that several verbs share, and the settings they lead to."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Annotated

import typer

from adieu.settings import Settings, read_settings

Map = Annotated[Path | None, typer.Option("--map", help="the data map; default ADIEU_MAP or adieu.yaml")]


def settings_of(map_: Path | None) -> Settings:
    """The environment's settings, with the map that was named, if one was."""
    settings = read_settings(os.environ)
    return dataclasses.replace(settings, map=map_) if map_ else settings
