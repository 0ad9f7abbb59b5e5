"""What moved between two releases, and why: late data, correction, new definition."""

from datetime import date

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from indicators.foundation.errors import WrongUse
from indicators.foundation.periods import period_named
from indicators.foundation.stored.published_tables import database_of
from pipelines.quality.input_files import write_input_files
from pipelines.release.revisions.decomposition import CELL, Decomposition
from pipelines.release.revisions.report import diff, revisions_against
from pipelines.setup import steps
from tests.worlds.mission.figures import (
    MISSION,
    PATROLS,
    add_contribution,
    add_figure,
    add_file,
    workspace_warehouse,
    write_profile,
)

COUNTRY = f"indicator = '{PATROLS}' AND area = 'BK' AND breakdown = '_T'"


@pytest.fixture
def changed(workspace, release, republish):
    """A function that applies a change to the mart, publishes, and gives the revisions."""

    def after(change) -> list[dict]:
        with workspace_warehouse(workspace) as connection:
            change(connection)
            write_input_files(connection, write_profile(workspace))
        republish(workspace)
        return diff(workspace, MISSION).to_dict("records")

    return after


def set_value(connection, value: float) -> None:
    connection.execute(f"UPDATE mart.indicator_value SET value = {value} WHERE {COUNTRY}")


def test_steps_say_that_files_came_in_since(workspace, release, republish, monkeypatch) -> None:
    monkeypatch.setattr(steps, "ended_quarters", lambda *_: [period_named("2026-Q3")])
    told = [steps.steps(workspace, MISSION)[-1]]
    with workspace_warehouse(workspace) as connection:
        add_file(connection, "patrols_2026-09.xlsx", sequence=3)
        write_input_files(connection, write_profile(workspace))
    told.append(steps.steps(workspace, MISSION)[-1])
    republish(workspace)
    told.append(steps.steps(workspace, MISSION)[-1])
    assert [(one.state, one.said) for one in told] == [
        ("done", "done"),
        ("done", "changed"),
        ("done", "done"),
    ]


def test_nothing_moved(changed) -> None:
    assert changed(lambda connection: None) == []


def test_a_late_file(changed, workspace) -> None:
    def late(connection) -> None:
        set_value(connection, 66)
        sha256 = add_file(connection, "patrols_2026-09.xlsx", sequence=3)
        add_contribution(connection, sha256, "patrols_2026-09.xlsx", 6)

    (moved,) = changed(late)
    assert (moved["reason"], moved["value_before"], moved["value_after"]) == ("late_data", 60, 66)
    assert (moved["release_before"], moved["area"]) == ("2026-Q3-r01", "BK")
    assert all("60" in moved[key] and "66" in moved[key] for key in ("sentence_en", "sentence_fr"))


def test_a_corrected_file(changed) -> None:
    def correct(connection) -> None:
        set_value(connection, 58)
        new = add_file(connection, "corrected_2026-07.xlsx", sequence=3)
        connection.execute(
            "UPDATE ops.input_file SET status = 'superseded', superseded_by = ? "
            "WHERE name = 'patrols_2026-07.xlsx'",
            [new],
        )
        connection.execute("DELETE FROM mart.contribution WHERE area = 'BK'")
        add_contribution(connection, new, "corrected_2026-07.xlsx", 58)

    (moved,) = changed(correct)
    assert (moved["reason"], moved["value_after"]) == ("correction", 58)


def test_a_new_definition(changed) -> None:
    def redefine(connection) -> None:
        set_value(connection, 52)
        for table, column in (("indicator_value", "indicator_version"), ("indicator", "version")):
            connection.execute(
                f"UPDATE mart.{table} SET {column} = 2 WHERE indicator = '{PATROLS}'"
            )

    (moved,) = changed(redefine)
    assert (moved["reason"], moved["indicator_version"]) == ("new_definition", 2)


def test_late_returns_turn_not_reported_into_a_zero(changed) -> None:
    def report(connection) -> None:
        connection.execute(
            "UPDATE mart.indicator_value SET value = 0, numerator = 0, n = 0, obs_status = 'A' "
            "WHERE area = 'BK-4'"
        )
        add_file(connection, "returns_2026-09.csv", source="returns", sequence=3)

    (moved,) = changed(report)
    assert (moved["reason"], moved["obs_status_before"], moved["value_after"]) == (
        "late_data",
        "O",
        0,
    )
    assert "not reported" in moved["sentence_en"]


def test_the_same_files_computed_otherwise(changed) -> None:
    (moved,) = changed(lambda connection: set_value(connection, 61))
    assert moved["reason"] == "recomputed"


def test_a_running_period_that_moves_on_is_no_revision(workspace, republish) -> None:
    running = {"period_type": "Q", "period": "2026-Q4", "obs_status": "P"}
    days = {"period_start": date(2026, 10, 1), "period_end": date(2026, 12, 31)}
    with workspace_warehouse(workspace) as connection:
        add_figure(connection, **running, **days, value=20)
    republish(workspace)
    with workspace_warehouse(workspace) as connection:
        connection.execute("UPDATE mart.indicator_value SET value = 25 WHERE period = '2026-Q4'")
    republish(workspace)
    assert diff(workspace, MISSION).empty


def test_the_release_holds_its_revisions_for_each_audience(changed, workspace) -> None:
    def move(connection) -> None:
        set_value(connection, 61)
        connection.execute("UPDATE mart.indicator_value SET value = 8, n = 8 WHERE value = 7")

    changed(move)
    folder = workspace.releases(MISSION) / "2026-Q3-r02"
    areas = {}
    for audience in ("mission", "hq"):
        path = str(folder / audience / "poclens.duckdb")
        with duckdb.connect(path, read_only=True) as connection:
            found = connection.execute("SELECT area FROM mart.revision ORDER BY area").fetchall()
            areas[audience] = [area for (area,) in found]
    assert areas["mission"] == areas["hq"] == ["BK", "BK-3"]


@pytest.mark.parametrize(
    ("disclosure", "parts", "status"),
    [("exact", (-55, 61), "recounted"), ("rounded_5", (None, None), "not_told_apart")],
)
def test_parts_are_told_of_exact_figures_alone(
    workspace, release, disclosure, parts, status
) -> None:
    """States between two releases are counted exactly: they would tell a displayed figure."""
    cell = dict.fromkeys(CELL, "_T") | {"indicator": PATROLS, "area": "BK"}
    cell |= {"period_type": "Q", "period": "2026-Q3", "value": 5.0, "n": 5}
    causes = {PATROLS: {"correction", "late_data"}}
    states = {"without_late": pa.Table.from_pylist([cell])}
    with workspace_warehouse(workspace) as connection:
        set_value(connection, 66)
        shown = f"disclosure = '{disclosure}'"
        connection.execute(f"UPDATE mart.indicator_value SET n = 66, {shown} WHERE {COUNTRY}")
        (moved,) = revisions_against(
            connection,
            database_of(release.path, "mission"),
            release.name,
            lambda _: Decomposition(causes, states, frozenset({PATROLS})),
        ).to_dict("records")
    assert (moved["value_before"], moved["value_after"]) == (60, 66)
    told = (moved["part_correction"], moved["part_late_data"])
    assert (tuple(None if pd.isna(part) else part for part in told), moved["parts_status"]) == (
        parts,
        status,
    )


def test_the_first_release_has_nothing_to_be_compared_with(workspace, release) -> None:
    with pytest.raises(WrongUse, match=release.name):
        diff(workspace, MISSION)
    with pytest.raises(WrongUse, match="2026-Q1-r09"):
        diff(workspace, MISSION, "2026-Q1-r09")
