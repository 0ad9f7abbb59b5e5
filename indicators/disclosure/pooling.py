"""Protected kinds inside other totals: shown only in a pooled code with a kind that is not.

Each vocabulary declares its pools (`pooled_as`). Totals stay true: the pooled code holds all that
its kinds hold (`disclosure.md` §3).
"""

from collections.abc import Mapping

import duckdb
import pandas as pd

from indicators.definitions.checks.columns_read import dimension_of
from indicators.definitions.contracts import contracts
from indicators.definitions.expressions import table_vocabulary
from indicators.definitions.indicator import Indicator
from indicators.definitions.sharing.audiences import Grid
from indicators.definitions.vocabularies import vocabularies
from indicators.disclosure.display import in_grid_sql
from indicators.foundation.mart_tables import (
    CONFIDENTIAL,
    DIMENSIONS,
    FREE,
    SUPPRESSED,
    VALUE_COLUMNS,
    VALUE_KEY,
)

# They add up over the kinds; shares are weighted by their cases; no other measure can be pooled.
_ADDS_UP = ("count", "sum", "rate")
_SUMS = ("n", "numerator")


def pooled_kinds(indicator: Indicator) -> Mapping[str, Mapping[str, str]]:
    """By dimension of an indicator the codes that are pooled, each with its pooled code."""
    source = contracts()[indicator.source]
    found = {}
    for dimension, column in indicator.disaggregate.items():
        name = table_vocabulary(source, column)
        if name and vocabularies()[name].pooled_as:
            found[dimension] = vocabularies()[name].pooled_as
    return found


def pool(
    connection: duckdb.DuckDBPyConnection,
    kinds: Mapping[tuple[str, int], Mapping[str, Mapping[str, str]]],
    alone: Grid,
) -> None:
    """Pools the cells of `mart.indicator_value` outside the grid in which kinds stand alone.

    kinds: by indicator and version what `pooled_kinds` gives of it.
    """
    named = [
        (code, version, dimension_of(dimension), dimension, kind, pooled)
        for (code, version), dimensions in kinds.items()
        for dimension, codes in dimensions.items()
        for kind, pooled in codes.items()
    ]
    if not named:
        return
    columns = ["indicator", "indicator_version", "dimension", "breakdown", "kind", "pooled_code"]
    connection.register("pooled_kinds", pd.DataFrame(named, columns=columns))
    connection.execute(
        f"""
        CREATE TEMP TABLE pooled AS
        SELECT cell.*, kinds.dimension AS by_dimension, kinds.pooled_code, indicator.measure,
          cell.rowid AS cell_id
        FROM mart.indicator_value AS cell
        JOIN pooled_kinds AS kinds USING (indicator, indicator_version)
        JOIN mart.indicator AS indicator ON indicator.mission = cell.mission
          AND indicator.indicator = cell.indicator AND indicator.version = cell.indicator_version
        WHERE NOT ({in_grid_sql(alone, "cell.")}) AND (
          (kinds.dimension = 'breakdown' AND cell.breakdown = kinds.breakdown
            AND cell.breakdown_value = kinds.kind)
          OR (kinds.dimension = 'actor' AND cell.actor = kinds.kind)
          OR (kinds.dimension = 'activity_type' AND cell.activity_type = kinds.kind))
        """
    )
    connection.execute(
        """DELETE FROM mart.indicator_value WHERE rowid IN (SELECT cell_id FROM pooled)"""
    )
    connection.execute(f"INSERT INTO mart.indicator_value BY NAME {_pooled_sql()}")
    connection.execute("DROP TABLE pooled")
    connection.unregister("pooled_kinds")


def _pooled_sql() -> str:
    dimensions = {name: name for name in DIMENSIONS} | {
        name: f"CASE WHEN by_dimension = '{name}' THEN pooled_code ELSE {name} END"
        for name in ("actor", "activity_type")
    }
    dimensions["breakdown_value"] = (
        "CASE WHEN by_dimension = 'breakdown' THEN pooled_code ELSE breakdown_value END"
    )
    keys = [*(f"{name} AS {name}" for name in VALUE_KEY if name not in DIMENSIONS)]
    keys += [f"{text} AS {name}" for name, text in dimensions.items()]
    is_pooled = f"(any_value(measure) IN {_ADDS_UP} OR any_value(measure) = 'ratio')"
    figures = {
        "value": f"""CASE WHEN any_value(measure) IN {_ADDS_UP} THEN sum(value)
          WHEN any_value(measure) = 'ratio' THEN sum(value * denominator) / sum(denominator) END""",
        **{name: f"CASE WHEN {is_pooled} THEN sum({name}) END" for name in _SUMS},
        # A rate has one population, whatever the kind
        "denominator": """CASE any_value(measure) WHEN 'rate' THEN max(denominator)
          WHEN 'ratio' THEN sum(denominator) END""",
        "obs_status": "CASE WHEN bool_or(obs_status = 'P') THEN 'P' ELSE min(obs_status) END",
        "conf_status": f"CASE WHEN {is_pooled} THEN '{FREE}' ELSE '{CONFIDENTIAL}' END",
        "disclosure": f"CASE WHEN {is_pooled} THEN min(disclosure) ELSE '{SUPPRESSED}' END",
        **{name: f"max({name})" for name in ("returns_due", "returns_received", "method")},
    }
    plain = ("time_rule", "period_start", "period_end", "area_level")
    figures |= {name: f"any_value({name})" for name in plain}
    given = {name: figures[name] for name in VALUE_COLUMNS if name in figures}
    listed = ", ".join([*keys, *(f"{text} AS {name}" for name, text in given.items())])
    return f"SELECT {listed} FROM pooled GROUP BY ALL ORDER BY ALL"
