"""Police, military and joint patrols of an edge side by side: what each goes with, and their cost.

IPI 2020, rec. 15: what patrols of police go with beside those of the military and both together.
For edges of the case series whose output counts patrols, also where it counts police patrols alone:
those of others are asked for by its other conditions. Secondary comparisons: they never speak for
the edge and carry no grade; never by unit or commander. Fills `mart.component_effect`.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import pandas as pd

from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.indicator_filter import counted_columns, filter_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.linkage.case_series.analysis import LEAST_INFORMATION
from indicators.linkage.case_series.components import Compared, compare_components
from indicators.linkage.case_series.days import (
    COMPONENTS,
    ComponentDays,
    component_days,
    read_record,
)
from indicators.linkage.finding import Finding, MethodResult
from indicators.linkage.framework.model import Edge
from indicators.linkage.methods.activities import (
    COST_COLUMNS,
    SOURCE,
    effort,
    log_activities,
)
from indicators.linkage.methods.case_series import (
    IS_DUE_SQL,
    IS_SENT_SQL,
    CaseSeries,
    series_sql,
)
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

METHOD = "component_case_series"
_PATROLS = "activity_type = 'patrol'"
# Whose patrol it is: with the other of the two on it, it is joint.
_COMPONENT_SQL = """CASE
  WHEN component = 'police' THEN
    CASE WHEN list_contains(partner_components, 'military') THEN 'joint' ELSE 'police' END
  WHEN component = 'military' THEN
    CASE WHEN list_contains(partner_components, 'police') THEN 'joint' ELSE 'military' END
END"""
_COLUMNS = {
    "activity_code", "area_code", "started_at", "component", "partner_components",
}  # fmt: skip


@dataclass(frozen=True)
class PatrolDays:
    """Known days after each component's patrols, and what these patrols were and cost."""

    days: ComponentDays
    patrols: pd.DataFrame
    months: int


@dataclass(frozen=True)
class ComponentCaseSeries:
    """The case series by component: police alone, military alone, both together."""

    name: str = METHOD
    table: str | None = "component_effect"
    edge_kind: str = "activity"

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        """From patrols to single incidents or alerts."""
        output = catalogue.get(edge.from_indicator)
        is_of_patrols = output is not None and _PATROLS in (output.measure.where or "")
        return is_of_patrols and CaseSeries().applies(edge, catalogue)

    def read(self, warehouse: Warehouse, edge: Edge) -> PatrolDays | None:
        """The edge's known days by component; None where no return is recorded."""
        connection, catalogue = warehouse.connection, warehouse.catalogue
        output, outcome = catalogue[edge.from_indicator], catalogue[edge.to_indicator]
        log_activities(connection, warehouse.mission, warehouse.as_of, [output])
        for statement in [*series_sql(output, outcome), *_component_sql(output)]:
            parameters = {"mission": warehouse.mission.mission} if "$mission" in statement else None
            connection.execute(statement, parameters)
        try:
            whole = read_record(connection)
        except KeyError:
            return None
        days = component_days(
            whole, {name: read_record(connection, name).acted for name in COMPONENTS}
        )
        return PatrolDays(days, _patrols(connection, output), len(set(days.month.tolist())))

    def evidence(self, inputs: PatrolDays | None, edge: Edge) -> MethodResult:
        """Rows of `mart.component_effect`; no finding that could be graded."""
        if inputs is None or not len(inputs.days.area):
            return MethodResult()
        is_independent = edge.primary is not None and edge.primary.outcome == "independent"
        found = compare_components(inputs.days, is_independent)
        return MethodResult(rows=tuple(_row(own, inputs) for own in found))

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        """None of its comparisons speaks for an edge."""
        return None


def _component_sql(output: Indicator) -> Iterator[str]:
    """Patrols by component, and returns of all who may have gone, in place of the edge's own."""
    columns = _COLUMNS | counted_columns(output)
    yield f"""CREATE OR REPLACE TEMP TABLE series_activity AS
SELECT CASE WHEN area_level = 'site' THEN parent ELSE area_code END AS area,
  local_date(started_at) AS "day", {_COMPONENT_SQL} AS component
FROM (
{rows_sql(contracts()[SOURCE], columns)}
) LEFT JOIN (
  SELECT area_code, any_value(parent_area_code) AS parent, any_value(area_level) AS area_level
  FROM core.areas GROUP BY area_code
) USING (area_code)
WHERE component IN ('police', 'military') AND coalesce({_conditions(output)}, false)"""
    yield f"""CREATE OR REPLACE TEMP TABLE series_returned AS
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


def _patrols(connection: duckdb.DuckDBPyConnection, output: Indicator) -> pd.DataFrame:
    """Each patrol of the months on record once: `whose` it is, and its cost."""
    return connection.execute(
        f"""SELECT DISTINCT {_COMPONENT_SQL} AS whose, {", ".join(COST_COLUMNS)}
        FROM logged_activity
        WHERE component IN ('police', 'military') AND coalesce({_conditions(output)}, false)
          AND started_on_local BETWEEN (SELECT min("month") FROM series_returned)
            AND (SELECT last_day(max("month")) FROM series_returned)
        ORDER BY ALL"""
    ).df()


def _row(own: Compared, inputs: PatrolDays) -> dict[str, Any]:
    term, missing = own.term, _missing(own, inputs.months)
    precision = _precision(own, inputs.months)
    smallest = precision.smallest if precision else None
    of_component = inputs.patrols[inputs.patrols["whose"] == own.component]
    # Of a component with no patrol nothing was spent; one that is not logged stays unknown.
    spent = (
        effort(of_component)
        if len(of_component)
        else dict.fromkeys(("person_days", "nights", "km"), 0.0)
    )
    return {
        "component": own.component,
        "beside": own.beside or None,
        "n_events": own.events,
        "n_areas": own.areas,
        "n_eff": own.information,
        "n_days": own.days,
        "n_patrols": len(of_component),
        **spent,
        "estimate": term.estimate if term else None,
        "ci_low": term.ci_low if term else None,
        "ci_high": term.ci_high if term else None,
        "p_value": term.p_value if term else None,
        "smallest_change": None if smallest is None else -100 * math.expm1(-smallest),
        "status": "compared" if term else own.reason,
        "needs": json.dumps([asdict(need) for need in missing]) if missing else None,
    }


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
