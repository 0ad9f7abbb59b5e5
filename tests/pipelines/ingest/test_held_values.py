"""A bad value in an optional column is held back where the contract says so; its row is loaded."""

import json

import pytest

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import read_mission
from pipelines.ingest.mapping.model import load_sources
from pipelines.ingest.rows.quarantine import reject_sentence
from pipelines.setup.proposal.answering.shown import counted
from pipelines.setup.proposal.answering.told import preview_lines
from pipelines.setup.proposal.preview import preview
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import PATROLS, UNITS, source

INCIDENTS = source(
    "incidents",
    "incidents*.csv",
    {
        "incident_code": {"from": "code"},
        "incident_type": {"constant": "other"},
        "against_civilians": {"constant": "true"},
        "occurred_on": {"from": "day"},
        "ended_on": {"from": "end"},
        "date_precision": {"constant": "day"},
        "area_code": {"constant": "XX01"},
        "location_precision": {"constant": "admin1"},
        "reported_by": {"constant": "ngo"},
        "verification": {"constant": "reported"},
    },
)
FILE = "code,day,end\nA,2026-03-01,2026-03-02\nB,2026-03-01,later\nC,2026-03-01,\nD,later,\n"


def test_the_row_of_a_held_value_is_loaded_and_the_value_listed(small: SmallMission) -> None:
    small.add_source(INCIDENTS)
    report = small.deliver("incidents.csv", FILE)
    assert (report.rows_loaded, report.rows_rejected, report.values_held) == (3, 1, 1)
    ended = small.query("SELECT incident_code, ended_on IS NULL FROM core.incidents ORDER BY 1")
    assert ended == [("A", False), ("B", True), ("C", True)]
    warned = small.query("SELECT row_number, column_name, rule, raw_value FROM ops.row_warning")
    assert warned == [(3, "end", "type_date", "later")]
    [remark] = [one for one in report.remarks if one.rule == "values_held"]
    assert (remark.row, remark.value, remark.parameters["count"]) == (3, "later", 1)
    for language in ("en", "fr"):
        assert "later" in remark.sentence(language)


def test_a_distance_in_words_costs_the_patrol_nothing(small: SmallMission) -> None:
    small.add_source(UNITS)
    small.deliver("units.csv", "code,component,kind\nU1,police,FPU\n")
    columns = PATROLS["tables"][0]["columns"] | {
        "distance_km": {"from": "km"},
        "patrol_mode": {"constant": "foot"},
        "status": {"constant": "completed"},
        "personnel_count": {"constant": "5"},
    }
    small.add_source(PATROLS | {"tables": [{"table": "activities", "columns": columns}]})
    rows = ("A1,U1,XX01,2026-03-05,12.5", "A2,U1,XX01,2026-03-06,far away")
    report = small.deliver("patrols.csv", "\n".join(["code,unit,area,day,km", *rows, ""]))
    assert (report.rows_loaded, report.rows_rejected, report.values_held) == (2, 0, 1)
    (remark,) = [one for one in report.remarks if one.rule == "values_held"]
    assert (remark.row, remark.value) == (3, None)  # words in a cell of numbers are not kept
    for language in ("en", "fr"):
        assert "None" not in remark.sentence(language) and "“" not in remark.sentence(language)


def test_days_that_break_a_rule_are_told_in_words_as_they_were_read(small: SmallMission) -> None:
    columns = INCIDENTS["tables"][0]["columns"]
    written = {"formats": ["%d.%m.%Y"]}
    days = {name: columns[name] | written for name in ("occurred_on", "ended_on")}
    small.add_source(source("incidents", "incidents*.csv", columns | days))
    small.deliver("incidents.csv", "code,day,end\nA,01.02.2026,03.01.2026\n")
    ((rule, given),) = small.query("SELECT rule, parameters FROM ops.row_warning")
    told = reject_sentence(rule, json.loads(given), None, "fr").replace("\u00a0", " ")
    assert "= 3 janv. 2026" in told and "= 1er févr. 2026" in told


def test_a_held_value_is_told_before_its_file_is_taken_in(small: SmallMission) -> None:
    small.add_source(INCIDENTS)
    path = small.drop("incidents.csv", FILE)
    profile, warehouse = (place("small") for place in (small.workspace.profile,
                                                      small.workspace.warehouse))  # fmt: skip
    own = load_sources(profile)["incidents"]
    shown = preview(path, own, read_mission(profile), profile, warehouse)
    assert [(one.rule, one.value) for one in shown.remarks] == [("values_held", "later")]
    told = [*preview_lines(counted(shown, read_mission(profile), "fr"), "fr")]
    assert any("later" in line for line in told[-1:])


def test_a_corrected_file_brings_the_value(small: SmallMission) -> None:
    small.add_source(INCIDENTS)
    small.deliver("incidents.csv", FILE)
    report = small.deliver(
        "incidents.csv", FILE.replace("B,2026-03-01,later", "B,2026-03-01,2026-03-05")
    )
    assert report.values_held == 0
    assert small.query("SELECT count(*) FROM core.incidents WHERE ended_on IS NOT NULL") == [(2,)]


@pytest.mark.parametrize("table", contracts())
def test_no_value_is_held_that_its_row_cannot_lack(table: str) -> None:
    contract = contracts()[table]
    needed = {*contract.key, contract.date_column, contract.area_column}
    assert not {name for name, one in contract.columns.items() if one.holds_values} & needed


ALERTS = source(
    "hotline",
    "alerts*.csv",
    {
        "alert_code": {"from": "code"},
        "source_type": {"constant": "other"},
        "threat_type": {"constant": "other"},
        "level": {"constant": "high"},
        "area_code": {"constant": "XX01"},
        "received_at": {"from": "day", "formats": ["%d/%m/%Y", "%d/%m/%Y %H:%M"]},
        "action_needed": {"constant": "true"},
    },
)
ALERTS["tables"][0]["table"] = "alerts"


@pytest.mark.parametrize(("last", "told"), [("16/03/2026", 3), ("16/03/2026 08:00", None)])
def test_times_that_are_all_midnight_are_told(
    small: SmallMission, last: str, told: int | None
) -> None:
    small.add_source(ALERTS)
    lines = ["code,day", "A,14/03/2026", "B,15/03/2026", f"C,{last}"]
    report = small.deliver("alerts.csv", "\n".join(lines) + "\n")
    assert report.rows_loaded == 3
    found = [one for one in report.remarks if one.rule == "all_midnight"]
    assert [one.parameters["count"] for one in found] == ([told] if told else [])
    assert [one.value for one in found] == (["14/03/2026"] if told else [])
