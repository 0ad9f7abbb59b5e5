"""Explain reads the current release and nothing else, and says what a figure rests on."""

import pytest

from indicators.errors import WrongUse
from pipelines.release.explain import explain
from tests.pipelines.small_mission import MISSION, PATROLS, SAFE, workspace_warehouse

FIXED_KEYS = {
    "indicator",
    "version",
    "period",
    "area",
    "value",
    "numerator",
    "denominator",
    "n",
    "sql",
    "files",
    "rejects",
}


def test_it_gives_the_fixed_keys_for_the_whole_area_and_the_releases_quarter(read_only) -> None:
    found = explain(read_only[0], MISSION, PATROLS)
    assert found.keys() >= FIXED_KEYS
    assert (found["area"], found["period"], found["value"], found["n"]) == ("BK", "2026-Q3", 60, 60)
    assert [(file["name"], file["rows"]) for file in found["files"]] == [
        ("patrols_2026-07.xlsx", 60)
    ]
    assert len(found["files"][0]["sha256"]) == 64


def test_it_counts_rejected_rows_of_the_indicators_own_source(read_only) -> None:
    assert explain(read_only[0], MISSION, PATROLS)["rejects"] == 1
    assert explain(read_only[0], MISSION, SAFE)["rejects"] == 0


def test_it_reads_the_release_and_not_the_warehouse(workspace, release) -> None:
    with workspace_warehouse(workspace) as connection:
        connection.execute("UPDATE mart.indicator_value SET value = 61, n = 61")
    assert explain(workspace, MISSION, PATROLS)["value"] == 60


def test_what_the_release_does_not_hold_is_named(read_only) -> None:
    with pytest.raises(WrongUse, match=PATROLS):
        explain(read_only[0], MISSION, "P2-OP-1")
    with pytest.raises(WrongUse, match="BK-77"):
        explain(read_only[0], MISSION, PATROLS, area="BK-77")
    with pytest.raises(WrongUse, match="2031-Q1"):
        explain(read_only[0], MISSION, PATROLS, period="2031-Q1")


def test_without_a_release_it_says_what_to_run(workspace) -> None:
    with pytest.raises(WrongUse, match="poclens publish"):
        explain(workspace, MISSION, PATROLS)
