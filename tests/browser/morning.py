"""The tutorial "Your mission in one morning", clicked through as it says, in either language.

`python -m tests.browser.morning docs/morning` writes its files and its pictures and prints how long
the machine took; the test does the same without pictures.
"""

import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from playwright.sync_api import Browser, Locator, Page

from indicators.definitions.contracts import contracts
from indicators.foundation.messages import message
from tests.browser.chromium import chromium, chromium_path
from tests.worlds.morning import name_of, write_files
from tests.worlds.server import serving

MISSION = "malda"
TABLES = ("activities", "incidents", "alerts", "survey_respondents")
AS_OF = {"2026-Q2": date(2026, 7, 15), "2026-Q3": date(2026, 10, 15)}
TYPED = {
    "name_en": "Mission in Malda", "name_fr": "Mission au Malda", "code": MISSION.upper(),
    "starts_on": "2026-04-01", "time_zone": "Africa/Juba", "country_en": "Malda",
    "country_fr": "Malda", "country_code": "MLD",
}  # fmt: skip
MENDS = {"Atlantis": "Arda", "31/02/2026": "30/04/2026", "FPU-9": "FPU-1"}
# Of the workbook of targets: sheet, row by its identity (None: a new one), column, value.
TARGETS: dict[str, dict[str, dict[str, Any]]] = {
    "indicators": {
        "P3-OC-02": {
            "baseline.value": 50, "baseline.on": date(2026, 4, 1),
            "target.value": 70, "target.on": date(2027, 6, 30),
        }
    },
    "outcomes": {
        "trust": {
            "title.en": "People trust host-State police", "indicator": "P3-OC-02",
            "title.fr": "Les gens font confiance à la police de l’État hôte",
        }
    },
    "outputs": {
        "patrols": {
            "title.en": "Patrols of UN police", "title.fr": "Patrouilles de la police de l’ONU",
            "indicator": "P2-OP-01", "tier": "II",
        }
    },
    "edges": {
        "patrols_trust": {
            "from": "P2-OP-01", "to": "P3-OC-02", "expected_sign": 1,
            "why.en": "Who is seen is known.", "why.fr": "Qui est vu est connu.",
        }
    },
}  # fmt: skip
_SIZE = {"width": 1100, "height": 760}
_RUN_SECONDS = 240


@dataclass
class Morning:
    """One walk; `said`: each word of the pages that it pressed, `seconds`: by part of the walk."""

    page: Page
    url: str
    language: str
    files: Path
    pictures: Path | None = None
    said: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    overviews: list[str] = field(default_factory=list)  # of each release, as it is read

    def words(self, key: str, **parameters: object) -> str:
        """A text of the pages."""
        return message(
            key if key.startswith("next.") else f"page.{key}", self.language, **parameters
        )

    def named(self, key: str, **parameters: object) -> str:
        """A text that the tutorial tells its reader to look for."""
        self.said.append(self.words(key, **parameters))
        return self.said[-1]

    def press(self, key: str, role: str = "button", within: Locator | None = None) -> None:
        """Presses the button, or follows the link, of this text."""
        place = within or self.page.locator("main")
        target = place.get_by_role(role, name=self.named(key), exact=True)  # type: ignore[arg-type]
        target.first.click()
        self.page.wait_for_load_state()

    def text(self) -> str:
        """What the page shows, in one line."""
        return " ".join(self.page.inner_text("main").split())

    def picture(self, name: str) -> None:
        """Keeps what the browser shows."""
        if self.pictures is not None:
            self.page.screenshot(path=self.pictures / f"{name}.png")

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Takes the seconds of a part."""
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 1)

    def steps(self) -> None:
        """The first page, with nothing published the steps."""
        self.page.goto(f"{self.url}/records/steps?mission={MISSION}&lang={self.language}")

    def mission_made(self, **mistyped: str) -> None:
        """From the first page to a mission with areas, outlines and units."""
        self.page.goto(f"{self.url}/?lang={self.language}")
        self.picture("1_steps")
        self.press("next.mission.title", "link")
        for name, value in (TYPED | mistyped).items():
            self.named(f"setup.field.{name}")
            self.page.fill(f"[name={name}]", value)
        self.named("setup.field.is_fictional")
        self.page.check("[name=is_fictional]")
        for kind in ("areas", "units"):
            self.named(f"setup.file.{kind}")
            self.page.set_input_files(f"[name={kind}]", self.file(kind))
        self.named("setup.file.outlines")
        self.page.set_input_files("[name=outlines]", self.files / "outlines.geojson")
        for table in TABLES:
            title = contracts()[table].title.in_language(self.language)
            self.said.append(title)
            self.page.check(f"[name=table][value={table}]")
        self.page.locator("[name=table]").first.scroll_into_view_if_needed()
        self.picture("2_mission")
        self.press("setup.make")
        assert self.page.locator("[data-saved=mission]").count() == 1, self.text()

    def mission_changed(self, name: str) -> None:
        """A field of the made mission, corrected on its page."""
        self.steps()
        self.press("next.mission.title", "link")
        self.page.fill(f"[name={name}]", TYPED[name])
        self.press("setup.change.show")
        assert TYPED[name] in self.text()
        self.press("setup.change.write")
        assert self.words("setup.change.written") in self.text(), self.text()

    def file(self, kind: str, quarter: str = "", suffix: str = "csv") -> Path:
        """A file of the tutorial in the language."""
        return self.files / self.language / name_of(kind, self.language, quarter, suffix)

    def taken_in(self, file: Path, *told: str, picture: str = "") -> None:
        """A file that waits for the next refresh, after a look at what it would bring."""
        self.steps()
        self.press("next.files.title", "link")
        self.page.set_input_files("[name=file]", file)
        self.press("intake.show")
        shown = self.text()
        for one in told:
            assert " ".join(one.split()) in shown, (file.name, one, shown)
        if picture:
            self.page.locator("section[aria-labelledby^=rows-]").last.scroll_into_view_if_needed()
            self.picture(picture)
        is_new = self.words("intake.proposal") in shown
        self.press("intake.confirm" if is_new else "intake.take_in")
        assert self.page.inner_text("h1") == self.words("intake.taken", name=file.name), self.text()

    def targets_set(self, room: Path) -> None:
        """The workbook of targets goes out, is filled in and comes back."""
        self.steps()
        self.press("next.targets.title", "link")
        name = {"en": "Mission in Malda", "fr": "Mission au Malda"}[self.language]
        label = self.named("profile.download", mission=name)
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=label).click()
        path = room / "targets.xlsx"
        coming.value.save_as(path)
        fill(path)
        self.page.set_input_files("[name=file]", path)
        self.press("profile.show")
        self.picture("4_targets")
        self.press("profile.write")
        assert self.page.inner_text("h1") == self.words("profile.written"), self.text()

    def refreshed(self, quarter: str) -> None:
        """A refresh begun on the page, to its end."""
        self.steps()
        self.press("next.refresh.title", "link")
        form = self.page.locator("form[aria-labelledby=refresh]")
        self.named("run.as_of")
        form.locator("[name=value]").fill(AS_OF[quarter].isoformat())
        self.press("run.refresh", within=form)
        self._ended()

    def published(self, quarter: str) -> None:
        """A release begun on the page, to its end, and read."""
        self.steps()
        self.press("next.release.title", "link")
        form = self.page.locator("form[aria-labelledby=publish]")
        self.named("run.quarter")
        form.locator("[name=value]").select_option(quarter)
        self.press("run.publish", within=form)
        self._ended()
        self.press("run.read", "link")
        self.page.wait_for_selector("#screen h1")
        self.page.wait_for_load_state("networkidle")
        self.overviews.append(self.page.inner_text("#main"))

    def _ended(self) -> None:
        newest = self.page.locator("section[aria-labelledby=runs] article").first
        ended = self.page.locator("section[aria-labelledby=runs]:not([data-poll])")
        ended.wait_for(timeout=_RUN_SECONDS * 1000)
        assert "run-done" in (newest.get_attribute("class") or ""), newest.inner_text()

    def mended(self, room: Path) -> int:
        """The rejected rows go out as workbooks, are corrected and come back; how many files."""
        self.steps()
        self.press("next.rejected.title", "link")
        self.picture("5_refreshed")
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=self.named("run.to_mend")).click()
        packed = room / "rejected.zip"
        coming.value.save_as(packed)
        with zipfile.ZipFile(packed) as opened:
            opened.extractall(room)
            names = sorted(opened.namelist())
        for name in names:
            correct(room / name)
            title = contracts()["activities"].title.in_language(self.language)
            self.taken_in(room / name, self.words("intake.as_arriving", title=title))
        return len(names)

    def first_release(self, room: Path) -> None:
        """The whole morning."""
        with self.part("mission"):
            self.mission_made(name_fr="Mission à Malda")
            self.mission_changed("name_fr")
        with self.part("files"):
            self.taken_in(self.file("patrols", "2026-Q2"), "Atlantis", "FPU-9", picture="3_file")
            for kind in ("incidents", "alerts"):
                self.taken_in(self.file(kind, "2026-Q2"))
            for table in ("survey_respondents", "survey_answers"):
                self.taken_in(self.files / self.language / f"{table}.xlsx")
        with self.part("targets"):
            self.targets_set(room)
        with self.part("refresh"):
            self.refreshed("2026-Q2")
        with self.part("corrections"):
            assert self.mended(room) == 2
            self.refreshed("2026-Q2")
        with self.part("release"):
            self.published("2026-Q2")
        self.picture("6_release")

    def next_quarter(self) -> None:
        """The quarter after: files of known names, a refresh, a release."""
        with self.part("next"):
            for kind in ("patrols", "incidents", "alerts"):
                self.taken_in(self.file(kind, "2026-Q3"))
            self.refreshed("2026-Q3")
            self.published("2026-Q3")


def fill(path: Path) -> None:
    """Types the tutorial's baselines, targets and framework into the workbook."""
    book = openpyxl.load_workbook(path)
    for sheet, entries in zip(book.worksheets, TARGETS.values(), strict=True):
        columns = {cell.value: cell.column for cell in sheet[2] if cell.value}
        identity = next(iter(columns))
        for entry, cells in entries.items():
            known = [
                row for row in range(3, sheet.max_row + 1) if sheet.cell(row, 1).value == entry
            ]
            row = known[0] if known else 3
            for column, value in {identity: entry, **cells}.items():
                sheet.cell(row, columns[column]).value = value
    book.save(path)


def correct(path: Path) -> None:
    """Corrects the cells of a workbook of rejected rows."""
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows(min_row=2):
        for cell in row:
            cell.value = MENDS.get(cell.value, cell.value)
    book.save(path)


@contextmanager
def served_from_nothing(home: Path, language: str) -> Iterator[str]:
    """`poclens init` and `poclens serve` on an empty machine: the server's address."""
    assert "poclens serve" in poclens(home, language, "init", str(home))
    os.environ["POCLENS_HOME"] = str(home)
    try:
        with serving("pipelines.cli.main", "serve", "--port") as (port, _):
            yield f"http://127.0.0.1:{port}"
    finally:
        del os.environ["POCLENS_HOME"]


def poclens(home: Path, language: str, *words: str) -> str:
    """What a command prints."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli.main", *words],
        env={**os.environ, "POCLENS_HOME": str(home), "POCLENS_LANGUAGE": language},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def walked(browser: Browser, room: Path, files: Path, language: str, shots: Path | None) -> Morning:
    """The morning and the next quarter."""
    page = browser.new_page(viewport=_SIZE)  # type: ignore[arg-type]
    with served_from_nothing(room / "ws", language) as url:
        morning = Morning(page, url, language, files, shots)
        morning.first_release(room)
        morning.next_quarter()
    page.close()
    return morning


def main(folder: Path) -> None:
    """Writes files and pictures below the folder, and prints the seconds of each part."""
    path = chromium_path()
    if path is None:
        raise SystemExit("no Chromium on this machine (apt install chromium)")
    write_files(folder)
    with chromium(path) as browser:
        for language in ("en", "fr"):
            with tempfile.TemporaryDirectory() as room:
                done = walked(browser, Path(room), folder, language, folder / language)
            print(language, done.seconds)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
