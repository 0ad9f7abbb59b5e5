"""An output stands beside its outcome with n and the caution that this shows no effect."""

from datetime import date
from typing import Any

import pytest

from indicators.foundation.messages import LANGUAGES, has_message, message
from indicators.linkage.evidence.results import begin_evidence
from indicators.linkage.framework.model import Framework
from tests.worlds.rows.mart import COUNTRY, MISSION, empty_mart, fill, indicator, mission, value

AS_OF = date(2026, 10, 1)
OUTPUT, OUTCOME = "P2-OP-01", "P2-OC-05"
WORDS = {"en": "text", "fr": "texte"}
MONTHS = [f"2026-{month:02d}" for month in range(1, 10)]


def framework(lag: int = 0, to: str = OUTCOME) -> Framework:
    edge = {"id": "e1", "from": OUTPUT, "to": to, "lag": lag, "expected_sign": -1, "why": WORDS}
    return Framework.model_validate(
        {"objective": WORDS, "outcomes": (), "outputs": (), "edges": (edge,)}
    )


def links(rows: list[dict[str, Any]], expected: Framework, **outcome: Any) -> dict[str, Any]:
    """The rows of mart.result_link by area."""
    connection = empty_mart()
    kinds = {"measure": "count", "indicator": OUTPUT, "title_en": "Patrols"}
    of = {"measure": "count", "indicator": OUTCOME, "title_en": "Incidents"} | outcome
    kinds |= {"periods": of["periods"]} if "periods" in of else {}
    fill(connection, "indicator", [indicator(**kinds), indicator(**of)])
    areas = [COUNTRY, "TST-1", "TST-2"]
    fill(connection, "area", [{"mission": MISSION, "area_code": area} for area in areas])
    fill(connection, "indicator_value", rows)
    begin_evidence(connection, mission(), expected, {}, AS_OF)()
    begin_evidence(connection, mission(), expected, {}, AS_OF)()
    found = connection.execute("FROM mart.result_link WHERE method = 'side_by_side'")
    names = [column[0] for column in found.description]
    by_area = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert [row["area"] for row in by_area] == areas
    return {row["area"]: row for row in by_area}


def months(code: str, names: list[str], area: str = COUNTRY, **fields: Any) -> list[dict[str, Any]]:
    return [
        value(**{"indicator": code, "period": name, "area": area, "value": float(at)} | fields)
        for at, name in enumerate(names)
    ]


BOTH = [
    *months(OUTPUT, MONTHS),
    *months(OUTCOME, MONTHS),
    *months(OUTPUT, MONTHS, "TST-1"),
    *months(OUTCOME, MONTHS[:4], "TST-1"),
    *months(OUTPUT, MONTHS, "TST-2"),
]


def test_a_row_for_the_mission_and_one_an_area_with_n() -> None:
    found = links(BOTH, framework())
    assert [(row["n_areas"], row["n_periods"]) for row in found.values()] == [
        (1, 9),
        (1, 4),
        (0, 0),
    ]
    for area, row in found.items():
        assert (row["specification"], row["expected_sign"]) == ("none", -1)
        assert {row[name] for name in ("estimate", "p_value", "q_value", "n_events")} == {None}
        tested = ("not_estimable", "D") if area == COUNTRY else ("not_tested", None)
        assert (row["status"], row["grade"]) == tested


def test_an_area_says_what_all_areas_together_say() -> None:
    found = links(BOTH, framework())
    reason = "too few areas"
    assert found[COUNTRY]["grade_reasons"] == "too_few_clusters"
    assert all(reason in row["sentence_en"] for row in found.values())


def test_the_sentence_says_n_and_that_this_shows_no_effect() -> None:
    row = links(BOTH, framework())[COUNTRY]
    assert "months with both: 9" in row["sentence_en"]
    assert "no effect" in row["sentence_en"]
    assert "mois avec les deux\u00a0: 9" in row["sentence_fr"]
    assert "aucun effet" in row["sentence_fr"]


@pytest.mark.parametrize(("lag", "expected"), [(0, 9), (1, 8), (3, 6)])
def test_the_outcome_is_taken_lag_months_later(lag: int, expected: int) -> None:
    assert links(BOTH, framework(lag))[COUNTRY]["n_periods"] == expected


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no_output_values"),
        (months(OUTPUT, MONTHS), "no_outcome_values"),
        ([*months(OUTPUT, MONTHS[:3]), *months(OUTCOME, MONTHS[4:])], "no_overlap_in_time"),
        ([*BOTH, *months(OUTCOME, MONTHS, "TST-2", value=2.0)], "no_variation"),
        ([*months(OUTPUT, MONTHS[:3]), *months(OUTCOME, MONTHS)], "few_periods"),
        ([*months(OUTPUT, MONTHS, obs_status="P"), *months(OUTCOME, MONTHS)], "missing_returns"),
    ],
)
def test_what_stands_in_the_way_is_named(rows: list[dict[str, Any]], reason: str) -> None:
    area = "TST-2" if reason == "no_variation" else COUNTRY
    caveats = links(rows, framework())[area]["caveats"].split("|")
    assert reason in caveats
    assert all(has_message(f"linkage.caveat.{caveat}") for caveat in caveats)


def test_periods_of_an_earlier_definition_are_not_set_beside_those_of_the_present_one() -> None:
    rows = [
        row | {"indicator_version": 2}
        if row["indicator"] == OUTPUT and row["period"] > "2026-03"
        else row
        for row in BOTH
    ]
    found = links(rows, framework())
    assert [row["n_periods"] for row in found.values()] == [6, 1, 0]


def test_values_that_are_not_there_are_not_counted() -> None:
    empty = months(OUTCOME, MONTHS, value=None, obs_status="O")
    row = links([*months(OUTPUT, MONTHS), *empty], framework())[COUNTRY]
    assert row["caveats"] == "not_tested|no_outcome_values"


def test_an_indicator_that_the_mission_did_not_select_is_named() -> None:
    row = links(BOTH, framework(to="X-IM-02"))[COUNTRY]
    assert row["caveats"] == "not_tested|unknown_indicator"
    assert all("X-IM-02" in row[f"sentence_{language}"] for language in LANGUAGES)


def test_waves_are_counted_as_waves() -> None:
    row = links(BOTH, framework(), measure="proportion")[COUNTRY]
    assert "survey waves with both: 9" in row["sentence_en"]


def test_the_shortest_period_that_both_know_is_used() -> None:
    quarters = [value(indicator=code, period="2026-Q3", value=1.0) for code in (OUTPUT, OUTCOME)]
    row = links([*BOTH, *quarters], framework(), periods="Q|A")[COUNTRY]
    assert row["n_periods"] == 1
    assert "quarters with both: 1" in row["sentence_en"]


def test_no_framework_no_rows() -> None:
    connection = empty_mart()
    begin_evidence(connection, mission(), None, {}, AS_OF)()
    assert connection.execute("SELECT count(*) FROM mart.result_link").fetchone() == (0,)


WEEKS = [f"2026-W{week:02d}" for week in range(1, 20)]


@pytest.mark.parametrize(
    ("names", "areas", "reason"),
    [
        (MONTHS, {OUTPUT: [COUNTRY], OUTCOME: [COUNTRY]}, "no_areas_with_both"),
        (MONTHS, {OUTPUT: [COUNTRY, "TST-1"], OUTCOME: [COUNTRY]}, "no_areas_with_both"),
        (WEEKS, {OUTPUT: [COUNTRY, "TST-1"], OUTCOME: [COUNTRY, "TST-1"]}, "only_weeks"),
    ],
    ids=["country only", "one of the two in areas", "weeks"],
)
def test_what_stands_side_by_side_and_cannot_be_tested_says_why(
    names: list[str], areas: dict[str, list[str]], reason: str
) -> None:
    rows = [row for code, own in areas.items() for area in own for row in months(code, names, area)]
    periods = "W" if names is WEEKS else "M"
    partial = [row | {"obs_status": "P"} for row in rows]
    row = links(partial, framework(), periods=periods)[COUNTRY]
    assert (row["grade"], row["status"]) == ("D", "not_tested")
    assert row["grade_reasons"] == f"not_tested|{reason}"
    assert row["caveats"].split("|")[-1] == "missing_returns"
    for language in LANGUAGES:
        words = message(f"linkage.grade_reason.{reason}", language)
        assert words in row[f"sentence_{language}"]
        for caveat in row["caveats"].split("|"):
            assert has_message(f"linkage.caveat.{caveat}"), caveat


def test_a_definition_that_changed_in_mid_series_is_told_and_its_older_figures_left_out() -> None:
    """Of nine months of the outcome the first five are by another definition."""
    older = [row | {"indicator_version": 1} for row in months(OUTCOME, MONTHS[:5])]
    newer = [row | {"indicator_version": 2} for row in months(OUTCOME, MONTHS[5:])]
    found = links([*months(OUTPUT, MONTHS), *older, *newer], framework())
    row = found[COUNTRY]
    assert row["n_periods"] == 4
    assert "definition_changed" in row["caveats"].split("|")
    assert "definition_changed" not in links(BOTH, framework())[COUNTRY]["caveats"].split("|")
