"""Explain reads the current release and nothing else, and says what a figure rests on."""

import pytest
from babel.numbers import format_decimal

from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import message
from pipelines.cli.explain_command import text_of
from pipelines.release.reading.explain import explain
from tests.worlds.mission.figures import MISSION, PATROLS, SAFE, workspace_warehouse

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


@pytest.mark.parametrize("language", ["en", "fr"])
def test_its_text_never_shows_a_value_without_interval_or_reason(read_only, language) -> None:
    found = explain(read_only[0], MISSION, PATROLS) | {"unit_of_measure": "patrols"}
    lines = text_of(found, language).splitlines()
    assert found[f"title_{language}"] in lines[0] and "2026-Q3" in lines[2]
    bounds = {"ci_low": 55.5, "ci_high": 64.25}
    interval = message(
        "cli.explain.interval",
        language,
        **{name: format_decimal(value, locale=language) for name, value in bounds.items()},
    )
    assert interval in text_of(found | bounds, language)
    withheld = text_of(found | {"value": None, "n": None, "conf_status": "C"}, language)
    assert message("empty.suppressed_cases", language) in withheld
    assert "None" not in withheld and "60" not in withheld.splitlines()[2]
