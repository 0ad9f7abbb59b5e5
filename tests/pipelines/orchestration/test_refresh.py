"""The real job on a small sample: what it leaves, and what a blocking finding stops."""

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import CheckFailed, WrongUse
from indicators.foundation.reading.yaml_files import read_yaml
from pipelines.cli.refresh_command import summary
from pipelines.ingest.inbox import FilesRefused
from pipelines.orchestration.build import build_definitions
from pipelines.orchestration.resources import Rows
from pipelines.orchestration.run import RefreshResult, open_instance, publish, refresh
from pipelines.orchestration.runs.abandoned import PROCESS_TAG
from pipelines.sample import install
from pipelines.workspace.installation import make_workspace
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.pipelines.killing import copied
from tests.worlds.mission.patrols import MISSION as PATROLS
from tests.worlds.mission.patrols import Patrol, PatrolMission, as_csv, month_of_patrols
from tests.worlds.mission.profile import write_yaml

AS_OF = date(2026, 10, 15)
LINKS = {"night_patrols_calmer_sites", "patrols_seen"}
SHOWN = (("sentence_en", "found"), ("sentence_fr", "constaté"))


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small sample of which no file is taken in yet."""
    workspace = Workspace(tmp_path_factory.mktemp("untouched"))
    make_workspace(workspace)
    install(workspace, activities=400, incidents=200, alerts=100, waves=2, respondents=240)
    lighten(workspace.profile("sample"))
    return workspace


@pytest.fixture(scope="module")
def workspace(untouched: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return copied(untouched, tmp_path_factory.mktemp("refreshed") / "workspace")


@pytest.fixture(scope="module")
def patrols(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A mission of one file of patrols, refreshed: where the sample would show no more."""
    mission = PatrolMission.made(tmp_path_factory.mktemp("patrols"))
    make_workspace(mission.workspace)
    days = ("2025-12-03", "2026-02-05", "2026-07-05")
    bad = [Patrol(f"bad-{day}", day, unit="nobody") for day in days]
    mission.deliver("patrols.csv", as_csv([*month_of_patrols(7, 30, seed=1), *bad]))
    assert refresh(mission.workspace, PATROLS, AS_OF).status == "success"
    return mission.workspace


def lighten(profile: Path) -> None:
    """Of the sample's profile the indicators of its framework and two of its links: the steps are
    the same, and what they find is tested elsewhere."""
    mission, framework, judgements = (
        read_yaml(profile / f"{name}.yaml") for name in ("mission", "framework", "judgements")
    )
    named = {entry["indicator"] for entry in (*framework["outcomes"], *framework["outputs"])}
    chosen = [entry for entry in mission["indicators"] if entry["code"] in named]
    links = [entry for entry in framework["edges"] if entry["id"] in LINKS]
    judged = [entry for entry in judgements["judgements"] if entry["edge"] in LINKS]
    assert len(chosen) == len(named) and len(links) == len(LINKS) and judged
    write_yaml(profile / "mission.yaml", mission | {"indicators": chosen})
    write_yaml(profile / "framework.yaml", framework | {"edges": links})
    write_yaml(profile / "judgements.yaml", judgements | {"judgements": judged})


@pytest.fixture(scope="module")
def first(workspace: Workspace) -> RefreshResult:
    return refresh(workspace, "sample", AS_OF)


def test_refresh_computes_and_says_what_it_checked(first: RefreshResult) -> None:
    assert first.status == "success"
    assert first.values > 0
    assert {check["source"] for check in first.checks} >= {"activities", "incidents"}
    assert set(first.seconds) == {
        "ingest",
        "contract_checks",
        "values",
        "evidence_after_values",
        "mart__protection_gap",
        "strategy_and_judgements",
    }


def test_what_spark_cannot_count_is_refused_before_a_file_is_taken_in(
    untouched: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indicators.definitions import catalogue

    workspace = copied(untouched, tmp_path / "workspace")
    known = dict(catalogue.load_catalogue())
    for code, condition in (
        ("P2-OP-01", "hours_after(started_at, 1) < ended_at"),
        ("P2-OC-07", "months_after(occurred_on, 1) > occurred_on"),
    ):
        own = known[code]
        measure = own.measure.model_copy(update={"where": f"{own.measure.where} AND {condition}"})
        known[code] = own.model_copy(update={"measure": measure})
    monkeypatch.setattr(catalogue, "load_catalogue", lambda: known)
    with pytest.raises(WrongUse, match="to_microseconds") as refused:
        refresh(workspace, "sample", AS_OF, Rows(engine="spark"))
    assert "to_months" in str(refused.value)
    with open_warehouse(workspace.warehouse("sample")) as connection:
        taken = connection.execute("SELECT count(*) FROM ops.input_file").fetchone()
    assert taken == (0,)


def test_refresh_says_what_it_read(workspace: Workspace, first: RefreshResult) -> None:
    with open_warehouse(workspace.warehouse("sample")) as connection:
        ledger = connection.execute(
            "SELECT source, count(*), sum(rows_read), sum(rows_loaded), sum(rows_rejected), "
            "sum(rows_unchanged) FROM ops.input_file GROUP BY source ORDER BY source"
        ).fetchall()
    assert [tuple(source.values()) for source in first.sources] == ledger
    assert len(first.files) == sum(files for _, files, *_ in ledger) > 20
    text = summary(first, "fr").splitlines()
    own = [source for source, *_ in ledger if source.startswith("records_")]
    assert own  # what people wrote here was read, and is no file that came
    assert len([line for line in text if "lignes lues" in line]) == len(ledger) - len(own)
    assert not any(source in line for source in own for line in text)
    name, files, read, loaded, rejected, unchanged = next(row for row in ledger if row[4])
    line = next(line for line in text if line.startswith(f"{name}\u00a0:"))
    assert [int(word) for word in line.split() if word.isdigit()] == [
        files, read, loaded, rejected, unchanged,
    ]  # fmt: skip


def test_the_run_is_in_the_instance_that_the_pages_show(
    workspace: Workspace, first: RefreshResult
) -> None:
    with dg.DagsterInstance.from_config(str(workspace.dagster_home)) as instance:
        run = instance.get_run_by_id(first.run_id)
        assert run is not None and run.is_success
        assert run.tags["poclens/mission"] == "sample"
        key = dg.AssetKey(["mart", "indicator_value"])
        event = instance.get_latest_materialization_event(key)
    assert event is not None and event.asset_materialization is not None
    assert event.asset_materialization.metadata["dagster/row_count"].value == first.values


def shown_by_dagster(
    workspace: Workspace, tables: Iterable[str]
) -> dict[str, dg.AssetCheckEvaluation]:
    found = {}
    with open_instance(workspace) as instance:
        for table in tables:
            key = dg.AssetCheckKey(dg.AssetKey(["core", table]), "contract")
            (record,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
            assert record.event is not None and record.event.dagster_event is not None
            found[table] = record.event.dagster_event.asset_check_evaluation_data
    return found


def test_a_warning_is_told_by_dagster_and_fails_nothing(
    workspace: Workspace, first: RefreshResult
) -> None:
    warned = [check for check in first.checks if check["status"] == "failed"]
    assert {check["severity"] for check in warned} == {"warning"}
    told = []
    for table, shown in shown_by_dagster(workspace, contracts()).items():
        assert shown.passed and shown.metadata["blocking"].value == 0
        texts = {
            name: str(shown.metadata[key].value) for name, key in SHOWN if key in shown.metadata
        }
        own = [
            check for check in warned
            if check["source"] == table and check["sentence_en"] in texts.get("sentence_en", "")
        ]  # fmt: skip
        assert shown.metadata["warnings"].value == len(own)
        assert all(check["sentence_fr"] in texts["sentence_fr"] for check in own)
        told += own
    assert told


def failures_of_last_run(workspace: Workspace) -> list[tuple[str, dg.DagsterEvent]]:
    """The step of each error that Dagster shows of the newest run, and the event itself."""
    with open_instance(workspace) as instance:
        (run,) = instance.get_runs(limit=1)
        assert run.status == dg.DagsterRunStatus.FAILURE
        events = [entry.dagster_event for entry in instance.all_logs(run.run_id)]
    return [(event.step_key or "", event) for event in events if event and event.is_failure]


def test_dagster_shows_a_refused_file_in_words_and_no_traceback(
    patrols: Workspace,
) -> None:
    strange = patrols.inbox(PATROLS) / "who_knows.csv"
    strange.write_text("a,b\n1,2\n", encoding="utf-8")
    for _ in range(2):  # whoever tries again is told the same
        with pytest.raises(FilesRefused, match=r"who_knows\.csv") as refused:
            refresh(patrols, PATROLS, AS_OF)
    strange.unlink()
    assert not hasattr(sys, "tracebacklimit")
    (step, event), (_, of_run) = failures_of_last_run(patrols)
    assert step == "ingest"
    shown = event.step_failure_data
    assert shown.user_failure_data is not None
    (problem,) = refused.value.problems
    for error in (shown.error, of_run.job_failure_data.error):
        assert error is not None and error.message.strip() == f"Refused: {problem.sentence()}"
        assert (*error.stack, error.cause, error.context) == (None, None)
    (table,) = shown.user_failure_data.metadata.values()
    (record,) = table.records
    assert record.data["file"] == "who_knows.csv" and record.data["rule"] == "no_source"
    assert record.data["fr"] == problem.says("fr") != record.data["en"]
    for check in shown_by_dagster(patrols, contracts()).values():
        assert check.severity == dg.AssetCheckSeverity.WARN
        assert (check.description or "").startswith("Not run: ")
        assert "who_knows.csv" in (check.description or "") and check.partition == PATROLS
    with open_instance(patrols) as instance:  # the run's own log tells of no check that failed
        (run,) = instance.get_runs(limit=1)
        of_checks = dg.DagsterEventType.ASSET_CHECK_EVALUATION
        assert not instance.all_logs(run.run_id, of_type=of_checks)


def test_a_killed_run_does_not_count_as_running(workspace: Workspace, first: RefreshResult) -> None:
    """It would keep every later run of its mission in the queue."""
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], text=True,
                           capture_output=True, check=True)  # fmt: skip
    with open_instance(workspace) as instance:
        for process in (ended.stdout.strip(), str(os.getpid())):
            instance.create_run_for_job(
                build_definitions(workspace, AS_OF).resolve_job_def("refresh"),
                tags={PROCESS_TAG: process},
                status=dg.DagsterRunStatus.STARTED,
            )
    with open_instance(workspace) as instance:
        running = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        assert [run.tags[PROCESS_TAG] for run in running] == [str(os.getpid())]
        instance.report_run_failed(running[0])


def test_a_quarter_without_a_fact_is_not_published(
    workspace: Workspace, first: RefreshResult
) -> None:
    """The mart has rows of it, as it has begun by the as-of day."""
    with pytest.raises(WrongUse) as refused:
        publish(workspace, "sample", "2026-Q4")
    (problem,) = refused.value.problems
    assert problem.rule == "no_fact_in_period"
    assert date(2026, 9, 1) <= problem.parameters["newest"] <= date(2026, 9, 30)
    assert not list(workspace.releases("sample").glob("*2026-Q4*"))


def test_refreshing_again_changes_nothing(workspace: Workspace, first: RefreshResult) -> None:
    def values() -> list[tuple[object, ...]]:
        with open_warehouse(workspace.warehouse("sample")) as connection:
            return connection.execute("FROM mart.indicator_value ORDER BY ALL").fetchall()

    before = values()
    again = refresh(workspace, "sample", AS_OF)
    assert again.status == "success" and again.values == first.values
    assert values() == before


def test_rejected_rows_are_as_old_whatever_was_refreshed_before(patrols: Workspace) -> None:
    """A day counts where it lies before the day of this refresh, not of the one before it."""

    def ages() -> list[tuple[object, ...]]:
        with open_warehouse(patrols.warehouse(PATROLS)) as connection:
            return connection.execute("FROM mart.rejected_row ORDER BY ALL").fetchall()

    of_first = ages()
    refresh(patrols, PATROLS, date(2026, 1, 15))
    earlier = ages()
    refresh(patrols, PATROLS, AS_OF)
    assert earlier != of_first and ages() == of_first != []


def test_a_publication_that_is_to_bring_a_change_is_refused_without_one(patrols: Workspace) -> None:
    release, _ = publish(patrols, PATROLS, "2026-Q3")
    with pytest.raises(WrongUse) as refused:
        publish(patrols, PATROLS, "2026-Q3", if_changed=True)
    (problem,) = refused.value.problems
    assert (problem.rule, problem.value) == ("nothing_to_publish", release)
    assert [path.name for path in patrols.releases(PATROLS).glob("*2026-Q3*")] == [release]
    refresh(patrols, PATROLS, AS_OF + timedelta(days=1))
    assert publish(patrols, PATROLS, "2026-Q3", if_changed=True)[0] != release
    refresh(patrols, PATROLS, AS_OF)  # as the tests after this one know it


def test_a_blocking_finding_stops_values_and_release(patrols: Workspace) -> None:
    """A key that stands twice cannot come through ingest, so it is put there by hand."""
    release, path = publish(patrols, PATROLS, "2026-Q3")
    with open_warehouse(patrols.warehouse(PATROLS)) as connection:
        connection.execute("CREATE TABLE main.kept AS FROM core.activities LIMIT 1")
        connection.execute("INSERT INTO core.activities FROM main.kept")
        connection.execute("DELETE FROM mart.indicator_value")
    stopped = refresh(patrols, PATROLS, AS_OF)
    assert stopped.status == "failed"
    blocking = [
        c for c in stopped.checks if c["status"] == "failed" and c["severity"] == "blocking"
    ]
    assert {check["source"] for check in blocking} == {"activities"}
    shown, told = (
        shown_by_dagster(patrols, ["activities"])["activities"],
        blocking[0]["sentence_en"],
    )
    assert not shown.passed and shown.severity == dg.AssetCheckSeverity.ERROR
    assert shown.description is not None and shown.description.count(told) == 1
    assert "`poclens quality`" in shown.description
    (step, event), _ = failures_of_last_run(patrols)
    assert step == "contract_checks" and event.step_failure_data.error is not None
    assert told in event.step_failure_data.error.message
    assert not event.step_failure_data.error.stack
    assert stopped.values == 0, "the step after a blocking check did run"
    with open_warehouse(patrols.warehouse(PATROLS)) as connection:
        connection.execute("INSERT INTO mart.indicator_value (mission) VALUES (?)", [PATROLS])
    with pytest.raises(CheckFailed, match="activities"):
        publish(patrols, PATROLS, "2026-Q3")
    current = (patrols.releases(PATROLS) / "current").read_text().strip()
    assert current == release and path.is_dir()
