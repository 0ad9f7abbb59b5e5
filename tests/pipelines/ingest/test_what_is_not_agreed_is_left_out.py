"""A column that a contract keeps only by agreement enters nowhere until the profile names who."""

from typing import Any

import pytest

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import WrongUse
from pipelines.ingest.inbox import ingest
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.faults.fault_rows import base_rows
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import under_own_names

SECRET = "Nilo-Secret"
AGREED = {
    "agreements": [
        {
            "column": "survey_respondents.ethnic_group",
            "role": {"en": "Human Rights Division", "fr": "Division des droits de l’homme"},
            "on": "2026-03-01",
        }
    ]
}
COLUMNS = list(contracts()["survey_respondents"].columns)


def rows() -> list[dict[str, str]]:
    good = dict.fromkeys(COLUMNS, "") | base_rows()["survey_respondents"].row
    good |= {"area_code": "XX01", "site_code": "", "origin_area_code": ""}
    return [
        good | {"respondent_key": f"r{number}", "ethnic_group": f"{SECRET}-{number}"} | change
        for number, change in enumerate([{}, {}, {"result": "maybe"}, {"wave": ""}], start=1)
    ]


def text_of(entries: list[dict[str, str]], *more: str) -> str:
    lines = [COLUMNS, *[[entry[name] for name in COLUMNS] for entry in entries]]
    return "\n".join([*[",".join(cells) for cells in lines], *more]) + "\n"


def mapping(**changes: Any) -> dict[str, Any]:
    return under_own_names("survey_respondents", COLUMNS) | changes


def everything(small: SmallMission) -> str:
    """Every byte of the warehouse's files, and every value of every table as text."""
    path = small.workspace.warehouse("small")
    found = [entry.read_bytes().decode("latin-1") for entry in path.parent.iterdir()]
    with open_warehouse(path) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
        found += [str(connection.execute(f'FROM {s}."{t}"').fetchall()) for s, t in tables]
    return "\n".join(found)


def test_no_value_is_anywhere_and_the_count_is_told(small: SmallMission) -> None:
    small.add_source(mapping())
    shape = text_of(rows(), f"{SECRET}-shape," * 3)
    report = small.deliver("survey_respondents.csv", shape)
    assert (report.rows_read, report.rows_loaded, report.rows_rejected) == (5, 2, 3)
    assert report.left_out == {"survey_respondents.ethnic_group": 4}
    assert SECRET not in everything(small)
    assert small.query("SELECT count(*), count(ethnic_group) FROM core.survey_respondents") == [
        (2, 0)
    ]


def test_a_file_that_is_held_back_leaves_none_behind(small: SmallMission) -> None:
    small.settings["reject_limit_pct"] = 10
    small.add_source(mapping())
    assert small.deliver("survey_respondents.csv", text_of(rows())).status == "held"
    assert SECRET not in everything(small)


def test_who_agreed_opens_it(small: SmallMission) -> None:
    small.settings |= AGREED
    small.add_source(mapping())
    report = small.deliver("survey_respondents.csv", text_of(rows()))
    assert report.left_out == {}
    assert small.query("SELECT ethnic_group FROM core.survey_respondents ORDER BY 1") == [
        (f"{SECRET}-1",),
        (f"{SECRET}-2",),
    ]


def test_the_files_column_may_feed_no_other_column(small: SmallMission) -> None:
    small.add_source(mapping())
    entry = mapping()
    entry["tables"][0]["columns"]["stratum"] = {"from": ["stratum", "ethnic_group"]}
    small.add_source(entry)
    small.drop("survey_respondents.csv", text_of(rows()))
    with pytest.raises(WrongUse, match=r"survey_respondents.yaml.*ethnic_group.*agreements"):
        ingest(small.workspace, small.mission)


def test_an_agreement_names_a_column_that_needs_one(small: SmallMission) -> None:
    wrong = {**AGREED["agreements"][0], "column": "survey_respondents.ethnic_groups"}
    small.settings["agreements"] = [wrong]
    with pytest.raises(WrongUse, match=r"mission.yaml.*survey_respondents.ethnic_group\b"):
        _ = small.mission
