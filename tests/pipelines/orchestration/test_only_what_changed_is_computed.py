"""Refreshes after one file changed: which edges are computed again, and that nothing else differs.

What was computed is read from where Dagster shows it (the metadata of materialisations) and from
the warehouse's own table of kept results.
"""

import random
import shutil
import time
from argparse import Namespace
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import read_mission
from indicators.engine.refresh import compute
from indicators.incremental.result_cache import tally
from indicators.linkage.evidence.results import METHODS_OF, begin_evidence
from indicators.linkage.framework.model import read_framework
from indicators.linkage.protection_gaps.table import METHOD as GAPS
from indicators.linkage.protection_gaps.table import protection_gaps
from pipelines.cli.refresh_command import step_lines
from pipelines.ingest.inbox import ingest
from pipelines.orchestration.run import open_instance, refresh
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.pipelines.killing import copied, killer
from tests.worlds.mission.evidence import (
    ANSWERS,
    AS_OF,
    DEATHS,
    MISSION,
    SEEN,
    Rows,
    deliver,
    files,
    make,
    set_lag,
)

TABLES = (*METHODS_OF, "protection_gap")
Tables = dict[str, list[tuple[object, ...]]]
ALL = (ANSWERS, DEATHS, SEEN)


def refresh_by_hand(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """The steps of the job without its checks; the subjects computed for each table."""
    profile = workspace.profile(MISSION)
    mission, catalogue = read_mission(profile), load_catalogue()
    ingest(workspace, mission)
    with open_warehouse(workspace.warehouse(MISSION)) as connection:
        compute(connection, mission, catalogue, AS_OF, profile)
        begin_evidence(connection, mission, read_framework(profile, catalogue), catalogue, AS_OF)()
        protection_gaps(connection, mission, AS_OF)
        methods = {**METHODS_OF, "protection_gap": (GAPS,)}
        return {table: tally(connection, MISSION, *of).computed for table, of in methods.items()}


def marts(workspace: Workspace) -> Tables:
    with open_warehouse(workspace.warehouse(MISSION)) as connection:
        return rows_of(connection)


def rows_of(connection: duckdb.DuckDBPyConnection) -> Tables:
    return {
        table: connection.execute(f"FROM mart.{table} ORDER BY ALL").fetchall() for table in TABLES
    }


def changed(rows: Rows, at: int, **values: Any) -> Rows:
    """The rows with another value in one of them."""
    found = deepcopy(rows)
    assert any(found[at][name] != value for name, value in values.items())
    found[at] |= values
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Refreshed once, by the job."""
    made = Workspace(tmp_path_factory.mktemp("evidence"))
    make(made, files())
    assert refresh(made, MISSION, AS_OF).status == "success"
    return made


def metadata(workspace: Workspace) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of the last materialisation of each table, as Dagster shows it."""
    with open_instance(workspace) as instance:
        for table in TABLES:
            event = instance.get_latest_materialization_event(dg.AssetKey(["mart", table]))
            assert event is not None and event.asset_materialization is not None
            shown = event.asset_materialization.metadata
            yield table, {name: entry.value for name, entry in shown.items()}


def test_the_mission_has_figures_of_every_method(workspace: Workspace) -> None:
    """Else what follows would compare nothing with nothing."""
    with open_warehouse(workspace.warehouse(MISSION)) as connection:
        found = connection.execute(
            """SELECT DISTINCT edge, method FROM mart.result_link
            WHERE estimate IS NOT NULL AND p_value IS NOT NULL ORDER BY ALL"""
        ).fetchall()
    assert {(edge, "panel") for edge in ALL} <= set(found)
    assert {(edge, "association") for edge in ALL} <= set(found)
    assert (SEEN, "before_after_interviews") in found
    # Too few areas for a case series: it has no figure, and no area or component has its own.
    empty = {table for table, rows in marts(workspace).items() if not rows}
    assert empty == {"area_effect", "secondary_reading", "wake_effect"}


def test_a_file_of_one_edge_makes_that_edge_alone_computed_again(workspace: Workspace) -> None:
    before = marts(workspace)
    deliver(workspace, "alerts", changed(files()["alerts"], 5, action_needed=False))
    result = refresh(workspace, MISSION, AS_OF)
    assert result.status == "success"
    asked = Namespace(workspace=workspace, language="en")
    told = step_lines(asked, MISSION, result.seconds)
    for step in ("values", "evidence_after_values"):
        assert f"  {step}: {result.seconds[step]} s" in told
    assert [line for line in told if "panel: 1 computed" in line and f"({ANSWERS}), 2 left" in line]
    assert [line for line in told if "protection_gap: 0 computed" in line and "1 left" in line]
    shown = dict(metadata(workspace))
    for table in ("result_link", "event_study"):
        assert shown[table]["computed_anew"] == ANSWERS
        assert (shown[table]["computed"], shown[table]["kept"]) == (1, 2)
    for table in ("interview_effect", "protection_gap"):
        assert (shown[table]["computed"], shown[table]["kept"]) == (0, 1), table
    after = marts(workspace)
    assert after["result_link"] != before["result_link"]
    assert after["protection_gap"] == before["protection_gap"]


# Each step: the table whose file changes, at which row, how; and what is computed then.
STEPS: list[tuple[str, int, dict[str, Any], dict[str, tuple[str, ...]]]] = [
    (
        *("incidents", 9, {"deaths_civilian": 30}),
        {"result_link": (DEATHS,), "event_study": (DEATHS,)},
    ),
    (
        *("incidents", 9, {"area_code": "XX08", "latitude": 4.7, "longitude": 30.0}),
        {
            "result_link": (DEATHS,),
            "event_study": (DEATHS,),
            "protection_gap": ("XX",),
        },
    ),
    (
        *("survey_answers", 3, {"answer": "dont_know"}),
        {"result_link": (SEEN,), "event_study": (SEEN,), "interview_effect": (SEEN,)},
    ),
    # A patrol during fieldwork: all that looks at patrols; the gaps say how long these take.
    (
        *("activities", 0, {"started_at": "2026-05-10T08:00:00", "ended_at": None}),
        {
            "protection_gap": ("XX",),
            "result_link": (DEATHS, SEEN),
            "event_study": (DEATHS, SEEN),
            "interview_effect": (SEEN,),
        },
    ),
]
NOTHING = dict.fromkeys(TABLES, ())


def with_tables_of_all(computed: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Four more tables are made of all methods together, as that of the links is."""
    together = ("primary_test", "evidence_plan", "interview_plan", "wake_effect")
    return computed | dict.fromkeys(together, computed["result_link"])


def test_what_was_kept_equals_what_is_computed_from_nothing(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One change after another, and at the end a new warehouse made of the last files at once."""
    last = files()
    last["alerts"] = changed(last["alerts"], 6, action_needed=False)
    deliver(workspace, "alerts", last["alerts"])  # in place of whatever was there
    refresh_by_hand(workspace)
    assert refresh_by_hand(workspace) == NOTHING
    for table, at, change, computed in STEPS:
        last[table] = changed(last[table], at, **change)
        deliver(workspace, table, last[table])
        assert refresh_by_hand(workspace) == NOTHING | with_tables_of_all(computed), change
    set_lag(workspace, ANSWERS, 1)
    answers = {"result_link": (ANSWERS,), "event_study": (ANSWERS,)}
    assert refresh_by_hand(workspace) == NOTHING | with_tables_of_all(answers)

    anew = Workspace(tmp_path_factory.mktemp("anew"))
    make(anew, last)
    set_lag(anew, ANSWERS, 1)
    computed = refresh_by_hand(anew)
    assert computed["result_link"] == (ANSWERS, DEATHS, SEEN)
    assert marts(anew) == marts(workspace)


PREPARE = """
from tests.pipelines.orchestration.test_only_what_changed_is_computed import link
"""


def link(workspace: Workspace) -> list[Tables]:
    """The evidence steps alone; everything that they write, after each of them."""
    profile = workspace.profile(MISSION)
    mission, catalogue = read_mission(profile), load_catalogue()
    framework = read_framework(profile, catalogue)
    with open_warehouse(workspace.warehouse(MISSION)) as connection:
        begin_evidence(connection, mission, framework, catalogue, AS_OF)()
        after_edges = everything(connection)
        protection_gaps(connection, mission, AS_OF)
        return [after_edges, everything(connection)]


def everything(connection: duckdb.DuckDBPyConnection) -> Tables:
    """The mart's rows, and keys with their results; not in which run these were computed."""
    kept = connection.execute("SELECT * EXCLUDE is_computed FROM cube.kept_result ORDER BY ALL")
    return {"kept": kept.fetchall(), **rows_of(connection)}


@pytest.mark.soak
def test_a_killed_run_leaves_each_step_whole_or_not_begun(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Keys, results and the rows made of them: all or none, and the next run ends it."""
    waiting = copied(workspace, tmp_path / "waiting")
    with open_warehouse(waiting.warehouse(MISSION)) as connection:
        connection.execute("UPDATE cube.kept_result SET content = 'of other inputs'")
        connection.execute("UPDATE mart.result_link SET grade = 'of before'")
        connection.execute("UPDATE mart.protection_gap SET reason_en = 'of before'")
        known = [everything(connection)]
    link(copied(waiting, tmp_path / "warm"))  # what is loaded once takes its time
    undisturbed = copied(waiting, tmp_path / "undisturbed")
    started = time.monotonic()
    known += link(undisturbed)
    seconds = time.monotonic() - started
    assert known[0] != known[1] != known[2]
    draw, hit, killed = random.Random(3), 0, copied(waiting, tmp_path / "killed")
    with killer(killed, PREPARE, "link(workspace)") as kill:
        for _ in range(2):
            hit += kill(draw.uniform(0.2, 0.8) * seconds)
            with open_warehouse(killed.warehouse(MISSION)) as connection:
                assert everything(connection) in known
            assert link(killed)[-1] == known[-1]
            shutil.rmtree(killed.home)
            copied(waiting, killed.home)
    assert hit > 0, "every run had ended before it was killed"
