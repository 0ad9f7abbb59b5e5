"""`mart.result_link` and `mart.event_study`: every edge by every method, tested, graded, worded.

One row an edge, method and specification for the mission (its country area), and one an area side
by side. q-values are taken over all tests of the run, those of the matched wake analysis too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np

from indicators.definitions.measures import SURVEY_KINDS
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import store_rows
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.statistics import benjamini_hochberg
from indicators.incremental.result_cache import kept_results
from indicators.linkage.finding import ALL_KINDS
from indicators.linkage.framework.model import Edge, Framework
from indicators.linkage.framework.tables import store_items
from indicators.linkage.grading import OVERLAP_MAX, TREATED_MIN, Grade, grade
from indicators.linkage.methods.panel.findings import tests_of_edge
from indicators.linkage.methods.panel.models import METHOD, PLACEBO
from indicators.linkage.methods.panel.rows import read_edge_panel
from indicators.linkage.sentences.findings import (
    About,
    area_sentence,
    is_inside_margin,
    no_test_sentence,
    sentence,
)
from indicators.linkage.sentences.side_by_side import (
    NO_REASON,
    NO_TEST,
    common_period_type,
    side_by_side_rows,
)
from indicators.linkage.tested import EdgeResult, Tested

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


def result_links(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    framework: Framework | None,
    wakes: Sequence[Tested] = (),
) -> None:
    """Fill `mart.result_link` and `mart.event_study` of this mission anew.

    `wakes`: findings of the matched wake analysis, graded and worded with the others. A mission
    without a framework has no rows. Names and order of outcomes and outputs go with it:
    `mart.framework_item`, `mart.output_plan`.
    """
    store_items(connection, mission, framework)
    edges = framework.edges if framework else ()
    indicators = _indicators(connection, mission)
    studies = _studies(connection, mission, edges, indicators)
    everything = [*wakes, *(tested for study in studies.values() for tested in study.tested)]
    q_values = _q_values(everything)
    tests = sum(1 for q in q_values if q is not None)
    rows: list[dict[str, Any]] = []
    for edge in edges:
        about = About(edge, indicators, tests, _counted(edge, indicators))
        own = [
            (tested, q)
            for tested, q in zip(everything, q_values, strict=True)
            if tested.edge == edge.id
        ]
        graded = [_graded_row(about, tested, q) for tested, q in own]
        speaks = speaks_for_the_edge([tested for tested, _ in own])
        headline = graded[speaks] if speaks is not None else {}
        beside = side_by_side_rows(connection, mission, edge, indicators)
        rows += [_with_headline(row, headline, mission) for row in beside]
        rows += graded
    store_rows(connection, mission.mission, "result_link", rows)
    store_rows(connection, mission.mission, "event_study", _event_rows(mission, studies))


def _studies(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    edges: Sequence[Edge],
    indicators: Mapping[str, Mapping[str, Any]],
) -> dict[str, EdgeResult]:
    """Association and panel models of each edge, kept of before where its rows are the same."""
    studies = {}
    with kept_results(connection, mission.mission, METHOD) as kept:
        for edge in edges:
            period_type = common_period_type(indicators, edge)
            panel = read_edge_panel(connection, mission, edge, indicators, period_type)
            studies[edge.id] = kept.result(
                edge.id, EdgeResult, tests_of_edge, panel, edge, mission.country_area
            )
    return studies


def _indicators(
    connection: duckdb.DuckDBPyConnection, mission: Mission
) -> dict[str, dict[str, Any]]:
    """What is needed of each selected indicator: titles, periods, kind, source and unit."""
    names = ("indicator", "title_en", "title_fr", "periods", "measure", "source", "unit_of_measure")
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM mart.indicator WHERE mission = ? ORDER BY version",
        [mission.mission],
    ).fetchall()
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _counted(edge: Edge, indicators: Mapping[str, Mapping[str, Any]]) -> str:
    """The message that names the periods counted."""
    kinds = {
        indicators[code]["measure"]
        for code in (edge.from_indicator, edge.to_indicator)
        if code in indicators
    }
    if kinds & set(SURVEY_KINDS):
        return "wave"
    return common_period_type(indicators, edge) or "period"


def _q_values(everything: Sequence[Tested]) -> list[float | None]:
    """Benjamini–Hochberg over every test of the run; None for what is no test."""
    p = np.array(
        [
            tested.finding.p_value
            if tested.finding.is_test and tested.finding.p_value is not None
            else np.nan
            for tested in everything
        ],
        dtype=float,
    )
    q = benjamini_hochberg(p, np.zeros(len(p), dtype=np.int64))
    return [float(value) if np.isfinite(value) else None for value in q]


def speaks_for_the_edge(own: Sequence[Tested]) -> int | None:
    """Which finding gives the edge its grade and sentence: chosen by method, never by result.

    The wake analysis in its longest and narrowest window, where it has the events and the windows
    stand apart; else the finding marked as headline, estimated ones first.
    """
    wakes = [at for at, tested in enumerate(own) if _is_usable_wake(tested)]
    if wakes:
        return min(wakes, key=lambda at: _window(own[at]))
    marked = [at for at, tested in enumerate(own) if tested.is_headline]
    return next(iter(sorted(marked, key=lambda at: not own[at].finding.is_estimated)), None)


def _is_usable_wake(tested: Tested) -> bool:
    """Whether a wake finding passes the gates of grade D that do not look at its estimate."""
    evidence = tested.evidence
    apart = evidence.overlap <= OVERLAP_MAX or evidence.is_robust_overlap
    enough = (evidence.n_treated or 0) >= TREATED_MIN
    is_wake = evidence.design == "wake" and tested.kind == ALL_KINDS
    return is_wake and tested.finding.is_estimated and apart and enough


def _window(tested: Tested) -> tuple[float, float]:
    parameters = tested.contrast_parameters
    return -float(parameters["t_window"]), float(parameters["spat_window"])


def _graded_row(about: About, tested: Tested, q: float | None) -> dict[str, Any]:
    finding = tested.finding
    row: dict[str, Any] = {
        "edge": about.edge.id,
        "from_indicator": about.edge.from_indicator,
        "to_indicator": about.edge.to_indicator,
        "area": tested.area,
        "method": finding.method,
        "specification": finding.specification,
        "expected_sign": about.edge.expected_sign,
        "caveats": "|".join(tested.caveats) or None,
        "q_value": q,
        **{name: getattr(finding, name) for name in _FIGURES},
        "status": _status(tested, about.edge),
    }
    if not finding.is_test:
        return row
    letter = grade(replace(tested.evidence, q_value=q))
    return row | _words(tested, letter, about)


def _words(tested: Tested, letter: Grade, about: About) -> dict[str, Any]:
    return {
        "grade": letter.letter,
        "grade_reasons": "|".join(letter.reasons) or None,
        **{
            f"sentence_{language}": sentence(tested, letter, about, language)
            for language in LANGUAGES
        },
    }


def _status(tested: Tested, edge: Edge) -> str:
    if not tested.finding.is_estimated:
        return "not_estimable"
    if tested.finding.method == PLACEBO:
        return "placebo"
    if not tested.finding.is_test:
        return "descriptive"
    return "no_change" if is_inside_margin(tested, edge) else "tested"


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


def _event_rows(mission: Mission, studies: Mapping[str, EdgeResult]) -> Iterator[dict[str, Any]]:
    for edge, study in studies.items():
        for row in study.rows:
            yield {"edge": edge, "area": mission.country_area, **row}
