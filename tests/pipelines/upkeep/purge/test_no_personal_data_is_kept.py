"""What may not be kept stands in no byte that the system wrote: after intake, release and purge."""

from datetime import date
from pathlib import Path

import pytest

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import read_mission
from pipelines.ingest.inbox import ingest
from pipelines.orchestration.run import publish, refresh
from pipelines.quality.input_files import write_input_files
from pipelines.release.publishing import publish as publish_mart
from pipelines.upkeep.purge import erase
from pipelines.upkeep.purge.erase import purge, resting_on
from pipelines.upkeep.purge.retention import due, reduce_due
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.faults.fault_rows import base_rows, write_rows
from tests.worlds.mission.figures import (
    MISSION,
    PERIOD,
    add,
    add_file,
    insert,
    make_workspace,
    memory_warehouse,
    workspace_warehouse,
)

from .conftest import IGNORED, KEY, KEY_OF_OTHER, PlantedMission

AS_OF = date(2026, 10, 15)


@pytest.fixture(scope="module")
def published(planted: PlantedMission) -> PlantedMission:
    """After refresh and publish."""
    result = refresh(planted.workspace, "faulty", AS_OF)
    assert result.status == "success" and result.values > 0
    publish(planted.workspace, "faulty", "2026-Q1")
    return planted


def test_nothing_planted_is_kept_and_what_may_be_kept_is(published: PlantedMission) -> None:
    assert published.found() == []
    assert list(published.workspace.inbox("faulty").iterdir()) == []
    with open_warehouse(published.workspace.warehouse("faulty")) as connection:
        codes = connection.execute("SELECT referral_code FROM raw.referrals ORDER BY 1").fetchall()
        left_out = connection.execute(
            "SELECT archive_sha256 <> file_sha256, left_out FROM ops.input_file "
            "WHERE source = 'referrals'"
        ).fetchall()
    assert codes == [("RF-1",), (KEY_OF_OTHER,), (KEY,)]
    ((is_other, told),) = left_out
    assert is_other and '"no_consent": 2' in told and '"Telephone"' in told


@pytest.mark.parametrize("stopped_at", ["_clean_archive", "compact"])
def test_a_purge_that_is_killed_is_finished_by_the_next(
    published: PlantedMission, stopped_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = {"_clean_archive": KEY, "compact": KEY_OF_OTHER}[stopped_at]

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erase, stopped_at, killed)
        with pytest.raises(KeyboardInterrupt):
            purge(published.workspace, "faulty", key, "consent withdrawn")
    erase.finish(published.workspace, "faulty")
    published.forbidden.append(key)
    assert published.found() == []
    with open_warehouse(published.workspace.warehouse("faulty")) as connection:
        states = connection.execute("SELECT DISTINCT state, reason FROM ops.purge").fetchall()
    assert states == [("done", "consent withdrawn")]


def test_a_file_goes_and_its_releases_are_named(published: PlantedMission) -> None:
    rows = published.workspace.row_files("faulty")  # as Spark left them
    (rows / "core.police_complaints").mkdir(parents=True)
    report = purge(published.workspace, "faulty", "police_complaints_1.csv", "sent by mistake")
    assert (report.kind, report.rows) == ("file", 1)
    assert [(one.release, one.indicators) for one in report.releases] == [
        ("2026-Q1-r01", ("P3-OC-08",))
    ]
    folder = published.workspace.archive("faulty")
    assert not list(folder.glob(f"{report.files[0]}*"))
    assert not rows.exists()


@pytest.mark.parametrize("status", ["held", "superseded", "loaded"])
def test_a_release_that_lists_a_rejected_cell_of_a_file_is_named_whatever_became_of_the_file(
    tmp_path: Path, status: str
) -> None:
    workspace = make_workspace(tmp_path)
    with workspace_warehouse(workspace) as connection:
        told, silent = (add_file(connection, name, status=status) for name in ("a.csv", "b.csv"))
        row = {"mission": MISSION, "source": "referrals", "file": "a.csv", "file_sha256": told}
        insert(connection, "mart.reject_summary", row | {"rows": 1, "raw_value": "Awa Planted"})
        write_input_files(connection, read_mission(workspace.profile(MISSION)))
        release = publish_mart(workspace, MISSION, PERIOD, connection)
    of_file = list(resting_on(workspace, MISSION, [told], None))
    assert [(one.release, one.has_text) for one in of_file] == [(release.name, True)]
    of_key = list(resting_on(workspace, MISSION, [told], "Awa Planted"))
    assert [one.has_text for one in of_key] == [True]
    of_other = list(resting_on(workspace, MISSION, [silent], None))
    assert [one.has_text for one in of_other] == ([False] if status == "loaded" else [])


def test_what_is_due_is_told_then_reduced_and_figures_stay(published: PlantedMission) -> None:
    workspace, day = published.workspace, date(2029, 4, 1)
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        assert due(connection, "faulty", AS_OF) == []
        told = due(connection, "faulty", day)
    assert {one.table: one.rows for one in told} == {
        "justice_cases": 1, "referrals": 1, "un_detentions": 1,
        "survey_respondents": 1, "survey_answers": 1,
    }  # fmt: skip
    assert reduce_due(workspace, "faulty", day, "36 months") == told
    published.forbidden += ["RF-1,", "'RF-1'", '"RF-1"']
    assert published.found() == []
    result = refresh(workspace, "faulty", AS_OF)
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        assert due(connection, "faulty", day) == []
        counted = connection.execute(
            "SELECT sum(value) FROM mart.indicator_value WHERE indicator = 'P1-OP-05' "
            "AND period = '2026-03' AND area = 'XX' AND unit_type = '_T' AND actor = '_T'"
        ).fetchall()
        keys = connection.execute(
            "SELECT respondent_key, household_key, given.item FROM core.survey_respondents "
            "JOIN core.survey_answers AS given USING (survey_code, wave, respondent_key)"
        ).fetchall()
    assert result.status == "success" and counted == [(1,)]
    ((respondent, household, item),) = keys  # answers stay with who gave them
    assert respondent.startswith("reduced-") and household.startswith("reduced-")
    assert item == "safety_overall"


def test_a_wave_that_is_reduced_does_not_come_back(published: PlantedMission) -> None:
    answers = published.workspace.inbox("faulty") / "survey_answers_2.csv"
    row = base_rows()["survey_answers"].row | {"item": "trust_host_police", "answer": "a_lot"}
    source = contracts()["survey_answers"]
    write_rows(answers, [row], source)
    header, line = answers.read_text().splitlines()
    names = ",".join(IGNORED)
    answers.write_text(f"{header},{names}\n{line},,,\n")
    ingest(published.workspace, read_mission(published.workspace.profile("faulty")))
    with open_warehouse(published.workspace.warehouse("faulty")) as connection:
        refused = connection.execute(
            "SELECT reason, rows_count FROM ops.rows_not_kept WHERE table_name = 'survey_answers'"
        ).fetchall()
    assert refused == [("past_retention", 1)]


def test_a_wave_stays_until_its_last_interview_is_past_its_time() -> None:
    with memory_warehouse() as connection:
        for number, day in enumerate((date(2026, 3, 5), date(2026, 4, 2)), start=1):
            key = {"survey_code": "S", "wave": "1", "respondent_key": f"R-{number}"}
            add(connection, "survey_respondents", key | {"interviewed_on": day})
            add(connection, "survey_answers", key)
        assert due(connection, MISSION, date(2029, 4, 30)) == []
        told = due(connection, MISSION, date(2029, 5, 1))
    assert {one.table: one.rows for one in told} == {"survey_respondents": 2, "survey_answers": 2}
