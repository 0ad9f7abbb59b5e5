"""What the protected say of an edge: interviews before and after an activity in the same area.

For edges from activities to survey answers (IPI 2020 rec. 15): household and site interviews that
fell by chance before or after an activity, and `pulse` interviews soon after one or later. By kind
of patrol, with what the patrols cost. Fills `mart.interview_effect` and gives findings to be graded
with those of the other methods. The comparison itself stands in `interviews.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from indicators.compiler.indicator_filter import counted_sql
from indicators.definitions.indicator import Indicator
from indicators.linkage.finding import ALL_KINDS, EffectEstimate, Finding, MethodResult
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import GradingInputs
from indicators.linkage.interviews import (
    Comparison,
    answers_after_activities,
    soon_or_later,
    unexpected_event,
)
from indicators.linkage.methods.activities import (
    ACTIVITY_KINDS,
    SOURCE,
    effort,
    kinds_and_cost_sql,
    log_activities,
)
from indicators.linkage.methods.protocol import Warehouse
from indicators.survey.waves.respondents import wave_respondents
from indicators.survey.waves.shown import Wave, periods_of_waves

METHOD, PULSE_METHOD = "before_after_interviews", "pulse_interviews"
DAYS = 7  # the bandwidth fixed beforehand; the others show how much hangs on it
OTHER_DAYS = (5, 10)
PULSE_DAYS = 7  # "soon" after a patrol
MIN_ROUNDS = 3
COVARIATES = ("is_woman", "is_young", "is_displaced")


@dataclass(frozen=True)
class _Sample:
    """Interviews of one edge's outcome, and the activities during their fieldwork.

    Of `pulse` interviews: every completed patrol in an area where some were asked.
    """

    answers: pd.DataFrame
    activities: pd.DataFrame
    rounds: int


@dataclass(frozen=True)
class Interviews:
    """Answers given before and after an activity by those who live there, and soon or later."""

    name: str = METHOD
    table: str | None = "interview_effect"

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        """From activities to a question put to persons; no other edge has rows."""
        output, outcome = (catalogue.get(code) for code in (edge.from_indicator, edge.to_indicator))
        if output is None or outcome is None:
            return False
        is_question = outcome.measure.kind == "proportion" and outcome.measure.instrument != "pulse"
        return output.source == SOURCE and is_question

    def read(self, warehouse: Warehouse, edge: Edge) -> tuple[_Sample, _Sample]:
        """Interviews and activities during fieldwork, and those of short interviews."""
        connection, catalogue = warehouse.connection, warehouse.catalogue
        output, outcome = catalogue[edge.from_indicator], catalogue[edge.to_indicator]
        log_activities(connection, warehouse.mission, warehouse.as_of, [output])
        return _sample(connection, output, outcome), _pulse_sample(connection, outcome)

    def evidence(self, inputs: tuple[_Sample, _Sample], edge: Edge) -> MethodResult:
        """Every comparison: findings and rows of `mart.interview_effect`."""
        sample, pulse = inputs
        found = [*_unexpected_event(sample), *_pulse(pulse)]
        signs = [np.sign(entry.difference.estimate) for entry in found if entry.is_estimated]
        return MethodResult(
            tuple(_finding(entry, signs) for entry in found), tuple(_row(entry) for entry in found)
        )

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        """None: what the protected say stands beside what other methods find."""
        return None


@dataclass(frozen=True)
class _Entry:
    """One comparison of one edge: its method and specification, and what went into it."""

    method: str
    kind: str
    compared: Comparison
    rounds: int
    effort: Mapping[str, float | None]
    design_caveats: tuple[str, ...] = ()

    @property
    def difference(self) -> Any:
        return self.compared.difference

    @property
    def is_estimated(self) -> bool:
        return self.compared.difference.estimate is not None

    @property
    def specification(self) -> str:
        """Days and kind of activity, as in `7_days_police`."""
        return f"{self.compared.days}_days_{self.kind}"


# --- before and after ------------------------------------------------------------------------


def _unexpected_event(sample: _Sample) -> Iterator[_Entry]:
    caveats = _design_caveats(sample.answers)
    for kind, events in _by_kind(sample.activities):
        for days in (DAYS, *(OTHER_DAYS if kind == ALL_KINDS else ())):
            compared = unexpected_event(sample.answers, events, days, COVARIATES)
            yield _Entry(METHOD, kind, compared, sample.rounds, _cost(events), caveats)


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


def _sample(
    connection: duckdb.DuckDBPyConnection, output: Indicator, outcome: Indicator
) -> _Sample:
    """A wave's areas are its own: an event of one wave is none of another."""
    waves = sorted(
        periods_of_waves(connection, outcome), key=lambda wave: (wave.last_on, str(wave))
    )
    answers = [_answers(connection, wave, outcome) for wave in waves]
    everything = pd.concat(answers) if answers else _no_answers()
    spans = everything.groupby(["wave", "place"])["day"].agg(["min", "max"]).reset_index()
    activities = _activities(connection, output, spans)
    return _Sample(everything, activities, len(waves))


def _answers(connection: duckdb.DuckDBPyConnection, wave: Wave, outcome: Indicator) -> pd.DataFrame:
    """One row a respondent: place, day, outcome in percent (NaN: no answer), unit, covariates."""
    frame = wave_respondents(connection, wave, [outcome])
    frame = frame[frame[f"inside {outcome.code}"]]
    place = "site_code" if wave.instrument == "site" else "area_code"
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
            "is_woman": _is(frame["sex"], "F"),
            "is_young": _is(frame["age_group"], "Y18T29"),
            "is_displaced": _is(frame["displacement_status"], "displaced"),
        }
    ).dropna(subset=["place", "day"])


def _no_answers() -> pd.DataFrame:
    texts = {name: pd.Series(dtype=str) for name in ("wave", "place", "area", "cluster")}
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


def _activities(
    connection: duckdb.DuckDBPyConnection, output: Indicator, spans: pd.DataFrame
) -> pd.DataFrame:
    """Activities that count in the output, in places and days of fieldwork, with their kinds."""
    connection.register("fieldwork_spans", spans)
    frame = connection.execute(
        f"""SELECT span.wave || ' ' || span.place AS area,
          CAST(started_on_local AS TIMESTAMP) AS day, {kinds_and_cost_sql()}
        FROM logged_activity AS own
        JOIN fieldwork_spans AS span ON span.place = own.area
          AND started_on_local BETWEEN CAST(span.min AS DATE) - {max(OTHER_DAYS)}
            AND CAST(span.max AS DATE) + {max(OTHER_DAYS)}
        WHERE {counted_sql(output)}
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
        yield _Entry(PULSE_METHOD, kind, compared, sample.rounds, spent, caveats)


def _pulse_sample(connection: duckdb.DuckDBPyConnection, outcome: Indicator) -> _Sample:
    """The answers of short interviews, and the patrols in the areas where they were given."""
    measure = outcome.measure.model_copy(update={"instrument": "pulse"})
    asked = outcome.model_copy(update={"measure": measure})
    waves = sorted(periods_of_waves(connection, asked), key=str)
    answers = pd.concat([_no_answers(), *(_answers(connection, wave, asked) for wave in waves)])
    patrols = _patrols(connection)
    return _Sample(answers, patrols[patrols["place"].isin(answers["place"])], len(waves))


def _patrols(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Completed patrols in each place where they count, sorted by day, with kinds and cost."""
    return connection.execute(
        f"""SELECT area AS place, CAST(started_on_local AS TIMESTAMP) AS patrolled_on,
          {kinds_and_cost_sql()}
        FROM logged_activity
        WHERE activity_type = 'patrol' AND status = 'completed'
        ORDER BY patrolled_on, place, activity_code"""
    ).df()


def _since_patrol(answers: pd.DataFrame, patrols: pd.DataFrame) -> pd.DataFrame:
    """The answers with `patrolled_on` and `days_since`, the last day of a patrol in the place."""
    ordered = answers.sort_values("day", kind="stable")
    days = patrols[["place", "patrolled_on"]].drop_duplicates()
    days = days.astype({"patrolled_on": ordered["day"].dtype})
    joined = pd.merge_asof(ordered, days, left_on="day", right_on="patrolled_on", by="place")
    return joined.assign(days_since=(joined["day"] - joined["patrolled_on"]).dt.days)


# --- rows ------------------------------------------------------------------------------------


def _finding(entry: _Entry, signs: Sequence[float]) -> Finding:
    found = entry.compared.difference
    effect = EffectEstimate(
        entry.method,
        entry.specification,
        0,
        n_areas=found.n_areas,
        n_periods=entry.rounds,
        n_events=found.n_events,
        n_eff=float(found.n_clusters),
        estimate=found.estimate,
        se=found.se,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        p_value=found.p_value,
        reason=found.reason,
        df=found.df,
    )
    evidence = GradingInputs(
        "association",
        q_value=None,
        reason=found.reason,
        n_areas=found.n_areas,
        agreeing=sum(1 for sign in signs if sign == np.sign(found.estimate or 0)),
        specifications=len(signs),
        ceilings=("few_rounds",) if entry.rounds < MIN_ROUNDS else (),
    )
    return Finding(
        effect,
        evidence,
        contrast="pulse" if entry.method == PULSE_METHOD else "interviews",
        scale="units",
        kind=entry.kind,
        contrast_parameters={"days": entry.compared.days},
        caveats=tuple(_caveats(entry)),
    )


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
