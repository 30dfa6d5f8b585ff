"""`adieu --version` tells the version and stops."""

from importlib.metadata import version

import pytest

from adieu.cli.main import command_line


def test_the_version_is_that_of_the_installed_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line(["--version"])(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"adieu {version('adieu')}\n")
