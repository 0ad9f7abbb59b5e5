"""`mart.result_link` and the methods' own tables: every edge by every method, graded and worded.

One loop over methods and edges; then q-values over the edges' primary tests, and over the others
within the edges so chosen; grades and sentences. One row an edge, method and specification for the
mission (its country area), and one an area side by side.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from indicators.definitions.measures import SURVEY_KINDS
from indicators.definitions.mission_profile import Mission
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.numbers.statistics import benjamini_hochberg
from indicators.foundation.stored.mart_rows import store_rows
from indicators.incremental.result_cache import kept_results
from indicators.linkage.evidence.interview_plan import interview_plan_rows
from indicators.linkage.evidence.plan import plan_rows
from indicators.linkage.evidence.primaries import (
    PrimaryTest,
    Results,
    is_answer,
    primary_rows,
    primary_tests,
)
from indicators.linkage.finding import PLACEBO, Finding, MethodResult
from indicators.linkage.framework.edge_indicators import PublishedIndicators, common_period_type
from indicators.linkage.framework.model import Edge, Framework
from indicators.linkage.framework.tables import store_items
from indicators.linkage.grading import Q_TESTED, Grade, grade
from indicators.linkage.methods.case_series.method import METHOD as CASE_SERIES
from indicators.linkage.methods.protocol import Method, Warehouse
from indicators.linkage.sentences.findings import (
    SMALL_AT_MOST,
    About,
    Asked,
    area_sentence,
    bound,
    is_inside_margin,
    no_test_sentence,
    sentence,
)
from indicators.linkage.sentences.needs import (
    missing_of,
    needs_sentence,
    shown_change,
)
from indicators.linkage.sentences.readings import reading_sentence
from indicators.linkage.sentences.side_by_side import NO_REASON, NO_TEST, side_by_side_rows

# What the row side by side takes over from the finding that speaks for the edge.
_OF_MISSION = (
    *("grade", "grade_reasons", "status", "smallest_change", "change_unit", "bound"),
    *("needs", "needs_en", "needs_fr"),
)
# Caveats of published values side by side; days are counted from rows, by today's definition.
_OF_VALUES = ("few_periods", "definition_changed")
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
# What is made of all methods together, whichever of them ran. No method fills `wake_effect`: its
# rows of before go.
TABLES = ("result_link", "primary_test", "evidence_plan", "interview_plan", "wake_effect")
Graded = tuple[Finding, Grade | None]  # a placebo or a description has no grade


def write_evidence(
    warehouse: Warehouse,
    framework: Framework | None,
    methods: Sequence[Method[Any]],
    found: Results,
) -> None:
    """Fill the tables of TABLES and the methods' own tables of this mission anew by what was found.

    A mission without a framework has no rows. Names and order of outcomes and outputs go with it:
    `mart.framework_item`.
    """
    connection, mission = warehouse.connection, warehouse.mission
    store_items(connection, mission, framework)
    edges = framework.edges if framework else ()
    tests = primary_tests(edges, methods, found)
    results = _with_q_values(found, tests)
    grades = {edge.id: _graded(results, edge.id) for edge in edges}
    spoken = {edge: _spoken(grades[edge], test, results) for edge, test in tests.items()}
    asked = Asked(len(edges), sum(is_answer(letter) for letter in spoken.values()))
    published = warehouse.published if edges else {}
    abouts = [_about(warehouse, edge, published, asked) for edge in edges]
    links: list[dict[str, Any]] = []
    for about in abouts:
        test = tests.get(about.edge.id)
        headline = test.finding(results) if test else None
        links += _links(warehouse, about, grades[about.edge.id], headline)
    rows = {
        "result_link": links,
        "primary_test": primary_rows(edges, tests, results, spoken),
        "evidence_plan": plan_rows(warehouse, abouts, tests, results),
        "interview_plan": interview_plan_rows(warehouse, abouts),
        "wake_effect": (),
        **{
            table: [row for name in of for row in _own_rows(mission, results[name])]
            for table, of in tables_of(methods).items()
        },
    }
    for table, own in rows.items():
        store_rows(connection, mission.mission, table, own)


def tables_of(methods: Sequence[Method[Any]]) -> dict[str, tuple[str, ...]]:
    """The methods' own tables, each with those that fill it."""
    tables = dict.fromkeys(method.table for method in methods if method.table)
    return {
        table: tuple(method.name for method in methods if method.table == table) for table in tables
    }


def _graded(results: Results, edge: str) -> list[Graded]:
    """Every finding of an edge with its grade."""
    return [
        (own, grade(own.grading_inputs) if own.effect.is_test else None)
        for own in _findings_of(results, edge)
    ]


def _spoken(graded: Sequence[Graded], test: PrimaryTest, results: Results) -> Grade | None:
    """The grade of the finding that speaks for an edge; none where it is small at most."""
    finding = test.finding(results)
    if is_inside_margin(finding, test.edge):
        return None
    return next(letter for own, letter in graded if own is finding and letter is not None)


def _about(warehouse: Warehouse, edge: Edge, published: PublishedIndicators, asked: Asked) -> About:
    output = warehouse.catalogue.get(edge.from_indicator)
    activity = output.activity if output else None
    return About(edge, published, asked, _counted(edge, published), activity)


def begin_results(
    warehouse: Warehouse, framework: Framework | None, methods: Sequence[Method[Any]]
) -> Callable[[], Results]:
    """Reads for each edge what each method looks at; what it gives ends with what each has found,
    kept of before where what it reads is the same.

    All of it is computed elsewhere from the first one on; here, once it is asked for, from the last
    one back.
    """
    begun: dict[str, dict[str, Callable[[], MethodResult]]] = {}
    connection, mission = warehouse.connection, warehouse.mission.mission
    until_all_ended = ExitStack()
    for method in methods:
        kept = until_all_ended.enter_context(
            kept_results(connection, mission, method.name, warehouse.elsewhere)
        )
        of_edges = begun[method.name] = {}
        for edge in framework.edges if framework else ():
            if edge.kind == method.edge_kind and method.applies(edge, warehouse.selected):
                inputs = method.read(warehouse, edge)
                of_edges[edge.id] = kept.begin(edge.id, MethodResult, method.evidence, inputs, edge)

    def end() -> Results:
        with until_all_ended:
            ended = [
                [(edge, end_one()) for edge, end_one in reversed(of_edges.items())]
                for of_edges in reversed(begun.values())
            ]
        found = zip(begun, reversed(ended), strict=True)
        return {name: dict(reversed(of_edges)) for name, of_edges in found}

    return end


def _with_q_values(results: Results, tests: Mapping[str, PrimaryTest]) -> Results:
    """Benjamini–Hochberg over the edges' primaries; within chosen edges at the level that is left.

    Of m primaries R are chosen (q < .05): the other tests of a chosen edge are held to R/m of the
    level (Benjamini and Bogomolov 2014), so their q-values within the edge are m/R times as high.
    Those of other edges have none.
    """
    primaries = {edge: test.finding(results) for edge, test in tests.items()}
    q_values = dict(zip(primaries, _adjusted(primaries.values()), strict=True))
    tested = sum(1 for q in q_values.values() if np.isfinite(q))
    chosen = {edge for edge, q in q_values.items() if q < Q_TESTED}
    q_of = {id(finding): q_values[edge] for edge, finding in primaries.items()}
    for edge in chosen:
        others = [own for own in _findings_of(results, edge) if own is not primaries[edge]]
        for own, q in zip(others, _adjusted(others), strict=True):
            q_of[id(own)] = min(1.0, q * tested / len(chosen)) if np.isfinite(q) else q
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
    warehouse: Warehouse, about: About, graded: Sequence[Graded], headline: Finding | None
) -> Iterator[dict[str, Any]]:
    """Rows of `mart.result_link` for one edge: side by side with its headline, then all tested."""
    mission = warehouse.mission
    spoken: dict[str, Any] = {}
    rows = []
    for finding, letter in graded:
        is_headline = finding is headline
        is_small = is_headline and is_inside_margin(finding, about.edge)
        rows.append(_row(about, finding, letter, is_small, mission.country_area))
        if is_headline:
            spoken = rows[-1]
    beside = side_by_side_rows(warehouse.connection, mission, about.edge, about.indicators)
    for row in beside:
        yield _with_headline(row, spoken, mission)
    yield from rows


def _own_rows(mission: Mission, results: Mapping[str, MethodResult]) -> Iterator[dict[str, Any]]:
    """Rows of a method's own table, with the q-values of the findings that they show."""
    for edge, result in results.items():
        q_values = {own.effect.specification: own.grading_inputs.q_value for own in result.findings}
        for row in result.rows:
            shown = {"q_value": q_values[row["specification"]]} if "q_value" in row else {}
            own = {"edge": edge, "area": mission.country_area, **row, **shown}
            yield own | (_reading_words(row) if "reading" in row else {})


def _reading_words(row: Mapping[str, Any]) -> dict[str, str]:
    return {f"sentence_{name}": reading_sentence(row, name) for name in LANGUAGES}


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


def _row(
    about: About, finding: Finding, letter: Grade | None, is_small: bool, area: str
) -> dict[str, Any]:
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
        "status": SMALL_AT_MOST if is_small else _status(finding),
    }
    if letter is None:
        return row
    return row | _words(finding, None if is_small else letter, about)


def _words(finding: Finding, letter: Grade | None, about: About) -> dict[str, Any]:
    """What is said of a tested finding; without a grade, that it is small at most."""
    smallest, unit = shown_change(finding, finding.smallest_change)
    missing = missing_of(finding, letter) if letter else ()
    return {
        "grade": letter.letter if letter else None,
        "grade_reasons": ("|".join(letter.reasons) or None) if letter else None,
        "smallest_change": smallest,
        "change_unit": unit,
        "bound": None if letter else bound(finding),
        "needs": json.dumps([asdict(need) for need in missing]) if missing else None,
        **{
            f"{part}_{language}": words
            for language in LANGUAGES
            for part, words in (
                ("sentence", sentence(finding, letter, about, language, missing)),
                ("needs", needs_sentence(finding, missing, language) if missing else None),
            )
        },
    }


def _status(finding: Finding) -> str:
    if not finding.effect.is_estimated:
        return "not_estimable"
    if finding.effect.method == PLACEBO:
        return "placebo"
    return "tested" if finding.effect.is_test else "descriptive"


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
    of_values = (
        ("not_tested", *_OF_VALUES) if headline["method"] == CASE_SERIES else ("not_tested",)
    )
    own = [code for code in row["caveats"].split("|") if not is_tested or code not in of_values]
    found = headline["caveats"].split("|") if headline["caveats"] else []
    caveats = "|".join(dict.fromkeys([*own, *found])) or None
    known = _OF_MISSION if is_tested else ()
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
            sentences[name] = no_test_sentence(
                row[name], reasons, language, headline[f"needs_{language}"] or ""
            )
        elif row["area"] == mission.country_area:
            sentences[name] = headline[name]
        else:
            sentences[name] = area_sentence(row[name], headline[name], language)
    return sentences
