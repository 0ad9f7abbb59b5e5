"""Files fed by several entries, corrected mappings, full exports: what counts is never lost."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest

from pipelines.ingest.rows import upsert
from pipelines.quality.rejects.summary import write_reject_summary, write_waiting_rows
from pipelines.quality.rejects.workbook import open_rejects
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import AREAS, POPULATION, source

HEADER = "area,day,sex,persons\n"
FIRST = HEADER + "XX01,2024-01-01,F,100\nXX01,2024-01-01,M,90\n"
COUNTS = "SELECT area_code, sex, persons FROM core.population ORDER BY ALL"
LEDGER = "SELECT name, status FROM ops.input_file WHERE source = 'population' ORDER BY sequence"


def by_sex(sex: str, column: str) -> dict[str, Any]:
    """An entry for the figures of one column."""
    columns = POPULATION["tables"][0]["columns"]
    return {
        "table": "population",
        "columns": columns | {"sex": {"constant": sex}, "persons": {"from": column}},
    }


WIDE = {
    "source": "wide",
    "files": ["wide*.csv"],
    "reader": "csv",
    "tables": [by_sex("F", "women"), by_sex("M", "men")],
}
WIDE_CSV = "area,day,women,men\nXX01,2024-01-01,100,90\nXX02,2024-01-01,70,60\n"


def persons_read_as(entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The mapping of figures with another entry for the persons."""
    changed = deepcopy(POPULATION) | changes
    changed["tables"][0]["columns"]["persons"] = entry
    return changed


# 1. Several entries for one table -----------------------------------------------------------------


def test_corrected_file_of_two_entries_keeps_the_rows_of_both(small: SmallMission) -> None:
    small.add_source(WIDE)
    small.deliver("wide.csv", WIDE_CSV)
    report = small.deliver("wide.csv", WIDE_CSV.replace("70", "71"))
    assert small.query(COUNTS) == [
        ("XX01", "F", 100),
        ("XX01", "M", 90),
        ("XX02", "F", 71),
        ("XX02", "M", 60),
    ]
    assert (report.rows_loaded, report.rows_rejected, report.rows_unchanged) == (1, 0, 1)


def test_row_that_both_entries_lose_goes(small: SmallMission) -> None:
    small.add_source(WIDE)
    small.deliver("wide.csv", WIDE_CSV)
    small.deliver("wide.csv", "area,day,women,men\nXX01,2024-01-01,100,90\n")
    assert small.query(COUNTS) == [("XX01", "F", 100), ("XX01", "M", 90)]


def test_entry_may_refer_to_unchanged_rows_of_another_entry(small: SmallMission) -> None:
    parents = {"table": "areas", "where": {"parent": ["XX"]}, **_areas()}
    children = {"table": "areas", "where": {"parent": ["YY"]}, **_areas()}
    small.add_source(
        AREAS | {"source": "tree", "files": ["tree*.csv"], "tables": [parents, children]}
    )
    text = "code,parent\nYY,XX\nYY01,YY\n"
    small.deliver("tree.csv", text)
    report = small.deliver("tree.csv", text + "YY02,YY\n")
    assert (report.rows_loaded, report.rows_rejected, report.rows_unchanged) == (1, 0, 2)
    found = small.query("SELECT area_code FROM core.areas WHERE area_code LIKE 'YY%' ORDER BY 1")
    assert found == [("YY",), ("YY01",), ("YY02",)]


def _areas() -> dict[str, Any]:
    columns = AREAS["tables"][0]["columns"]
    return {"columns": columns | {"area_level": {"constant": "admin1"}}}


def test_two_entries_that_state_one_key_otherwise_are_a_duplicate(small: SmallMission) -> None:
    small.add_source(WIDE | {"tables": [by_sex("F", "women"), by_sex("F", "men")]})
    text = "area,day,women,men\nXX01,2024-01-01,100,90\nXX02,2024-01-01,70,70\n"
    report = small.deliver("wide.csv", text)
    assert small.query(COUNTS) == [("XX01", "F", 100), ("XX02", "F", 70)]
    assert small.query("SELECT row_number, rule FROM quarantine.population") == [
        (2, "duplicate_key")
    ]
    assert (report.rows_read, report.rows_rejected) == (2, 1)


# 3. A corrected mapping ---------------------------------------------------------------------------


def test_corrected_mapping_reads_the_archived_files_again(small: SmallMission) -> None:
    text = HEADER + "XX01,2024-01-01,F,100\nXX01,2024-01-01,M,none\n"
    small.deliver("population.csv", text)
    small.add_source(persons_read_as({"from": "persons", "recode": {"none": "0", "100": "101"}}))
    (report,) = small.ingest().files
    assert small.query(COUNTS) == [("XX01", "F", 101), ("XX01", "M", 0)]
    assert (report.name, report.status) == ("population.csv", "loaded")
    assert (report.rows_loaded, report.rows_rejected) == (2, 0)
    assert report.before == {"rows_loaded": 1, "rows_rejected": 1}
    assert small.query("SELECT count(*) FROM quarantine.population") == [(0,)]
    assert small.query("SELECT count(*), min(persons) FROM raw.population") == [(2, "0")]
    assert small.ingest().files == []


def test_mapping_that_takes_fewer_rows_retracts_the_others(small: SmallMission) -> None:
    small.deliver("population.csv", FIRST)
    changed = deepcopy(POPULATION)
    changed["tables"][0]["where"] = {"sex": ["F"]}
    small.add_source(changed)
    (report,) = small.ingest().files
    assert small.query(COUNTS) == [("XX01", "F", 100)]
    assert report.rows_retracted == 1


def test_mapping_that_feeds_another_table_empties_the_first(small: SmallMission) -> None:
    small.deliver("population.csv", FIRST)
    columns = AREAS["tables"][0]["columns"] | {
        "area_code": {"template": "{area}-{sex}"},
        "parent_area_code": {"from": "area"},
        "area_level": {"constant": "admin2"},
        "name_en": {"from": "sex"},
        "name_fr": {"from": "sex"},
    }
    mapping = source("areas", "population*.csv", columns) | {"ignore": ["day", "persons"]}
    small.add_source(mapping | {"source": "population"})
    small.ingest()
    assert small.query(COUNTS) == []
    assert small.query("SELECT count(*) FROM raw.population") == [(0,)]
    assert small.query("SELECT area_code FROM core.areas WHERE area_level = 'admin2'") == [
        ("XX01-F",),
        ("XX01-M",),
    ]


def test_later_correction_stands_when_an_older_file_is_read_again(small: SmallMission) -> None:
    by_area = {"sender": {"column": "area"}}  # one sender in both files
    small.add_source(POPULATION | by_area)
    small.add_source(POPULATION | by_area | {"source": "other", "files": ["other*.csv"]})
    small.deliver("population.csv", FIRST)
    small.deliver("other.csv", HEADER + "XX01,2024-01-01,F,111\n")
    recoded = {"from": "persons", "recode": {"90": "91", "100": "7"}}
    small.add_source(persons_read_as(recoded, **by_area))
    small.ingest()
    assert small.query(COUNTS) == [("XX01", "F", 111), ("XX01", "M", 91)]


def test_row_comes_back_when_what_replaced_it_is_taken_back(small: SmallMission) -> None:
    small.deliver("population_a.csv", FIRST)
    small.deliver("population_b.csv", HEADER + "XX01,2024-01-01,F,111\n")
    small.deliver_all("population_b.csv", HEADER + "XX02,2024-01-01,F,5\n")
    assert small.query(COUNTS) == [("XX01", "F", 100), ("XX01", "M", 90), ("XX02", "F", 5)]


def test_mapping_that_can_no_longer_read_a_file_leaves_what_was_loaded(small: SmallMission) -> None:
    small.deliver("population.csv", FIRST)
    small.add_source(persons_read_as({"from": "people"}))
    (report,) = small.ingest().files
    assert report.status == "kept"
    assert [problem.rule for problem in report.problems] == ["missing_column", "unknown_column"]
    assert len(small.query(COUNTS)) == 2
    assert [file.status for file in small.ingest().files] == ["kept"]  # told until it is mended
    small.add_source(POPULATION)
    assert small.ingest().files == []


def test_mapping_that_rejects_too_much_leaves_what_was_loaded(small: SmallMission) -> None:
    small.settings["reject_limit_pct"] = 10
    small.deliver("population.csv", FIRST)
    small.add_source(persons_read_as({"from": "persons", "recode": {"90": "ninety"}}))
    (report,) = small.ingest().files
    assert (report.status, report.rows_rejected) == ("held", 2)
    assert len(small.query(COUNTS)) == 2
    assert [file.status for file in small.ingest().files] == ["held"]  # told until it is mended
    small.add_source(POPULATION)
    assert [file.status for file in small.ingest().files] == ["unchanged"]
    assert small.query("SELECT count(*) FROM quarantine.population") == [(0,)]
    assert small.ingest().files == []


def test_changed_clock_of_the_mission_reads_again(small: SmallMission) -> None:
    """What casting reads is part of how a file was read: here the mission's first day."""
    small.deliver("population.csv", FIRST)
    version = "SELECT DISTINCT mapping_version FROM ops.input_file WHERE source = 'population'"
    before = small.query(version)
    small.settings["time_zone"] = "Africa/Bamako"
    small.ingest()
    assert small.query(version) != before


def test_again_forces_it(small: SmallMission) -> None:
    small.deliver("population.csv", FIRST)
    (report,) = small.ingest(files=[], again=["population.csv"]).files
    assert (report.status, report.rows_unchanged) == ("unchanged", 2)
    small.query("DELETE FROM core.population WHERE sex = 'F'")
    (report,) = small.ingest(files=[], again=["population.csv"]).files
    assert (report.status, report.rows_loaded, report.rows_unchanged) == ("loaded", 1, 1)
    assert len(small.query(COUNTS)) == 2


def test_again_takes_an_older_version_back_into_force(small: SmallMission) -> None:
    old = small.deliver("population.csv", FIRST)
    small.deliver("population.csv", HEADER + "XX01,2024-01-01,F,1\n")
    small.ingest(files=[], again=[old.sha256])
    assert small.query(COUNTS) == [("XX01", "F", 100), ("XX01", "M", 90)]
    assert small.query(LEDGER) == [("population.csv", "superseded"), ("population.csv", "loaded")]


def test_again_of_a_file_nobody_knows(small: SmallMission) -> None:
    from indicators.foundation.errors import WrongUse

    with pytest.raises(WrongUse) as caught:
        small.ingest(files=[], again=["nowhere.csv"])
    assert [problem.rule for problem in caught.value.problems] == ["no_file_taken_in"]


# 4. Full exports ----------------------------------------------------------------------------------


def full(kind: str, **more: Any) -> dict[str, Any]:
    """The mapping of figures whose files are full exports."""
    return POPULATION | {"supersedes": kind} | more


def test_full_export_under_a_new_name_replaces_the_last_one(small: SmallMission) -> None:
    small.add_source(full("all"))
    small.deliver("population_may.csv", FIRST)
    report = small.deliver(
        "population_june.csv", HEADER + "XX01,2024-01-01,M,90\nXX02,2024-01-01,F,7\n"
    )
    assert small.query(COUNTS) == [("XX01", "M", 90), ("XX02", "F", 7)]
    assert small.query(LEDGER) == [
        ("population_may.csv", "superseded"),
        ("population_june.csv", "loaded"),
    ]
    assert report.rows_retracted == 1


def test_full_export_leaves_files_of_other_mappings_alone(small: SmallMission) -> None:
    small.add_source(POPULATION | {"source": "other", "files": ["other*.csv"]})
    small.add_source(full("all"))
    small.deliver("other.csv", HEADER + "XX02,2024-01-01,F,7\n")
    small.deliver("population_may.csv", FIRST)
    small.deliver("population_june.csv", HEADER + "XX01,2024-01-01,M,90\n")
    assert small.query(COUNTS) == [("XX01", "M", 90), ("XX02", "F", 7)]


INCIDENTS = source(
    "incidents",
    "incidents*.csv",
    {
        "incident_code": {"template": "{day}/{area}/{deaths}"},  # no key of their own
        "incident_type": {"constant": "killing"},
        "against_civilians": {"constant": "true"},
        "occurred_on": {"from": "day"},
        "date_precision": {"constant": "day"},
        "area_code": {"from": "area"},
        "location_precision": {"constant": "exact"},
        "reported_by": {"constant": "un_military"},
        "verification": {"constant": "verified"},
        "deaths_civilian": {"from": "deaths"},
    },
)
BY_YEAR = INCIDENTS | {"supersedes": "by_period", "period": "year"}
DEATHS = "SELECT CAST(occurred_on AS VARCHAR), deaths_civilian FROM core.incidents ORDER BY ALL"
INCIDENT_FILES = "SELECT status FROM ops.input_file WHERE source = 'incidents' ORDER BY sequence"


def deaths(*rows: tuple[str, object]) -> str:
    return "day,area,deaths\n" + "".join(f"{day},XX01,{number}\n" for day, number in rows)


def test_export_by_period_replaces_the_periods_that_it_holds(small: SmallMission) -> None:
    small.add_source(BY_YEAR)
    small.deliver(
        "incidents_1.csv", deaths(("2024-01-01", 1), ("2024-05-01", 2), ("2025-02-01", 3))
    )
    report = small.deliver("incidents_2.csv", deaths(("2024-01-01", 1), ("2024-05-01", 20)))
    assert small.query(DEATHS) == [("2024-01-01", 1), ("2024-05-01", 20), ("2025-02-01", 3)]
    assert (report.rows_loaded, report.rows_unchanged, report.rows_retracted) == (1, 1, 1)
    assert small.query(INCIDENT_FILES) == [("loaded",), ("loaded",)]
    small.deliver("incidents_3.csv", deaths(("2025-06-01", 4)))
    assert small.query(DEATHS) == [("2024-01-01", 1), ("2024-05-01", 20), ("2025-06-01", 4)]
    assert small.query(INCIDENT_FILES) == [("superseded",), ("loaded",), ("loaded",)]


def test_period_that_a_corrected_export_no_longer_holds_comes_back(small: SmallMission) -> None:
    small.add_source(BY_YEAR)
    small.deliver("incidents_1.csv", deaths(("2024-01-01", 1)))
    small.deliver("incidents_2.csv", deaths(("2024-03-01", 2)))
    assert small.query(DEATHS) == [("2024-03-01", 2)]
    small.deliver_all("incidents_2.csv", deaths(("2025-03-01", 2)))
    assert small.query(DEATHS) == [("2024-01-01", 1), ("2025-03-01", 2)]
    assert small.query(INCIDENT_FILES) == [("loaded",), ("superseded",), ("loaded",)]


def test_older_export_read_again_leaves_the_periods_of_newer_ones(small: SmallMission) -> None:
    small.add_source(BY_YEAR)
    small.deliver("incidents_1.csv", deaths(("2024-01-01", 1), ("2025-02-01", 3)))
    small.deliver("incidents_2.csv", deaths(("2024-01-01", 1), ("2024-03-01", 2)))
    small.ingest(files=[], again=["incidents_1.csv"])
    assert small.query(DEATHS) == [("2024-01-01", 1), ("2024-03-01", 2), ("2025-02-01", 3)]
    small.ingest(files=[], again=["incidents_2.csv"])
    assert small.query(DEATHS) == [("2024-01-01", 1), ("2024-03-01", 2), ("2025-02-01", 3)]
    assert small.query(INCIDENT_FILES) == [("loaded",), ("loaded",)]


def test_mapping_that_becomes_and_ceases_to_be_a_full_export(small: SmallMission) -> None:
    small.deliver("population_may.csv", FIRST)
    small.deliver("population_june.csv", HEADER + "XX01,2024-01-01,M,91\n")
    small.add_source(full("all"))
    small.ingest()
    assert small.query(COUNTS) == [("XX01", "M", 91)]
    small.add_source(POPULATION)
    small.ingest()
    assert small.query(COUNTS) == [("XX01", "F", 100), ("XX01", "M", 91)]
    assert [status for _, status in small.query(LEDGER)] == ["loaded", "loaded"]


def test_by_period_needs_a_date(small: SmallMission) -> None:
    from indicators.foundation.errors import WrongUse

    small.add_source(AREAS | {"supersedes": "by_period"})
    with pytest.raises(WrongUse) as caught:
        small.ingest()
    assert [problem.rule for problem in caught.value.problems] == ["mapping_without_period"]


# 5. Rejects of a superseded file ------------------------------------------------------------------

BAD = (("2024-01-01", 1), ("2024-01-02", "many"))


@pytest.mark.parametrize(
    ("kind", "name"),
    [("name", "incidents_1"), ("all", "incidents_2"), ("by_period", "incidents_2")],
)
def test_rejects_leave_the_list_with_their_file(small: SmallMission, kind: str, name: str) -> None:
    small.add_source(INCIDENTS | {"supersedes": kind})
    small.deliver("incidents_1.csv", deaths(*BAD))
    assert waiting(small) == (1, 1)
    small.deliver(f"{name}.csv", deaths(("2024-01-01", 2)))
    assert waiting(small) == (0, 0)
    assert len(small.query("FROM quarantine.incidents")) == 1  # history


def waiting(small: SmallMission) -> tuple[int, int]:
    """Lines of `mart.reject_summary`, and rows that `poclens rejects` lists."""
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        write_waiting_rows(connection, small.mission, {}, "incidents")
        write_reject_summary(connection, small.mission, "incidents")
        (lines,) = connection.execute("SELECT count(*) FROM mart.reject_summary").fetchall()
        return lines[0], len(open_rejects(connection))


# Large files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [9, 10, 25])
def test_raw_rows_of_several_groups_stand_in_the_order_of_the_file(
    small: SmallMission, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(upsert, "_ROW_GROUP", 10)
    days = [date(2024, 1, 1) + timedelta(number) for number in range(rows)]
    lines = [f"XX01,{day},F,{100 + number}" for number, day in enumerate(days)]
    lines[rows // 2] = lines[rows // 2].replace("XX01", "nowhere")
    report = small.deliver("population.csv", HEADER + "\n".join(lines) + "\n")
    assert (report.rows_loaded, report.rows_rejected) == (rows - 1, 1)
    kept = small.query("SELECT row_number, reference_on, persons FROM raw.population")
    assert kept == [(at + 2, str(day), str(100 + at)) for at, day in enumerate(days)]
