"""A release served on a free port of this machine, and the Chromium that visits it."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from indicators.foundation.messages import message_catalogue

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_START_SECONDS = 60

# Every page, with the choices without which a part of it would not be drawn.
PAGES = (
    "/",
    "/results-chain",
    "/indicators",
    "/indicators/P2-OC-07",
    "/indicators/P2-OC-05",
    "/map",
    "/perceptions",
    "/effects?edge=E1",
    "/effects?edge=E3",
    "/effects?edge=E5",
    "/data-quality",
    "/releases",
    "/catalogue",
    "/effort",
    "/alerts",
    "/help",
)


def with_query(path: str, query: str) -> str:
    """An address with more parameters."""
    return path + ("&" if "?" in path else "?") + query


def await_charts(page: Page) -> None:
    """Until every chart of the page is drawn."""
    charts = page.locator("figure.chart")
    for place in range(charts.count()):
        charts.nth(place).locator(".main-svg").first.wait_for(state="attached")


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


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of `python -m dashboards` over a workspace. RuntimeError if it does not start."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    command = [sys.executable, "-m", "dashboards", "--home", str(home), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url, process)
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _await(url: str, process: subprocess.Popen[str]) -> None:
    for _ in range(_START_SECONDS * 10):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {process.communicate()}")
        try:
            urllib.request.urlopen(f"{url}/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not answer in time")
