"""Fixtures: the real server on a free port, and a browser that notes every request and message."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.worlds.release import write_release

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


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        reason = "no Chromium on this machine: the browser tests do not run (apt install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    return found


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _await(url: str, process: subprocess.Popen[str]) -> None:
    for _ in range(_START_SECONDS * 10):
        if process.poll() is not None:
            pytest.fail(f"the server ended: {process.communicate()}")
        try:
            urllib.request.urlopen(f"{url}/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not answer in time")


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one rich release."""
    folder = tmp_path_factory.mktemp("browser")
    write_release(folder)
    return folder


@pytest.fixture(scope="session")
def server(workspace: Path) -> Iterator[str]:
    """The address of `python -m dashboards` over the workspace."""
    _chromium()
    port = _free_port()
    command = [sys.executable, "-m", "dashboards", "--home", str(workspace), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url, process)
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    path = _chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield opened
        opened.close()


@dataclass
class Visit:
    """A page of the browser, with what it asked for and complained about."""

    page: Page
    server: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to an address and wait until the page's content stands."""
        self.page.goto(self.server + path)
        self.page.wait_for_selector("#screen h1", timeout=30_000)
        self.page.wait_for_load_state("networkidle")
        return self.page

    @property
    def foreign(self) -> list[str]:
        """Requests that left the machine."""
        local = (f"{self.server}/", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(local)]


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Visit]:
    """A fresh page, 1440 wide, that records requests, console errors and exceptions."""
    yield from recorded(browser, server)


def recorded(browser: Browser, server: str) -> Iterator[Visit]:
    """A visit with a page of its own, closed at the end."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    found = Visit(page, server)
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            found.complaints.append(said.text) if said.type in ("error", "warning") else None
        ),
    )
    yield found
    page.close()
