"""`mart.result_link` and the methods' own tables: every edge by every method, graded and worded.

One loop over methods and edges; then q-values over the edges' primary tests, and over the others
within the edges so chosen; grades and sentences. One row an edge, method and specification for the
mission (its country area), and one an area side by side.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from indicators.linkage.framework.model import Edge, Framework, Primary
from indicators.linkage.framework.tables import store_items
from indicators.linkage.grading import Q_TESTED, Grade, grade
from indicators.linkage.methods.protocol import Method, Warehouse
from indicators.linkage.sentences.findings import (
    About,
    Asked,
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
    found = {method.name: _results(warehouse, edges, method) for method in methods}
    results = _with_q_values(found, _primaries(edges, methods, found))
    primaries = _primaries(edges, methods, results)
    answered = [own for own in primaries.values() if grade(own.grading_inputs).letter != "D"]
    asked = Asked(len(edges), len(answered))
    links = [
        row
        for edge in edges
        for row in _links(warehouse, edge, results, primaries.get(edge.id), asked)
    ]
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


def _primaries(
    edges: Sequence[Edge], methods: Sequence[Method[Any]], results: Results
) -> dict[str, Finding]:
    """The finding by which each edge is graded, as the framework names it.

    Where it names none, the first method that has one: the case series for incidents dated to the
    day, wakes where it cannot be graded, else the panel. No result is looked at.
    """
    found = {}
    for edge in edges:
        for method in methods:
            own = results[method.name].get(edge.id, MethodResult()).findings
            chosen = _named(edge.primary, method, own) if edge.primary else method.primary(own)
            if chosen is not None:
                found[edge.id] = chosen
                break
    return found


def _named(primary: Primary, method: Method[Any], findings: Sequence[Finding]) -> Finding | None:
    """The finding that the framework names; where it names no window, the method's own choice."""
    tests = [own for own in findings if own.effect.is_test and own.effect.method == primary.method]
    if method.name != primary.method or not tests:
        return None
    if primary.window is None:
        return method.primary(findings) or tests[0]
    of_window = (own for own in tests if own.effect.specification == primary.window)
    return next(of_window, None if tests[0].effect.is_estimated else tests[0])


def _with_q_values(results: Results, primaries: Mapping[str, Finding]) -> Results:
    """Benjamini–Hochberg over the edges' primaries; within chosen edges at the level that is left.

    Of m primaries R are chosen (q < .05): the other tests of a chosen edge are held to R/m of the
    level (Benjamini and Bogomolov 2014), so their q-values within the edge are m/R times as high.
    Those of other edges have none.
    """
    q_values = dict(zip(primaries, _adjusted(primaries.values()), strict=True))
    tests = sum(1 for q in q_values.values() if np.isfinite(q))
    chosen = {edge for edge, q in q_values.items() if q < Q_TESTED}
    q_of = {id(finding): q_values[edge] for edge, finding in primaries.items()}
    for edge in chosen:
        others = [own for own in _findings_of(results, edge) if own is not primaries[edge]]
        for own, q in zip(others, _adjusted(others), strict=True):
            q_of[id(own)] = min(1.0, q * tests / len(chosen)) if np.isfinite(q) else q
    return {
        method: {
            edge: replace(
                result,
                findings=tuple(
                    _with_q(own, q_of.get(id(own), np.nan), id(own) in q_of)
                    for own in result.findings
                ),
            )
            for edge, result in by_edge.items()
        }
        for method, by_edge in results.items()
    }


def _adjusted(findings: Iterable[Finding]) -> list[float]:
    """Their q-values as one family; nan for what is no test."""
    p = np.array([_p_of_test(finding) for finding in findings], dtype=float)
    return [float(q) for q in benjamini_hochberg(p, np.zeros(len(p), dtype=np.int64))]


def _findings_of(results: Results, edge: str) -> Iterator[Finding]:
    for by_edge in results.values():
        yield from by_edge.get(edge, MethodResult()).findings


def _p_of_test(finding: Finding) -> float:
    p_value = finding.effect.p_value
    return p_value if finding.effect.is_test and p_value is not None else np.nan


def _with_q(finding: Finding, q_value: float, is_chosen: bool) -> Finding:
    known = float(q_value) if np.isfinite(q_value) else None
    inputs = replace(finding.grading_inputs, q_value=known, is_chosen=is_chosen)
    return replace(finding, grading_inputs=inputs)


def _links(
    warehouse: Warehouse, edge: Edge, results: Results, headline: Finding | None, asked: Asked
) -> Iterator[dict[str, Any]]:
    """Rows of `mart.result_link` for one edge: side by side with its headline, then all tested."""
    mission, indicators = warehouse.mission, warehouse.published
    about = About(edge, indicators, asked, _counted(edge, indicators))
    spoken: dict[str, Any] = {}
    graded = []
    for finding in _findings_of(results, edge.id):
        graded.append(_graded_row(about, finding, mission.country_area))
        if finding is headline:
            spoken = graded[-1]
    for row in side_by_side_rows(warehouse.connection, mission, edge, indicators):
        yield _with_headline(row, spoken, mission)
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
