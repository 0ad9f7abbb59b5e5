"""The steps of a new user at headquarters do what they say, run in their order against a server."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import yaml

from pipelines.hq.settings import Headquarters
from pipelines.workspace.keys import public_text
from tests.conftest import REPOSITORY
from tests.worlds.headquarters import KEY
from tests.worlds.release import MISSION, write_release
from tests.worlds.server import serving

_PAGE, _FRENCH = (REPOSITORY / "docs" / f"headquarters{end}.md" for end in ("", ".fr"))
_BLOCK = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)
_ADDRESS = "http://127.0.0.1:8050"


def blocks(page: Path) -> list[tuple[str, str]]:
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> tuple[Path, list[str]]:
    """The folder in which all steps were done, and what each of them printed."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("desk")
    write_release(home)
    command = ("dashboards", "--home", str(home), "--audience", "hq", "--port")
    printed = []
    with serving(*command) as (port, _):
        for kind, text in blocks(_PAGE):
            told = text.replace(_ADDRESS, f"http://127.0.0.1:{port}")
            told = told.replace("mission=sample", f"mission={MISSION}")
            program = [sys.executable, "-c"] if kind == "python" else ["bash", "-euc"]
            run = subprocess.run(
                [*program, told], cwd=folder, capture_output=True, text=True, check=False
            )
            assert run.returncode == 0, run.stderr
            printed.append(run.stdout)
    return folder, printed


def test_both_languages_have_the_same_steps() -> None:
    assert len(blocks(_PAGE)) == 5 and blocks(_PAGE) == blocks(_FRENCH)


def test_the_releases_and_the_code_are_found(done) -> None:
    folder, printed = done
    assert [one["audience"] for one in json.loads(printed[0])["releases"]] == ["hq"]
    (codes,) = json.loads((folder / "indicators.json").read_text("utf-8"))["data"]["codelists"]
    names = {code["id"]: code["names"] for code in codes["codes"]}
    assert names["P2-OC-05"]["en"] == "Adults who feel safe walking alone at night"
    assert names["P2-OC-05"]["fr"] == "Adultes qui se sentent en sécurité la nuit"


def test_the_spreadsheet_has_figures_reasons_and_notes(done) -> None:
    folder, _ = done
    with (folder / "safety_at_night.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["INDICATOR"], row["FREQ"]) for row in rows} == {("P2-OC-05", "Q")}
    assert any(row["OBS_VALUE"] for row in rows)
    assert any(not row["OBS_VALUE"] and row["CONF_STATUS"] == "C" for row in rows)
    book = openpyxl.load_workbook(folder / "safety_at_night.xlsx")
    assert len(book.worksheets) == 4
    notes = [str(row[0]) for row in book.worksheets[-1].iter_rows(values_only=True)]
    assert "All figures are invented." in notes


def test_the_script_keeps_figures_and_says_why_others_are_empty(done) -> None:
    folder, printed = done
    with (folder / "told.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["MISSION"] for row in rows} == {"MINUTAM (fictional)"}
    assert rows and all(float(row["OBS_VALUE"]) > 0 for row in rows)
    places = [(row["MISSION"], row["REF_AREA"], row["TIME_PERIOD"]) for row in rows]
    assert len(places) == len(set(places)), "one row a mission, area and quarter"
    assert "Suppressed" in printed[4]


def test_both_languages_of_many_missions_have_the_same_settings_and_script() -> None:
    pages = [REPOSITORY / "docs" / f"many_missions{end}.md" for end in ("", ".fr")]
    (first, own), (second, other) = (
        re.findall(r"```(?:yaml|python)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        for page in pages
    )
    key = public_text(KEY.public_key())
    for text in (first, second):
        Headquarters.model_validate(yaml.safe_load(text.replace("ed25519:…", key)))
    assert yaml.safe_load(first) == yaml.safe_load(second) and own == other
