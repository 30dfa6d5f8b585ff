"""An archive opened from disk in a browser without a network: nothing is asked for, nothing is too wide, axe-core is clean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.demo.archive_walk import LANGUAGES, WIDTHS, browser, chromium, look, members, write_archives


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.skip("chromium not found; as root: make packages")
    with browser(program) as running:
        yield running


@pytest.fixture(scope="module")
def archive(opened: Browser, shop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (folder,) = write_archives(tmp_path_factory.mktemp("archives"), shop_file, members(shop_file, 2)[1:])
    return folder


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_from_disk_and_is_accessible(opened: Browser, archive: Path, language: str, width: str) -> None:
    assert look(opened, archive, language, width).wrong == ()


def test_a_page_that_asks_the_network_or_is_too_wide_or_unnamed_is_found(opened: Browser, archive: Path, tmp_path: Path) -> None:
    page = (archive / LANGUAGES["en"]).read_text(encoding="utf-8")
    page = page.replace("default-src 'none'", "default-src *").replace("img-src data:", "img-src *")
    bad = "<img src='https://shop.example/pixel'><div style='width:5000px'>wide</div>"
    (tmp_path / LANGUAGES["en"]).write_text(page.replace("<main>", f"<main>{bad}"), encoding="utf-8")
    seen = look(opened, tmp_path, "en", "phone")
    assert seen.asked == ("https://shop.example/pixel",)
    assert any(rule.startswith("image-alt") for rule in seen.violations) and seen.overflow_px > 0
