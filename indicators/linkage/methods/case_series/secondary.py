"""Secondary readings of an edge of the case series: moved or prevented, by whom, how, and by actor.

Whether neighbouring areas or later days have more (Ratcliffe et al. 2011 on displacement of crime),
alleged actors apart (Fjelde, Hultman and Nilsson 2019), outcomes that are hard to hide, dose, day
beside night, and police beside the military (IPI 2020, rec. 15): each where the data have it. They
never speak for the edge and carry no grade; never by unit or commander. Fills
`mart.secondary_reading`.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import shapely

from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.indicator_filter import counted_columns, filter_sql
from indicators.definitions.checks.columns_read import class_of_total
from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.linkage.finding import Finding, MethodResult
from indicators.linkage.framework.model import Edge
from indicators.linkage.methods.activities import (
    COST_COLUMNS,
    SOURCE,
    effort,
)
from indicators.linkage.methods.case_series.analysis import (
    LEAST_AREAS_WITH_CONTRAST,
    LEAST_INFORMATION,
)
from indicators.linkage.methods.case_series.days import (
    Flags,
    Ints,
    ReadingDays,
    after,
    around,
    by_others,
    is_known,
    read_counts,
    read_record,
    reading_days,
)
from indicators.linkage.methods.case_series.method import (
    IS_DUE_SQL,
    IS_SENT_SQL,
    CaseSeries,
    create_series,
)
from indicators.linkage.methods.case_series.readings import OWN, READINGS, Compared, compare
from indicators.linkage.methods.case_series.reports import counts_others
from indicators.linkage.methods.protocol import Warehouse
from indicators.linkage.power import (
    TARGET_RATIO,
    Need,
    Precision,
    Shortfall,
    more,
    needs,
    smallest_visible,
)

METHOD = "secondary_readings"
_PATROLS = "activity_type = 'patrol'"
_TOUCHING_DEGREES = 0.002  # what rounding of outlines may leave between two that adjoin
# Whose patrol it is: with the other of the two on it, it is joint.
_COMPONENT_SQL = """CASE
  WHEN component = 'police' THEN
    CASE WHEN list_contains(partner_components, 'military') THEN 'joint' ELSE 'police' END
  WHEN component = 'military' THEN
    CASE WHEN list_contains(partner_components, 'police') THEN 'joint' ELSE 'military' END
END"""
_COLUMNS = {
    *("activity_code", "area_code", "started_at", "ended_at", "component"),
    *("partner_components", "time_of_day", "is_long_range"),
}
# Of the edge's own activities, beside night ones those by day too: exposures by SQL.
_ACTS = {
    "longer": "is_own AND minutes > (SELECT median(minutes) FROM reading_activity WHERE is_own)",
    "shorter": "is_own AND minutes <= (SELECT median(minutes) FROM reading_activity WHERE is_own)",
    "long_range": "is_own AND is_long_range",
    "other_range": "is_own AND NOT is_long_range",
    "night": "time_of_day = 'night'",
    "day": "time_of_day = 'day'",
}
# Outcomes of their own, by name: rows of `series_incident`, and displacement from the area.
_OUTCOMES = {
    ("outcome", "lethal"): "is_lethal",
    ("outcome", "second_source"): "is_second_source",
    ("actor", "armed"): "alleged_actor_type IN ('armed_group', 'militia')",
    ("actor", "state"): "alleged_actor_type IN ('state_military', 'state_police')",
    ("actor", "other"): """coalesce(alleged_actor_type NOT IN
      ('armed_group', 'militia', 'state_military', 'state_police'), true)""",
}


@dataclass(frozen=True)
class ReadingInputs:
    """Known days by reading, outcomes of the edge's own days, and what patrols were and cost."""

    days: Mapping[str, ReadingDays]
    outcomes: Mapping[tuple[str, str], Ints]
    patrols: pd.DataFrame
    months: int


@dataclass(frozen=True)
class SecondaryReadings:
    """The case series of an edge with other exposures and other outcomes."""

    name: str = METHOD
    table: str | None = "secondary_reading"
    edge_kind: str = "activity"

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        """From single activities to single incidents or alerts."""
        return CaseSeries().applies(edge, catalogue)

    def read(self, warehouse: Warehouse, edge: Edge) -> ReadingInputs | None:
        """The edge's known days by reading; None where no return is recorded."""
        connection, catalogue = warehouse.connection, warehouse.catalogue
        output, outcome = catalogue[edge.from_indicator], catalogue[edge.to_indicator]
        activities = warehouse.logged_activity
        mission = {"mission": warehouse.mission.mission}
        create_series(connection, mission["mission"], output, outcome, warehouse.engine)
        connection.execute(_activity_sql(output))
        try:
            record = read_record(connection)
        except KeyError:
            return None
        acts = {
            name: f'SELECT area, "day", 1 AS rows FROM reading_activity WHERE {where}'
            for name, where in _ACTS.items()
        }
        exposures = {name: after(own > 0) for name, own in read_counts(connection, acts).items()}
        exposures |= {"own": after(record.acted)}
        nearby, is_nearby_known = around(record, _touches(connection, record.areas))
        days = {"own": reading_days(record, exposures)}
        days["place"] = reading_days(record, nearby, is_nearby_known)
        outcomes: dict[tuple[str, str], Ints] = {}
        if outcome.source == "incidents" and class_of_total(outcome) != "protected":
            outcomes = _outcomes(connection, is_known(record))
        patrols = pd.DataFrame()
        if _PATROLS in (output.measure.where or ""):
            connection.execute(_RETURNS_OF_ALL_SQL, mission)
            days["component"] = _by_component(connection)
            patrols = _patrols(connection, activities, output)
        months = len(set(days["own"].month.tolist()))
        return ReadingInputs(days, outcomes, patrols, months)

    def evidence(self, inputs: ReadingInputs | None, edge: Edge) -> MethodResult:
        """Rows of `mart.secondary_reading`; no finding that could be graded."""
        if inputs is None or not len(inputs.days["own"].area):
            return MethodResult()
        rows = enumerate(_rows(inputs, edge))
        return MethodResult(rows=tuple({"position": at, **row} for at, row in rows))

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        """None of its comparisons speaks for an edge."""
        return None


def _rows(inputs: ReadingInputs, edge: Edge) -> Iterator[dict[str, Any]]:
    own = inputs.days["own"]
    is_others = counts_others(own, edge.names_others)
    for name, reading in READINGS.items():
        days = inputs.days.get(name, own)
        if _is_asked(name, days, reading.exposures, edge):
            for compared in compare(by_others(days) if is_others else days, reading):
                yield _row(name, compared, inputs)
    for (name, which), counts in inputs.outcomes.items():
        if counts.any():
            (compared,) = compare(replace(own, incidents=counts), OWN)
            told = replace(compared, comparison=replace(compared.comparison, name=which))
            yield _row(name, told, inputs)


def _is_asked(name: str, days: ReadingDays, exposures: Sequence[str], edge: Edge) -> bool:
    """What should fall can move; two doses are set side by side where areas enough have each."""
    if not len(days.area) or not set(exposures) <= set(days.exposures):
        return False
    if name == "place":
        return edge.expected_sign < 0
    areas = (len(np.unique(days.area[days.exposures[own] > 0])) for own in exposures)
    return name == "component" or min(areas) >= LEAST_AREAS_WITH_CONTRAST


def _touches(connection: duckdb.DuckDBPyConnection, areas: Sequence[str]) -> Flags:
    """Areas × areas: whether their outlines adjoin; none does where they are not known."""
    known = dict(
        connection.execute(
            "SELECT area_code, geometry FROM mart.area WHERE geometry IS NOT NULL"
        ).fetchall()
    )
    found = [at for at, area in enumerate(areas) if area in known]
    shapes = np.array([shapely.from_geojson(known[areas[at]]) for at in found], dtype=object)
    touches = np.zeros((len(areas), len(areas)), dtype=bool)
    if found:
        near = shapely.distance(shapes[:, None], shapes[None, :]) <= _TOUCHING_DEGREES
        touches[np.ix_(found, found)] = near & ~np.eye(len(found), dtype=bool)
    return touches


def _outcomes(connection: duckdb.DuckDBPyConnection, known: Flags) -> dict[tuple[str, str], Ints]:
    queries = {
        name: f'SELECT area, "day", rows FROM series_incident WHERE {where}'
        for name, where in _OUTCOMES.items()
    }
    return {name: grid[known] for name, grid in read_counts(connection, queries).items()}


def _by_component(connection: duckdb.DuckDBPyConnection) -> ReadingDays:
    """Known days after patrols of each component, and of any, whoever the edge's own output is."""
    names = READINGS["component"].exposures
    acts = {
        name: f"""SELECT area, "day", 1 AS rows FROM reading_activity
          WHERE is_anybodys AND whose = '{name}'"""
        for name in names
    }
    acted = {name: own > 0 for name, own in read_counts(connection, acts).items()}
    together = np.logical_or.reduce([acted[name] for name in names])
    record = replace(read_record(connection), acted=together)
    return reading_days(record, {name: after(own) for name, own in acted.items()})


def _activity_sql(output: Indicator) -> str:
    """Activities with what tells them apart: those that count, and those that would but for one."""
    columns = _COLUMNS | counted_columns(output)
    return f"""CREATE OR REPLACE TEMP TABLE reading_activity AS
SELECT CASE WHEN area_level = 'site' THEN parent ELSE area_code END AS area,
  local_date(started_at) AS "day", {_COMPONENT_SQL} AS whose, time_of_day,
  CASE WHEN ended_at >= started_at THEN datediff('minute', started_at, ended_at) END AS minutes,
  is_long_range, coalesce({filter_sql(output)}, false) AS is_own,
  component IN ('police', 'military') AND coalesce({_conditions(output)}, false) AS is_anybodys
FROM (
{rows_sql(contracts()[SOURCE], columns)}
) LEFT JOIN (
  SELECT area_code, any_value(parent_area_code) AS parent, any_value(area_level) AS area_level
  FROM core.areas GROUP BY area_code
) USING (area_code)
WHERE coalesce({filter_sql(output, without="time_of_day")}, false)
  OR coalesce({_conditions(output)}, false)"""


# Of all who may have gone on patrol, in place of those whom the edge's own output counts.
_RETURNS_OF_ALL_SQL = f"""CREATE OR REPLACE TEMP TABLE series_returned AS
SELECT source, area, "month", is_sent FROM series_returned WHERE source <> '{SOURCE}'
UNION ALL
SELECT '{SOURCE}', area, "month", {IS_SENT_SQL}
FROM mart.return_status AS owed
ASOF LEFT JOIN cube.units AS unit
  ON unit.unit_code = owed.unit_code AND last_day(owed."month") >= unit.valid_from
WHERE owed.mission = $mission AND source = '{SOURCE}' AND {IS_DUE_SQL}
  AND coalesce(component IN ('police', 'military'), true)
GROUP BY ALL"""


def _conditions(output: Indicator) -> str:
    """What a patrol must meet to count, whoever goes."""
    return filter_sql(output, without="component")


def _patrols(
    connection: duckdb.DuckDBPyConnection, activities: str, output: Indicator
) -> pd.DataFrame:
    """Each patrol of the months on record once: `whose` it is, and its cost."""
    return connection.execute(
        f"""SELECT DISTINCT {_COMPONENT_SQL} AS whose, {", ".join(COST_COLUMNS)}
        FROM {activities}
        WHERE component IN ('police', 'military') AND coalesce({_conditions(output)}, false)
          AND started_on_local BETWEEN (SELECT min("month") FROM series_returned)
            AND (SELECT last_day(max("month")) FROM series_returned)
        ORDER BY ALL"""
    ).df()


def _row(reading: str, own: Compared, inputs: ReadingInputs) -> dict[str, Any]:
    term, missing = own.term, _missing(own, inputs.months)
    precision = _precision(own, inputs.months)
    smallest = precision.smallest if precision else None
    return {
        "reading": reading,
        "name": own.comparison.name,
        "beside": own.comparison.beside or None,
        "n_events": own.events,
        "n_areas": own.areas,
        "n_eff": own.information,
        "n_days": own.days,
        **(_spent(inputs.patrols, own.comparison.name) if reading == "component" else {}),
        "estimate": term.estimate if term else None,
        "ci_low": term.ci_low if term else None,
        "ci_high": term.ci_high if term else None,
        "p_value": term.p_value if term else None,
        "smallest_change": None if smallest is None else -100 * math.expm1(-smallest),
        "status": "compared" if term else own.reason,
        "needs": json.dumps([asdict(need) for need in missing]) if missing else None,
    }


def _spent(patrols: pd.DataFrame, component: str) -> dict[str, float | None]:
    """Of a component with no patrol nothing was spent; what is not logged stays unknown."""
    own = patrols[patrols["whose"] == component]
    cost = effort(own) if len(own) else dict.fromkeys(("person_days", "nights", "km"), 0.0)
    return {"n_patrols": len(own), **cost}


def _missing(own: Compared, months: int) -> tuple[Need, ...]:
    """What would be enough, as for grade D; nothing where the interval leaves out nought."""
    if own.term is not None and own.term.p_value < 0.05:
        return ()
    return needs(_precision(own, months), tuple(_shortfalls(own)))


def _shortfalls(own: Compared) -> Iterator[Shortfall]:
    if own.missing_areas:
        yield Shortfall("areas_with_contrast", own.missing_areas)
    if 0 < own.information < LEAST_INFORMATION:
        yield Shortfall("incidents", more(own.events, LEAST_INFORMATION / own.information))


def _precision(own: Compared, months: int) -> Precision | None:
    """From the wider of the errors, never from less than 1/√information."""
    if not own.information > 0:
        return None
    df = max(own.areas - 1, 1)
    pairs = [(1 / math.sqrt(own.information), df)]
    if own.term:
        pairs += [(own.term.se_stratum, own.term.df_stratum), (own.term.se_area, own.term.df_area)]
    smallest = max(smallest_visible(error, own_df) for error, own_df in pairs if error > 0)
    return Precision(smallest, TARGET_RATIO, "incidents", own.events, months)
