"""A dated event file declares the days it speaks for (definitions 49), kept with the file."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from pipelines.ingest.inbox import ingest
from pipelines.ingest.mapping.files.covered_span import span_of
from pipelines.ingest.mapping.model import load_sources, read_source
from pipelines.workspace.installation import install_profile, make_workspace
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.faults.fault_rows import base_rows
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import POPULATION, under_own_names

ROWS = "area,day,sex,persons\nXX01,2024-01-01,F,100\n"
COLUMNS = list(base_rows()["incidents"].row)
INCIDENTS = under_own_names("incidents", COLUMNS)
SPANS = (
    "SELECT name, table_name, covers_from, covers_to, precision FROM ops.covered_span "
    "JOIN ops.input_file USING (file_sha256) WHERE status = 'loaded'"
)


def incidents(*days: str) -> str:
    """A file with an incident on each of these days."""
    rows = [
        base_rows()["incidents"].row
        | {"incident_code": f"I-{day}", "occurred_on": day, "area_code": "XX01"}
        for day in days
    ]
    return "\n".join(",".join(row) for row in [COLUMNS, *(list(row.values()) for row in rows)])


@pytest.mark.parametrize(
    ("covers", "first", "last", "precision"),
    [
        (["2024-01-05", "2024-03-31"], date(2024, 1, 5), date(2024, 3, 31), "day"),
        (["2023-02", "2024-02"], date(2023, 2, 1), date(2024, 2, 29), "month"),
        (["2013", "2019"], date(2013, 1, 1), date(2019, 12, 31), "year"),
        ([None, "2019"], None, date(2019, 12, 31), "year"),
        (["2013-01-01", None], date(2013, 1, 1), None, "day"),
    ],
)
def test_the_span_stands_with_the_file_that_counts(
    small: SmallMission, covers: list[Any], first: date, last: date, precision: str
) -> None:
    small.add_source(POPULATION | {"covers": covers})
    rows = ROWS.replace("2024-01-01", "2019-01-01" if "2019" in covers else "2024-01-10")
    small.deliver("population.csv", rows)
    small.deliver("population.csv", rows.replace("100", "101"))
    assert small.query(SPANS) == [("population.csv", "population", first, last, precision)]


def test_without_the_key_nothing_is_declared(small: SmallMission) -> None:
    small.deliver("population.csv", ROWS)
    assert small.query("FROM ops.covered_span") == []


@pytest.mark.parametrize("covers", [["2019", "2013"], ["2013"], ["last year", "2013"], ["2013-13"]])
def test_a_span_that_is_none_is_refused(small: SmallMission, covers: list[str]) -> None:
    path = small.profile / "sources" / "population.yaml"
    path.write_text(yaml.safe_dump(POPULATION | {"covers": covers}), encoding="utf-8")
    with pytest.raises(WrongUse, match="covers"):
        read_source(path)


def test_a_key_of_several_forms_is_told_once_by_its_name(small: SmallMission) -> None:
    path = small.profile / "sources" / "population.yaml"
    path.write_text(yaml.safe_dump(POPULATION | {"covers": {"from": "2020"}}), encoding="utf-8")
    with pytest.raises(WrongUse) as refused:
        read_source(path)
    assert [one.parameters["key"] for one in refused.value.problems] == ["covers"]


@pytest.mark.parametrize(
    ("name", "first", "last", "precision"),
    [
        ("population_2011_2017.csv", date(2011, 1, 1), date(2017, 12, 31), "year"),
        ("population-2024-02.csv", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("population_20240110-20240320_v2.csv", date(2024, 1, 10), date(2024, 3, 20), "day"),
        ("population_2024_2024-11.csv", date(2024, 1, 1), date(2024, 12, 31), "year"),
        ("population 2024Q1.csv", date(2024, 1, 1), date(2024, 3, 31), "month"),
        ("population 2024Q4.csv", date(2024, 10, 1), date(2024, 12, 31), "month"),
    ],
)
def test_a_span_in_the_name_of_the_file(name: str, first: date, last: date, precision: str) -> None:
    assert span_of("name", None, name, None) == (first, last, precision)
    assert span_of("name", "day", name, None) == (first, last, "day")


def test_each_file_has_its_own_span(small: SmallMission) -> None:
    assert span_of("name", None, "population.csv", None) is None
    small.settings |= {"starts_on": "2020-01-01"}
    small.add_source(INCIDENTS | {"covers": "name", "covers_precision": "day"})
    small.deliver("incidents_2023.csv", incidents("2023-05-01"))
    small.deliver("incidents_2024.csv", incidents("2024-01-01"))
    both = [
        ("incidents_2023.csv", "incidents", date(2023, 1, 1), date(2023, 12, 31), "day"),
        ("incidents_2024.csv", "incidents", date(2024, 1, 1), date(2024, 12, 31), "day"),
    ]
    assert sorted(small.query(SPANS)) == both
    small.add_source(INCIDENTS | {"covers": "dates"})
    small.deliver("incidents_2024.csv", incidents("2024-01-01", "2024-03-05"))
    assert sorted(small.query(SPANS))[1][2:] == (date(2024, 1, 1), date(2024, 3, 5), "day")
    small.add_source(INCIDENTS | {"covers": {"*_2024*": ["2024-01", "2024-06"]}})
    small.ingest()
    assert small.query(SPANS) == [
        ("incidents_2024.csv", "incidents", date(2024, 1, 1), date(2024, 6, 30), "month")
    ]


def test_a_file_with_rows_outside_its_span_is_held_and_asks(small: SmallMission) -> None:
    small.add_source(INCIDENTS | {"covers": ["2011-01-01", "2017-12-31"]})
    report = small.deliver("incidents_new.csv", incidents("2024-01-01"))
    assert report.status == "held"
    for language in ("en", "fr"):
        (told,) = [one.sentence(language) for one in report.remarks]
        assert "2024-01-01" in told and "2017-12-31" in told and "--again" in told
    assert small.query("FROM ops.covered_span") == small.query("FROM core.incidents") == []
    small.ingest(again=["incidents_new.csv"])
    assert small.query("SELECT count(*) FROM core.incidents") == [(1,)]


def full_export(days: int, year: int = 2024) -> str:
    first = date(year, 1, 1)
    lines = [f"XX01,{first + timedelta(day)},F,{100 + day}" for day in range(days)]
    return "\n".join(["area,day,sex,persons", *lines]) + "\n"


@pytest.mark.parametrize(
    ("before", "after", "is_held"),
    [(200, 180, True), (200, 181, False), (30, 11, False), (30, 10, True), (1000, 979, False)],
)
def test_a_full_export_without_a_tenth_of_its_rows_asks(
    small: SmallMission, before: int, after: int, is_held: bool
) -> None:
    small.add_source(POPULATION | {"supersedes": "all"})
    small.deliver("population_a.csv", full_export(before))
    report = small.deliver("population_b.csv", full_export(after))
    assert report.status == ("held" if is_held else "loaded")
    standing = small.query("SELECT count(*) FROM core.population")
    assert standing == [(before if is_held else after,)]
    if is_held:
        facts = "SELECT rule, parameters FROM quarantine.population WHERE row_number IS NULL"
        ((rule, parameters),) = small.query(facts)
        assert rule == "export_states_less"
        assert json.loads(parameters)["gone"] == before - after
        small.ingest()  # it waits for an answer
        assert small.query("SELECT count(*) FROM core.population") == [(before,)]
        small.ingest(again=["population_b.csv"])
        assert small.query("SELECT count(*) FROM core.population") == [(after,)]
        small.ingest()  # and the answer holds
        assert small.query("SELECT count(*) FROM core.population") == [(after,)]


def test_a_full_export_that_covers_less_asks(small: SmallMission) -> None:
    small.add_source(POPULATION | {"supersedes": "all", "covers": "name"})
    small.deliver("population_2023_2024.csv", ROWS)
    report = small.deliver("population_2024.csv", ROWS + "XX02,2024-01-01,F,1\n")
    assert [one.rule for one in report.remarks] == ["earlier_still_counts", "export_covers_less"]
    before = [
        (*("population_2023_2024.csv", "population"), date(2023, 1, 1), date(2024, 12, 31), "year")
    ]
    assert small.query(SPANS) == before
    whole = small.deliver("population_2023_2025.csv", ROWS + "XX02,2025-01-01,F,1\n")
    assert whole.status == "loaded"
    assert small.query(SPANS)[0][2:] == (date(2023, 1, 1), date(2025, 12, 31), "year")


def test_the_south_sudan_file_of_later_years_takes_nothing_out(
    tmp_path: Path, shared_folder: Path
) -> None:
    """Beside UCDP 2011–2017 a file of 2018–2021 took out all events and left zeros behind."""
    workspace = Workspace(tmp_path)
    make_workspace(workspace)
    install_profile(workspace, data_folder() / "missions" / "south_sudan")
    profile = workspace.profile("south_sudan")
    (old,) = (shared_folder / "data/real/ucdp_ged_ssd").glob("*.csv")
    mission = read_mission(profile)
    ingest(workspace, mission)
    text = old.read_text(encoding="utf-8")
    inbox = workspace.inbox("south_sudan")
    later = inbox / "conflict_data_ssd_2018_2021.csv"
    later.parent.mkdir(parents=True, exist_ok=True)
    later.write_text(re.sub(r"\b201[1-7](-\d\d-\d\d 00:00)", r"2019\1", text), encoding="utf-8")
    reports = ingest(workspace, mission, [later]).files
    assert [(one.name, one.status) for one in reports] == [(later.name, "held")]
    with open_warehouse(workspace.warehouse("south_sudan")) as connection:
        rows = "SELECT year(occurred_on) < 2018, count(*) FROM core.incidents GROUP BY 1"
        assert connection.execute(rows).fetchall() == [(True, 598)]
        spans = connection.execute(SPANS).fetchall()
    assert [(span[0], *span[2:]) for span in spans] == [
        (old.name, date(2011, 1, 1), date(2017, 12, 31), "day")
    ]


def test_the_shipped_event_files_say_what_they_cover() -> None:
    files = {
        "south_sudan": ("events", "conflict_data_ssd_2011_2017.csv"),
        "mali": ("events_by_year", "ged201_reduced_mli.csv"),
    }
    spans = {}
    for mission, (source, name) in files.items():
        sources = load_sources(data_folder() / "missions" / mission)
        spans[mission] = sources[source].span_of(name, None)
    assert spans == {
        "south_sudan": (date(2011, 1, 1), date(2017, 12, 31), "day"),
        "mali": (date(2013, 1, 1), date(2019, 12, 31), "year"),
    }
