"""What each key of a mapping does to the text of a file; the reference is docs/mapping.md."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import WrongUse
from pipelines.ingest.mapping.apply import map_rows, stacked
from pipelines.ingest.mapping.model import ColumnMapping, Source, TableMapping, read_source
from pipelines.ingest.mapping.places.area_polygons import read_area_rows, read_outlines
from pipelines.ingest.readers.table import source_table
from tests.worlds.mission.delivered import MISSION
from tests.worlds.mission.mappings import under_own_names
from tests.worlds.mission.profile import write_yaml

Rows = list[list[str | None]]


def mapped(
    header: list[str],
    records: Rows,
    entry: Mapping[str, Any],
    table: str = "areas",
    column: str = "x",
    beside: Mapping[str, Any] | None = None,
    **source: Any,
) -> list[str | None]:
    """The texts of one column under one entry of a mapping."""
    given = {column: entry} | dict(beside or {})
    columns = {name: ColumnMapping.model_validate(one) for name, one in given.items()}
    entries = TableMapping(table=table, columns=columns)
    file = stacked([source_table("", header, records, range(2, 2 + len(records)))])
    whole = Source(source="s", files=("*",), reader="csv", tables=(entries,), **source)
    result = map_rows(file, entries, whole, lambda: read_outlines(FOLDER, MISSION_OF_SQUARES))
    found: list[str | None] = result.rows[column].to_pylist()
    return found


def one(entry: Mapping[str, Any], **cells: str | None) -> str | None:
    """The text made from one row."""
    (text,) = mapped(list(cells), [list(cells.values())], entry)
    return text


def test_text_loses_its_outer_blanks_and_nothing_else() -> None:
    assert one({"from": "a"}, a=" \u00a0Bor  Town ") == "Bor  Town"


def test_empty_and_missing_texts_are_null() -> None:
    records: Rows = [[None], [""], [" "], ["NA"], ["-"], ["0"]]
    entry = {"from": "a", "missing": ["NA", "-"]}
    assert mapped(["a"], records, entry) == [None] * 5 + ["0"]


def test_missing_of_the_file_holds_where_the_column_has_none_of_its_own() -> None:
    records: Rows = [["NA"], ["?"]]
    assert mapped(["a"], records, {"from": "a"}, missing=("NA",)) == [None, "?"]
    assert mapped(["a"], records, {"from": "a", "missing": ["?"]}, missing=("NA",)) == ["NA", None]


def test_a_text_that_a_column_gives_a_meaning_is_not_missing_there() -> None:
    records: Rows = [["-"], ["NA"]]
    entry = {"from": "a", "recode": {"-": "negative"}}
    assert mapped(["a"], records, entry, missing=("NA", "-")) == ["negative", None]


def test_join_leaves_out_what_is_empty() -> None:
    entry = {"from": ["day", "hour"], "join": "T"}
    records: Rows = [["2026-07-01", "08:30"], ["2026-07-01", None], [None, None]]
    assert mapped(["day", "hour"], records, entry) == ["2026-07-01T08:30", "2026-07-01", None]


def test_numbers_of_several_columns_are_added_and_never_guessed() -> None:
    entry = {"from": ["men", "women"], "join": "+"}
    records: Rows = [["1 920", "30"], ["7", None], [None, None], ["7", "some"], ["1.920", "30"]]
    assert mapped(["men", "women"], records, entry) == ["1950", "7", None, "7+some", "1.920+30"]
    two: Rows = [["17 (4)", "3"], ["14/1", "3"], ["10–20", None]]
    assert mapped(["men", "women"], two, entry) == ["17 (4)+3", "14/1+3", "10–20"]


def test_an_optional_time_of_a_day_without_an_hour_is_none_where_that_day_is_told() -> None:
    records: Rows = [["05/07/2026"], ["10/07/2026 02h30"], ["soon"]]
    entry = {"from": "a", "formats": ["%d/%m/%Y %H:%M"]}
    day = {"occurred_on": {"from": "a", "part": 1, "formats": ["%d/%m/%Y"]}}
    found = mapped(["a"], records, entry, table="incidents", column="occurred_at", beside=day)
    assert found == [None, "10/07/2026 02:30", "soon"]
    alone = mapped(["a"], records, entry, table="incidents", column="occurred_at")
    assert alone == ["05/07/2026", "10/07/2026 02:30", "soon"]  # refused: its day would be lost
    needed = mapped(["a"], records, entry, table="activities", column="started_at")
    assert needed == ["05/07/2026", "10/07/2026 02:30", "soon"]


def test_a_word_before_a_reference_is_cut_off() -> None:
    records: Rows = [["Incident KUN-0100"], ["Operation OP-01"], ["KUN-0100"]]
    assert mapped(["a"], records, {"from": "a", "begins": ["Incident "]}) == [
        "KUN-0100",
        None,
        None,
    ]


def test_both_numbers_of_a_cell_are_added() -> None:
    records: Rows = [["14/1"], ["8"], [None], ["7-8-9"], ["10–20"], ["17 (4)"]]
    found = mapped(["a"], records, {"from": "a", "join": "+"})
    assert found == ["15", "8", None, "7-8-9", "10–20", "17 (4)"]


def test_two_numbers_of_a_cell_are_told_apart() -> None:
    cells = ["1 493–1 600", "17 (4)", "9 (3 F)", "20", "7-8-9", "none"]
    records: Rows = [[text] for text in cells]
    first, second = (mapped(["a"], records, {"from": "a", "part": part}) for part in (1, 2))
    assert first == ["1 493", "17", "9", "20", "7-8-9", "none"]
    assert second == ["1 600", "4", "3", None, "7-8-9", "none"]


def test_only_units_that_a_mapping_names_are_left_out() -> None:
    records: Rows = [["72 h"], ["72"], ["72 j"], ["h"]]
    assert mapped(["a"], records, {"from": "a", "units": ["h"]}) == ["72", "72", "72 j", "h"]


def test_months_are_read_by_the_format_that_fits_each() -> None:
    records: Rows = [["février 2026"], ["Jan-26"]]
    entry = {"from": "a", "formats": ["%B %Y", "%b-%y"]}
    assert mapped(["a"], records, entry) == ["February 2026", "Jan-26"]


def test_a_day_of_the_week_before_a_date_is_left_out() -> None:
    records: Rows = [["mardi 02/06/2026"], ["03/06/2026"], [None]]
    found = mapped(["a"], records, {"from": "a", "formats": ["%d/%m/%Y"]})
    assert found == ["02/06/2026", "03/06/2026", None]


def test_a_format_that_reads_the_day_of_the_week_keeps_it_and_takes_other_digits() -> None:
    entry = {"from": "a", "formats": ["%A %d/%m/%Y"]}
    assert mapped(["a"], [["Tuesday ٠٢/٠٦/٢٠٢٦"]], entry) == ["Tuesday 02/06/2026"]


def test_constant() -> None:
    assert one({"constant": "completed"}, a=None) == "completed"


def test_template_is_null_where_a_part_is_missing() -> None:
    entry = {"template": "r6-{region}/{number}"}
    records: Rows = [["ML1", "7"], ["ML1", None]]
    assert mapped(["region", "number"], records, entry) == ["r6-ML1/7", None]


def test_recode_leaves_other_texts_for_the_rules_to_judge() -> None:
    entry = {"from": "a", "recode": {"Patrouille": "patrol", "rien": None}}
    records: Rows = [["Patrouille"], ["patrouille"], ["rien"], [None]]
    assert mapped(["a"], records, entry) == ["patrol", "patrouille", None, None]


def test_otherwise_takes_what_recode_does_not_list() -> None:
    entry = {"from": "a", "recode": {"1": "F"}, "otherwise": "_U"}
    assert mapped(["a"], [["1"], ["9"], [None]], entry) == ["F", "_U", None]


def test_otherwise_null() -> None:
    assert one({"from": "a", "recode": {"1": "F"}, "otherwise": None}, a="9") is None


def test_empty_gives_a_value_to_empty_cells() -> None:
    entry = {"from": "a", "recode": {"1": "yes"}, "empty": "not_asked"}
    assert mapped(["a"], [["1"], [None]], entry) == ["yes", "not_asked"]


def test_recode_of_a_list_goes_by_member() -> None:
    entry = {"from": "a", "separator": ";", "recode": {"Militaire": "military", "Autre": None}}
    assert one(entry, a="Militaire; justice;Autre") == "military;justice"


def test_lists_may_be_cut_at_several_signs() -> None:
    entry = {"from": "a", "separator": [";", "/"], "recode": {"Militaire": "military", "A/B": "c"}}
    assert mapped(["a"], [["Militaire / justice"], ["justice; x/Militaire"], ["A/B"]], entry) == [
        "military;justice", "justice;x;military", "c"]  # fmt: skip


def test_when_takes_the_first_that_fits() -> None:
    entry = {
        "from": "area",
        "recode": {"Bor": "SS-JG"},
        "when": [
            {"column": "precision", "in": ["6", "7"], "value": "SSD"},
            {"column": "precision", "in": "7", "value": "never"},
        ],
    }
    records: Rows = [["Bor", "1"], ["Bor", "6"], ["Bor", "7"], [None, " 7 "]]
    assert mapped(["area", "precision"], records, entry) == ["SS-JG", "SSD", "SSD", "SSD"]


def test_bands_turn_ages_into_groups() -> None:
    bands = [{"below": 18, "value": "Y0T17"}, {"below": 30, "value": "Y18T29"}, {"value": "Y_GE60"}]
    entry = {"from": "age", "recode": {"999": "_U"}, "bands": bands}
    records: Rows = [["17.9"], ["18"], ["29"], ["30"], ["999"], ["old"], [None]]
    expected = ["Y0T17", "Y18T29", "Y18T29", "Y_GE60", "_U", "old", None]
    assert mapped(["age"], records, entry) == expected


def test_runs_rebuild_a_psu_from_the_numbers_of_respondents() -> None:
    entry = {"runs": {"of": "RESPNO", "length": 8}}
    records: Rows = [["MLI0001"], ["MLI0008"], ["MLI0009"], ["MLI1200"], ["none"]]
    assert mapped(["RESPNO"], records, entry) == ["0", "0", "1", "149", None]


def square(west: float, south: float, name: str) -> dict[str, Any]:
    ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1]]
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


FOLDER = Path()
MISSION_OF_SQUARES = Mission.model_validate(MISSION)


@pytest.fixture(autouse=True)
def outlines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two squares beside each other, and a third part of the second."""
    features = [square(30, 5, "West"), square(31, 5, "East"), square(33, 5, "East")]
    collection = {"type": "FeatureCollection", "features": features}
    (tmp_path / "areas.geojson").write_text(json.dumps(collection))
    settings = {
        "areas_geojson": "areas.geojson",
        "area_property": "name",
        "area_codes": {"West": "XX01"},
    }
    module = "tests.pipelines.ingest.test_mapping_features"
    monkeypatch.setattr(f"{module}.FOLDER", tmp_path)
    monkeypatch.setattr(f"{module}.MISSION_OF_SQUARES", Mission.model_validate(MISSION | settings))


def test_point_gives_the_area_it_lies_in() -> None:
    records: Rows = [["30.5", "5.5"], ["31.5", "5.5"], ["33.5", "5.5"], ["0", "0"], [None, "5.5"]]
    header = ["longitude", "latitude"]
    inside = {"point": header}
    assert mapped(header, records, inside) == ["XX01", "East", "East", None, None]
    outside = inside | {"outside": "XX"}
    assert mapped(header, records, outside) == ["XX01", "East", "East", "XX", None]


def test_point_on_a_shared_border_goes_to_the_first_area() -> None:
    assert one({"point": ["x", "y"]}, x="31", y="5.5") == "XX01"


def test_a_place_is_as_precise_as_the_area_of_its_row() -> None:
    levels = {"XX": "country", "XX01": "admin1", "XX0101": "admin2", "XX010101": "admin3",
              "CAMP": "site"}  # fmt: skip
    columns = {
        "area_code": ColumnMapping(sources=("Where",), recode={"The camp": "CAMP"}),
        "location_precision": ColumnMapping(precision_of="area_code"),
    }
    table = TableMapping(table="incidents", columns=columns)
    places = ["XX", "XX01", "XX0101", "XX010101", "The camp", "nowhere", None]
    file = stacked([source_table("", ["Where"], [[one] for one in places], range(2, 9))])
    source = Source(source="s", files=("*",), reader="csv", tables=(table,))
    outlines = partial(read_outlines, FOLDER, MISSION_OF_SQUARES)
    found = map_rows(file, table, source, outlines, lambda: levels).rows["location_precision"]
    assert found.to_pylist() == ["country", "admin1", "admin2", "near", "near", "near", None]


def test_the_areas_that_a_precision_is_of_are_mapped() -> None:
    with pytest.raises(ValueError, match="area_code"):
        TableMapping.model_validate(
            {"table": "incidents", "columns": {"location_precision": {"precision_of": "area_code"}}}
        )


def test_outlines_make_area_rows(tmp_path: Path) -> None:
    (table,) = read_area_rows(tmp_path / "areas.geojson", MISSION_OF_SQUARES)
    codes = table.rows.select(["area_code", "parent_area_code", "area_level"]).to_pylist()
    assert [tuple(row.values()) for row in codes] == [
        ("XX", None, "country"),
        ("XX01", "XX", "admin1"),
        ("East", "XX", "admin1"),
    ]
    assert table.row_numbers.to_pylist() == [1, 2, 3]


def test_where_takes_rows_by_their_text() -> None:
    columns = {"x": ColumnMapping.model_validate({"from": "a"})}
    file = stacked(
        [source_table("", ["a", "kind"], [["1", "3"], ["2", None], ["3", "4 "]], [2, 3, 4])]
    )
    for where, expected in (
        ({"kind": ["3", "4"]}, ["1", "3"]),
        ({"kind": "present"}, ["1", "3"]),
        ({"kind": "absent"}, ["2"]),
    ):
        table = TableMapping(table="areas", where=where, columns=columns)
        source = Source(source="s", files=("*",), reader="csv", tables=(table,))
        found = map_rows(file, table, source, lambda: read_outlines(FOLDER, MISSION_OF_SQUARES))
        assert found.rows["x"].to_pylist() == expected


def unpivoted(
    name: str, unpivot: dict[str, Any], header: list[str], records: Rows
) -> list[tuple[Any, ...]]:
    table = TableMapping.model_validate(
        {"table": name, "columns": {"key": {"from": "key"}}, "unpivot": unpivot}
    )
    source = Source(source="s", files=("*",), reader="csv", tables=(table,))
    file = stacked([source_table("", header, records, range(2, 2 + len(records)))])
    rows = map_rows(file, table, source, lambda: read_outlines(FOLDER, MISSION_OF_SQUARES)).rows
    return [tuple(row.values())[:-2] for row in rows.to_pylist()]


def test_unpivot_makes_a_row_of_each_answer() -> None:
    unpivot = {
        "item": "item",
        "value": "answer",
        "items": {
            "walk": {"from": "Q1", "recode": {"0": "safe"}},
            "trust": {"from": "Q2", "empty": "not_asked"},
        },
    }
    records: Rows = [["R1", "0", "a_lot"], ["R2", None, None]]
    assert unpivoted("survey_answers", unpivot, ["key", "Q1", "Q2"], records) == [
        ("R1", "walk", "safe"),
        ("R1", "trust", "a_lot"),
        ("R2", "trust", "not_asked"),  # an empty Q1 is no row, an empty Q2 has a value
    ]


def test_unpivot_by_two_columns() -> None:
    unpivot = {
        "item": ["sex", "age_group"],
        "value": "victims_count",
        "items": {"F|Y0T17": {"from": "girls"}, "M|Y0T17": {"from": "boys"}},
    }
    records: Rows = [["A", "3", "4"], ["B", "0", "10"], ["C", "0.0", "-1"]]
    assert unpivoted("incident_victims", unpivot, ["key", "girls", "boys"], records) == [
        ("A", "F", "Y0T17", "3"),
        ("A", "M", "Y0T17", "4"),
        ("B", "M", "Y0T17", "10"),  # victims are counted from one: no girl is no row
        ("C", "M", "Y0T17", "-1"),  # a wrong number is one, to be refused
    ]


def test_unpivot_keeps_none_where_it_is_counted() -> None:
    items = {"F": {"from": "women"}, "M": {"from": "men"}}
    unpivot = {"item": "sex", "value": "participants_count", "items": items}
    found = unpivoted("activity_participants", unpivot, ["key", "women", "men"], [["A", "0", "4"]])
    assert found == [("A", "F", "0"), ("A", "M", "4")]


def test_the_key_of_a_row_is_told_apart_by_the_item() -> None:
    unpivot = {
        "item": "month",
        "value": "planned_quantity",
        "key": "key",
        "items": {"2026-01-01": {"from": "Jan"}, "2026-02-01": {"from": "Feb"}},
    }
    records: Rows = [["L1", "3", "4"], [None, "1", None]]
    assert unpivoted("activity_plan", unpivot, ["key", "Jan", "Feb"], records) == [
        ("L1 2026-01-01", "2026-01-01", "3"),
        ("L1 2026-02-01", "2026-02-01", "4"),
        (None, "2026-01-01", "1"),
    ]


@pytest.mark.parametrize(
    ("ended_at", "is_refused"),
    [
        ({"after": "started_at"}, False),
        ({"after": "ended_at"}, True),
        ({"after": "activity_type"}, True),
        ({"after": "started_at", "nights": "personnel_count"}, False),
        ({"after": "started_at", "nights": "activity_type"}, True),
    ],
)
def test_only_a_time_comes_after_a_time_and_nights_are_counted(
    tmp_path: Path, ended_at: dict[str, str], is_refused: bool
) -> None:
    columns = ["activity_type", "started_at", "ended_at", "personnel_count"]
    mapping = under_own_names("activities", columns)
    mapping["tables"][0]["columns"]["ended_at"] |= ended_at
    path = tmp_path / "activities.yaml"
    write_yaml(path, mapping)
    told = []
    try:
        read_source(path)
    except WrongUse as refused:
        told = [one.rule for one in refused.problems]
    assert ("mapping_unknown_column" in told) == is_refused, told
