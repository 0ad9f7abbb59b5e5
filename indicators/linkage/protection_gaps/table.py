"""Protection gaps: where expected risk is high and presence or trust is low, with the reasons.

Fills `mart.protection_gap` (IPI 2020 rec. 15: if and where long-range patrols should go): one row
an area and component for the last month that is over. A ranking with reasons, not a verdict, and
of areas only: no unit and no commander is ever ranked. What is known of an area comes from
`facts.py`, expected incidents from `forecast.py`, ranks from `ranking.py`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import TOO_IMPRECISE
from indicators.foundation.messages import LANGUAGES, message
from indicators.foundation.numbers.statistics import count_limits
from indicators.foundation.periods import add_months, period_of
from indicators.foundation.stored.database import one_transaction
from indicators.foundation.stored.mart_rows import store_rows
from indicators.incremental.result_cache import kept_results
from indicators.linkage.methods.activities import log_activities
from indicators.linkage.protection_gaps import facts as gap_facts
from indicators.linkage.protection_gaps.facts import COMPONENTS, TRUST_INDICATORS, Facts, Window
from indicators.linkage.protection_gaps.forecast import (
    BASELINES,
    FORECAST,
    Expectation,
    Fifth,
    Forecast,
    MonthScore,
    central_counts,
    forecast,
)
from indicators.linkage.protection_gaps.ranking import Needs, Ranks, rank
from indicators.linkage.sentences.findings import number

METHOD = "protection_gap"
RECENT_MONTHS = 3
AFTER_DAYS, DAYS_OF_A_MONTH = 14, 365.25 / 12  # the days that a link of days looks at
_SCORES = ("brier", "log_score", "ranked_score")

_Known = dict[tuple[str, ...], dict[Any, Any]]  # facts by area and component, measure or question


@dataclass(frozen=True)
class _Row:
    """One row before it is written: figures (None where there is none), and why."""

    area: str
    component: str
    reason: str  # message key without its prefix
    words: dict[str, Any] = field(default_factory=dict)
    value: float | None = None
    low: float | None = None
    high: float | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    counted_to: str | None = None  # of days: the last day that reports cover, as ISO text
    at_least: bool | None = None


@dataclass(frozen=True)
class _Risk:
    """Expected incidents a month of each ranked area, and where they come from."""

    expectation: Expectation
    is_dated: bool  # whether any incident is dated to the month
    known: np.ndarray  # of each area whether the last months were reported
    recent: np.ndarray  # incidents of the last months that were reported, an area
    recent_months: np.ndarray  # how many of them were reported
    forecast: Forecast | None


@dataclass(frozen=True)
class _Found:
    """All that is written: rows of the gaps, and how each way of telling risk did."""

    rows: list[_Row]
    shown: str | None = None
    scores: tuple[MonthScore, ...] = ()
    fifths: Mapping[str, tuple[Fifth, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Trust:
    """Percent and standard error; `is_vague`: too imprecise to show. NaN where nobody was asked."""

    percent: float = math.nan
    se: float = math.nan
    is_vague: bool = False


def protection_gaps(connection: duckdb.DuckDBPyConnection, mission: Mission, as_of: date) -> None:
    """Fill `mart.protection_gap` anew for the last month that is over on `as_of`, and the scores.

    `mart.forecast_score` and `mart.forecast_calibration` say how each way of telling risk did.

    Needs the tables that `indicators.engine.refresh.compute` leaves in `cube` and `mart`. A mission
    without two areas of one administrative level has no rows.
    """
    with one_transaction(connection), kept_results(connection, mission.mission, METHOD) as kept:
        log_activities(connection, mission, as_of)
        facts = gap_facts.read_facts(connection, mission, as_of)
        found = _Found([])
        if facts:
            found = kept.result(mission.country_area, _Found, _all_found, facts)
        tables = {
            "protection_gap": [_written(row, facts.span) for row in found.rows] if facts else [],
            "forecast_score": list(_score_rows(found, facts.span)) if facts else [],
            "forecast_calibration": list(_calibration_rows(found)),
        }
        for table, rows in tables.items():
            store_rows(connection, mission.mission, table, rows)


def _all_found(facts: Facts) -> _Found:
    risk = _risk(facts.incidents)
    rows, told = _all_rows(facts, risk), risk.forecast
    return _Found(rows, told.shown, told.scores, told.fifths) if told else _Found(rows)


def _all_rows(facts: Facts, risk: _Risk) -> list[_Row]:
    presence = _by(facts.presence, "area", "component")
    near = _by(facts.reach, "area", "component")
    trusted = _by(facts.trust, "indicator", "area")
    costs = _by(facts.costs, "area", "component", "measure")
    question = _question(trusted)
    asked = {area: _trust(trusted.get((TRUST_INDICATORS[question], area))) for area in facts.areas}
    rows = [_skill_row(facts.country_area, risk), *_ranking(facts, risk, presence, asked, question)]
    for place, area in enumerate(facts.areas):
        rows.append(_forecast_row(area, place, risk))
        rows.append(_recent_row(area, place, risk))
        rows.append(_patrol_day_row(area, place, risk, costs))
        for component in COMPONENTS:
            rows += _presence_rows(area, component, presence, facts.span)
            rows.append(_reach_row(area, component, near, facts.reach_km))
        rows.append(_trust_row(area, question, TRUST_INDICATORS[question], trusted))
    rows += _cost_rows(facts.areas, costs)
    return rows


def _by(frame: pd.DataFrame, *keys: str) -> _Known:
    """Rows of a frame by the values of some columns."""
    return {tuple(row[key] for key in keys): row for row in frame.to_dict("records")}


# --- risk ------------------------------------------------------------------------------------


def _risk(counts: np.ndarray) -> _Risk:
    last = counts[:, -RECENT_MONTHS:]
    seen, months = np.nansum(last, axis=1), (~np.isnan(last)).sum(axis=1)
    predicted = forecast(counts)
    recent = Expectation(seen + 0.5, np.maximum(months, 1e-9))  # Jeffreys: half an incident
    shown = predicted.expectation if predicted else recent
    is_dated = bool(np.nansum(counts) > 0)
    return _Risk(shown, is_dated, (months > 0) & is_dated, seen, months, predicted)


def _skill_row(area: str, risk: _Risk) -> _Row:
    """How the forecast did on months that it had not seen, for the mission."""
    found = risk.forecast
    if found is None:
        return _Row(area, "forecast_skill", "no_forecast")
    against = min(BASELINES, key=lambda name: np.nan_to_num(found.skills[name].low, nan=-math.inf))
    if found.shown != FORECAST:
        against = found.shown
    words: dict[str, Any] = {"months": found.held_out}
    skill = found.skills[against]
    if math.isnan(skill.value):
        return _Row(area, "forecast_skill", "forecast_not_compared", words)
    words |= {"coverage": 100 * found.coverage, "skill": 100 * skill.value}
    reason = "forecast_wins" if found.shown == FORECAST else f"forecast_dropped_{against}"
    figures = 100 * skill.value, 100 * skill.low, 100 * skill.high
    return _Row(area, "forecast_skill", reason, words, *figures)


def _forecast_row(area: str, place: int, risk: _Risk) -> _Row:
    if risk.forecast is None:
        return _Row(area, "risk_forecast", "no_forecast")
    if not risk.known[place]:
        return _Row(area, "risk_forecast", "months_not_reported", {"months": RECENT_MONTHS})
    low, high = risk.expectation.interval()
    size, probability = risk.expectation.predicted()
    bounds = central_counts(0.8, size[place], probability[place])
    words = {"low": float(bounds[0]), "high": float(bounds[1])}
    value = float(risk.expectation.mean[place])
    return _Row(
        area,
        "risk_forecast",
        risk.forecast.shown,
        words,
        value,
        float(low[place]),
        float(high[place]),
    )


def _recent_row(area: str, place: int, risk: _Risk) -> _Row:
    months, seen = int(risk.recent_months[place]), float(risk.recent[place])
    if not risk.known[place]:
        reason = "months_not_reported" if risk.is_dated else "no_dated_incidents"
        return _Row(area, "risk_recent", reason, {"months": RECENT_MONTHS})
    # The forecast is a negative binomial: its variance is its mean over its probability.
    told = risk.forecast.expectations[FORECAST] if risk.forecast else risk.expectation
    _, probability = told.predicted()
    low, high = map(float, count_limits(np.array(seen), 1 / probability[place]))
    reason = "recent" if months == RECENT_MONTHS else "recent_in_part"
    words = {"incidents": seen, "months": months, "of": RECENT_MONTHS}
    return _Row(area, "risk_recent", reason, words, seen / months, low / months, high / months)


def _patrol_day_row(area: str, place: int, risk: _Risk, costs: _Known) -> _Row:
    """What lies in the fortnight after one patrol there, and how long patrols there are out."""
    name = "patrol_day"
    if not risk.known[place]:
        return _Row(area, name, "months_not_reported", {"months": RECENT_MONTHS})
    share = AFTER_DAYS / DAYS_OF_A_MONTH
    low, high = (share * float(bound[place]) for bound in risk.expectation.interval())
    value = share * float(risk.expectation.mean[place])
    words = {"incidents": value, "low": low, "high": high}
    known = [costs.get((area, component, "hours")) for component in COMPONENTS]
    hours = [own for own in known if own is not None and not math.isnan(own["value"])]
    if not hours:
        return _Row(area, name, "patrol_day_alone", words, value, low, high)
    most = max(hours, key=lambda own: own["n"])
    words |= {"hours": float(most["value"]), "n": float(most["n"])}
    return _Row(area, name, "patrol_day", words, value, low, high)


# --- presence, reach, trust, cost ------------------------------------------------------------


def _presence_rows(area: str, component: str, presence: _Known, span: Window) -> Iterator[_Row]:
    names = f"days_since_patrol_{component}", f"days_since_long_range_patrol_{component}"
    if not presence:
        yield from (_Row(area, name, "no_patrol_log") for name in names)
        return
    if (area, component) not in presence:
        words = {"first": span.first_month.isoformat()}
        yield from (_Row(area, name, f"no_patrol_{component}", words) for name in names)
        return
    known = presence[(area, component)]
    days, days_as_of = float(known["days"]), float(known["days_as_of"])
    if pd.isna(known["covered_on"]):
        yield from (_Row(area, name, "no_whole_month") for name in names)
        return
    words = {"covered": pd.Timestamp(known["covered_on"]).date().isoformat()}
    is_silent = _is_silent(known, span)
    reason = "days_at_least" if is_silent else "days_known"
    yield replace(
        _Row(area, names[0], reason, words, days, days, days_as_of),
        counted_to=words["covered"],
        at_least=is_silent,
    )
    long_range = float(known["days_long_range"])
    if math.isnan(long_range):
        first = {"first": span.first_month.isoformat()}
        yield _Row(area, names[1], f"no_long_range_{component}", first)
    else:
        yield _Row(area, names[1], "days_long_range", words, long_range)


def _is_silent(known: dict[str, Any], span: Window) -> bool:
    """Whether more than the last month that is over lacks returns."""
    return bool(pd.Timestamp(known["covered_on"]).date() < add_months(span.month, -1))


def _reach_row(area: str, component: str, near: _Known, reach_km: float) -> _Row:
    name = f"within_reach_{component}"
    known = near.get((area, component))
    if known is None or math.isnan(known["percent"]):
        return _Row(area, name, "reach_not_known")
    words = {"km": reach_km}
    if not known["places"]:
        return _Row(area, name, "reach_territory", words, float(known["percent"]))
    words |= {"places": float(known["places"]), "persons": float(known["persons"])}
    return _Row(area, name, "reach", words, float(known["percent"]))


def _trust_row(area: str, name: str, indicator: str, trusted: _Known) -> _Row:
    if (indicator, area) not in trusted:
        return _Row(area, name, "trust_not_asked", {"indicator": indicator})
    known = trusted[(indicator, area)]
    words = {"indicator": indicator, "period": known["period"], "answers": float(known["n"])}
    if known["obs_status"] == TOO_IMPRECISE:
        return _Row(area, name, "trust_too_imprecise", words)
    figures = float(known["value"]), float(known["ci_low"]), float(known["ci_high"])
    return _Row(area, name, "trust", words, *figures)


def _cost_rows(areas: Sequence[str], costs: _Known) -> Iterator[_Row]:
    for area in areas:
        for component in COMPONENTS:
            for measure in gap_facts.COSTS:
                name = f"patrol_{measure}_{component}"
                if (area, component, measure) not in costs:
                    yield _Row(area, name, "cost_no_patrol", {"months": gap_facts.COST_MONTHS})
                    continue
                cost = costs[(area, component, measure)]
                words = {"n": float(cost["n"]), "few": gap_facts.FEW_PATROLS}
                if math.isnan(cost["value"]):
                    yield _Row(area, name, "cost_few_patrols", words)
                    continue
                reason = "cost_long_range" if cost["is_long_range"] else "cost_any_patrol"
                figures = float(cost["value"]), float(cost["low"]), float(cost["high"])
                yield _Row(area, name, reason, words, *figures)


# --- ranking ---------------------------------------------------------------------------------


def _ranking(
    facts: Facts, risk: _Risk, presence: _Known, trust: Mapping[str, _Trust], question: str
) -> Iterator[_Row]:
    """`gap` by the last patrol of either component, `gap_police`, `gap_military` by their own.

    `question`: the one that `trust` answers, of TRUST_INDICATORS.
    """
    areas, closed = facts.areas, facts.closed
    is_ranked = np.array(
        [risk.known[place] and area not in closed for place, area in enumerate(areas)]
    )
    kept = [area for area, is_kept in zip(areas, is_ranked, strict=True) if is_kept]
    asked = [trust[area] for area in kept]
    vague = {area for area, answer in zip(kept, asked, strict=True) if answer.is_vague}
    for name, components in _gap_names().items():
        days = np.array([_days(area, components, presence, facts.span) for area in kept])
        if kept:
            needs = Needs(
                risk.expectation.shape[is_ranked],
                risk.expectation.rate[is_ranked],
                days[:, 0],
                days[:, 1],
                np.array([answer.percent for answer in asked]),
                np.array([answer.se for answer in asked]),
                np.array([answer.is_vague for answer in asked]),
            )
            for row in _rank_rows(name, kept, needs, rank(needs), vague):
                yield replace(row, words=row.words | {"question": question})
        for place, area in enumerate(areas):
            if not is_ranked[place]:
                reason = "unranked_no_access" if area in closed else "unranked_not_reported"
                if not risk.is_dated:
                    reason = "unranked_no_incidents"
                yield _Row(area, name, reason)


def _gap_names() -> dict[str, tuple[str, ...]]:
    return {"gap": COMPONENTS} | {f"gap_{component}": (component,) for component in COMPONENTS}


def _rank_rows(
    name: str, areas: list[str], needs: Needs, ranks: Ranks, vague: set[str]
) -> Iterator[_Row]:
    """`vague`: areas whose trust counts, with its standard error, but is not shown."""
    expected = Expectation(needs.shape, needs.rate)
    low, high = expected.interval()
    for place, area in enumerate(areas):
        words = {
            "risk": float(expected.mean[place]),
            "low": float(low[place]),
            "high": float(high[place]),
            "days": float(needs.days[place]),
            "trust": float(needs.trust[place]),
        }
        reason = "ranked_without_trust" if math.isnan(needs.trust[place]) else "ranked"
        if area in vague:
            reason = "ranked_trust_imprecise"
        if math.isnan(needs.days[place]):
            reason = "ranked_without_patrols"
        row = _Row(area, name, reason, words, float(ranks.rank[place]))
        yield replace(row, rank_low=int(ranks.low[place]), rank_high=int(ranks.high[place]))


def _question(trusted: _Known) -> str:
    """The first trust question that was asked: shares of two questions are no one order."""
    asked = {indicator for indicator, _ in trusted}
    found = (name for name, indicator in TRUST_INDICATORS.items() if indicator in asked)
    return next(found, next(iter(TRUST_INDICATORS)))


def _trust(known: Mapping[str, Any] | None) -> _Trust:
    if known is None:
        return _Trust()
    is_vague = known["obs_status"] == TOO_IMPRECISE
    return _Trust(float(known["value"]), float(known["se"]), is_vague)


def _days(
    area: str, components: tuple[str, ...], presence: _Known, span: Window
) -> tuple[float, float]:
    """Days since the last patrol of any of the components, and to the as-of day; NaN: not known."""
    if not presence:
        return math.nan, math.nan
    known = [presence[(area, one)] for one in components if (area, one) in presence]
    never = float((span.as_of - span.first_month).days)
    if not known:
        return never, never
    told = [float(row["days"]) for row in known if not math.isnan(row["days"])]
    if not told:
        return math.nan, math.nan
    return min(told), min(float(row["days_as_of"]) for row in known)


# --- how each way of telling risk did ---------------------------------------------------------


def _score_rows(found: _Found, span: Window) -> Iterator[dict[str, Any]]:
    for score in found.scores:
        yield {
            "method": score.method,
            "is_shown": score.method == found.shown,
            "period": period_of(add_months(span.first_month, score.month), "M").name,
            "areas": score.areas,
            "hits": score.hits,
            **{name: _rounded(getattr(score, name)) for name in _SCORES},
        }


def _calibration_rows(found: _Found) -> Iterator[dict[str, Any]]:
    for method, fifths in found.fifths.items():
        for fifth in fifths:
            yield {
                "method": method,
                "is_shown": method == found.shown,
                "fifth": fifth.number,
                "area_months": fifth.area_months,
                "expected": _rounded(fifth.expected),
                "seen": fifth.seen,
            }


# --- writing ---------------------------------------------------------------------------------


def _written(row: _Row, span: Window) -> dict[str, Any]:
    reasons = {
        f"reason_{language}": message(f"gap.{row.reason}", language, **_in(row.words, language))
        for language in LANGUAGES
    }
    return {
        "area": row.area,
        "period": period_of(span.month, "M").name,
        "component": row.component,
        "value": _rounded(row.value),
        "ci_low": _rounded(row.low),
        "ci_high": _rounded(row.high),
        "rank_low": row.rank_low,
        "rank_high": row.rank_high,
        "counted_to": row.counted_to and date.fromisoformat(row.counted_to),
        "at_least": row.at_least,
        **reasons,
    }


def _rounded(value: float | None) -> float | None:
    """To four decimals: what the last digits say depends on the machine."""
    return None if value is None or math.isnan(value) else round(value, 4)


def _in(words: dict[str, Any], language: str) -> dict[str, Any]:
    """Numbers in the reader's writing, whole ones without decimals; what was asked in words."""
    said = {
        name: _number(value, language) if isinstance(value, float) else value
        for name, value in words.items()
    }
    if "question" in words:
        said["question"] = message(f"gap.question.{words['question']}", language)
    return said


def _number(value: float, language: str) -> str:
    if math.isnan(value):
        return "–"
    return number(value, language, digits=0 if value == round(value) or abs(value) >= 100 else 1)
