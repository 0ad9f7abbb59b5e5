"""Names of places become area codes, however they are written, and on the day of the row."""

import csv
import re
import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from pipelines.ingest.mapping.places.gazetteer import (
    Gazetteer,
    GazetteerLine,
    place_key,
    read_lines,
    repaired,
)
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import POPULATION

CSV = """name,area_code,valid_from,valid_to
Équatoria-Oriental,XX01,,
Eastern Equatoria,XX01,,
Torit,XX01,,2015-10-01
Torit,XX02,2015-10-02,
"""


@pytest.fixture
def placed(small: SmallMission) -> SmallMission:
    """The small mission with population figures whose places are names."""
    (small.profile / "gazetteer.csv").write_text(CSV, encoding="utf-8")
    columns = dict(POPULATION["tables"][0]["columns"])
    columns["area_code"] = {"from": "area", "gazetteer": {"file": "gazetteer.csv", "day": "day"}}
    small.add_source(POPULATION | {"tables": [{"table": "population", "columns": columns}]})
    return small


def test_names_of_a_file_become_codes(placed: SmallMission) -> None:
    rows = [
        ("Equatoria Oriental", "2024-01-01"),
        ("EASTERN EQUATORIA STATE", "2024-02-01"),
        ("Ã‰quatoria-Oriental", "2024-03-01"),
        ("Torit", "2014-06-01"),
        ("torit", "2024-06-01"),
        ("XX02", "2024-07-01"),
        ("Eastern Equatorai", "2024-08-01"),
    ]
    lines = [f"{name},{day},F,5" for name, day in rows]
    report = placed.deliver("population.csv", "\n".join(["area,day,sex,persons", *lines]))
    found = placed.query("SELECT area_code FROM core.population ORDER BY reference_on")
    assert [code for (code,) in found] == ["XX01", "XX01", "XX01", "XX01", "XX02", "XX02"]
    assert report.rows_rejected == 1, "nothing is guessed"
    sql = "SELECT raw_value, parameters ->> '$.nearest' FROM quarantine.population"
    assert placed.query(sql) == [("Eastern Equatorai", "Eastern Equatoria")]


def test_a_line_added_to_the_gazetteer_brings_the_row_in(placed: SmallMission) -> None:
    placed.deliver("population.csv", "area,day,sex,persons\nKapoeta,2024-01-01,F,5\n")
    assert placed.query("SELECT count(*) FROM core.population") == [(0,)]
    with (placed.profile / "gazetteer.csv").open("a", encoding="utf-8") as file:
        file.write("Kapoeta,XX01,,\n")
    placed.ingest()
    assert placed.query("SELECT area_code FROM core.population") == [("XX01",)]


@pytest.mark.parametrize(
    ("text", "rule", "row"),
    [
        ("place,code\nA,XX01\n", "gazetteer_columns", None),
        ("name,area_code\nA,\n", "gazetteer_line", 2),
        ("name,area_code,valid_from\nA,XX01,31.12.2024\n", "gazetteer_line", 2),
        ("name,area_code\nSaint-Éloi,XX01\nsaint eloi,XX02\n", "gazetteer_ambiguous", 3),
    ],
)
def test_a_faulty_gazetteer_is_named(tmp_path: Path, text: str, rule: str, row: int | None) -> None:
    path = tmp_path / "gazetteer.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUse) as refused:
        read_lines(path)
    (problem,) = refused.value.problems
    assert (problem.rule, problem.file, problem.row) == (rule, "gazetteer.csv", row)
    assert all(problem.sentence(language) for language in ("en", "fr"))


def test_two_areas_of_one_name_are_told_apart_by_their_kind_or_not_at_all() -> None:
    lines = (
        GazetteerLine(name="Région de Mopti", area_code="R"),
        GazetteerLine(name="Cercle de Mopti", area_code="C"),
    )
    gazetteer = Gazetteer(file="-", lines=lines)
    assert gazetteer.area_code("region de mopti") == "R"
    assert gazetteer.area_code("Cercle de Mopti") == "C"
    own_name = Gazetteer(file="-", lines=(*lines, GazetteerLine(name="Mopti", area_code="T")))
    assert own_name.area_code("MOPTI") == "T"
    two = Gazetteer(
        file="-",
        lines=(
            GazetteerLine(name="Mopti Region", area_code="R"),
            GazetteerLine(name="Mopti District", area_code="D"),
        ),
    )
    assert two.area_code("Mopti") is None


# Letters that no word holds side by side and whose Windows bytes are UTF-8: `Éœ` is `ɜ` misread.
MISREAD = re.compile("É[œ’]|[éèç][œ’]{2}")


def is_a_name(text: str) -> bool:
    return not MISREAD.search(text)


names = st.text(st.sampled_from("aeiéèôÉçñ -'œBk"), min_size=1, max_size=6).filter(is_a_name)
days = st.dates(date(2020, 1, 1), date(2020, 1, 20))


def slow_key(text: str) -> str:
    """Letter by letter."""
    found = ""
    for sign in text.lower():
        sign = {"œ": "oe"}.get(sign, unicodedata.normalize("NFD", sign)[0])
        found += sign if sign.isalnum() else " "
    return " ".join(found.split())


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(names, st.sampled_from("PQ"), days, days), max_size=5), names, days)
def test_names_and_days_are_those_of_the_slow_version(
    rows: list[tuple[str, str, date, date]], text: str, day: date
) -> None:
    lines = tuple(
        GazetteerLine(name=name, area_code=code, valid_from=first, valid_to=last)
        for name, code, first, last in rows
    )
    found = Gazetteer(file="-", lines=lines).area_code(text, day.isoformat())
    meant = {
        code
        for name, code, first, last in rows
        if slow_key(name) == slow_key(text) and first <= day <= last
    }
    if meant:
        assert found == (meant.pop() if len(meant) == 1 else None)


words = st.text("éèàçÉôœ’ Bahr-al", min_size=1, max_size=12)


@given(words.filter(is_a_name))
def test_doubly_encoded_text_is_repaired_and_plain_text_kept(text: str) -> None:
    assert repaired(text) == text
    assert repaired(text.encode().decode("latin-1")) == text
    assert repaired(text.encode().decode("latin-1").encode().decode("latin-1")) == text


def test_real_names_of_two_countries_find_their_area(real_folder: Path) -> None:
    """States of South Sudan as UCDP, the profile (en, fr) and people write them."""
    profile = data_folder() / "missions" / "south_sudan"
    mission = read_mission(profile)
    lines = [
        GazetteerLine(name=name, area_code=code)
        for code, words in mission.area_names.items()
        for name in dict.fromkeys((words.en, words.fr))
    ]
    more = {"Jungoli": "SS-JG", "Warap": "SS-WR", "East Equatoria": "SS-EE"}
    more |= {"West Equatoria": "SS-EW", "North Bahr-al-Ghazal": "SS-BN"}
    more |= {"West Bahr-al-Ghazal": "SS-BW"}
    lines += [GazetteerLine(name=name, area_code=code) for name, code in more.items()]
    gazetteer = Gazetteer(file="-", lines=tuple(lines))
    (path,) = (real_folder / "ucdp_ged_ssd").glob("*.csv")
    with path.open(encoding="utf-8") as file:
        states = {row["adm_1"] for row in csv.DictReader(file) if row["adm_1"].endswith("state")}
    assert len(states) == 10
    codes = {state: gazetteer.area_code(state) for state in states}
    assert len(set(codes.values())) == 10 and None not in codes.values()
    for written in ("bahr el ghazal DU NORD", "Northern Bahr-al Ghazal", "Bahr el-Ghazal du Nord"):
        assert gazetteer.area_code(written) == "SS-BN"
    assert place_key("Équatoria-Oriental") == "equatoria oriental"
    later = date(2011, 7, 9) + timedelta(1)
    assert gazetteer.area_code("Unité", later.isoformat()) == "SS-UY"
