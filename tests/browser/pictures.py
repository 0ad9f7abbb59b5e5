"""Pictures of every page in both languages: `python -m tests.browser.pictures OUTDIR`.

Of a small release made for the tests, or with --home of the releases of a workspace; --print also
makes the PDF of each page.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import (
    PAGES,
    chromium,
    chromium_path,
    with_query,
)
from tests.worlds.release import write_release
from tests.worlds.server import served


def main(arguments: list[str] | None = None) -> int:
    """Make the pictures; 2 where there is no Chromium."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures")
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--home", type=Path, help="workspace whose newest release is shown")
    parser.add_argument("--page", action="append", help="address of a page; all without it")
    parser.add_argument("--width", type=int, action="append", help="pixels; 1280 without it")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--print", action="store_true", dest="prints")
    chosen = parser.parse_args(arguments)
    path = chromium_path()
    if path is None:
        print("no Chromium on this machine (apt install chromium)", file=sys.stderr)
        return 2
    chosen.outdir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder)
        if chosen.home is None:
            write_release(home)
        with served(home) as url, chromium(path) as browser:
            for width in chosen.width or [1280]:
                for page in chosen.page or PAGES:
                    for language in ("en", "fr"):
                        query = f"lang={language}&theme={chosen.theme}"
                        name = f"{_name(page)}_{width}_{chosen.theme}_{language}"
                        address = url + with_query(page, query)
                        _picture(browser, address, width, chosen.outdir / name, chosen.prints)
                        print(name)
    return 0


def _name(page: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "_", page).strip("_") or "overview"


def _picture(browser: Browser, address: str, width: int, file: Path, prints: bool) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address)
    page.wait_for_selector("#screen h1", timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=f"{file}.png", full_page=True)
    if prints:
        page.pdf(path=f"{file}.pdf", prefer_css_page_size=True, print_background=False)
    page.close()


if __name__ == "__main__":
    raise SystemExit(main())
