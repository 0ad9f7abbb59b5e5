"""Releases published while readers go from page to page: no error, and no page of two releases."""

import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import pytest

from tests.worlds.release import mart_rows, write_release
from tests.worlds.server import served

# The page of releases names all of them.
PATHS = ("/", "/indicators", "/map", "/alerts", "/catalogue", "/indicators/P2-OC-07", "/help")
LONGEST = 30  # seconds until somebody has a page of a release
NAMES = ("2026-Q3-r01", "2026-Q3-r02", "2026-Q3-r03")


def write_releases(home: Path) -> Path:
    """Three releases that differ in the mission's name; returns the file that names the current."""
    rows = dict(mart_rows())
    for name in NAMES:
        said = f"Mission of {name[-3:]}"
        rows["mission"] = [rows["mission"][0] | {"name_en": said, "name_fr": said}]
        folder = write_release(home, name, rows)
    return folder.parent / "current"


def publish(pointer: Path, name: str) -> None:
    """As a publication does it: the new pointer takes the place of the old one."""
    new = pointer.with_suffix(".new")
    new.write_text(name + "\n")
    new.replace(pointer)


def said_releases(text: str) -> set[str]:
    """The releases that a page speaks of, by its name in the bar and by the mission's name."""
    return set(re.findall(r"2026-Q3-(r\d\d)", text)) | set(re.findall(r"Mission of (r\d\d)", text))


def read_pages(
    server: str, number: int, is_over: threading.Event, seen: set[str], wrong: list[str]
) -> None:
    """One reader: documents and screens in turn; notes what fails and what is mixed."""
    for step, path in enumerate(cycle(PATHS)):
        if is_over.is_set():
            return
        query = f"?lang={'en' if number % 2 else 'fr'}&q={number}-{step % 30}"
        address = f"{server}{'/screen' if step % 3 else ''}{path}{query}"
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                text = answer.read().decode()
        except (OSError, urllib.error.HTTPError) as error:
            wrong.append(f"{address}: {error}")
            continue
        found = said_releases(json.dumps(json.loads(text)) if step % 3 else text)
        seen |= found
        if len(found) != 1:
            wrong.append(f"{address}: {sorted(found)}")


def read_while_publishing(home: Path, readers: int, publications: Sequence[str]) -> set[str]:
    """The releases that readers saw. Fails on an error or a page of two releases."""
    pointer = write_releases(home)
    publish(pointer, NAMES[0])
    seen: set[str] = set()
    wrong: list[str] = []
    with served(home) as server:
        is_over = threading.Event()
        threads = [
            threading.Thread(target=read_pages, args=(server, number, is_over, seen, wrong))
            for number in range(readers)
        ]
        for thread in threads:
            thread.start()
        for name in (NAMES[0], *publications):
            publish(pointer, name)
            time.sleep(1)
            until = time.monotonic() + LONGEST
            while name[-3:] not in seen and time.monotonic() < until:
                time.sleep(0.1)  # on a loaded machine a page takes longer than a second
        is_over.set()
        for thread in threads:
            thread.join()
    assert not wrong, f"{len(wrong)} wrong, of them {wrong[:3]}"
    return seen


def test_five_readers_while_two_releases_are_published(tmp_path: Path) -> None:
    assert read_while_publishing(tmp_path, 5, NAMES[1:]) == {"r01", "r02", "r03"}


@pytest.mark.soak
def test_fifty_readers_while_releases_are_published_for_a_minute(tmp_path: Path) -> None:
    publications = [NAMES[number % 3] for number in range(1, 60)]
    assert read_while_publishing(tmp_path, 50, publications) == {"r01", "r02", "r03"}
