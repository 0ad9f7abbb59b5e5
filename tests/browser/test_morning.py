"""The tutorial "Your mission in one morning": its files, its words, and every click of it."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from indicators.definitions.contracts import contracts
from indicators.foundation.messages import message_catalogue
from tests.browser.morning import MISSION, TABLES, Morning, poclens, served_from_nothing, walked
from tests.worlds.morning import name_of, write_files

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = {"en": "your_mission_in_one_morning.md", "fr": "your_mission_in_one_morning.fr.md"}


def bold(language: str) -> set[str]:
    """What the tutorial tells its reader to look for."""
    return set(re.findall(r"\*\*(.+?)\*\*", (DOCS / GUIDES[language]).read_text("utf-8")))


def harmed(files: Path, language: str, quarter: str) -> int:
    """Incidents of the file that were against civilians."""
    path = files / language / name_of("incidents", language, quarter)
    with path.open(encoding="utf-8-sig", newline="") as opened:
        rows = [*csv.reader(opened, delimiter=";" if language == "fr" else ",")]
    return sum(row[2] in ("yes", "oui") for row in rows[1:])


def test_files_of_the_tutorial_are_those_that_its_command_makes(tmp_path: Path) -> None:
    for path in write_files(tmp_path):
        kept = DOCS / "morning" / path.relative_to(tmp_path)
        assert kept.read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("language", ["en", "fr"])
def test_words_and_pictures_of_the_tutorial_are_there(language: str) -> None:
    entries = {
        entry[language].replace("\u00a0", " ").replace("\u202f", " ")
        for entry in message_catalogue().values()
    }
    titles = {contracts()[table].title.in_language(language) for table in TABLES}
    label = {"en": "Workbook: Mission in Malda", "fr": "Classeur : Mission au Malda"}[language]
    assert bold(language) - entries - titles == {label}
    text = (DOCS / GUIDES[language]).read_text("utf-8")
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    assert len(linked) > 15 and [one for one in linked if not (DOCS / one).exists()] == []


@pytest.mark.browser
def test_from_an_empty_machine_to_a_first_release(browser: Browser, tmp_path: Path) -> None:
    """The shortest way through the pages; the whole tutorial is walked in the soak."""
    page, files = browser.new_page(), DOCS / "morning"
    with served_from_nothing(tmp_path / "ws", "en") as url:
        morning = Morning(page, url, "en", files)
        morning.mission_made()
        morning.taken_in(morning.file("incidents", "2026-Q2"), "40 new", "0 rejected")
        assert "The list" not in poclens(tmp_path / "ws", "en", "next")
        morning.refreshed("2026-Q2")
        morning.published("2026-Q2")
        assert f"{harmed(files, 'en', '2026-Q2')} incidents" in page.inner_text("#main")
    page.close()


@pytest.mark.soak
@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_click_of_the_tutorial(browser: Browser, tmp_path: Path, language: str) -> None:
    files = DOCS / "morning"
    done = walked(browser, tmp_path, files, language, None)
    said = {one.replace("\u00a0", " ").replace("\u202f", " ") for one in done.said}
    assert said == bold(language)
    for quarter, overview in zip(("2026-Q2", "2026-Q3"), done.overviews, strict=True):
        assert (tmp_path / "ws" / "releases" / MISSION / f"{quarter}-r01").is_dir()
        assert f"{harmed(files, language, quarter)} incidents" in overview
