"""`make archive-walk`: archives of the demo shop's members opened in Chromium from disk, on a desktop and on a phone.

The browser has no network and the page is a file. Each page is judged by axe-core, and its picture lies in
build/archive-walk for a person to look at.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from demo.cached import cached_sqlite_shop
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "archive-walk"
WIDTHS = {"desktop": 1280, "phone": 360}
LANGUAGES = {"ko": "index.html", "en": "index.en.html"}
_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One page as the browser met it."""

    name: str  # member, language and width
    asked: tuple[str, ...]  # addresses beside the file's own that the page wanted
    violations: tuple[str, ...]  # of axe-core: rule and the elements
    overflow_px: int  # how much wider than the window the page is
    errors: tuple[str, ...]  # what the console said

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything that a page must not have, told by name; empty where it is as it should be."""
        wide = (f"{self.overflow_px} px too wide",) if self.overflow_px > 0 else ()
        return (*(f"asked for {address}" for address in self.asked), *self.violations, *self.errors, *wide)


def chromium() -> str | None:
    """Debian's Chromium; None where it is not installed."""
    return shutil.which("chromium")


def write_archives(folder: Path, shop: Path, keys: Sequence[str]) -> list[Path]:
    """Archives of these members, unpacked below `folder`; where each lies. `shop` is copied first."""
    shutil.copy(shop, folder / "shop.sqlite3")
    environment = {
        **os.environ, "SHOP_DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite3'}", "ADIEU_MAP": str(ROOT / "maps" / "oscar.yaml"),
        "ADIEU_HOME": str(folder / "home"), "ADIEU_LEDGER_NAME": "oscar-books.example/adieu",
    }

    def adieu(*words: str) -> None:
        command = [sys.executable, "-c", "from adieu.cli.main import main; main()", *words]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)

    adieu("install")
    unpacked = []
    for key in keys:
        adieu("archive", "--member", key, "--out", str(folder / f"{key}.zip"), "--lang", "ko")
        with zipfile.ZipFile(folder / f"{key}.zip") as package:
            package.extractall(folder / key)
        unpacked.append(folder / key)
    return unpacked


def members(shop: Path, count: int) -> list[str]:
    """The demo member, then those with the most orders and one with none."""
    with closing(sqlite3.connect(shop)) as opened:
        demo = opened.execute("select id from auth_user where username = 'demo-member'").fetchall()
        most = opened.execute("select user_id from order_order where user_id is not null group by 1 order by count(*) desc, 1")
        none = opened.execute(
            "select id from auth_user where not is_staff and id not in (select user_id from order_order where user_id is not null)"
        )
        found = [str(key) for (key,) in [*demo, *none.fetchmany(1), *most.fetchmany(count)]]
    return list(dict.fromkeys(found))[:count]


@contextlib.contextmanager
def browser(program: str) -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        try:
            yield opened
        finally:
            opened.close()


def look(opened: Browser, folder: Path, language: str, width: str, picture: Path | None = None) -> Seen:
    """Open one page of an unpacked archive, without a network, and judge it."""
    asked: list[str] = []
    errors: list[str] = []
    context: BrowserContext = opened.new_context(
        viewport={"width": WIDTHS[width], "height": 800}, offline=True, is_mobile=width == "phone", has_touch=width == "phone"
    )
    try:
        page = context.new_page()
        address = (folder / LANGUAGES[language]).as_uri()
        page.on("request", lambda request: asked.append(request.url) if request.url != address else None)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(address)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if picture is not None:
            picture.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(picture), full_page=True)
        return Seen(
            name=f"{folder.name} {language} {width}", asked=tuple(asked), violations=_judged(page),
            overflow_px=int(overflow), errors=tuple(errors),
        )
    finally:
        context.close()


def _judged(page: Page) -> tuple[str, ...]:
    """What axe-core finds; it is put in by the debugger, since the page itself lets no script run."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(found => found.violations.map(v => [v.id, v.nodes.map(n => n.target.join(' '))]))")
    return tuple(f"{rule}: {', '.join(targets[:3])} ({len(targets)})" for rule, targets in found)


def main() -> None:
    """Take all pictures, and end with 1 where a page asks for anything, is too wide, or is not accessible."""
    program = chromium()
    if program is None:
        sys.exit("chromium not found; as root: make packages")
    shop = cached_sqlite_shop(members=60)
    shutil.rmtree(PICTURES, ignore_errors=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as name, browser(program) as opened:
        for folder in write_archives(Path(name), shop, members(shop, 3)):
            for language, width in ((language, width) for language in LANGUAGES for width in WIDTHS):
                seen = look(opened, folder, language, width, PICTURES / f"{folder.name}-{language}-{width}.png")
                print(f"{seen.name}: {'; '.join(seen.wrong) or 'clean'}")
                wrong += bool(seen.wrong)
    print(f"pictures: {PICTURES.relative_to(ROOT)}")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
