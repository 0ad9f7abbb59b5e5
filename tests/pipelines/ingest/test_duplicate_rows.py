"""A row that a person decided to be a duplicate counts no more, and comes back when asked."""

from typing import Any

import pytest

from indicators.definitions.contracts import contracts
from pipelines.cli.main import main
from pipelines.quality.checks import run_checks
from pipelines.quality.rejects.workbook import open_rejects
from pipelines.workspace.warehouse.connection import open_warehouse
from records.kinds import DuplicateDecision
from records.rights import LOCAL
from records.store import Store, utc_now
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import under_own_names

COLUMNS = (
    "incident_code", "incident_type", "against_civilians", "occurred_on", "date_precision",
    "area_code", "location_precision", "deaths_civilian", "reported_by", "verification",
)  # fmt: skip
VICTIMS = ("incident_code", "sex", "age_group", "harm", "victims_count")
HEADER = ",".join(COLUMNS)
POLICE = "P-1,killing,true,2026-03-01,day,XX01,admin2,3,un_police,reported"
OTHER = "H-7,killing,true,2026-03-02,day,XX01,admin2,4,human_rights,reported"
THIRD = "N-2,killing,true,2026-03-01,day,XX01,admin2,3,ngo,reported"
COUNTED = "SELECT incident_code FROM core.incidents ORDER BY 1"


@pytest.fixture
def reported(small: SmallMission) -> SmallMission:
    """One killing as the police, a human rights officer and an NGO report it."""
    small.add_source(under_own_names("incidents", COLUMNS))
    small.add_source(under_own_names("incident_victims", VICTIMS))
    small.deliver("incidents_police.csv", f"{HEADER}\n{POLICE}\n")
    small.deliver("incidents_other.csv", f"{HEADER}\n{OTHER}\n{THIRD}\n")
    return small


def decide(
    small: SmallMission, key: str, other: str, left_out: str | None = None, **more: Any
) -> None:
    """Keeps a decision and takes in what is there."""
    row_key, other_key = sorted((key, other))
    decision = "duplicate" if left_out else more.get("decision", "separate")
    content = {"table": "incidents", "row_key": row_key, "other_key": other_key}
    record = DuplicateDecision.model_validate(
        content | {"decision": decision, "left_out": left_out}
    )
    store = Store.of_workspace(small.workspace.home)
    latest = store.latest("small", DuplicateDecision, record.key)
    store.write(LOCAL, "small", record, latest.number if latest else 0, utc_now())
    small.ingest()


def counted(small: SmallMission) -> list[str]:
    return [code for (code,) in small.query(COUNTED)]


def ledger_adds_up(small: SmallMission) -> bool:
    sql = "SELECT bool_and(rows_read = rows_loaded + rows_rejected + rows_unchanged) "
    return bool(small.query(f"{sql} FROM ops.input_file")[0][0])


def to_correct(small: SmallMission) -> int:
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        return len(open_rejects(connection))


def test_undecided_and_separate_rows_both_count(reported: SmallMission) -> None:
    assert counted(reported) == ["H-7", "N-2", "P-1"]
    decide(reported, "P-1", "H-7")
    assert counted(reported) == ["H-7", "N-2", "P-1"]


def test_a_duplicate_counts_once_and_lies_in_the_quarantine(reported: SmallMission) -> None:
    decide(reported, "P-1", "H-7", left_out="H-7")
    assert counted(reported) == ["N-2", "P-1"]
    assert reported.query(
        "SELECT file, row_number, rule, parameters ->> '$.counted' FROM quarantine.incidents"
    ) == [("incidents_other.csv", 2, "duplicate_of", "P-1")]
    assert ledger_adds_up(reported)
    assert to_correct(reported) == 0, "nothing is wrong in it"


def test_another_decision_brings_it_back(reported: SmallMission) -> None:
    before = reported.query("SELECT * EXCLUDE (row_hash) FROM core.incidents ORDER BY 1")
    decide(reported, "P-1", "H-7", left_out="H-7")
    decide(reported, "P-1", "H-7", left_out="P-1")
    assert counted(reported) == ["H-7", "N-2"]
    decide(reported, "P-1", "H-7", decision="undecided")
    after = reported.query("SELECT * EXCLUDE (row_hash) FROM core.incidents ORDER BY 1")
    assert after == before
    assert reported.query("SELECT count(*) FROM quarantine.incidents") == [(0,)]
    assert ledger_adds_up(reported)


def test_it_stays_left_out_when_its_file_comes_again(reported: SmallMission) -> None:
    decide(reported, "P-1", "H-7", left_out="H-7")
    report = reported.deliver("incidents_other.csv", f"{HEADER}\n{OTHER}\n{THIRD}\n")
    assert (report.status, counted(reported)) == ("unchanged", ["N-2", "P-1"])
    corrected = OTHER.replace(",4,", ",5,")
    reported.deliver("incidents_other.csv", f"{HEADER}\n{corrected}\n{THIRD}\n")
    assert counted(reported) == ["N-2", "P-1"]
    assert ledger_adds_up(reported)


def test_a_second_file_that_states_it_does_not_bring_it_in(reported: SmallMission) -> None:
    reported.deliver("incidents_copy.csv", f"{HEADER}\n{OTHER}\n")
    decide(reported, "P-1", "H-7", left_out="H-7")
    reported.deliver("incidents_other.csv", f"{HEADER}\n{THIRD}\n")
    assert counted(reported) == ["N-2", "P-1"]
    decide(reported, "P-1", "H-7")
    assert counted(reported) == ["H-7", "N-2", "P-1"]


def test_it_counts_again_when_the_other_row_goes(reported: SmallMission) -> None:
    decide(reported, "P-1", "H-7", left_out="H-7")
    reported.deliver("incidents_police.csv", f"{HEADER}\n{POLICE.replace('P-1', 'P-2')}\n")
    assert counted(reported) == ["H-7", "N-2", "P-2"]


def test_a_chain_of_duplicates_leaves_its_last(reported: SmallMission) -> None:
    decide(reported, "N-2", "H-7", left_out="N-2")
    decide(reported, "P-1", "H-7", left_out="H-7")
    assert counted(reported) == ["P-1"]
    sql = "SELECT DISTINCT parameters ->> '$.counted' FROM quarantine.incidents"
    assert reported.query(sql) == [("P-1",)]


def test_a_ring_of_decisions_leaves_none_out(reported: SmallMission) -> None:
    decide(reported, "N-2", "H-7", left_out="N-2")
    decide(reported, "P-1", "H-7", left_out="H-7")
    decide(reported, "P-1", "N-2", left_out="P-1")
    assert counted(reported) == ["H-7", "N-2", "P-1"]


def test_its_victims_go_and_come_with_it(reported: SmallMission) -> None:
    lines = ["H-7,F,Y30T44,killed,4", "P-1,F,Y30T44,killed,3"]
    reported.deliver("incident_victims.csv", "\n".join([",".join(VICTIMS), *lines]))
    victims = "SELECT incident_code FROM core.incident_victims ORDER BY 1"
    decide(reported, "P-1", "H-7", left_out="H-7")
    assert reported.query(victims) == [("P-1",)]
    assert to_correct(reported) == 0
    decide(reported, "P-1", "H-7")
    assert reported.query(victims) == [("H-7",), ("P-1",)]


def test_many_duplicates_hold_no_file_back(reported: SmallMission) -> None:
    reported.settings["reject_limit_pct"] = 10
    decide(reported, "P-1", "H-7", left_out="H-7")
    report = reported.deliver(
        "incidents_other.csv", f"{HEADER}\n{OTHER}\n{THIRD.replace('3', '2')}\n"
    )
    assert report.status == "loaded"


def test_a_decision_survives_a_new_warehouse(reported: SmallMission) -> None:
    decide(reported, "P-1", "H-7", left_out="H-7")
    reported.workspace.warehouse("small").unlink()
    reported.deliver("areas.csv", "code,parent\nXX,\nXX01,XX\nXX02,XX\n")
    reported.deliver("incidents_police.csv", f"{HEADER}\n{POLICE}\n")
    reported.deliver("incidents_other.csv", f"{HEADER}\n{OTHER}\n{THIRD}\n")
    assert counted(reported) == ["N-2", "P-1"]


def test_the_command_lists_decides_and_names_what_it_does_not_know(
    reported: SmallMission, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POCLENS_HOME", str(reported.workspace.home))
    with open_warehouse(reported.workspace.warehouse("small")) as connection:
        results = run_checks(connection, reported.mission, reported.profile)
    (check,) = [one for one in results if one.check == "incidents.duplicate_candidates"]
    assert (check.status, check.rows_failed) == ("failed", 3)
    assert main(["--language", "en", "duplicates", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    title = contracts()["incidents"].duplicates["two_sources"].title.en
    assert len(lines) == 3 and all(title in line for line in lines)
    pair = ["duplicates", "decide", "P-1", "H-7"]
    assert main([*pair, "--leave-out", "N-2"]) == 2
    assert main(["duplicates", "decide", "P-1", "H-8", "--separate"]) == 2
    assert "H-8" in capsys.readouterr().err
    assert main([*pair, "--leave-out", "H-7", "--reason", "same village"]) == 0
    reported.ingest()
    assert counted(reported) == ["N-2", "P-1"]
    with open_warehouse(reported.workspace.warehouse("small")) as connection:
        results = run_checks(connection, reported.mission, reported.profile)
    (check,) = [one for one in results if one.check == "incidents.duplicate_candidates"]
    assert check.rows_failed == 1, "of the row that was left out no pair waits"
