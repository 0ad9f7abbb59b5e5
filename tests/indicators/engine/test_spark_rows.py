"""Spark gives every cell that DuckDB gives, or says beforehand that it cannot.

In `make soak` and `make spark` one indicator of each way of counting on this machine alone, all
indicators of both real missions, and of the sample on a cluster of a master and two workers. The
sample has the oracle's hard cases, of which it says what DuckDB has to give. In `make test` what is
written for Spark, and what is refused.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission, Selected, read_mission
from indicators.engine.refresh import compute, row_statements
from indicators.engine.spark.row_engine import SparkRows
from indicators.engine.spark.session import missing_parts, open_session
from indicators.engine.spark.translation import read_macros, translated
from indicators.foundation.errors import WrongUse
from indicators.incremental.row_engine import DUCKDB, RowEngine
from indicators.linkage.evidence.results import row_statements_of_edges
from indicators.linkage.framework.model import read_framework
from indicators.linkage.methods.case_series.method import day_cells_sql
from indicators.survey import Condition, Design, Mean
from indicators.survey.inputs.analysis_rows import AnalysisRows
from indicators.survey.inputs.columns import SurveyData
from indicators.survey.inputs.one_pass import cells_in_one_pass
from indicators.survey.waves.estimates import survey_rows
from indicators.survey.waves.respondents import respondents_sql
from indicators.survey.waves.shown import Wave
from pipelines.ingest.inbox import ingest
from pipelines.workspace.installation import install_profile
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.conftest import REPOSITORY
from tests.oracle.hard_cases import plant
from tests.oracle.test_sample import BESIDE
from tests.oracle.world import PERIOD_TYPES
from tests.worlds.sample import SMALL, ingested_sample
from tests.worlds.spark_cluster import cluster

AS_OF = date(2026, 10, 15)
# A sum over lists, an earlier row in time, the nearest base, a state, a rate, a median, things that
# count once, a count by list columns.
EACH_WAY = (
    "P2-OP-01", "P2-OC-04", "P2-OP-15", "P1-OP-04", "X-IM-03", "P2-OC-03", "P1-OP-09", "P2-OC-07",
)  # fmt: skip
SURVEYS = ("P1-OC-05", "X-IM-02")  # a share and a difference
COMPARED = ("mart.indicator_value", "mart.contribution", "cube.cell")


@pytest.fixture(scope="module")
def spark() -> Iterator[None]:
    """Skips where Spark cannot run; with CI=true that is a failure."""
    missing = "; ".join(problem.sentence() for problem in missing_parts())
    if missing and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    # To make Java's code faster takes longer here than the code runs.
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        yield


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = ingested_sample(tmp_path_factory, "spark", **SMALL)
    with open_warehouse(made.warehouse("sample")) as connection:
        plant(connection)
    return made


def chosen(workspace: Workspace, codes: tuple[str, ...] = ()) -> Mission:
    mission = read_mission(workspace.profile("sample"))
    if not codes:
        return mission
    return mission.model_copy(update={"indicators": tuple(Selected(code=code) for code in codes)})


def computed(warehouse: Path, mission: Mission, profile: Path, engine: RowEngine) -> Path:
    with open_warehouse(warehouse) as connection:
        compute(connection, mission, load_catalogue(), AS_OF, profile, engine)
    return warehouse


def copied(warehouse: Path, name: str) -> Path:
    return Path(shutil.copy(warehouse, warehouse.with_name(f"{name}.duckdb")))


def differences(one: Path, other: Path) -> dict[str, tuple[int, int]]:
    """By table the rows that only one of two warehouses has, where there are any.

    Estimates of surveys are the same where they agree to 1e-12: their sums are made in another
    order. All else, the base cubes too, is compared to the last digit.
    """
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        found = {
            table: (
                only_in(connection, f"one.{table}", f"other.{table}"),
                only_in(connection, f"other.{table}", f"one.{table}"),
            )
            for table in [*COMPARED, *base_cubes(connection)]
        }
    return {table: counts for table, counts in found.items() if any(counts)}


def base_cubes(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        """SELECT DISTINCT 'cube.' || table_name FROM duckdb_tables()
        WHERE schema_name = 'cube' AND starts_with(table_name, 'cube_')"""
    ).fetchall()
    return [name for (name,) in found]


def only_in(connection: duckdb.DuckDBPyConnection, table: str, other: str) -> int:
    """How many rows of one table the other has not."""
    surveys = [code for code, own in load_catalogue().items() if own.is_survey]
    is_survey = "false" if ".cube.cube_" in table else f"list_contains({surveys}, mine.indicator)"
    ((count,),) = connection.execute(
        f"""SELECT count(*) FROM (FROM {table} EXCEPT ALL FROM {other}) AS mine
        ANTI JOIN {other} AS theirs ON {is_survey} AND {alike(connection, table)}"""
    ).fetchall()
    return int(count)


def alike(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Whether two rows agree: numbers with a fraction to 1e-12."""
    columns = connection.execute(f"DESCRIBE {table}").fetchall()
    names = [f'"{name}"' for name, *_ in columns]
    same = [f"mine.{name} IS NOT DISTINCT FROM theirs.{name}" for name in names]
    near = [
        f"(({own}) OR abs(mine.{name} - theirs.{name}) <= 1e-12 * greatest(1, abs(mine.{name})))"
        if sql_type == "DOUBLE"
        else own
        for own, name, (_, sql_type, *_) in zip(same, names, columns, strict=True)
    ]
    return " AND ".join(near)


@dataclass(frozen=True)
class Both:
    """A warehouse computed by each engine, and where Spark's rows lie."""

    mission: Mission
    by_duckdb: Path
    by_spark: Path
    rows: Path


@pytest.fixture(scope="module")
def both(spark: None, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """One indicator of each way of counting, and of surveys a share and a difference."""
    mission, profile = chosen(workspace, EACH_WAY + SURVEYS), workspace.profile("sample")
    source, rows = workspace.warehouse("sample"), tmp_path_factory.mktemp("both") / "rows"
    own = computed(copied(source, "duck"), mission, profile, DUCKDB)
    other = computed(copied(source, "spark"), mission, profile, SparkRows("local[2]", rows))
    return Both(mission, own, other, rows)


@pytest.mark.soak
def test_one_indicator_of_each_way_of_counting_is_equal(both: Both, workspace: Workspace) -> None:
    """Figures of surveys too, whose sums are made otherwise (`only_in`)."""
    assert differences(both.by_duckdb, both.by_spark) == {}
    with open_warehouse(both.by_spark) as connection:
        values = connection.execute(
            "SELECT count(DISTINCT indicator) FROM mart.indicator_value WHERE value IS NOT NULL"
        ).fetchone()
        assert values == (len(EACH_WAY + SURVEYS),) and base_cubes(connection)
        profile = workspace.profile("sample")
        _corrected_month_is_written_anew(connection, both.mission, profile, both.rows)


@pytest.mark.soak
def test_sums_of_a_survey_by_sampling_unit_are_equal(both: Both, tmp_path: Path) -> None:
    """To the last bit, by unit, area and sex."""
    with open_warehouse(both.by_duckdb) as connection:
        sums_are_equal(connection, both.mission, SURVEYS, tmp_path / "rows")


def sums_are_equal(
    connection: duckdb.DuckDBPyConnection, mission: Mission, codes: Sequence[str], rows: Path
) -> None:
    """Of every wave of interviews with households whose sampling units are known."""
    functions = list(functions_sql(mission, AS_OF.isoformat()))
    indicators = [load_catalogue()[code] for code in codes]
    for function in functions:
        connection.execute(function)
    engine = SparkRows("local[2]", rows)
    engine.begin(row_statements(mission, indicators), functions)
    waves = connection.execute(
        """SELECT survey_code, wave, instrument, max(interviewed_on)
        FROM cube.survey_respondents WHERE instrument = 'household' AND psu IS NOT NULL
        GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    assert waves
    for found in waves:
        wave = Wave(*found)
        by_duckdb = connection.sql(respondents_sql(wave, indicators))
        by_spark = survey_rows(connection, wave, indicators, engine)
        own, other = (sums_of(data, indicators) for data in (by_duckdb, by_spark))
        pd.testing.assert_frame_equal(own.frame, other.frame)
        assert len(own.frame) > 100
        assert any(mine is not None and mine.n.sum() > 0 for mine in own.moments)
        for mine, theirs in zip(own.moments, other.moments, strict=True):
            assert mine is not None and theirs is not None
            for part in ("n", "weighted", "weight", "x", "xx"):
                assert np.array_equal(getattr(mine, part), getattr(theirs, part)), part


def sums_of(data: SurveyData, indicators: Sequence[Indicator]) -> AnalysisRows:
    weights = {f"weight_{own.measure.weight}" for own in indicators}
    design = Design(("psu",), ("stratum",), weights.pop(), nest=True)
    statistics = [Mean(f"outcome {own.code}") for own in indicators]
    domain = [Condition(f"inside {own.code}", "==", True) for own in indicators]
    return cells_in_one_pass(data, design, statistics, ["level_admin1", "sex"], domain)


@pytest.mark.soak
def test_cells_of_the_case_series_by_day_are_equal(
    both: Both, workspace: Workspace, tmp_path: Path
) -> None:
    mission, catalogue = chosen(workspace), load_catalogue()
    framework = read_framework(workspace.profile("sample"), catalogue)
    plans = list(dict.fromkeys(row_statements_of_edges(framework, catalogue, catalogue)))
    with open_warehouse(both.by_duckdb) as connection:
        days_are_equal(connection, mission, plans, tmp_path / "rows")


def days_are_equal(
    connection: duckdb.DuckDBPyConnection, mission: Mission, plans: Sequence[str], rows: Path
) -> None:
    functions = list(functions_sql(mission, AS_OF.isoformat()))
    for function in functions:
        connection.execute(function)
    engine = SparkRows("local[2]", rows)
    engine.begin(plans, functions)
    for plan in plans:
        own = DUCKDB.rows(connection, [plan])
        other = engine.rows(connection, [plan])
        ((count, missing, more),) = connection.execute(
            f"""SELECT (SELECT sum(rows) FROM ({own})),
              (SELECT count(*) FROM (FROM ({own}) EXCEPT ALL FROM ({other}))),
              (SELECT count(*) FROM (FROM ({other}) EXCEPT ALL FROM ({own})))"""
        ).fetchall()
        assert count > 0 and (missing, more) == (0, 0), plan


def _corrected_month_is_written_anew(
    connection: duckdb.DuckDBPyConnection, mission: Mission, profile: Path, rows: Path
) -> None:
    """One patrol is called off after all: its month has a new part, no other month has one."""
    before = {path.name for path in (rows / "core.activities").iterdir()}
    connection.execute(
        """UPDATE core.activities SET status = 'cancelled', row_hash = NULL WHERE activity_code = (
          SELECT min(activity_code) FROM core.activities
          WHERE status = 'completed' AND activity_type = 'patrol'
            AND date_trunc('month', started_at) = TIMESTAMP '2026-07-01')"""
    )
    engine = SparkRows("local[2]", rows)
    compute(connection, mission, load_catalogue(), AS_OF, profile, engine)
    after = {path.name for path in (rows / "core.activities").iterdir()}
    assert {name[:7] for name in after - before} == {"2026-07"}


@pytest.mark.soak
def test_a_session_is_at_the_master_that_is_asked_for(spark: None) -> None:
    """Not at the one that an earlier refresh of this process was given."""
    for master in ("local[2]", "local[1]", "local[2]"):
        assert open_session(master).sparkContext.master == master


@pytest.mark.soak
def test_a_part_that_disappears_ends_the_refresh_and_changes_nothing(
    spark: None, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import indicators.engine.spark.row_engine as module

    whole = module.write_row_files

    def one_gone(*arguments: object) -> object:
        files = whole(*arguments)  # type: ignore[arg-type]
        files["core", "alerts"][0].unlink()
        return files

    monkeypatch.setattr(module, "write_row_files", one_gone)
    mission, profile = chosen(workspace, ("P2-OC-04",)), workspace.profile("sample")
    warehouse = copied(workspace.warehouse("sample"), "gone")
    with pytest.raises(WrongUse, match="did not finish"):
        computed(warehouse, mission, profile, SparkRows("local[2]", tmp_path))
    with open_warehouse(warehouse) as connection:
        assert connection.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'cube'"
        ).fetchone() == (0,)


# Says when the first plan's rows are back: then it is in the middle of the refresh.
DRIVER = """
import sys
from pathlib import Path
from indicators.engine.spark.row_engine import SparkRows
from tests.indicators.engine.test_spark_rows import EACH_WAY, chosen, computed
from pipelines.workspace.paths import Workspace
class Told(SparkRows):
    def rows(self, connection, plan):
        found = super().rows(connection, plan)
        print("counted", flush=True)
        return found
home, warehouse, rows = map(Path, sys.argv[1:])
workspace = Workspace(home)
mission = chosen(workspace, EACH_WAY)
computed(warehouse, mission, workspace.profile("sample"), Told("local[2]", rows))
print("done", flush=True)
"""


@pytest.mark.soak
def test_a_driver_killed_in_the_middle_leaves_the_warehouse_as_it_was(
    spark: None, workspace: Workspace, tmp_path: Path
) -> None:
    mission, profile = chosen(workspace, EACH_WAY), workspace.profile("sample")
    source = workspace.warehouse("sample")
    warehouse = computed(
        copied(source, "killed"), chosen(workspace, ("P2-OC-04",)), profile, DUCKDB
    )
    before = contents(warehouse)
    command = [sys.executable, "-c", DRIVER, workspace.home, warehouse, tmp_path / "rows"]
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as driver:
        assert driver.stdout is not None
        assert driver.stdout.readline() == "counted\n"
        driver.kill()
    assert driver.returncode == -signal.SIGKILL
    assert contents(warehouse) == before
    # The next refresh finds the killed one's files of rows, and counts what it would have counted.
    own = computed(copied(source, "never_killed"), mission, profile, DUCKDB)
    again = computed(warehouse, mission, profile, SparkRows("local[2]", tmp_path / "rows"))
    assert differences(own, again) == {}


def contents(warehouse: Path) -> dict[str, object]:
    """By table how many rows it has, and a sum over their content."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL"
        ).fetchall()
        return {
            f"{schema}.{table}": connection.execute(
                f'SELECT count(*), sum(CAST(hash(t) AS HUGEINT)) FROM {schema}."{table}" AS t'
            ).fetchall()
            for schema, table in tables
        }


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "SELECT own.d FROM own ASOF LEFT JOIN other ON own.a = other.a AND own.d >= other.x",
            "LEFT JOIN (SELECT *, LEAD(x) OVER (PARTITION BY a ORDER BY x ASC NULLS LAST) AS beyond"
            " FROM other) AS other ON own.a = other.a AND (own.d >= other.x"
            " AND (other.beyond IS NULL OR own.d < other.beyond))",
        ),
        ("SELECT count_if(flag) AS n FROM t", "SUM(CASE WHEN flag THEN 1 WHEN NOT (flag) THEN 0"),
        ("SELECT * REPLACE (a + 1 AS a) FROM t", "SELECT * EXCEPT (a), a + 1 AS a FROM t"),
        ("SELECT a FROM t WHERE d < DATE 'infinity'", "CAST('9999-12-31' AS DATE)"),
        ("SELECT twice(a) FROM t", "((a) + (a))"),
    ],
)
def test_what_spark_says_otherwise(statement: str, expected: str) -> None:
    macros = read_macros(["CREATE OR REPLACE TEMP MACRO twice(value) AS value + value"])
    (select,) = translated(statement, macros).selects
    assert expected in select


def test_an_unknown_function_is_refused_by_its_name() -> None:
    with pytest.raises(WrongUse, match="strftimex"):
        translated("SELECT strftimex(a) FROM t", {})


@pytest.fixture(scope="module")
def real_missions(
    tmp_path_factory: pytest.TempPathFactory, not_passed_on: Path
) -> Iterator[Callable[[str], Workspace]]:
    def taken_in(name: str) -> Workspace:
        home = tmp_path_factory.mktemp(name)
        made = Workspace(home)
        install_profile(made, REPOSITORY / "data" / "missions" / name)
        ingest(made, read_mission(made.profile(name)))
        return made

    yield taken_in


@pytest.mark.soak
@pytest.mark.parametrize("name", ["mali", "south_sudan"])
def test_every_cell_of_the_real_missions_is_equal(
    spark: None, real_missions: Callable[[str], Workspace], name: str, tmp_path: Path
) -> None:
    made = real_missions(name)
    mission, profile = read_mission(made.profile(name)), made.profile(name)
    source = made.warehouse(name)
    own = computed(copied(source, "duck"), mission, profile, DUCKDB)
    other = computed(
        copied(source, "spark"), mission, profile, SparkRows("local[2]", tmp_path / "rows")
    )
    assert differences(own, other) == {}
    catalogue = load_catalogue()
    codes = [one.code for one in mission.indicators]
    surveys = [code for code in codes if catalogue[code].is_survey]
    assert bool(surveys) is (name == "mali")
    # No edge of theirs is read by day; their events can be, as none of their outputs can.
    by_day = day_cells_sql(catalogue["P2-OP-01"], catalogue["D-IM-01"])["series_incident"]
    with open_warehouse(own) as connection:
        assert base_cubes(connection)
        if surveys:
            sums_are_equal(connection, mission, surveys, tmp_path / "sums")
        days_are_equal(connection, mission, [by_day], tmp_path / "days")


@pytest.mark.soak
def test_every_cell_of_the_sample_on_a_cluster_of_which_a_worker_is_killed(
    spark: None, workspace: Workspace, tmp_path: Path
) -> None:
    listed = {code for code in load_catalogue() if not code.startswith("D-")} | BESIDE
    mission = chosen(workspace, tuple(sorted(listed)))
    mission = mission.model_copy(update={"period_types": tuple(PERIOD_TYPES)})
    source, profile = workspace.warehouse("sample"), workspace.profile("sample")
    own = computed(copied(source, "duck"), mission, profile, DUCKDB)
    with cluster(tmp_path) as running:
        victim = (running.workers[0], tmp_path)
        threading.Thread(target=_kill_at_work, args=victim, daemon=True).start()
        engine = SparkRows(running.url, tmp_path / "rows")
        other = computed(copied(source, "spark"), mission, profile, engine)
        assert running.workers[0].poll() is not None
    assert differences(own, other) == {}


def _kill_at_work(worker: object, folder: Path) -> None:
    """Kills the first worker once it has been given an executor and has worked for a while."""
    while "Asked to launch executor" not in (folder / "worker0.log").read_text(errors="replace"):
        time.sleep(0.2)
    time.sleep(20)
    worker.kill()  # type: ignore[attr-defined]
