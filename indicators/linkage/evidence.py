"""`mart.result_link` and the methods' own tables: every edge by every method, graded and worded.

One loop over methods and edges; then q-values over all tests of the run, grades and sentences. One
row an edge, method and specification for the mission (its country area), and one an area side by
side.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from indicators.definitions.measures import SURVEY_KINDS
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import store_rows
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.statistics import benjamini_hochberg
from indicators.incremental.result_cache import kept_results
from indicators.linkage.finding import PLACEBO, Finding, MethodResult
from indicators.linkage.framework.edge_indicators import PublishedIndicators, common_period_type
from indicators.linkage.framework.model import Edge, Framework
from indicators.linkage.framework.tables import store_items
from indicators.linkage.grading import Grade, grade
from indicators.linkage.methods.protocol import Method, Warehouse
from indicators.linkage.sentences.findings import (
    About,
    area_sentence,
    is_inside_margin,
    no_test_sentence,
    sentence,
)
from indicators.linkage.sentences.side_by_side import NO_REASON, NO_TEST, side_by_side_rows

_FIGURES = (
    "lag",
    "n_areas",
    "n_periods",
    "n_events",
    "n_eff",
    "estimate",
    "se",
    "ci_low",
    "ci_high",
    "p_value",
)


Results = Mapping[str, Mapping[str, MethodResult]]  # by method, then by edge


def write_evidence(
    warehouse: Warehouse, framework: Framework | None, methods: Sequence[Method[Any]]
) -> None:
    """Fill `mart.result_link` and the methods' own tables of this mission anew.

    A mission without a framework has no rows. Names and order of outcomes and outputs go with it:
    `mart.framework_item`, `mart.output_plan`.
    """
    connection, mission = warehouse.connection, warehouse.mission
    store_items(connection, mission, framework)
    edges = framework.edges if framework else ()
    results = _with_q_values(
        {method.name: _results(warehouse, edges, method) for method in methods}
    )
    links = [row for edge in edges for row in _links(warehouse, edge, methods, results)]
    store_rows(connection, mission.mission, "result_link", links)
    for method in methods:
        if method.table:
            own = _own_rows(mission, results[method.name])
            store_rows(connection, mission.mission, method.table, own)


def _results(
    warehouse: Warehouse, edges: Sequence[Edge], method: Method[Any]
) -> dict[str, MethodResult]:
    """What a method gives for each edge, kept of before where what it reads is the same."""
    results = {}
    with kept_results(warehouse.connection, warehouse.mission.mission, method.name) as kept:
        for edge in edges:
            if method.applies(edge, warehouse.selected):
                inputs = method.read(warehouse, edge)
                results[edge.id] = kept.result(edge.id, MethodResult, method.evidence, inputs, edge)
    return results


def _with_q_values(results: Results) -> Results:
    """Benjamini–Hochberg over every test of the run; None for what is no test."""
    everything = list(_all_findings(results))
    p = np.array([_p_of_test(finding) for finding in everything], dtype=float)
    q_values = iter(benjamini_hochberg(p, np.zeros(len(p), dtype=np.int64)))
    return {
        method: {
            edge: replace(
                result, findings=tuple(_with_q(own, next(q_values)) for own in result.findings)
            )
            for edge, result in by_edge.items()
        }
        for method, by_edge in results.items()
    }


def _all_findings(results: Results) -> Iterator[Finding]:
    for by_edge in results.values():
        for result in by_edge.values():
            yield from result.findings


def _p_of_test(finding: Finding) -> float:
    p_value = finding.effect.p_value
    return p_value if finding.effect.is_test and p_value is not None else np.nan


def _with_q(finding: Finding, q_value: float) -> Finding:
    known = float(q_value) if np.isfinite(q_value) else None
    return replace(finding, grading_inputs=replace(finding.grading_inputs, q_value=known))


def _links(
    warehouse: Warehouse, edge: Edge, methods: Sequence[Method[Any]], results: Results
) -> Iterator[dict[str, Any]]:
    """Rows of `mart.result_link` for one edge: side by side with its headline, then all tested."""
    mission, indicators = warehouse.mission, warehouse.published
    tests = sum(
        1 for finding in _all_findings(results) if finding.grading_inputs.q_value is not None
    )
    about = About(edge, indicators, tests, _counted(edge, indicators))
    graded: list[dict[str, Any]] = []
    headline: dict[str, Any] = {}
    for method in methods:
        own = results[method.name].get(edge.id, MethodResult()).findings
        speaks = method.primary(own) if not headline else None
        for finding in own:
            row = _graded_row(about, finding, mission.country_area)
            graded.append(row)
            if finding is speaks:
                headline = row
    for row in side_by_side_rows(warehouse.connection, mission, edge, indicators):
        yield _with_headline(row, headline, mission)
    yield from graded


def _own_rows(mission: Mission, results: Mapping[str, MethodResult]) -> Iterator[dict[str, Any]]:
    """Rows of a method's own table, with the q-values of the findings that they show."""
    for edge, result in results.items():
        q_values = {own.effect.specification: own.grading_inputs.q_value for own in result.findings}
        for row in result.rows:
            shown = {"q_value": q_values[row["specification"]]} if "q_value" in row else {}
            yield {"edge": edge, "area": mission.country_area, **row, **shown}


def _counted(edge: Edge, indicators: PublishedIndicators) -> str:
    """The message that names the periods counted."""
    kinds = {
        indicators[code]["measure"]
        for code in (edge.from_indicator, edge.to_indicator)
        if code in indicators
    }
    if kinds & set(SURVEY_KINDS):
        return "wave"
    return common_period_type(indicators, edge) or "period"


def _graded_row(about: About, finding: Finding, area: str) -> dict[str, Any]:
    effect = finding.effect
    row: dict[str, Any] = {
        "edge": about.edge.id,
        "from_indicator": about.edge.from_indicator,
        "to_indicator": about.edge.to_indicator,
        "area": area,
        "method": effect.method,
        "specification": effect.specification,
        "expected_sign": about.edge.expected_sign,
        "caveats": "|".join(finding.caveats) or None,
        "q_value": finding.grading_inputs.q_value,
        **{name: getattr(effect, name) for name in _FIGURES},
        "status": _status(finding, about.edge),
    }
    if not effect.is_test:
        return row
    letter = grade(finding.grading_inputs)
    return row | _words(finding, letter, about)


def _words(finding: Finding, letter: Grade, about: About) -> dict[str, Any]:
    return {
        "grade": letter.letter,
        "grade_reasons": "|".join(letter.reasons) or None,
        **{
            f"sentence_{language}": sentence(finding, letter, about, language)
            for language in LANGUAGES
        },
    }


def _status(finding: Finding, edge: Edge) -> str:
    if not finding.effect.is_estimated:
        return "not_estimable"
    if finding.effect.method == PLACEBO:
        return "placebo"
    if not finding.effect.is_test:
        return "descriptive"
    return "no_change" if is_inside_margin(finding, edge) else "tested"


def _with_headline(
    row: dict[str, Any], headline: Mapping[str, Any], mission: Mission
) -> dict[str, Any]:
    """The row side by side with what was tested: grade for the mission, words for every area.

    With the words go the caveats of the finding that they tell. Where no method could try anything,
    the mission's row says why: its caveats are the reasons of grade D.
    """
    is_tested = row["area"] == mission.country_area
    if not headline:
        return row | (_untested(row) if is_tested else {})
    words = _headline_words(row, headline, mission)
    own = [code for code in row["caveats"].split("|") if not is_tested or code != "not_tested"]
    found = headline["caveats"].split("|") if headline["caveats"] else []
    caveats = "|".join(dict.fromkeys([*own, *found])) or None
    known = ("grade", "grade_reasons", "status") if is_tested else ()
    return row | words | {"caveats": caveats} | {name: headline[name] for name in known}


def _untested(row: Mapping[str, Any]) -> dict[str, Any]:
    """Grade D with what the row itself says of why; in words where its sentence does not say so."""
    codes = row["caveats"].split("|")
    why = [code for code in codes if code in NO_TEST]
    names = {f"sentence_{language}": language for language in LANGUAGES}
    return {
        "grade": "D",
        "grade_reasons": "|".join(code for code in codes if code not in NO_REASON),
        **{name: no_test_sentence(row[name], why, names[name]) for name in names if why},
    }


def _headline_words(
    row: Mapping[str, Any], headline: Mapping[str, Any], mission: Mission
) -> dict[str, str]:
    """The finding’s sentence for the mission, after its own for an area; or why there is none."""
    sentences = {}
    for name, language in ((f"sentence_{language}", language) for language in LANGUAGES):
        if headline["status"] == "not_estimable":
            reasons = (headline["grade_reasons"] or "").split("|")
            sentences[name] = no_test_sentence(row[name], reasons, language)
        elif row["area"] == mission.country_area:
            sentences[name] = headline[name]
        else:
            sentences[name] = area_sentence(row[name], headline[name], language)
    return sentences
