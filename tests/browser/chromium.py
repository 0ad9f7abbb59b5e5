"""The Chromium that visits the pages, and what it looks for on each of them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from indicators.foundation.messages import message_catalogue
from tests.worlds.pages import addresses

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Every page, with the choices without which a part of it would not be drawn.
PAGES = addresses()


def with_query(path: str, query: str) -> str:
    """An address with more parameters."""
    return path + ("&" if "?" in path else "?") + query


def english_left(text: str) -> list[str]:
    """Fixed English words of the catalogue that stand in a text."""
    english = [
        entry["en"]
        for key, entry in message_catalogue().items()
        if key.startswith("page.") and entry["en"] != entry["fr"] and "{" not in entry["en"]
    ]
    return [words for words in english if len(words) > 12 and words in text]


def chromium_path() -> str | None:
    """The Chromium of this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """An open Chromium without services that ask the network."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield opened
        opened.close()
