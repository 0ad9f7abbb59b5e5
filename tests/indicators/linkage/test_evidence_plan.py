"""The plan of an edge, its needs, and by which test it is graded, from findings to the mart."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.checks.columns_read import class_of_total
from indicators.definitions.indicator import Indicator
from indicators.foundation.messages import LANGUAGES
from indicators.linkage.evidence.results import begin_evidence
from indicators.linkage.finding import EffectEstimate, Finding, MethodResult
from indicators.linkage.framework.causal_language import causal_term_in
from indicators.linkage.framework.edge_indicators import read_indicators
from indicators.linkage.framework.model import Framework
from indicators.linkage.grading import GradingInputs
from indicators.linkage.methods.panel.rows import read_edge_panel
from indicators.linkage.power import TARGET_RATIO, Precision, Shortfall, Supply, more
from tests.indicators.linkage.test_result_links import Given, framework
from tests.worlds.rows.mart import COUNTRY, MISSION, empty_mart, fill, indicator, mission, value

AS_OF = date(2026, 10, 1)
PRECISION = Precision(0.42, TARGET_RATIO, "incidents", 500, 24)


def finding(method: str = "case_series", **parts: Any) -> Finding:
    effect = EffectEstimate(
        method, "14_days", 0, n_areas=9, n_periods=24, n_events=500, estimate=0.02, se=0.15,
        ci_low=-0.3, ci_high=0.34, p_value=0.89,
    )  # fmt: skip
    evidence = GradingInputs("case_series", None)
    whole = Finding(effect, evidence, "case_series", "log_ratio", {"days": "1–14"})
    return replace(whole, **{"precision": PRECISION, **parts})


def unfit(reason: str, *short: Shortfall, method: str = "case_series") -> Finding:
    effect = EffectEstimate(method, "14_days", 0, n_areas=4, n_events=60, reason=reason)
    return replace(
        finding(method),
        effect=effect,
        grading_inputs=GradingInputs("case_series", None, reason=reason),
        shortfalls=short,
    )


@dataclass(frozen=True)
class Refuses(Given):
    """A method whose finding cannot be graded, so that another one speaks."""

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        return next((own for own in findings if own.effect.is_estimated), None)


def written(
    expected: Framework, *methods: Given, catalogue: Mapping[str, Indicator] | None = None
) -> dict[str, list[dict[str, Any]]]:
    connection = empty_mart()
    places = [{"mission": MISSION, "area_code": code} for code in (COUNTRY, "T01", "T02")]
    fill(connection, "area", [row | {"name_en": "N", "name_fr": "N"} for row in places])
    begin_evidence(connection, mission(), expected, catalogue or {}, AS_OF, methods)()
    tables = {}
    for table in ("result_link", "primary_test", "evidence_plan"):
        found = connection.execute(f"FROM mart.{table}")
        names = [column[0] for column in found.description]
        tables[table] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return tables


def test_the_plan_says_what_the_needs_say() -> None:
    supplies = (
        Supply("returns", 4, 1.2, "T01"),
        Supply("returns", 4, 1.2),
        Supply("day_dates", 30, 1.5),
    )
    found = written(framework(), Given((finding(supplies=supplies),), "case_series"))
    link = next(row for row in found["result_link"] if row["specification"] == "14_days")
    beside = next(row for row in found["result_link"] if row["method"] == "side_by_side")
    needs = {need["kind"]: need["quantity"] for need in json.loads(link["needs"])}
    plan = found["evidence_plan"]
    times = (0.42 / TARGET_RATIO) ** 2
    assert needs == {"incidents": more(500, times), "months": more(24, times)}
    assert {row["step"]: row["quantity"] for row in plan if row["purpose"]} == needs
    assert (beside["grade"], beside["needs"]) == ("D", link["needs"])
    assert f"With {needs['incidents']} more recorded incidents" in link["sentence_en"]
    assert link["needs_fr"] in link["sentence_fr"]
    steps = [(row["step"], row["area"], row["months"]) for row in plan if not row["purpose"]]
    assert steps == [
        ("today", COUNTRY, 0),
        ("months_ahead", COUNTRY, 6),
        ("months_ahead", COUNTRY, 12),
        ("year", COUNTRY, 12),
        ("day_dates", COUNTRY, None),
        ("returns", COUNTRY, None),
        ("returns", "T01", None),
    ]
    sizes = [row["smallest_change"] for row in plan if row["step"] != "year"]
    assert sizes[0] > sizes[1] > sizes[2] > sizes[3] == pytest.approx(25), "and 25 % is the target"
    assert sizes[0] == link["smallest_change"]


def test_each_area_alone_tells_by_its_share_and_nothing_beyond_all() -> None:
    """A quarter of the information, twice the change; what all areas cannot tell, no area can."""
    shares = {"T01": 0.25, "T02": 0.001}
    one = finding(precision=replace(PRECISION, by_area=shares))
    plan = written(framework(), Given((one,), "case_series"))["evidence_plan"]
    alone = {(row["area"], row["months"]): row for row in plan if row["step"] == "area_alone"}
    assert {months for _, months in alone} == {6, 12, 24}
    whole, quarter = (alone[(area, 24)]["smallest_change"] for area in (COUNTRY, "T01"))
    assert whole == pytest.approx(-100 * math.expm1(-0.42))
    assert quarter == pytest.approx(-100 * math.expm1(-0.84))
    assert alone[("T02", 24)]["smallest_change"] is None, "a fall by more than all there is"
    assert "no change that is possible" in alone[("T02", 24)]["sentence_en"]
    (year,) = (row["sentence_en"] for row in plan if row["step"] == "year")
    assert "in all 9 areas together; in one area alone" in year and "(N)" in year


def test_no_area_of_a_protected_activity_or_outcome_stands_in_the_plan() -> None:
    catalogue, protected = load_catalogue(), "P1-OP-05"
    assert class_of_total(catalogue[protected]) == "protected"
    one = finding(precision=replace(PRECISION, by_area={"T01": 1.0}))
    for ends in ({"from": protected}, {"to": protected}):
        found = written(framework(ends), Given((one,), "case_series"), catalogue=catalogue)
        assert {row["area"] for row in found["evidence_plan"]} == {COUNTRY}
    open_ends = written(framework(), Given((one,), "case_series"), catalogue=catalogue)
    assert {row["area"] for row in open_ends["evidence_plan"]} == {COUNTRY, "T01"}


def test_no_step_claims_a_cause() -> None:
    supplies = tuple(
        Supply(kind, 4, times) for kind in ("returns", "day_dates") for times in (2, None)
    )  # type: ignore[arg-type]
    found = written(framework(), Given((finding(supplies=supplies),), "case_series"))
    for row in found["evidence_plan"]:
        for language in LANGUAGES:
            said = row[f"sentence_{language}"]
            assert said and "{" not in said and causal_term_in(said, language) is None


def test_nothing_more_is_asked_where_something_was_found() -> None:
    effect = replace(finding().effect, p_value=1e-6, estimate=-0.8, ci_low=-1.1, ci_high=-0.5)
    found = written(framework(), Given((finding(effect=effect),), "case_series"))
    link = next(row for row in found["result_link"] if row["specification"] == "14_days")
    assert link["grade"] == "C" and link["needs"] is None and link["needs_en"] is None


def test_a_kind_of_outcome_has_its_test_and_falls_back_by_rule() -> None:
    """The panel speaks where the case series cannot, and both reason and need are published."""
    short = Shortfall("incidents", 63)
    series = Refuses((unfit("few_contrasts", short),), "case_series")
    panel = Refuses((finding("panel"),), "panel")
    found = written(framework(), series, panel)
    (asked,) = found["primary_test"]
    assert (asked["asked_by"], asked["named_on"]) == ("kind_of_outcome", None)
    assert (asked["asked_method"], asked["method"]) == ("case_series", "panel")
    assert asked["fallback_reason"] == "few_contrasts"
    assert found["evidence_plan"][0]["method"] == "case_series", "the plan is of the test asked for"
    need = next(row for row in found["evidence_plan"] if row["purpose"] == "test")
    assert (need["step"], need["quantity"]) == ("incidents", 63)
    own = next(row for row in found["result_link"] if row["method"] == "case_series")
    assert own["needs_en"] == "A test would be possible with 63 more recorded incidents."


def test_a_test_that_the_framework_names_does_not_fall_back() -> None:
    primary = {"method": "case_series", "window": "14_days", "named_on": "2026-01-31"}
    series = Refuses((unfit("few_contrasts"),), "case_series")
    found = written(framework({"primary": primary}), series, Refuses((finding("panel"),), "panel"))
    (asked,) = found["primary_test"]
    assert (asked["asked_by"], asked["named_on"]) == ("framework", date(2026, 1, 31))
    assert (asked["method"], asked["fallback_reason"], asked["grade"]) == ("case_series", None, "D")


def test_questions_and_answers_are_counted_once_an_edge() -> None:
    found_one = replace(finding(), effect=replace(finding().effect, p_value=1e-6))
    edges = framework({}, {"id": "e2"}, {"id": "e3"})

    @dataclass(frozen=True)
    class ByEdge(Given):
        def read(self, warehouse: Any, edge: Any) -> Any:
            return edge.id

        def evidence(self, inputs: Any, edge: Any) -> MethodResult:
            return MethodResult((found_one if edge.id == "e1" else finding(),))

    found = written(edges, ByEdge((finding(),), "case_series"))
    answered = [row["is_answered"] for row in found["primary_test"]]
    assert answered == [True, False, False]
    said = next(row for row in found["result_link"] if row["method"] == "side_by_side")
    assert "asked beforehand: 3, answered: 1" in said["sentence_en"]


@pytest.mark.parametrize(
    ("kind", "expected"), [("count", {"T01": 1, "T02": 2}), ("proportion", {})]
)
def test_missing_reports_are_those_of_areas_not_months_without_a_survey(
    kind: str, expected: dict[str, int]
) -> None:
    connection = empty_mart()
    of = {"unit_of_measure": "percent", "source": "incidents"}
    output, outcome = "P1-OP-02", "P2-OC-07"
    fill(
        connection,
        "indicator",
        [
            indicator(indicator=output, **of, measure="count"),
            indicator(indicator=outcome, **of, measure=kind),
        ],
    )
    unreported = {("T01", "2026-02"), ("T02", "2026-02"), ("T02", "2026-03")}
    cells = [
        (code, area, month)
        for code in (output, outcome)
        for area in ("T01", "T02")
        for month in ("2026-01", "2026-02", "2026-03", "2026-04")
    ]
    values = [
        value(indicator=code, period=month, area=area, area_level="admin2", value=1.0)
        | ({"value": None, "obs_status": "O"} if (area, month) in unreported else {})
        for code, area, month in cells
    ]
    fill(connection, "indicator_value", [row | {"indicator_version": 1} for row in values])
    (edge,) = framework().edges
    published = read_indicators(connection, mission())
    found = read_edge_panel(connection, mission(), edge, published, "M")
    assert found is not None and dict(found.unreported) == expected
