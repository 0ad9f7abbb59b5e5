"""Class × audience × grid: every cell of the table of what is shown to whom, on a small mission."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import CLASSES
from indicators.definitions.indicator import Raised
from indicators.definitions.sharing.audiences import Choices, policy
from indicators.disclosure.copy import restrict
from indicators.dissemination.cells import cells_sql
from indicators.foundation import mart_tables
from indicators.foundation.mart_tables import declared_table
from tests.worlds.rows.mart import empty_mart, fill, indicator, mission, value

DECLARATIONS = Path(mart_tables.__file__).parents[1] / "mart"
OF_CLASS = {
    "institutional": "P2-OP-01",
    "event": "P2-OC-04",
    "person": "P2-OP-14",
    "survey": "X-IM-01",
    "protected": "P3-OP-08",
}
LEVELS = ("country", "admin1", "admin2", "admin3", "site")
PERIODS = {"W": "2026-W20", "M": "2026-05", "Q": "2026-Q2", "S": "2026-S1", "A": "2025",
           "B": "2025/26"}  # fmt: skip
ALL = {(level, kind) for level in LEVELS for kind in PERIODS}
ADMIN1_QUARTER = {(level, kind) for level in LEVELS[:2] for kind in "QSAB"}
COUNTRY_QUARTER = {("country", kind) for kind in "QSAB"}
ADMIN1 = {(level, kind) for level in LEVELS[:2] for kind in PERIODS}
CONFIRMED = {"confirmed_by": "Chief of Staff", "confirmed_on": date(2026, 7, 1)}
AGREED = {"agreed_by": "SRSG", "agreed_on": date(2026, 7, 1), "indicators": [*OF_CLASS.values()]}
# disclosure.md §1, word for word: cells that are there, and whether persons are displayed in them
TABLE: dict[tuple[str, str], tuple[set[tuple[str, str]], bool]] = {
    ("mission", "institutional"): (ALL, False),
    ("mission", "event"): (ALL, False),
    ("mission", "person"): (ALL, False),
    ("mission", "survey"): (ALL, False),
    ("mission", "protected"): (ADMIN1_QUARTER, False),
    ("hq", "institutional"): (ALL, False),
    ("hq", "event"): (ALL, False),
    ("hq", "person"): (ADMIN1_QUARTER, True),
    ("hq", "survey"): (ALL, False),
    ("hq", "protected"): (COUNTRY_QUARTER, True),
    ("partner", "institutional"): (ADMIN1_QUARTER, False),
    ("partner", "event"): (ADMIN1_QUARTER, False),
    ("partner", "person"): (set(), True),
    ("partner", "survey"): (ADMIN1_QUARTER, False),
    ("partner", "protected"): (set(), True),
    ("public", "institutional"): (ADMIN1_QUARTER, False),
    ("public", "event"): (ADMIN1_QUARTER, False),
    ("public", "person"): (ADMIN1_QUARTER, True),
    ("public", "survey"): (ADMIN1, False),
    ("public", "protected"): (set(), True),
}
# Amount: what is displayed of a count of persons
DISPLAYED = {0: ("exact", 0), 3: ("below_8", None), 12: ("rounded_5", 10), 13: ("rounded_5", 15)}


def a_mission(cleared: bool = True, **disclosure: Any) -> Any:
    given = {"mission": CONFIRMED, "public": AGREED, "partner": AGREED} | disclosure
    own = {"cleared_by": "Owner", "cleared_on": date(2026, 7, 1)} if cleared else {}
    chosen = [{"code": code} | own for code in OF_CLASS.values()]
    return mission(indicators=chosen, disclosure=given)


def a_copy(*kinds: str, **fields: Any) -> duckdb.DuckDBPyConnection:
    """Counts of 0, 3, 12 and 13 (and answers of as many people) in every cell of the grid."""
    mart = empty_mart()
    for kind in kinds:
        named = {"indicator": OF_CLASS[kind], "confidentiality": kind}
        measure = {"measure": "proportion" if kind == "survey" else "count"}
        fill(mart, "indicator", [indicator(**(named | measure | fields))])
    rows = [
        value(
            indicator=OF_CLASS[kind],
            area=f"{level}-{amount}",
            area_level=level,
            period=period,
            value=amount,
            numerator=amount,
            n=amount,
        )
        for kind in kinds
        for level in LEVELS
        for period in PERIODS.values()
        for amount in DISPLAYED
    ]
    fill(mart, "indicator_value", rows)
    return mart


def cells(mart: duckdb.DuckDBPyConnection, code: str = "%") -> list[tuple[Any, ...]]:
    return mart.execute(
        "SELECT area_level, period_type, CAST(split_part(area, '-', 2) AS INT) AS amount, value, n,"
        " numerator, conf_status, disclosure FROM mart.indicator_value WHERE indicator LIKE ?"
        " ORDER BY ALL",
        [code],
    ).fetchall()


def test_the_table_is_whole() -> None:
    assert set(TABLE) == {(name, kind) for name in policy().audiences for kind in CLASSES}


@pytest.mark.parametrize("audience", policy().audiences)
def test_each_cell_of_the_policy(audience: Any) -> None:
    mart = a_copy(*CLASSES)
    restrict(mart, a_mission(), audience)
    for kind in CLASSES:
        there, is_displayed = TABLE[(audience, kind)]
        found = cells(mart, OF_CLASS[kind])
        assert {(level, period) for level, period, *_ in found} == there
        for _, _, amount, shown, n, numerator, conf, disclosure in found:
            wanted = DISPLAYED[amount] if is_displayed else ("exact", amount)
            if kind == "survey" and amount:
                wanted = ("suppressed", None)
            assert (disclosure, shown) == wanted
            assert (n, numerator) == (wanted[1], wanted[1])
            assert conf == ("F" if shown is not None else "C")


@pytest.mark.parametrize(
    ("audience", "grid"), [("mission", ADMIN1_QUARTER), ("hq", COUNTRY_QUARTER)]
)
def test_protected_totals_are_suppressed_until_somebody_answers_for_them(
    audience: Any, grid: set[tuple[str, str]]
) -> None:
    mart = a_copy("protected")
    restrict(mart, a_mission(cleared=False, mission={}), audience)
    found = cells(mart)
    assert {(level, period) for level, period, *_ in found} == grid
    assert {row[3:] for row in found} == {(None, None, None, "C", "suppressed")}


def test_a_breakdown_of_a_higher_class_is_shown_as_that_class() -> None:
    mart = a_copy("event", confidentiality_of_parts="sex=person|alert_source=protected")
    parts = [{"sex": "F"}, {"breakdown": "alert_source", "breakdown_value": "ngo"}]
    rows = [
        value(indicator=OF_CLASS["event"], area_level=level, area=level, period=period, value=3,
              n=3, numerator=3, **part)
        for part in parts for level in LEVELS for period in PERIODS.values()
    ]  # fmt: skip
    fill(mart, "indicator_value", rows)
    restrict(mart, a_mission(), "hq")
    query = "SELECT area_level, period_type, disclosure FROM mart.indicator_value WHERE "
    by_sex = mart.execute(query + "sex = 'F'").fetchall()
    assert set(by_sex) == {(*cell, "below_8") for cell in ADMIN1_QUARTER}
    by_source = mart.execute(query + "breakdown = 'alert_source'").fetchall()
    assert set(by_source) == {(*cell, "below_8") for cell in COUNTRY_QUARTER}


def test_an_extract_tells_each_cell_with_the_class_that_it_is_shown_by() -> None:
    mart = a_copy("event", confidentiality_of_parts="age_group=person|alert_source=protected")
    mart.execute("DELETE FROM mart.indicator_value")
    source = {"breakdown": "alert_source", "breakdown_value": "ngo"}
    threat = {"breakdown": "threat_type", "breakdown_value": "crime"}
    both = {"sex": "F", "age_group": "Y18T29"}
    by: list[dict[str, str]] = [{}, {"sex": "F"}, {"age_group": "Y18T29"}, both, source, threat]
    cells_given = [value(indicator=OF_CLASS["event"], value=40, n=40, **part) for part in by]
    fill(mart, "indicator_value", cells_given)
    found = mart.execute(
        f"SELECT sex, age_group, breakdown, confidentiality FROM ({cells_sql()})"
    ).fetchall()
    assert sorted(found) == [
        ("F", "Y18T29", "_T", "person"), ("F", "_T", "_T", "event"),
        ("_T", "Y18T29", "_T", "person"), ("_T", "_T", "_T", "event"),
        ("_T", "_T", "alert_source", "protected"), ("_T", "_T", "threat_type", "event"),
    ]  # fmt: skip


def test_where_a_copy_has_parts_follows_their_class() -> None:
    """Elsewhere a part without a row would be read as zero."""
    mart = a_copy("event", confidentiality_of_parts="sex=person|alert_source=protected")
    mart.execute(
        "CREATE OR REPLACE TABLE mart.breakdown_grid AS SELECT 'testland' AS mission, "
        "indicator, version AS indicator_version, unnest(['sex', 'sex_age', 'alert_source', "
        "'threat_type']) AS dimension, area_level, period_type FROM mart.indicator, "
        "(SELECT DISTINCT area_level, period_type FROM mart.indicator_value)"
    )
    restrict(mart, a_mission(cleared=False), "hq")
    query = "SELECT dimension, area_level, period_type FROM mart.breakdown_grid"
    found = mart.execute(query).fetchall()
    wanted = {"sex": ADMIN1_QUARTER, "sex_age": COUNTRY_QUARTER, "threat_type": ALL}
    assert set(found) == {(name, *cell) for name, grid in wanted.items() for cell in grid}


def test_headquarters_sees_sex_and_age_of_persons_together_for_the_country_alone() -> None:
    mart = a_copy("event", confidentiality_of_parts="sex=person|age_group=person")
    both = {"sex": "F", "age_group": "Y18T29", "value": 40, "n": 40}
    places = [{"area": level, "area_level": level} for level in ("country", "admin1", "admin2")]
    rows = [value(indicator=OF_CLASS["event"], **place, **both) for place in places]
    fill(mart, "indicator_value", rows)
    restrict(mart, a_mission(), "hq")
    query = "SELECT area_level, value FROM mart.indicator_value WHERE sex = 'F'"
    assert mart.execute(query).fetchall() == [("country", 40)]


def test_a_breakdown_that_nobody_cleared_is_not_there() -> None:
    mart = a_copy("event", confidentiality_of_parts="alert_source=protected")
    part = {"breakdown": "alert_source", "breakdown_value": "ngo", "value": 40, "n": 40}
    fill(mart, "indicator_value", [value(indicator=OF_CLASS["event"], **part)])
    restrict(mart, a_mission(cleared=False), "hq")
    query = "SELECT count(*) FROM mart.indicator_value WHERE breakdown = 'alert_source'"
    assert mart.execute(query).fetchone() == (0,)


def test_copies_for_others_have_agreed_indicators_and_few_tables() -> None:
    mart = a_copy("event")
    fill(mart, "indicator", [indicator(indicator="P2-OP-02", measure="sum")])
    fill(mart, "indicator_value", [value(indicator="P2-OP-02", value=7, n=7)])
    restrict(mart, a_mission(), "public", date(2026, 3, 31))
    tables = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'mart' ORDER BY 1"
    named = [name for (name,) in mart.execute(tables).fetchall()]
    assert named == ["area", "breakdown_grid", "indicator", "indicator_value", "mission",
                     "return_status", "survey_response"]  # fmt: skip
    assert {row[1] for row in cells(mart)} == {"A"}  # the rest ended after March
    codes = "SELECT DISTINCT indicator FROM mart.indicator"
    assert mart.execute(codes).fetchall() == [(OF_CLASS["event"],)]


def test_only_copies_that_the_profile_asks_for_are_made() -> None:
    assert Choices().audiences() == ["hq", "mission"]
    assert a_mission().disclosure.audiences() == ["hq", "mission", "partner", "public"]
    with pytest.raises(ValueError, match="agreed_by"):
        Choices.model_validate({"public": {"indicators": ["P2-OP-01"]}})


@pytest.mark.parametrize("audience", ["hq", "public"])
def test_nobody_has_counts_of_persons_finer_than_headquarters(audience: Any) -> None:
    code = OF_CLASS["person"]
    coarser = load_catalogue()[code].model_copy(
        update={"confidentiality": Raised(grid={"hq": "country_quarter"})}
    )
    mart = a_copy("person")
    restrict(mart, a_mission(), audience, catalogue={code: coarser})
    assert {(level, period) for level, period, *_ in cells(mart)} == COUNTRY_QUARTER


def test_a_profile_may_be_stricter() -> None:
    choices = {"classes": {"institutional": {"grid": "admin1_quarter", "display": "persons"}}}
    mart = a_copy("institutional")
    restrict(mart, a_mission(mission=choices), "mission")
    found = cells(mart)
    assert {(level, period) for level, period, *_ in found} == ADMIN1_QUARTER
    assert {(row[2], (row[-1], row[3])) for row in found} == set(DISPLAYED.items())


@pytest.mark.parametrize(
    "laxer",
    [
        {"person": {"grid": "full"}},
        {"person": {"display": "exact"}},
        {"protected": {"grid": "admin1_quarter"}},
        {"event": {"grid": "everything"}},
    ],
)
def test_a_profile_is_never_laxer(laxer: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"less than the policy|no grid"):
        Choices.model_validate({"hq": {"classes": laxer}})


# Tables and columns -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(DECLARATIONS.glob("*.sql")), ids=lambda path: path.stem)
def test_a_table_is_declared_in_its_file_for_audiences_that_there_are(path: Path) -> None:
    name, table = declared_table(path.read_text(encoding="utf-8"))
    assert name == path.stem
    named = {audience for audiences in table.audiences.values() for audience in audiences}
    assert named <= set(policy().audiences) - {"mission"}


def test_a_column_of_which_nobody_decided_who_has_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"mart\.told\.planted: nobody decided"):
        declared_table("CREATE TABLE mart.told (\n  planted DOUBLE,\n  -- for hq\n  x DATE\n);")


def test_a_column_is_for_those_whom_the_line_above_it_names() -> None:
    text = """CREATE TABLE mart.told (
      -- for hq, public
      mission VARCHAR,
      -- a word on it
      place DECIMAL(8,5), -- for hq it is
      -- For the mission alone: names
      unit VARCHAR
    );"""
    _, table = declared_table(text.replace("\n    )", "\n)"))
    assert dict(table.columns) == {
        "mission": "VARCHAR", "place": "DECIMAL(8,5)", "unit": "VARCHAR",
    }  # fmt: skip
    both = ("hq", "public")
    assert dict(table.audiences) == {"mission": both, "place": both, "unit": ()}


@pytest.mark.parametrize("audience", ["mission", "hq", "partner", "public"])
def test_what_nobody_decided_on_is_the_missions_alone(audience: Any) -> None:
    mart = a_copy("event")
    mart.execute("CREATE TABLE mart.new_table AS SELECT 1 AS planted")
    fill(mart, "area", [{"mission": "testland", "area_code": "C", "area_level": "country"}])
    mart.execute("ALTER TABLE mart.area ADD COLUMN new_column VARCHAR DEFAULT 'planted'")
    restrict(mart, a_mission(), audience)
    told = mart.execute("SELECT new_column FROM mart.area").fetchall()
    tables = mart.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'mart'")
    is_own = audience == "mission"
    assert told == [("planted" if is_own else None,)]
    assert (("new_table",) in tables.fetchall()) == is_own


@pytest.mark.parametrize(
    ("audience", "told"),
    [
        ("mission", [(12, 9), (30, 12), (60, 0), (60, 25)]),
        ("hq", [(None, None), (None, None), (60, 0), (60, 25)]),
    ],
)
def test_fewer_than_25_answers_are_the_missions_alone(audience: Any, told: Any) -> None:
    mart = a_copy("survey")
    rows = [(12, 9), (30, 12), (60, 0), (60, 25)]
    named = [
        {"mission": "testland", "wave": str(at), "area": "C", "sampled": sampled, "answered": given}
        for at, (sampled, given) in enumerate(rows)
    ]
    fill(mart, "survey_response", named)
    restrict(mart, a_mission(), audience)
    query = "SELECT sampled, answered FROM mart.survey_response ORDER BY wave"
    assert mart.execute(query).fetchall() == told
