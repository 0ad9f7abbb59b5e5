"""What the protected say of an edge: interviews before and after an activity in the same area.

For edges from activities to survey answers (IPI 2020 rec. 15): household and site interviews that
fell by chance before or after an activity, and `pulse` interviews soon after one or later. By kind
of patrol, with what the patrols cost. Fills `mart.interview_effect` and gives findings to be graded
with those of the other methods. The comparison itself stands in `comparison.py`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from indicators.compiler.indicator_filter import filter_sql
from indicators.definitions.indicator import Indicator
from indicators.foundation.sql_text import quoted
from indicators.linkage.finding import ALL_KINDS, EffectEstimate, Finding, MethodResult
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import CheckOutcome, GradingInputs
from indicators.linkage.methods.activities import (
    ACTIVITY_KINDS,
    SOURCE,
    effort,
    kinds_and_cost_sql,
)
from indicators.linkage.methods.interviews.comparison import (
    MIN_CLUSTERS,
    MIN_EVENTS,
    MIN_INTERVIEWS,
    Comparison,
    Difference,
    answers_after_activities,
    soon_or_later,
    unexpected_event,
)
from indicators.linkage.methods.protocol import Warehouse
from indicators.linkage.power import TARGET, Precision, Shortfall
from indicators.survey.waves.respondents import respondents_sql
from indicators.survey.waves.shown import Wave, periods_of_waves

METHOD, PULSE_METHOD = "before_after_interviews", "pulse_interviews"
DAYS = 7  # the bandwidth fixed beforehand; the others show how much hangs on it
OTHER_DAYS = (5, 10)
PRIMARY = f"{DAYS}_days_{ALL_KINDS}"
PULSE_DAYS = 7  # "soon" after a patrol
MIN_ROUNDS = 3
MIN_RESPONDENTS = 30  # an area
DAYS_OF_MONTH = 365.25 / 12
LEAST_SHARE = 0.5
COVARIATES = ("is_woman", "is_young", "is_displaced")


@dataclass(frozen=True)
class _Sample:
    """Interviews of one edge's outcome, and the activities during their fieldwork.

    Of `pulse` interviews: every completed patrol in an area where some were asked. `incidents`:
    place, day of those in the areas of fieldwork; None where not looked at.
    """

    answers: pd.DataFrame
    activities: pd.DataFrame
    rounds: int
    incidents: pd.DataFrame | None = None

    @property
    def months(self) -> float | None:
        """How long so many rounds take, by the time between their first days."""
        starts = self.answers.groupby("wave")["day"].min()
        if len(starts) < 2:
            return None
        between = (starts.max() - starts.min()).days / (len(starts) - 1)
        return self.rounds * between / DAYS_OF_MONTH


@dataclass(frozen=True)
class Interviews:
    """Answers given before and after an activity by those who live there, and soon or later."""

    name: str = METHOD
    table: str | None = "interview_effect"
    edge_kind: str = "activity"

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        """From activities to a question put to persons; no other edge has rows."""
        output, outcome = (catalogue.get(code) for code in (edge.from_indicator, edge.to_indicator))
        if output is None or outcome is None:
            return False
        is_question = outcome.measure.kind == "proportion" and outcome.measure.instrument != "pulse"
        return output.source == SOURCE and is_question

    def read(self, warehouse: Warehouse, edge: Edge) -> tuple[_Sample, _Sample]:
        """Interviews and activities during fieldwork, and those of short interviews."""
        catalogue = warehouse.catalogue
        output, outcome = catalogue[edge.from_indicator], catalogue[edge.to_indicator]
        return _sample(warehouse, output, outcome), _pulse_sample(warehouse, outcome)

    def evidence(self, inputs: tuple[_Sample, _Sample], edge: Edge) -> MethodResult:
        """Every comparison: findings and rows of `mart.interview_effect`."""
        sample, pulse = inputs
        found = [*_unexpected_event(sample), *_pulse(pulse)]
        estimates = (entry.difference.estimate for entry in found)
        signs = [np.sign(estimate) for estimate in estimates if estimate is not None]
        return MethodResult(
            tuple(_finding(entry, edge, found, signs) for entry in found),
            tuple(_row(entry) for entry in found),
        )

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        """A week before and after any activity, where enough were asked on both sides."""
        named = (METHOD, PRIMARY)
        first = (own for own in findings if (own.effect.method, own.effect.specification) == named)
        found = next(first, None)
        return found if found is not None and found.effect.is_estimated else None


@dataclass(frozen=True)
class _Entry:
    """One comparison of one edge: its method and specification, and what went into it."""

    method: str
    kind: str
    compared: Comparison
    rounds: int
    effort: Mapping[str, float | None]
    design_caveats: tuple[str, ...] = ()
    months: float | None = None

    @property
    def difference(self) -> Difference:
        return self.compared.difference

    @property
    def specification(self) -> str:
        """Days and kind of activity, as in `7_days_police`."""
        return f"{self.compared.days}_days_{self.kind}"


# --- before and after ------------------------------------------------------------------------


def _unexpected_event(sample: _Sample) -> Iterator[_Entry]:
    caveats = _design_caveats(sample.answers)
    for kind, events in _by_kind(sample.activities):
        for days in (DAYS, *(OTHER_DAYS if kind == ALL_KINDS else ())):
            compared = unexpected_event(sample.answers, events, days, COVARIATES, sample.incidents)
            effort_of = _cost(events)
            yield _Entry(METHOD, kind, compared, sample.rounds, effort_of, caveats, sample.months)


def _by_kind(activities: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """All of them, then those of each kind; not where it has none or all: nothing beside "all"."""
    yield ALL_KINDS, activities
    for kind in ACTIVITY_KINDS:
        own = activities[activities[kind]]
        if kind != ALL_KINDS and 0 < len(own) < len(activities):
            yield kind, own


def _cost(activities: pd.DataFrame) -> dict[str, float | None]:
    """What these activities cost, each counted once whatever the waves and areas it stands in."""
    return effort(activities.drop_duplicates("activity_code"))


def _sample(warehouse: Warehouse, output: Indicator, outcome: Indicator) -> _Sample:
    """A wave's areas are its own: an event of one wave is none of another."""
    connection = warehouse.connection
    waves = sorted(
        periods_of_waves(connection, outcome), key=lambda wave: (wave.last_on, repr(wave))
    )
    answers = [_answers(connection, wave, outcome) for wave in waves]
    everything = pd.concat(answers) if answers else _no_answers()
    spans = everything.groupby(["wave", "place"])["day"].agg(["min", "max"]).reset_index()
    activities = _activities(warehouse, output, spans)
    return _Sample(everything, activities, len(waves), _incidents(connection, spans))


def _incidents(connection: duckdb.DuckDBPyConnection, spans: pd.DataFrame) -> pd.DataFrame:
    """Place and day of incidents during fieldwork, in the places where people were asked."""
    connection.register("fieldwork_spans", spans)
    frame = connection.execute(
        f"""SELECT DISTINCT up.area AS place, CAST(occurred_on AS TIMESTAMP) AS day
        FROM core.incidents JOIN cube.area_ancestor AS up USING (area_code)
        JOIN fieldwork_spans AS span ON span.place = up.area
          AND occurred_on BETWEEN CAST(span.min AS DATE) - {2 * max(OTHER_DAYS)}
            AND CAST(span.max AS DATE) + {2 * max(OTHER_DAYS)}
        WHERE date_precision = 'day'
        ORDER BY ALL"""
    ).df()
    connection.unregister("fieldwork_spans")
    return frame


_ANSWERED = (
    *("interviewed_on", "psu_code", "interviewer_key", "sex", "age_group", "displacement_status"),
    *("inside {0}", "outcome {0}", "weight_{1}"),
)


def _answers(connection: duckdb.DuckDBPyConnection, wave: Wave, outcome: Indicator) -> pd.DataFrame:
    """One row a respondent: place, day, outcome in percent (NaN: no answer), unit, covariates."""
    place = "site_code" if wave.instrument == "site" else "area_code"
    columns = [
        column.format(outcome.code, outcome.measure.weight) for column in (place, *_ANSWERED)
    ]
    # Of some fifty columns these: most of the time would go into the texts of the others.
    frame = connection.execute(
        f"""SELECT {", ".join(map(quoted, columns))} FROM ({respondents_sql(wave, [outcome])})
        ORDER BY respondent_key"""
    ).df()
    frame = frame[frame[f"inside {outcome.code}"]]
    day = pd.to_datetime(frame["interviewed_on"])
    name = f"{wave.survey_code} {wave.wave}"
    # Without a sampling unit those asked in one place on one day stand together.
    unit = (
        frame["psu_code"]
        .astype("string")
        .fillna(frame[place].astype("string") + day.dt.strftime(" %Y-%m-%d"))
    )
    weight = frame[f"weight_{outcome.measure.weight}"].astype(float)
    return pd.DataFrame(
        {
            "wave": name,
            "place": frame[place],
            "area": name + " " + frame[place].astype("string"),
            "day": day,
            "outcome": 100 * frame[f"outcome {outcome.code}"].astype(float),
            "weight": weight.fillna(1.0) if weight.isna().all() else weight,
            "has_weight": weight.notna(),
            "cluster": name + " " + unit,
            "has_unit": frame["psu_code"].notna(),
            "interviewer": frame["interviewer_key"].astype("string"),
            "is_woman": _is(frame["sex"], "F"),
            "is_young": _is(frame["age_group"], "Y18T29"),
            "is_displaced": _is(frame["displacement_status"], "displaced"),
        }
    ).dropna(subset=["place", "day"])


def _no_answers() -> pd.DataFrame:
    texts = {
        name: pd.Series(dtype=str) for name in ("wave", "place", "area", "cluster", "interviewer")
    }
    numbers = {name: pd.Series(dtype=float) for name in ("outcome", "weight", *COVARIATES)}
    marks = {name: pd.Series(dtype=bool) for name in ("has_weight", "has_unit")}
    return pd.DataFrame({**texts, **numbers, **marks, "day": pd.Series(dtype="datetime64[us]")})


def _design_caveats(answers: pd.DataFrame) -> tuple[str, ...]:
    """What the interviews do not say of how people were chosen, wave by wave."""
    weighted = answers.groupby("wave")["has_weight"].mean()
    found = {
        "interviews_unweighted": (weighted == 0).any(),
        "interviews_left_out": weighted.between(0, 1, inclusive="neither").any(),
        "interviews_without_units": not answers["has_unit"].all(),
    }
    return tuple(name for name, holds in found.items() if holds)


def _is(column: pd.Series, code: str) -> np.ndarray:
    """1 or 0, missing where nothing was noted."""
    return np.where(column.isna(), np.nan, (column == code).astype(float))


def _activities(warehouse: Warehouse, output: Indicator, spans: pd.DataFrame) -> pd.DataFrame:
    """Activities that count in the output, in places and days of fieldwork, with their kinds."""
    connection = warehouse.connection
    connection.register("fieldwork_spans", spans)
    frame = connection.execute(
        f"""SELECT span.wave || ' ' || span.place AS area,
          CAST(started_on_local AS TIMESTAMP) AS day, {kinds_and_cost_sql()}
        FROM {warehouse.logged_activity} AS own
        JOIN fieldwork_spans AS span ON span.place = own.area
          AND started_on_local BETWEEN CAST(span.min AS DATE) - {max(OTHER_DAYS)}
            AND CAST(span.max AS DATE) + {max(OTHER_DAYS)}
        WHERE {filter_sql(output)}
        ORDER BY ALL"""
    ).df()
    connection.unregister("fieldwork_spans")
    return frame


# --- pulse -----------------------------------------------------------------------------------


def _pulse(sample: _Sample) -> Iterator[_Entry]:
    """Short interviews soon after a patrol beside later ones, where the question was asked so.

    Of a kind: by days since the last patrol of that kind, whatever others went. With what the
    patrols cost that they followed: those in the area of a compared interview, soon or later, on
    the day of the last one before it; each patrol once. What cannot be compared (nobody asked on
    one side) has no cost either.
    """
    if not sample.rounds:
        return
    caveats = _design_caveats(sample.answers)
    for kind, patrols in _by_kind(sample.activities):
        since = _since_patrol(sample.answers, patrols)
        compared = soon_or_later(since, PULSE_DAYS, COVARIATES)
        followed = answers_after_activities(since)[["place", "patrolled_on"]]
        last = patrols.merge(followed.drop_duplicates())
        spent = _cost(last if compared.difference.n_events else last[:0])
        yield _Entry(PULSE_METHOD, kind, compared, sample.rounds, spent, caveats, sample.months)


def _pulse_sample(warehouse: Warehouse, outcome: Indicator) -> _Sample:
    """The answers of short interviews, and the patrols in the areas where they were given."""
    connection = warehouse.connection
    measure = outcome.measure.model_copy(update={"instrument": "pulse"})
    asked = outcome.model_copy(update={"measure": measure})
    waves = sorted(periods_of_waves(connection, asked), key=str)
    answers = pd.concat([_no_answers(), *(_answers(connection, wave, asked) for wave in waves)])
    patrols = _patrols(warehouse)
    return _Sample(answers, patrols[patrols["place"].isin(answers["place"])], len(waves))


def _patrols(warehouse: Warehouse) -> pd.DataFrame:
    """Completed patrols in each place where they count, sorted by day, with kinds and cost."""
    return warehouse.connection.execute(
        f"""SELECT area AS place, CAST(started_on_local AS TIMESTAMP) AS patrolled_on,
          {kinds_and_cost_sql()}
        FROM {warehouse.logged_activity}
        WHERE activity_type = 'patrol' AND status = 'completed'
        ORDER BY patrolled_on, place, activity_code"""
    ).df()


def _since_patrol(answers: pd.DataFrame, patrols: pd.DataFrame) -> pd.DataFrame:
    """The answers with `patrolled_on` and `days_since`, the last day of a patrol in the place."""
    ordered = answers.sort_values("day", kind="stable")
    days = patrols[["place", "patrolled_on"]].drop_duplicates()
    days = days.astype({"patrolled_on": ordered["day"].dtype, "place": ordered["place"].dtype})
    joined = pd.merge_asof(ordered, days, left_on="day", right_on="patrolled_on", by="place")
    return joined.assign(days_since=(joined["day"] - joined["patrolled_on"]).dt.days)


# --- rows ------------------------------------------------------------------------------------


def _finding(entry: _Entry, edge: Edge, found: Sequence[_Entry], signs: Sequence[float]) -> Finding:
    own = entry.difference
    effect = EffectEstimate(
        entry.method,
        entry.specification,
        0,
        n_areas=own.n_areas,
        n_periods=entry.rounds,
        n_events=own.n_events,
        n_eff=float(own.n_clusters),
        estimate=own.estimate,
        se=own.se,
        ci_low=own.ci_low,
        ci_high=own.ci_high,
        p_value=own.p_value,
        reason=own.reason,
        df=own.df,
    )
    is_pulse = entry.method == PULSE_METHOD
    evidence = GradingInputs(
        "association" if is_pulse else "interviews",
        q_value=None,
        reason=own.reason,
        n_areas=own.n_areas,
        agreeing=sum(1 for sign in signs if sign == np.sign(own.estimate or 0)),
        specifications=len(signs),
        checks={} if is_pulse else dict(_checks(entry, found)),
        ceilings=tuple(_ceilings(entry, edge)),
    )
    return Finding(
        effect,
        evidence,
        contrast="pulse" if is_pulse else "interviews",
        scale="units",
        kind=entry.kind,
        contrast_parameters={"days": entry.compared.days},
        caveats=tuple(_caveats(entry)),
        precision=_precision(entry, effect),
        shortfalls=tuple(_shortfalls(entry)),
    )


def _ceilings(entry: _Entry, edge: Edge) -> Iterator[str]:
    own = entry.difference
    if entry.rounds < MIN_ROUNDS:
        yield "few_rounds"
    if entry.method == PULSE_METHOD:
        return
    if own.n_before + own.n_after < MIN_RESPONDENTS * own.n_areas:
        yield "few_respondents"
    if own.estimate and np.sign(own.estimate) != edge.expected_sign:
        yield "against_expectation"


def _checks(entry: _Entry, found: Sequence[_Entry]) -> Iterator[tuple[str, CheckOutcome]]:
    """Balance, false date, same interviewers, no other event, other days (`grading.md` §1)."""
    compared, own = entry.compared, entry.difference
    if own.estimate is None:
        return
    yield "balance", "passed" if compared.is_balanced else "failed"
    placebo = compared.placebo_passes
    yield "fake_date", "not_run" if placebo is None else "passed" if placebo else "failed"
    yield "same_interviewers", _keeps(own, compared.same_interviewers)
    yield "other_event", _keeps(own, compared.no_other_event)
    others = [
        other.difference.estimate
        for other in found
        if other.method == METHOD and other.kind == entry.kind and other is not entry
    ]
    known = [np.sign(estimate) == np.sign(own.estimate) for estimate in others if estimate]
    yield "stability", ("passed" if all(known) else "failed") if known else "not_run"


def _keeps(whole: Difference, other: Difference) -> CheckOutcome:
    """Whether another estimate has the sign and at least half of the size."""
    if whole.estimate is None or other.estimate is None:
        return "not_run"
    kept = other.estimate * np.sign(whole.estimate) >= LEAST_SHARE * abs(whole.estimate)
    return "passed" if kept else "failed"


def _precision(entry: _Entry, effect: EffectEstimate) -> Precision | None:
    smallest, own = effect.minimum_detectable_effect, entry.difference
    if smallest is None:
        return None
    target = TARGET * abs(own.level) if own.level else None
    asked = own.n_before + own.n_after
    return Precision(smallest, target, "respondents", asked, entry.months, own.by_place)


def _shortfalls(entry: _Entry) -> Iterator[Shortfall]:
    """What the least of the design lacks; of answers in tens, so that few are not counted out."""
    own = entry.difference
    if own.reason is None:
        return
    events = MIN_EVENTS - own.n_events
    if entry.method == METHOD and events > 0:
        yield Shortfall("events", events)
    answers = sum(max(0, MIN_INTERVIEWS - side) for side in (own.n_before, own.n_after))
    if answers:
        yield Shortfall("respondents", 10 * math.ceil(answers / 10))
    if own.n_clusters < MIN_CLUSTERS:
        yield Shortfall("sampling_units", MIN_CLUSTERS - own.n_clusters)


def _caveats(entry: _Entry) -> Iterator[str]:
    yield "pulse" if entry.method == PULSE_METHOD else "interviews"
    yield from entry.design_caveats
    if not entry.compared.is_balanced:
        yield "interviews_unlike"
    if entry.compared.placebo_passes is False:
        yield "interviews_false_date"


def _row(entry: _Entry) -> dict[str, Any]:
    found, compared = entry.compared.difference, entry.compared
    return {
        "method": entry.method,
        "specification": entry.specification,
        **{name: getattr(found, name) for name in _FIGURES},
        "balance_p": min(compared.balance.values(), default=None),
        "placebo_p": compared.placebo.p_value,
        **entry.effort,
        "status": found.reason or "compared",
    }


_FIGURES = (
    *("n_before", "n_after", "n_events", "n_areas", "n_clusters"),
    *("estimate", "se", "ci_low", "ci_high", "p_value"),
)
