"""A list makes areas, outlines draw them and make those that no list states; they meet by code."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from indicators.definitions.contracts import contracts
from pipelines.documents.templates import HEADER_ROW, write_template
from pipelines.ingest.mapping.profile import profile_problems
from pipelines.quality.checks import run_checks
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.ddl import create_mart
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import AREAS, POPULATION

LIST = "code,parent\nXX,\nP1,XX\nD1,P1\nD2,P1\n"
CHECKS = ("areas.one_row_a_day", "areas.made_by_outlines")
NOW = (
    "SELECT area_code, parent_area_code, source FROM core.areas "
    "JOIN ops.input_file USING (file_sha256) ORDER BY 1"
)


def draw(profile: Path, features: list[dict[str, str]]) -> None:
    """Outlines with these properties, squares side by side."""
    made = []
    for x, properties in enumerate(features, start=30):
        ring = [[x, 5], [x + 1, 5], [x + 1, 6], [x, 6], [x, 5]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        made.append({"type": "Feature", "properties": properties, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": made})
    (profile / "areas.geojson").write_text(text, encoding="utf-8")


@pytest.fixture
def drawn(tmp_path: Path) -> SmallMission:
    """A mission of two districts that are drawn, both in the country as far as outlines know."""
    workspace = Workspace(tmp_path)
    workspace.inbox("small").mkdir(parents=True)
    mission = SmallMission(workspace, {"areas_geojson": "areas.geojson"})
    (mission.profile / "sources").mkdir(parents=True)
    mission.add_source(POPULATION)
    draw(mission.profile, [{"area_code": "D1"}, {"area_code": "D2"}])
    return mission


def checked(mission: SmallMission) -> dict[str, str]:
    with open_warehouse(mission.workspace.warehouse("small")) as connection:
        create_mart(connection)
        results = run_checks(connection, mission.mission, mission.profile)
    told = {one.check: one.sentence_en for one in results if one.status == "failed"}
    stopping = {one.check for one in results if one.stops_release and one.check in CHECKS}
    assert stopping == told.keys() & {"areas.one_row_a_day"}
    return {check: text for check, text in told.items() if check in CHECKS}


def fill_template(mission: SmallMission, *codes: str, valid_from: str = "2025-01-01") -> None:
    """The product's own template of areas."""
    path = mission.workspace.inbox("small") / "areas.xlsx"
    write_template(contracts()["areas"], path, "en")
    book = openpyxl.load_workbook(path)
    names = [cell.value for cell in book["areas"][HEADER_ROW]]
    for number, code in enumerate(codes, start=HEADER_ROW + 1):
        level = {"X": "country", "P": "admin1", "D": "admin2"}[code[0]]
        above = {"country": None, "admin1": "XX", "admin2": "P1"}[level]
        row: dict[str, Any] = {"area_code": code, "parent_area_code": above, "area_level": level}
        row |= {"name_en": code, "name_fr": code, "valid_from": valid_from}
        for name, value in row.items():
            book["areas"].cell(number, names.index(name) + 1, value)
    book.save(path)


def test_outlines_alone_make_the_areas(drawn: SmallMission) -> None:
    drawn.ingest()
    outlines = "areas_geojson"
    assert drawn.query(NOW) == [
        ("D1", "XX", outlines),
        ("D2", "XX", outlines),
        ("XX", None, outlines),
    ]
    assert checked(drawn) == {}


@pytest.mark.parametrize("comes_later", [True, False])
def test_with_the_template_of_areas_no_area_stands_twice(
    drawn: SmallMission, comes_later: bool
) -> None:
    if comes_later:
        drawn.ingest()
    fill_template(drawn, "XX", "P1", "D1", "D2")
    drawn.ingest()
    template = "template_areas"
    expected = [("D1", "P1"), ("D2", "P1"), ("P1", "XX"), ("XX", None)]
    assert drawn.query(NOW) == [(*row, template) for row in expected]
    assert checked(drawn) == {}
    before = drawn.query("SELECT name, status, rows_loaded FROM ops.input_file ORDER BY 1")
    drawn.ingest()
    assert drawn.query("SELECT name, status, rows_loaded FROM ops.input_file ORDER BY 1") == before


def test_outlines_go_on_making_what_a_source_of_the_profile_lacks(drawn: SmallMission) -> None:
    drawn.add_source(AREAS)
    drawn.drop("areas.csv", "code,parent\nXX,\nP1,XX\nD1,P1\n")
    population = "area,day,sex,persons\nD1,2024-01-01,F,1\nD2,2024-01-01,F,2\n"
    drawn.drop("population.csv", population)
    assert {report.status for report in drawn.ingest().files} == {"loaded"}
    assert drawn.query("SELECT count(*) FROM core.population") == [(2,)]
    assert drawn.query(NOW)[1] == ("D2", "XX", "areas_geojson")
    (told,) = checked(drawn).values()
    assert "D2" in told and "area_codes" in told
    drawn.deliver("areas.csv", LIST)  # now it has D2
    assert drawn.query(NOW)[1] == ("D2", "P1", "areas")
    assert checked(drawn) == {}
    drawn.deliver("areas.csv", LIST.replace("D2", "D3"))  # and no longer
    assert drawn.query(NOW)[1] == ("D2", "XX", "areas_geojson")
    assert drawn.query("SELECT count(*) FROM core.population") == [(2,)]


def test_a_list_may_lie_below_areas_that_are_only_drawn(drawn: SmallMission) -> None:
    draw(drawn.profile, [{"area_code": "P1"}])
    drawn.settings |= {"reject_limit_pct": 20}
    drawn.add_source(AREAS)
    drawn.drop("areas.csv", "code,parent\nD1,P1\nD2,P1\n")
    drawn.drop("population.csv", "area,day,sex,persons\nD1,2024-01-01,F,1\nD2,2024-01-01,F,2\n")
    drawn.ingest()
    assert [row[:2] for row in drawn.query(NOW)] == [
        ("D1", "P1"), ("D2", "P1"), ("P1", "XX"), ("XX", None)
    ]  # fmt: skip
    assert drawn.query("SELECT count(*) FROM core.population") == [(2,)]  # in the same intake


def test_two_rows_valid_on_one_day_block_the_release(drawn: SmallMission) -> None:
    drawn.add_source(AREAS)
    drawn.drop("areas.csv", LIST)
    drawn.ingest()
    fill_template(drawn, "D1")
    drawn.ingest()
    (told,) = checked(drawn).values()
    assert "D1 (" in told and "areas.csv" in told and "areas.xlsx" in told and "valid_to" in told


def test_outlines_that_make_an_area_twice_are_refused_at_init(drawn: SmallMission) -> None:
    assert drawn.mission
    rule = "outlines_one_area"
    country = {"area_code": drawn.mission.country_area}
    draw(drawn.profile, [country, {"area_code": "D1"}])
    assert rule not in [one.rule for one in profile_problems(drawn.profile)]
    draw(drawn.profile, [{"area_code": "D1"}, {"area_code": "D1", "parent_area_code": "P1"}])
    assert rule in [one.rule for one in profile_problems(drawn.profile)]
