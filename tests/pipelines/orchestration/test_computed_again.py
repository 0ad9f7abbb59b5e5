"""A release computed again from the archive is the same in every figure and every file."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import openpyxl
import pytest

from indicators.definitions.contracts import contracts
from pipelines.cli.main import main
from pipelines.documents.templates import HEADER_ROW, write_template
from pipelines.orchestration.run import publish, refresh
from pipelines.workspace.installation import make_workspace
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from records import cycle
from records.kinds import Assessment
from records.rights import LOCAL
from records.store import Store
from tests.pipelines.ingest.test_areas_and_outlines import draw
from tests.pipelines.killing import copied
from tests.worlds.mission.mappings import AREAS, AREAS_CSV, PATROLS
from tests.worlds.mission.patrols import MISSION, PERIOD, PatrolMission, as_csv, month_of_patrols
from tests.worlds.mission.profile import write_source

UNITS = (("P1", "police", "FPU"), ("P2", "police", "IPO"), ("M1", "military", "MIL"))
RECOMMENDED = {
    "source_kind": "assessment", "source": "P2-OC-05 XX01 2026-Q3", "area": "XX01",
    "text": "Patrol at night.", "owner": "police_commissioner", "due_on": date(2026, 11, 30),
}  # fmt: skip


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Path]:
    """A release made of all that comes otherwise than by a profile's mapping: a filled template
    and what people wrote; beside them files of a mapping, and outlines of listed areas."""
    mission = PatrolMission(tmp_path_factory.mktemp("home"))
    workspace = mission.workspace
    make_workspace(workspace)
    inbox = workspace.inbox(MISSION)
    inbox.mkdir(parents=True)
    mission.set(areas_geojson="areas.geojson")
    draw(mission.profile, [{"area_code": "XX01"}, {"area_code": "XX02"}])
    for source in (AREAS, PATROLS):
        write_source(mission.profile, source)
    (inbox / "areas.csv").write_text(AREAS_CSV)
    (inbox / "patrols_07.csv").write_text(as_csv(month_of_patrols(7, 40, seed=1)))
    _write_units(inbox / "our units.xlsx")
    store, now = Store.of_workspace(workspace.home), datetime(2026, 10, 1, 9, tzinfo=UTC)
    cycle.recommend(store, LOCAL, MISSION, RECOMMENDED, now, ("XX", "XX01"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POCLENS_SETTLED_SECONDS", "0")
        assert refresh(workspace, MISSION, date(2026, 10, 15)).status == "success"
    approve(store, now)  # after the figures were computed, before they are published
    release = publish(workspace, MISSION, PERIOD)[1]
    approve(store, now + timedelta(days=1), before=3)  # what is approved later is not of it
    return workspace, release


def approve(store: Store, now: datetime, before: int = 0) -> None:
    record = Assessment(indicator="P2-OC-05", area="XX01", period=PERIOD, rating="on_track",
                        narrative=f"Agreed on {now.date()}.")  # fmt: skip
    cycle.save_draft(store, LOCAL, MISSION, record, before, now, ("XX", "XX01"))
    for number in (before + 1, before + 2):
        cycle.advance(store, LOCAL, MISSION, record.key, number, now, ("XX", "XX01"))


def _write_units(path: Path) -> None:
    """A template of units as their clerk sends it back."""
    write_template(contracts()["units"], path, "fr")
    book = openpyxl.load_workbook(path)
    sheet = book["Unités"]
    for number, (code, component, kind) in enumerate(UNITS, HEADER_ROW + 1):
        row = {"unit_code": code, "unit_name": code, "component": component, "unit_type": kind,
               "valid_from": "2020-01-01"}  # fmt: skip
        for cell in sheet[HEADER_ROW]:
            sheet.cell(number, cell.column, row.get(str(cell.value)))
    book.save(path)


def verified(
    published: tuple[Workspace, Path], capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, str]:
    """Exit code and output of `poclens verify --figures` in the release's workspace."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POCLENS_HOME", str(published[0].home))
        code = main([*more, "verify", "--figures"])
    return code, capsys.readouterr().out


def assessments(folder: Path) -> list[str]:
    path = folder / "hq" / "parquet" / "assessment.parquet"
    return [text for (text,) in duckdb.sql(f"SELECT narrative FROM '{path}'").fetchall()]


def test_every_figure_and_every_file_is_the_same(
    published: tuple[Workspace, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Agreed on 2026-10-01." in assessments(published[1])
    code, told = verified(published, capsys)
    figures, files = re.search(
        r"([\d,]+) figures, 0 differ; ([\d,]+) files, 0 differ", told
    ).groups()
    assert code == 0 and int(figures.replace(",", "")) > 20 and int(files.replace(",", "")) > 100


def test_without_its_input_files_nothing_is_computed_and_they_are_named(
    published: tuple[Workspace, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    archive = published[0].archive(MISSION)
    aside = archive.rename(archive.with_name("aside"))
    try:
        code, told = verified(published, capsys, "--language", "fr")
    finally:
        aside.rename(archive)
    assert code == 1
    (line,) = [line for line in told.splitlines() if "archive" in line]
    assert line.startswith("4 fichiers reçus ne sont pas dans l’archive")
    assert "our units.xlsx" in line and "records_recommendations.jsonl" in line
    assert "Les chiffres n’ont pas été recalculés." in told


@pytest.mark.soak
def test_a_file_that_comes_out_otherwise_is_a_difference_though_no_figure_is(
    published: tuple[Workspace, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = copied(published[0], tmp_path / "workspace")
    with open_warehouse(workspace.warehouse(MISSION)) as connection:
        connection.execute("DELETE FROM mart.quality_check WHERE severity = 'warning'")
    _, folder = publish(workspace, MISSION, PERIOD)
    code, told = verified((workspace, folder), capsys)
    assert code == 1 and "figures, 0 differ" in told
    assert "mission/parquet/quality_check.parquet" in told
