"""Fixtures: the real server on a free port, and a browser that notes every request and message."""

import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.chromium import chromium, chromium_path
from tests.worlds.release import write_release
from tests.worlds.server import served


def _chromium() -> str:
    found = chromium_path()
    if found is None:
        reason = "no Chromium on this machine: the browser tests do not run (apt install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    return found


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
    with served(workspace) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with chromium(_chromium()) as opened:
        yield opened


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


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Page]:
    """One page for all visits: what draws pages is compiled once, half of what one costs."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def visit(tab: Page, server: str) -> Iterator[Visit]:
    """A visit of a new reader, 1440 wide, that records requests, console errors and exceptions."""
    yield from recorded(tab, server)


def _complains(said: ConsoleMessage) -> bool:
    """But for the icon that Chromium looks for beside `/health`, where the visit before ended."""
    asked = said.location["url"] if said.location else ""
    return said.type in ("error", "warning") and not asked.endswith("/favicon.ico")


def recorded(page: Page, server: str) -> Iterator[Visit]:
    """A visit after which the page knows nothing of it: no cookie, nothing kept, no medium."""
    page.set_viewport_size({"width": 1440, "height": 900})
    found = Visit(page, server)
    notes: dict[Any, Callable[[Any], object]] = {
        "request": lambda request: found.requests.append(request.url),
        "pageerror": lambda error: found.complaints.append(str(error)),
        "console": lambda said: found.complaints.append(said.text) if _complains(said) else None,
    }
    for event, note in notes.items():
        page.on(event, note)
    yield found
    for event, note in notes.items():
        page.remove_listener(event, note)
    page.emulate_media(media="null")
    page.goto(f"{server}/health")
    page.evaluate("localStorage.clear()")
    page.context.clear_cookies()
