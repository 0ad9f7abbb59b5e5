"""Readers of the dashboards: each goes from page to page as people do, and notes how long it took.

A session opens the document once, as a browser does whose cache has the libraries, and then asks
for one screen after the other, with a pause in which it is read. Two in five pages are of one area,
one in five of an earlier quarter; half of the readers read French; a fifth of the steps go back.
"""

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlencode

PAGES = (
    "/", "/", "/", "/results-chain", "/indicators", "/perceptions", "/effort", "/effects",
    "/map", "/map", "/alerts", "/data-quality", "/releases", "/catalogue", "/help",
)  # fmt: skip
QUARTERS = ("2026-Q2", "2026-Q1", "2025-Q4", "2025-Q3")


@dataclass
class Visited:
    """Seconds of documents and of screens, and what failed."""

    documents: list[float] = field(default_factory=list)
    screens: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    bytes: int = 0


@dataclass(frozen=True)
class Reader:
    """One session: `indicators`, `areas`, `missions`: codes to choose from; pauses in seconds."""

    port: int
    number: int
    indicators: Sequence[str]
    areas: Sequence[str]
    pause: tuple[float, float]
    pages: Sequence[str] = PAGES
    missions: Sequence[str] = ()

    def browse(self, until: float, visited: Visited) -> None:
        """Read page after page until the clock (monotonic) is there."""
        chance = Random(self.number)
        language = "fr" if self.number % 2 else "en"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        time.sleep(chance.uniform(0, self.pause[1]))
        for path in (f"/?lang={language}", "/_dash-layout", "/_dash-dependencies"):
            _ask(connection, path, visited.documents, visited)
        been: list[str] = []
        while time.monotonic() < until:
            goes_back = bool(been) and chance.random() < 0.2
            path = chance.choice(been) if goes_back else self._next(chance, language)
            been.append(path)
            _ask(connection, f"/screen{path}", visited.screens, visited)
            time.sleep(chance.uniform(*self.pause))
        connection.close()

    def _next(self, chance: Random, language: str) -> str:
        query = {"lang": language}
        if self.areas and chance.random() < 0.4:
            query["area"] = chance.choice(self.areas)
        if chance.random() < 0.2:
            query["period"] = chance.choice(QUARTERS)
        if self.missions:
            query["mission"] = chance.choice(self.missions)
        page = chance.choice(self.pages)
        if page == "/indicators" or chance.random() < 0.25:
            # Those at the head of the list are opened more often.
            place = int(len(self.indicators) * chance.random() ** 2)
            page = f"/indicators/{self.indicators[place]}"
        return f"{page}?{urlencode(query)}"


def _ask(
    connection: http.client.HTTPConnection, path: str, seconds: list[float], visited: Visited
) -> None:
    started = time.perf_counter()
    try:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        visited.failures.append(f"{path}: {error!r}")
        return
    seconds.append(time.perf_counter() - started)
    visited.bytes += len(body)
    if answer.status != 200:
        visited.failures.append(f"{path}: {answer.status}")


def browse(readers: Sequence[Reader], seconds: float) -> Visited:
    """All readers at once for so many seconds."""
    until, visited = time.monotonic() + seconds, Visited()
    threads = [threading.Thread(target=r.browse, args=(until, visited)) for r in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return visited


def share(seconds: Sequence[float], part: float) -> float:
    """The value below which this part of them lies."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
