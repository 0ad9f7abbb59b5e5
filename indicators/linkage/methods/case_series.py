"""Case series by area: is an area's own rate of incidents other on the days after an activity?

For edges from single activities to single incidents, dated to the day. Counts and models stand in
`linkage/case_series` (`reference/linkage/sccs/README.md`); here which rows belong to an edge, and
what the grade looks at (`reference/linkage/grading.md` §1).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import duckdb
import numpy as np
from scipy import special

from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.derived.functions import functions_sql
from indicators.compiler.indicator_filter import counted_columns, counted_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.linkage.case_series.analysis import (
    MODELS,
    FittedModel,
    cells_of_model,
    fit,
    fit_cells,
)
from indicators.linkage.case_series.days import KnownDays, known_days
from indicators.linkage.case_series.fit import Term
from indicators.linkage.finding import LEVEL, PLACEBO, EffectEstimate, Finding, MethodResult
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import CheckOutcome, GradingInputs
from indicators.linkage.methods.activities import SOURCE, has_events
from indicators.linkage.methods.protocol import Warehouse

METHOD = "case_series"
PRIMARY = "14_days"
FAKE_DAYS = 60  # by which activities are put too early
WINDOWS = {
    "p1": ("1_to_3_days", "1–3"),
    "p2": ("4_to_7_days", "4–7"),
    "p3": ("8_to_14_days", "8–14"),
}
RECEIVED = ("submitted", "nil")  # a return that says "none" has come
LEAST_SHARE = 0.5
STRONG_PLACEBO_P, PLACEBO_P = 0.01, 0.10
_COLUMNS = {
    SOURCE: {"activity_code", "started_at", "area_code"},
    "incidents": {"incident_code", "occurred_on", "date_precision", "area_code", "reported_by"},
}


@dataclass(frozen=True)
class Series:
    """The known days of one edge, and the same with its activities put 60 days too early."""

    days: KnownDays
    moved: KnownDays


@dataclass(frozen=True)
class CaseSeries:
    """An area's days after an activity beside its other days of the same quarter."""

    name: str = METHOD
    table: str | None = None

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        """From single activities to single incidents."""
        output, outcome = (catalogue.get(code) for code in (edge.from_indicator, edge.to_indicator))
        return output is not None and outcome is not None and has_events(output, outcome)

    def read(self, warehouse: Warehouse, edge: Edge) -> Series | None:
        """The edge's known days; None where no return is recorded."""
        connection, catalogue = warehouse.connection, warehouse.catalogue
        for statement in functions_sql(warehouse.mission, warehouse.as_of.isoformat()):
            connection.execute(statement)
        for statement in series_sql(catalogue[edge.from_indicator], catalogue[edge.to_indicator]):
            parameters = {"mission": warehouse.mission.mission} if "$mission" in statement else None
            connection.execute(statement, parameters)
        return _read_days(connection)

    def evidence(self, inputs: Series | None, edge: Edge) -> MethodResult:
        """The fortnight after, its three windows, and beside them the models that check it."""
        if inputs is None or not len(inputs.days.area):
            effect = EffectEstimate(METHOD, PRIMARY, 0, reason="no_known_days")
            return MethodResult((_finding(effect, edge, {}, "1–14"),))
        models = {name: fit(inputs.days, MODELS[name]) for name in MODELS if name != "month_strata"}
        named = edge.primary.outcome if edge.primary else "all"
        primary = models["independent" if named == "independent" else "primary"]
        reason = primary.unfit_for_a_grade
        whole = None if reason else _term(primary, "post")
        checks = dict(_checks(inputs, models, whole)) if whole else {}
        months = len(np.unique(inputs.days.month))
        found = [_finding(_effect(PRIMARY, primary, "post", months, reason), edge, checks, "1–14")]
        for term, (name, days) in WINDOWS.items() if whole else ():
            effect = _effect(name, models["windows"], term, months, models["windows"].reason)
            found.append(_finding(effect, edge, checks, days))
        if whole and models["lead"].terms:
            lead = _effect("lead_7_days", models["lead"], "lead", months, None, PLACEBO)
            found.append(_finding(lead, edge, {}, "1–14"))
        return MethodResult(tuple(found))

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        """The fortnight after, where information and areas with contrast are enough."""
        first = next((own for own in findings if own.effect.specification == PRIMARY), None)
        return first if first is not None and first.effect.is_estimated else None


def series_sql(output: Indicator, outcome: Indicator) -> Iterator[str]:
    """CREATE statements of the tables that `case_series.analysis.analyse` asks for.

    Parameter: mission. A return of an area has come where all that are owed for the month have.
    """
    placed = """LEFT JOIN (
      SELECT area_code, any_value(parent_area_code) AS parent, any_value(area_level) AS area_level
      FROM core.areas GROUP BY area_code
    ) USING (area_code)"""
    area = "CASE WHEN area_level = 'site' THEN parent ELSE area_code END AS area"
    for indicator in (output, outcome):
        columns = _COLUMNS[indicator.source] | counted_columns(indicator)
        rows = rows_sql(contracts()[indicator.source], columns)
        yield f"CREATE OR REPLACE TEMP TABLE series_{indicator.source} AS\n{rows}"
    yield f"""CREATE OR REPLACE TEMP TABLE series_activity AS
SELECT {area}, local_date(started_at) AS "day"
FROM series_{SOURCE} {placed} WHERE coalesce({counted_sql(output)}, false)"""
    yield f"""CREATE OR REPLACE TEMP TABLE series_incident AS
SELECT {area}, occurred_on AS "day", coalesce(reported_by, '') <> 'un_police' AS is_independent
FROM series_incidents {placed}
WHERE coalesce({counted_sql(outcome)}, false) AND date_precision = 'day'"""
    yield f"""CREATE OR REPLACE TEMP TABLE series_returned AS
SELECT source, area, "month", bool_and(status IN {RECEIVED}) AS is_sent
FROM mart.return_status
WHERE mission = $mission AND source IN ('{SOURCE}', 'incidents') GROUP BY ALL"""


def _read_days(connection: duckdb.DuckDBPyConnection) -> Series | None:
    try:
        return Series(known_days(connection), known_days(connection, earlier=FAKE_DAYS))
    except KeyError:
        return None


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
    yield "fake_date", _placebo(_term(fit(series.moved, MODELS["primary"]), "post"))
    if lead is not None:
        is_small = abs(lead.estimate) < LEAST_SHARE * abs(whole.estimate)
        yield "lead_size", "passed" if is_small else "failed"
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


def _placebo(term: Term | None) -> CheckOutcome:
    if term is None:
        return "not_run"
    if term.p_value >= PLACEBO_P:
        return "passed"
    return "weak" if term.p_value >= STRONG_PLACEBO_P else "failed"


def _finding(
    effect: EffectEstimate, edge: Edge, checks: Mapping[str, CheckOutcome], days: str
) -> Finding:
    is_against = effect.estimate is not None and effect.estimate * edge.expected_sign < 0
    inputs = GradingInputs(
        "case_series",
        q_value=None,
        reason=effect.reason,
        n_areas=effect.n_areas,
        checks=checks,
        ceilings=("against_expectation",) if is_against else (),
    )
    return Finding(
        effect,
        inputs,
        contrast="case_series",
        scale="log_ratio",
        contrast_parameters={"days": days},
        caveats=("placebo",) if effect.method == PLACEBO else (),
    )
