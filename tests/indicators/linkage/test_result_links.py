"""From values in the mart to graded rows: planted, null, and inputs that cannot be tested."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from indicators.definitions.indicator import Indicator
from indicators.foundation.messages import LANGUAGES, has_message, message
from indicators.linkage.evidence.links import _with_headline, _with_q_values
from indicators.linkage.evidence.primaries import primary_tests
from indicators.linkage.evidence.results import begin_evidence
from indicators.linkage.finding import EffectEstimate, Finding, MethodResult
from indicators.linkage.framework.model import Edge, Framework
from indicators.linkage.grading import GradingInputs
from indicators.linkage.methods.panel.findings import PanelModels
from indicators.linkage.methods.protocol import Warehouse
from tests.indicators.linkage.simulated_panels import AREAS, SCENARIOS, SECTORS, Panels, draw
from tests.worlds.rows.mart import COUNTRY, MISSION, empty_mart, fill, indicator, mission, value

NOTHING, PLANTED = "patrols by month, nothing planted", "patrols by month, effect a month later"
LATER = {"lag": 1}  # of the edge in the planted scenario
OUTPUT, OUTCOME = "P1-OP-02", "P2-OC-07"
WORDS = {"en": "text", "fr": "texte"}
STARTED = 2021
AS_OF = date(2026, 10, 1)
INCIDENTS = """
CREATE SCHEMA core;
CREATE TABLE core.incidents (
  incident_code VARCHAR, occurred_on DATE, area_code VARCHAR, site_code VARCHAR, reported_by VARCHAR
)"""


@dataclass(frozen=True)
class Given:
    """A method whose findings are written down beforehand."""

    findings: tuple[Finding, ...]
    name: str = "given"
    table: str | None = None
    edge_kind: str = "activity"

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        return bool(self.findings)

    def read(self, warehouse: Warehouse, edge: Edge) -> tuple[str, ...]:
        return tuple(finding.effect.specification for finding in self.findings)

    def evidence(self, inputs: tuple[str, ...], edge: Edge) -> MethodResult:
        return MethodResult(self.findings)

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        return next(iter(findings), None)


def framework(*edges: dict[str, Any]) -> Framework:
    plain = {"id": "e1", "from": OUTPUT, "to": OUTCOME, "lag": 0, "expected_sign": -1, "why": WORDS}
    return Framework.model_validate(
        {
            "objective": WORDS,
            "outcomes": (),
            "outputs": (),
            "edges": tuple({**plain, **edge} for edge in edges or ({},)),
        }
    )


def month_name(number: int) -> str:
    return f"{STARTED + number // 12}-{number % 12 + 1:02d}"


def values_of(panels: Panels, run: int = 0) -> Iterator[dict[str, Any]]:
    """The mart's rows of one simulated run: activity and outcome by area and month."""
    areas, months = panels.outcome.shape[1:]
    for area in range(areas):
        for month in range(months):
            at = {"period": month_name(month), "area": f"T{area:02d}", "area_level": "admin2"}
            yield value(indicator=OUTPUT, value=activity(panels, run, area, month), **at)
            yield value(indicator=OUTCOME, value=panels.outcome[run, area, month], **at)


def activity(panels: Panels, run: int, area: int, month: int) -> float:
    return float(panels.patrols[run, area, month])


def linked(
    panels: Panels,
    expected: Framework | None = None,
    given: tuple[Finding, ...] = (),
    anew_from: str = "",
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of mart.result_link and mart.event_study for one simulated run.

    `anew_from`: the month from which on the outcome has a second definition.
    """
    connection = empty_mart()
    kinds = {"measure": "count", "unit_of_measure": "sessions", "source": "activities"}
    of = {"measure": "count", "unit_of_measure": "incidents", "source": "incidents"}
    selected = [indicator(indicator=OUTPUT, **kinds), indicator(indicator=OUTCOME, **of)]
    fill(connection, "indicator", selected)
    areas = range(panels.outcome.shape[1])
    places = [
        {"mission": MISSION, "area_code": f"T{area:02d}", "parent_area_code": f"S{area % SECTORS}"}
        for area in areas
    ]
    fill(connection, "area", [{"mission": MISSION, "area_code": COUNTRY}, *places])
    values = list(values_of(panels))
    for row in values:
        is_anew = anew_from and row["indicator"] == OUTCOME and row["period"] >= anew_from
        row["indicator_version"] = 2 if is_anew else 1
    fill(connection, "indicator_value", values)
    connection.execute(INCIDENTS)
    reported = [
        (f"{area}-{month}-{n}", f"{month_name(month)}-01", f"T{area:02d}", None, "community")
        for area in areas
        for month in range(panels.outcome.shape[2])
        for n in range(int(panels.independent[0, area, month]))
    ]
    connection.register("reported", incident_frame(reported))
    connection.execute("INSERT INTO core.incidents SELECT * FROM reported")
    methods = (Given(given), PanelModels())
    begin_evidence(connection, mission(), expected or framework(), {}, AS_OF, methods)()
    tables = []
    for table in ("result_link", "event_study"):
        found = connection.execute(f"FROM mart.{table}")
        names = [column[0] for column in found.description]
        tables.append([dict(zip(names, row, strict=True)) for row in found.fetchall()])
    return tables[0], tables[1]


def incident_frame(rows: list[tuple[Any, ...]]) -> Any:
    import pandas as pd

    names = ["incident_code", "occurred_on", "area_code", "site_code", "reported_by"]
    return pd.DataFrame(rows, columns=names).astype({"site_code": "object"})


def scenario(name: str, areas: int = AREAS) -> Panels:
    return draw(next(s for s in SCENARIOS if s.name == name), 1, 20, areas)


@pytest.fixture(scope="module")
def planted() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return linked(scenario(PLANTED), framework(LATER))


def test_a_planted_effect_is_found_and_graded(planted: Any) -> None:
    rows = {(row["method"], row["specification"]): row for row in planted[0] if row["grade"]}
    assert set(rows) == {
        ("side_by_side", "none"),
        ("panel", "poisson"),
        ("panel", "twfe"),
        ("association", "partial"),
    }
    first = rows["panel", "poisson"]
    assert (first["grade"], first["n_areas"], first["n_periods"]) == ("B", 60, 47)
    assert first["ci_low"] < -0.15 < first["ci_high"] < 0
    assert first["q_value"] < 0.05


def test_the_row_side_by_side_speaks_for_the_edge(planted: Any) -> None:
    beside = [row for row in planted[0] if row["method"] == "side_by_side"]
    first = next(row for row in planted[0] if row["specification"] == "poisson")
    country = next(row for row in beside if row["area"] == COUNTRY)
    for name in ("grade", "grade_reasons", "sentence_en", "sentence_fr"):
        assert country[name] == first[name]
    areas = [row for row in beside if row["area"] != COUNTRY]
    assert len(areas) == 60
    assert all(row["grade"] is None and row["status"] == "not_tested" for row in areas)
    assert all(first["sentence_fr"] in row["sentence_fr"] for row in areas)


def test_q_values_are_over_primaries_and_then_within_chosen_edges(planted: Any) -> None:
    """One edge: its primary stands alone, and leaves the whole level to its other tests."""
    tested = {row["specification"]: row for row in planted[0] if row["q_value"] is not None}
    assert len(tested) == 3
    primary = tested.pop("poisson")
    assert primary["q_value"] == pytest.approx(primary["p_value"])
    p = np.array(sorted(row["p_value"] for row in tested.values()))
    expected = np.minimum.accumulate((p * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    assert sorted(row["q_value"] for row in tested.values()) == pytest.approx(list(expected))
    others = [row for row in planted[0] if row["method"] in ("placebo",)]
    assert all(row["q_value"] is None for row in others)


def test_an_edge_that_is_not_chosen_has_one_test() -> None:
    """Nothing is planted: the other models stand beside the primary, without a q-value."""
    rows, _ = linked(scenario(NOTHING, areas=20))
    tested = [row for row in rows if row["status"] == "tested"]
    graded = {row["specification"]: row for row in tested}
    assert graded["poisson"]["q_value"] == pytest.approx(graded["poisson"]["p_value"])
    assert graded["poisson"]["q_value"] > 0.05
    for name in ("twfe", "partial"):
        assert graded[name]["p_value"] is not None and graded[name]["q_value"] is None
        assert (graded[name]["grade"], graded[name]["grade_reasons"]) == ("D", "edge_not_chosen")


def test_in_two_edges_of_which_one_is_chosen_half_of_the_level_is_left() -> None:
    found, other = finding_of(1e-6), finding_of(0.9)
    second = finding_of(0.01, "b")
    edges = framework({}, {"id": "e2"}).edges
    method = Given(())
    results = {"given": {"e1": MethodResult((found, second)), "e2": MethodResult((other,))}}
    after = _with_q_values(results, primary_tests(edges, (method,), results))
    q = [own.grading_inputs.q_value for own in after["given"]["e1"].findings]
    assert q == pytest.approx([2e-6, 0.01 * 2 / 1])
    assert after["given"]["e2"].findings[0].grading_inputs.q_value == pytest.approx(0.9)


def test_the_framework_names_the_primary() -> None:
    """By its method and window; another method that would come first does not speak."""
    primary = {"method": "panel", "window": "twfe", "named_on": "2026-01-31"}
    rows, _ = linked(
        scenario(PLANTED),
        framework({**LATER, "primary": primary}),
        given=(finding_of(1e-9),),
    )
    named = next(row for row in rows if row["specification"] == "twfe")
    spoken = next(row for row in rows if row["method"] == "side_by_side")
    assert spoken["sentence_en"] == named["sentence_en"]
    assert named["q_value"] == pytest.approx(named["p_value"])


def finding_of(p_value: float, specification: str = "a") -> Finding:
    effect = EffectEstimate("given", specification, 0, estimate=1.0, se=0.1, p_value=p_value)
    return Finding(effect, GradingInputs("continuous", None), "doubled", "units")


def small(specification: str, low: float = -0.08, high: float = 0.1) -> Finding:
    """A log ratio whose interval holds nil; by default inside the margin of 15 %."""
    effect = EffectEstimate(
        "given",
        specification,
        0,
        n_areas=20,
        estimate=(low + high) / 2,
        se=(high - low) / 4,
        ci_low=low,
        ci_high=high,
        p_value=0.8,
    )
    return Finding(effect, GradingInputs("continuous", None), "doubled", "log_ratio")


def test_a_primary_inside_the_margin_is_an_answer_without_grade() -> None:
    rows, _ = linked(scenario(NOTHING), given=(small("a"), small("b")))
    found = {row["specification"]: row for row in rows if row["method"] == "given"}
    spoken = next(row for row in rows if row["method"] == "side_by_side")
    for row in (found["a"], spoken):
        assert (row["grade"], row["status"]) == (None, "small_at_most")
        assert row["bound"] == pytest.approx(100 * np.expm1(0.1))
    assert "answered: 1" in spoken["sentence_en"]
    # Beside the primary nothing is claimed to be small.
    assert (found["b"]["status"], found["b"]["grade"], found["b"]["bound"]) == ("tested", "D", None)
    assert not any("Small at most" in found[name]["sentence_en"] for name in "b")


def test_a_primary_that_reaches_beyond_the_margin_is_inconclusive() -> None:
    rows, _ = linked(scenario(NOTHING), given=(small("a", high=0.3),))
    found = next(row for row in rows if row["specification"] == "a")
    assert (found["grade"], found["status"], found["bound"]) == ("D", "tested", None)


def test_patrols_that_answer_violence_are_an_association_at_most() -> None:
    rows, events = linked(scenario("patrols answer the last month"), framework({"lag": 1}))
    graded = {row["specification"]: row for row in rows if row["grade"]}
    assert {row["grade"] for row in graded.values()} <= {"C", "D"}
    assert "lead_failed" in graded["poisson"]["grade_reasons"]
    assert "patrols follow violence" in graded["poisson"]["sentence_en"]
    placebo = next(row for row in rows if row["method"] == "placebo")
    assert placebo["p_value"] < 0.05 and placebo["q_value"] is None
    assert [row["event_time"] for row in events] == list(range(-3, 7))
    assert {(row["scale"], row["contrast"]) for row in events} == {("log_ratio", "doubled")}


def test_two_runs_are_equal(planted: Any) -> None:
    assert linked(scenario(PLANTED), framework(LATER)) == planted


def test_the_first_method_with_a_primary_speaks_for_the_edge() -> None:
    rows, _ = linked(scenario(NOTHING), given=(finding_of(1e-9),))
    spoken = next(row for row in rows if row["method"] == "side_by_side")
    given = next(row for row in rows if row["method"] == "given")
    assert spoken["sentence_en"] == given["sentence_en"]


def test_the_panel_speaks_by_the_order_of_its_models_and_not_by_their_results() -> None:
    def finding(name: str, **figures: Any) -> Finding:
        effect = EffectEstimate("panel", name, 0, **figures)
        return Finding(effect, GradingInputs("continuous", None), "doubled", "units")

    first = finding("poisson", reason="separated")
    second, third = (
        finding("twfe", estimate=0.1, p_value=0.9),
        finding("b", estimate=9, p_value=0.0),
    )
    lead = finding("lead", estimate=1.0, is_test=False)
    assert PanelModels().primary([lead, first, second, third]) is second
    assert PanelModels().primary([lead, first]) is first
    assert PanelModels().primary([lead]) is None


PATROLS, CALM = (np.random.default_rng(seed).poisson(3.0, (1, 30, 20)) * 1.0 for seed in (1, 2))
EITHER = np.random.default_rng(3).integers(0, 2, (1, 30, 20)).astype(float)
BY_MONTH = np.tile(np.arange(20) % 2, (1, 30, 1)).astype(float)
BAD: dict[str, tuple[Panels, dict[str, Any], str]] = {
    "an activity that never varies": (
        Panels(CALM, CALM, patrols=np.ones_like(CALM)),
        {},
        "no_variation",
    ),
    "an outcome that never varies": (
        Panels(np.ones_like(CALM), CALM, patrols=PATROLS),
        {},
        "no_variation",
    ),
    "an outcome that varies by month only": (
        Panels(BY_MONTH, BY_MONTH, patrols=PATROLS),
        {},
        "no_residual_variation",
    ),
    "too few areas": (Panels(*(CALM[:, :5],) * 2, patrols=PATROLS[:, :5]), {}, "too_few_clusters"),
    "too few months": (Panels(*(CALM[..., :2],) * 2, patrols=PATROLS[..., :2]), {}, "few_periods"),
    "perfect separation": (Panels(3 * EITHER, EITHER, patrols=EITHER), {}, "separated"),
    "no overlap in time": (Panels(CALM, CALM, patrols=PATROLS), {"lag": 40}, "no_overlap_in_time"),
    "an unknown indicator": (
        scenario(NOTHING),
        {"to": "X-IM-02"},
        "unknown_indicator",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_in_a_reason_and_never_in_a_crash(name: str) -> None:
    panels, edge, reason = BAD[name]
    rows, _ = linked(panels, framework(edge))
    country = next(r for r in rows if r["method"] == "side_by_side" and r["area"] == COUNTRY)
    assert (country["estimate"], country["grade"]) == (None, "D")
    assert reason in country["grade_reasons"].split("|")
    codes = [code for row in rows for code in (row["grade_reasons"] or "").split("|") if code]
    assert all(has_message(f"linkage.grade_reason.{code}") for code in codes)
    keys = [f"linkage.{kind}.{reason}" for kind in ("grade_reason", "reason")]
    for language in LANGUAGES:
        said = country[f"sentence_{language}"]
        known = [key for key in keys if has_message(key)]
        assert any(message(key, language, indicators="X-IM-02") in said for key in known)


def test_one_area_without_variation_changes_no_other_figure() -> None:
    """An area that never changes is counted, says nothing, and nothing falls over it."""
    calm = CALM.copy()
    calm[0, 0] = 0
    rows, _ = linked(Panels(calm, calm, patrols=PATROLS))
    found = {row["specification"]: row for row in rows if row["grade"]}
    assert found["poisson"]["estimate"] is not None and found["twfe"]["estimate"] is not None
    rest, _ = linked(Panels(calm[:, 1:], calm[:, 1:], patrols=PATROLS[:, 1:]))
    without = next(row for row in rest if row["specification"] == "poisson")
    assert found["poisson"]["estimate"] == pytest.approx(without["estimate"], rel=1e-6)


def test_every_number_says_that_figures_by_an_older_definition_are_left_out() -> None:
    """The outcome is defined anew in the middle of the series: only what came after is compared."""
    panels = scenario(NOTHING)
    changed = f"{STARTED + 2}-01"
    before = linked(panels)[0]
    after = linked(panels, anew_from=changed)[0]
    assert not any("definition_changed" in (row["caveats"] or "") for row in before)
    figures = [row for row in after if row["estimate"] is not None]
    assert figures
    for row in figures:
        assert "definition_changed" in row["caveats"].split("|")
        assert row["n_periods"] <= panels.outcome.shape[2] - 24


@pytest.mark.parametrize(
    ("method", "left"),
    [
        ("case_series", "missing_returns"),
        ("panel", "definition_changed|few_periods|missing_returns"),
    ],
)
def test_days_counted_from_rows_bear_no_caveat_of_published_months(method: str, left: str) -> None:
    """“Fewer than eight periods” stood beside “months with both: 33”."""
    caveats = "not_tested|definition_changed|few_periods|missing_returns"
    row = {"area": COUNTRY, "caveats": caveats, "sentence_en": "", "sentence_fr": ""}
    headline = defaultdict(str, method=method, status="tested")
    mission: Any = SimpleNamespace(country_area=COUNTRY)
    assert _with_headline(row, headline, mission)["caveats"] == left


def test_every_number_with_few_areas_says_so() -> None:
    rows, _ = linked(Panels(CALM[:, :8], CALM[:, :8], patrols=PATROLS[:, :8]))
    figures = [row for row in rows if row["estimate"] is not None]
    assert figures
    assert all("few_areas" in row["caveats"].split("|") for row in figures)


def test_only_rows_with_a_figure_have_a_p_value(planted: Any) -> None:
    for row in planted[0]:
        if row["p_value"] is not None:
            assert row["se"] > 0 and row["ci_low"] is not None


def test_no_values_at_all_give_no_test() -> None:
    edge = Edge.model_validate(
        {"id": "e", "from": OUTPUT, "to": OUTCOME, "expected_sign": 1, "why": WORDS}
    )
    warehouse = Warehouse(empty_mart(), mission(), {}, AS_OF)
    panel = PanelModels().read(warehouse, edge)
    assert PanelModels().evidence(panel, edge).findings == ()
