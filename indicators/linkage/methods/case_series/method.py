"""Case series by area: is an area's own rate of incidents other on the days after an activity?

For edges from single activities to single incidents or alerts, dated to the day. Counts and models
stand in `analysis.py` and what it imports (`case_series.md`); here which rows belong to an edge,
and what the grade looks at (`grading.md` §1).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import duckdb
import numpy as np
from scipy import special

from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.indicator_filter import counted_columns, filter_sql
from indicators.definitions.checks.columns_read import class_of_total
from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.incremental.row_engine import DUCKDB, RowEngine
from indicators.linkage.finding import PLACEBO, EffectEstimate, Finding, MethodResult
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import CheckOutcome, GradingInputs
from indicators.linkage.methods.activities import SOURCE, has_events
from indicators.linkage.methods.case_series.analysis import (
    LEAST_AREAS_WITH_CONTRAST,
    LEAST_INFORMATION,
    MODELS,
    FittedModel,
    cells_of_model,
    fit,
    fit_cells,
    information_by_area,
)
from indicators.linkage.methods.case_series.areas import area_effects
from indicators.linkage.methods.case_series.days import (
    Ints,
    KnownDays,
    Record,
    by_others,
    is_known,
    known_days,
    possible_days,
    read_counts,
    read_record,
)
from indicators.linkage.methods.case_series.fake_dates import fake_shift
from indicators.linkage.methods.case_series.fit import Term
from indicators.linkage.methods.case_series.reports import counts_others
from indicators.linkage.methods.protocol import Warehouse
from indicators.linkage.power import (
    LEVEL,
    TARGET_RATIO,
    NeedKind,
    Precision,
    Shortfall,
    Supply,
    more,
    smallest_visible,
)

METHOD = "case_series"
PRIMARY = "14_days"
WINDOWS = {
    "p1": ("1_to_3_days", "1–3"),
    "p2": ("4_to_7_days", "4–7"),
    "p3": ("8_to_14_days", "8–14"),
}
# Of the returns due for an area and month: whether all came ("none" is one that came); null where
# one cannot come any more, as nobody could go there.
IS_DUE_SQL = "status <> 'not_due'"
IS_SENT_SQL = """CASE WHEN bool_and(status IN ('submitted', 'nil')) THEN true
  WHEN NOT bool_or(status = 'no_access') THEN false END"""
MONTHS_AROUND_A_DAY = 3  # whose returns must be there for any day of the middle one to be known
LEAST_SHARE = 0.5
STRONG_PLACEBO_P, PLACEBO_P = 0.01, 0.10
CORROBORATION_P = 0.10
_UNHIDDEN = {
    "unhidden": """SELECT area, "day", rows FROM series_incident
      WHERE is_lethal OR is_second_source"""
}
_COLUMNS = {
    SOURCE: {"activity_code", "started_at", "area_code"},
    "incidents": {
        *("incident_code", "occurred_on", "date_precision", "area_code", "reported_by"),
        *("deaths_civilian", "alleged_actor_type"),
    },
    "alerts": {"alert_code", "received_on_local", "area_code"},
}
# By source of the outcome: the local day of a row, which rows are dated to it, and which of them
# others than UN police report; then the alleged actor, whether civilians were killed (which is hard
# to hide) and whether others than the mission report it. Alerts come in with the officers who act:
# nobody else has them.
_EVENTS_SQL: Mapping[str, tuple[str, str, str, Mapping[str, str]]] = {
    "incidents": (
        "occurred_on",
        "date_precision = 'day'",
        "coalesce(reported_by, '') <> 'un_police'",
        {
            "alleged_actor_type": "alleged_actor_type",
            "is_lethal": "coalesce(deaths_civilian > 0, false)",
            "is_second_source": "coalesce(reported_by IN ('ngo', 'media', 'dataset'), false)",
        },
    ),
    "alerts": (
        *("received_on_local", "true", "false"),
        {
            "alleged_actor_type": "CAST(NULL AS VARCHAR)",
            "is_lethal": "false",
            "is_second_source": "false",
        },
    ),
}


@dataclass(frozen=True)
class Series:
    """The known days of one edge, and the same with its activities put too early (`fake_dates`).

    `moved`: None where every shift is too much like the true dates. `areas`: names by the codes of
    the days. `possible_days`: of each area, had every return come that still can. `missing`: by
    area months of which such a return is missing. `undated`: incidents without a day.
    `is_protected`: no figure of a single area leaves the engine. `has_same_collector`: those who
    act also record the outcome. `unhidden`: of each day the incidents that silence can hardly hide;
    None where the mission has none. `counted_by`: why only what others than UN police reported
    counts; None where all does.
    """

    days: KnownDays
    moved: KnownDays | None
    areas: tuple[str, ...]
    possible_days: tuple[int, ...]
    missing: Mapping[str, int] = field(default_factory=dict)
    undated: int = 0
    is_protected: bool = False
    has_same_collector: bool = False
    unhidden: Ints | None = None
    counted_by: Literal["named", "parted"] | None = None

    @property
    def counted(self) -> NeedKind:
        """What the outcome counts: of the two, alerts come from those who act."""
        return "alerts" if self.has_same_collector else "incidents"


@dataclass(frozen=True)
class CaseSeries:
    """An area's days after an activity beside its other days of the same quarter."""

    name: str = METHOD
    table: str | None = "area_effect"
    edge_kind: str = "activity"

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        """From single activities to single incidents or alerts."""
        output, outcome = (catalogue.get(code) for code in (edge.from_indicator, edge.to_indicator))
        if output is None or outcome is None:
            return False
        return has_events(output, outcome, tuple(_EVENTS_SQL))

    def read(self, warehouse: Warehouse, edge: Edge) -> Series | None:
        """The edge's known days; None where no return is recorded."""
        connection, catalogue = warehouse.connection, warehouse.catalogue
        output, outcome = catalogue[edge.from_indicator], catalogue[edge.to_indicator]
        create_series(connection, warehouse.mission.mission, output, outcome, warehouse.engine)
        is_protected = class_of_total(outcome) == "protected"
        return read_series(connection, is_protected, outcome.source == "alerts")

    def evidence(self, inputs: Series | None, edge: Edge) -> MethodResult:
        """The fortnight after, its three windows, and beside them the models that check it."""
        if inputs is None or not len(inputs.days.area):
            effect = EffectEstimate(METHOD, PRIMARY, 0, reason="no_known_days")
            untested = replace(
                _finding(effect, edge, {}, "1–14"),
                shortfalls=(Shortfall("returns", MONTHS_AROUND_A_DAY * LEAST_AREAS_WITH_CONTRAST),),
                supplies=tuple(_supplies(inputs, None)),
            )
            return MethodResult((untested,))
        inputs = _counted(inputs, edge.names_others)
        models = {name: fit(inputs.days, MODELS[name]) for name in MODELS if name != "month_strata"}
        primary = models["primary"]
        reason = primary.unfit_for_a_grade
        whole = None if reason else _term(primary, "post")
        checks = dict(_checks(inputs, models, whole)) if whole else {}
        ceilings = ("same_collector",) if inputs.has_same_collector else ()
        months = len(np.unique(inputs.days.month))
        effect = _effect(PRIMARY, primary, "post", months, reason)
        found = [
            replace(
                _finding(effect, edge, checks, "1–14", ceilings),
                precision=_precision(primary, months, inputs),
                shortfalls=tuple(shortfalls(primary, inputs.counted)),
                supplies=tuple(_supplies(inputs, primary)),
            )
        ]
        for term, (name, days) in WINDOWS.items() if whole else ():
            effect = _effect(name, models["windows"], term, months, models["windows"].reason)
            found.append(_finding(effect, edge, checks, days, ceilings))
        if whole and models["lead"].terms:
            lead = _effect("lead_7_days", models["lead"], "lead", months, None, PLACEBO)
            found.append(_finding(lead, edge, {}, "1–14"))
        if inputs.counted_by:
            found = [_of_others(own, inputs.counted_by) for own in found]
        rows = _area_rows(inputs, whole) if whole and not inputs.is_protected else ()
        return MethodResult(tuple(found), tuple(rows))

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        """The fortnight after, where information and areas with contrast are enough."""
        first = next((own for own in findings if own.effect.specification == PRIMARY), None)
        return first if first is not None and first.effect.is_estimated else None


def create_series(
    connection: duckdb.DuckDBPyConnection,
    mission: str,
    output: Indicator,
    outcome: Indicator,
    engine: RowEngine = DUCKDB,
) -> None:
    """The tables that `case_series.analysis.analyse` asks for."""
    for table, plan in day_cells_sql(output, outcome).items():
        rows = engine.rows(connection, [plan])
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {rows}")
    connection.execute(_returned_sql(output, outcome), {"mission": mission})


def day_cells_sql(output: Indicator, outcome: Indicator) -> dict[str, str]:
    """By table what is counted, by area and day; without a day the rows that are dated to none."""
    day, is_dated, is_independent, further = _EVENTS_SQL[outcome.source]
    return {
        "series_activity": _day_cells_sql(output, {"day": "local_date(started_at)"}),
        "series_incident": _day_cells_sql(
            outcome,
            {
                "day": f"CASE WHEN {is_dated} THEN {day} END",
                "is_independent": is_independent,
                **further,
            },
        ),
    }


def _day_cells_sql(indicator: Indicator, kept_apart: Mapping[str, str]) -> str:
    columns = _COLUMNS[indicator.source] | counted_columns(indicator)
    apart = ", ".join(f'{text} AS "{name}"' for name, text in kept_apart.items())
    return f"""SELECT area, {", ".join(f'"{name}"' for name in kept_apart)}, count(*) AS rows
FROM (
  SELECT CASE WHEN area_level = 'site' THEN parent ELSE area_code END AS area, {apart}
  FROM (
{rows_sql(contracts()[indicator.source], columns)}
  ) LEFT JOIN (
    SELECT area_code, min(parent_area_code) AS parent, min(area_level) AS area_level
    FROM core.areas GROUP BY area_code
  ) USING (area_code)
  WHERE coalesce({filter_sql(indicator)}, false)
)
GROUP BY ALL"""


def _returned_sql(output: Indicator, outcome: Indicator) -> str:
    """A return of an area has come where all that are due for the month have, and of an indicator
    of UN police, all that police units owe: what others do does not count in it."""
    return f"""CREATE OR REPLACE TEMP TABLE series_returned AS
SELECT 'activities' AS source, area, "month", {IS_SENT_SQL} AS is_sent
FROM mart.return_status AS owed
ASOF LEFT JOIN cube.units AS unit
  ON unit.unit_code = owed.unit_code AND last_day(owed."month") >= unit.valid_from
WHERE owed.mission = $mission AND source = '{SOURCE}' AND {_reporters_sql(output)}
  AND {IS_DUE_SQL}
GROUP BY ALL
UNION ALL
SELECT 'incidents', area, "month", {IS_SENT_SQL}
FROM mart.return_status
WHERE mission = $mission AND source = '{outcome.source}' AND {IS_DUE_SQL} GROUP BY ALL"""


def _reporters_sql(output: Indicator) -> str:
    is_police = output.returns is not None and output.returns.reporters == "police"
    return "coalesce(component = 'police', true)" if is_police else "true"


def read_series(
    connection: duckdb.DuckDBPyConnection,
    is_protected: bool = False,
    has_same_collector: bool = False,
) -> Series | None:
    """The series of the tables of `create_series`; None where no return is recorded."""
    try:
        record = read_record(connection)
    except KeyError:
        return None
    missing = connection.execute(
        """SELECT area, count(DISTINCT "month") FILTER (WHERE NOT is_sent) FROM series_returned
        GROUP BY area ORDER BY area"""
    ).fetchall()
    ((undated,),) = connection.execute(
        """SELECT coalesce(sum(rows), 0)::INTEGER FROM series_incident WHERE "day" IS NULL"""
    ).fetchall()
    unhidden = read_counts(connection, _UNHIDDEN)["unhidden"]
    return replace(
        series_of_record(record, is_protected, unhidden if unhidden.any() else None),
        missing={area: months for area, months in missing if months},
        undated=undated,
        has_same_collector=has_same_collector,
    )


def series_of_record(
    record: Record, is_protected: bool = False, unhidden: Ints | None = None
) -> Series:
    """The known days of a record, true and with the fake dates that its exposure allows.

    `unhidden`: areas × days.
    """
    shift = fake_shift(record)
    return Series(
        known_days(record),
        None if shift is None else known_days(record, shift),
        areas=record.areas,
        possible_days=tuple(possible_days(record).tolist()),
        is_protected=is_protected,
        unhidden=None if unhidden is None else unhidden[is_known(record)],
    )


def _counted(series: Series, is_named: bool) -> Series:
    """The series with the incidents that count (`reports.py`)."""
    if not counts_others(series.days, is_named):
        return series
    return replace(
        series,
        days=by_others(series.days),
        moved=by_others(series.moved) if series.moved else None,
        counted_by="named" if is_named else "parted",
    )


def _of_others(finding: Finding, counted_by: str) -> Finding:
    """Says that only what others reported is counted, and why where nobody named it."""
    caveats = ("reports_part",) if counted_by == "parted" else ()
    return replace(
        finding, contrast=f"{finding.contrast}_by_others", caveats=(*finding.caveats, *caveats)
    )


# --- what it rests on, and what is missing -------------------------------------------------------


def _precision(model: FittedModel, months: int, series: Series) -> Precision | None:
    """From the wider of its errors, and never from less than 1/√information, which is known first.

    None where no incident lies in a stratum with days of both kinds: nothing can be reckoned from.
    """
    if not model.information > 0:
        return None
    term = _term(model, "post")
    df = max(model.areas_with_contrast - 1, 1)
    least = smallest_visible(1 / math.sqrt(model.information), df)
    pairs = ((term.se_stratum, term.df_stratum), (term.se_area, term.df_area)) if term else ()
    own = (smallest_visible(error, df) for error, df in pairs if error > 0 and df > 0)
    by_area = information_by_area(series.days, MODELS["primary"])
    shares = zip(series.areas, by_area / max(by_area.sum(), 1e-9), strict=False)
    return Precision(
        max(least, *own) if term else least,
        TARGET_RATIO,
        series.counted,
        model.incidents,
        months,
        {area: float(share) for area, share in shares if share > 0},
    )


def shortfalls(model: FittedModel, counted: NeedKind = "incidents") -> Iterator[Shortfall]:
    """What the gates of `grading.md` lack, incidents at today's share of days after activities."""
    areas = LEAST_AREAS_WITH_CONTRAST - model.areas_with_contrast
    if areas > 0:
        yield Shortfall("areas_with_contrast", areas)
    if 0 < model.information < LEAST_INFORMATION:
        times = LEAST_INFORMATION / model.information
        yield Shortfall(counted, more(model.incidents, times))


def _supplies(series: Series | None, model: FittedModel | None) -> Iterator[Supply]:
    """Missing returns and days of incidents.

    A day that becomes known is worth what a known day of its area is, or of the mission where none
    is known; an area without incidents of the kind adds nothing and is left out.
    """
    if series is None:
        return
    size, days = len(series.areas), series.days
    known = np.bincount(days.area, minlength=size)
    own = np.zeros(size)
    by_area = information_by_area(days, MODELS["primary"])
    own[: len(by_area)] = by_area
    total = float(own.sum())
    gains: dict[str, float | None] = {}
    for code, (area, count) in enumerate(zip(series.areas, known, strict=True)):
        worth = own[code] / count if count else total / max(int(known.sum()), 1)
        gain = worth * max(0, series.possible_days[code] - int(count))
        if area in series.missing and (gain > 0 or not total):
            gains[area] = gain / total if total else None
    for area, gain in gains.items():
        yield Supply("returns", series.missing[area], None if gain is None else 1 + gain, area)
    if gains:
        known_gains = [gain for gain in gains.values() if gain is not None]
        times = 1 + sum(known_gains) if known_gains else None
        yield Supply("returns", sum(series.missing[area] for area in gains), times)
    if series.undated:
        times = 1 + series.undated / model.incidents if model and model.incidents else None
        yield Supply("day_dates", series.undated, times)


def _area_rows(series: Series, whole: Term) -> Iterator[dict[str, Any]]:
    """Rows of `mart.area_effect`: of every area with an incident."""
    for own in area_effects(cells_of_model(series.days, MODELS["primary"]).compared(), whole):
        low, high = own.interval(own.estimate, own.se)
        shrunken_low, shrunken_high = own.interval(own.shrunken, own.shrunken_se)
        yield {
            "area": series.areas[own.area],
            "method": METHOD,
            "specification": PRIMARY,
            "n_events": own.incidents,
            "n_eff": own.information,
            "estimate": own.estimate,
            "se": own.se,
            "ci_low": low,
            "ci_high": high,
            "shrunken": own.shrunken,
            "shrunken_low": shrunken_low,
            "shrunken_high": shrunken_high,
            "status": own.status,
        }


def _term(model: FittedModel, name: str) -> Term | None:
    return next((term for term in model.terms if term.term == name), None)


def _effect(
    specification: str,
    model: FittedModel,
    name: str,
    months: int,
    reason: str | None,
    method: str = METHOD,
) -> EffectEstimate:
    """A term with the wider of its errors; without figures where there is a reason."""
    term = _term(model, name)
    counted = EffectEstimate(
        method,
        specification,
        0,
        n_areas=model.areas_with_contrast,
        n_periods=months,
        n_events=model.incidents,
        n_eff=model.information,
        reason=reason,
        is_test=method == METHOD,
    )
    if term is None or reason:
        return counted
    # The error whose t asks for most: the wider interval is its own.
    reach = (term.ci_high - term.ci_low) / 2
    by_area = _reach(term.se_area, term.df_area) >= _reach(term.se_stratum, term.df_stratum)
    return EffectEstimate(
        **{
            **{part.name: getattr(counted, part.name) for part in fields(counted)},
            "estimate": term.estimate,
            "se": term.se_area if by_area else term.se_stratum,
            "df": float(term.df_area if by_area else term.df_stratum),
            "ci_low": term.estimate - reach,
            "ci_high": term.estimate + reach,
            "p_value": term.p_value,
        }
    )


def _reach(error: float, df: int) -> float:
    """Half of the 95% interval by t; nothing where the error is not known."""
    return float(special.stdtrit(df, 1 - LEVEL / 2)) * error if df > 0 and error > 0 else 0.0


def _checks(
    series: Series, models: Mapping[str, FittedModel], whole: Term
) -> Iterator[tuple[str, CheckOutcome]]:
    for name, model in (
        ("with_lead", "lead"),
        ("without_history", "without_history"),
        ("reporting", "independent"),
    ):
        yield name, _keeps(whole, _term(models[model], "post"))
    lead = _term(models["lead"], "lead")
    yield "lead", _placebo(lead)
    fake = fit(series.moved, MODELS["primary"]) if series.moved else None
    yield "fake_date", _placebo(_term(fake, "post") if fake else None)
    if lead is not None:
        is_small = abs(lead.estimate) < LEAST_SHARE * abs(whole.estimate)
        yield "lead_size", "passed" if is_small else "failed"
    yield "corroboration", _corroboration(series, whole)
    cells = cells_of_model(series.days, MODELS["primary"])
    left = [
        _keeps(whole, _term(fit_cells(cells.only(cells.area != area), MODELS["primary"]), "post"))
        for area in np.unique(cells.area)
    ]
    yield "area_omission", "failed" if "failed" in left else "passed"


def _keeps(whole: Term, other: Term | None) -> CheckOutcome:
    """Whether another estimate has the sign and at least half of the size."""
    if other is None:
        return "not_run"
    kept = other.estimate * np.sign(whole.estimate) >= LEAST_SHARE * abs(whole.estimate)
    return "passed" if kept else "failed"


def _corroboration(series: Series, whole: Term) -> CheckOutcome:
    """Whether incidents that killed, or that others than the mission report, go the same way.

    By their 90 % interval: of 100 nulls five pass. Too few of them leave B at most.
    """
    if series.unhidden is None:
        return "no_source"
    model = fit(replace(series.days, incidents=series.unhidden), MODELS["primary"])
    term = _term(model, "post")
    if term is None or model.unfit_for_a_grade:
        return "weak"
    is_alike = term.estimate * whole.estimate > 0 and term.p_value < CORROBORATION_P
    return "passed" if is_alike else "failed"


def _placebo(term: Term | None) -> CheckOutcome:
    if term is None:
        return "not_run"
    if term.p_value >= PLACEBO_P:
        return "passed"
    return "weak" if term.p_value >= STRONG_PLACEBO_P else "failed"


def _finding(
    effect: EffectEstimate,
    edge: Edge,
    checks: Mapping[str, CheckOutcome],
    days: str,
    ceilings: tuple[str, ...] = (),
) -> Finding:
    is_against = effect.estimate is not None and effect.estimate * edge.expected_sign < 0
    inputs = GradingInputs(
        "case_series",
        q_value=None,
        reason=effect.reason,
        n_areas=effect.n_areas,
        checks=checks,
        ceilings=(*ceilings, "against_expectation") if is_against else ceilings,
    )
    return Finding(
        effect,
        inputs,
        contrast="case_series",
        scale="log_ratio",
        contrast_parameters={"days": days},
        caveats=("placebo",) if effect.method == PLACEBO else (),
    )
