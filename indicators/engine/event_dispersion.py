"""How many persons come at once: of one event the mean square over the mean, by indicator.

What counts of harm vary by where too few months tell it (definitions 73); of incidents counted one
by one it is 1. Kept beside the cubes and not in the mart, where it could tell a single case.
"""

from collections.abc import Sequence

import duckdb

from indicators.compiler.ctes import with_stages
from indicators.compiler.derived.columns import derivation_stages
from indicators.definitions.checks.columns_read import checked_measure, columns_used
from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import stored_columns
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import aggregates


def fill_event_dispersion(
    connection: duckdb.DuckDBPyConnection, indicators: Sequence[Indicator]
) -> None:
    """Fill `cube.event_dispersion`: a row for each indicator whose counts come in clusters."""
    connection.execute(
        "CREATE OR REPLACE TABLE cube.event_dispersion (indicator VARCHAR, dispersion DOUBLE)"
    )
    for indicator in indicators:
        if indicator.comes_in_clusters:
            connection.execute(
                f"INSERT INTO cube.event_dispersion SELECT ?, ({_dispersion_sql(indicator)})",
                [indicator.code],
            )


def _dispersion_sql(indicator: Indicator) -> str:
    """The ratio over all rows that the indicator counts, 1 where there are none."""
    contract = contracts()[indicator.source]
    stages = derivation_stages(
        contract, set(columns_used(indicator)), given=stored_columns(contract)
    )
    counted = next(
        part for part in aggregates(checked_measure(indicator)) if part.role == "numerator"
    )
    fact = f"CAST(({counted.fact}) AS DOUBLE)"
    ratio = f"""SELECT coalesce(greatest(1, sum({fact} ^ 2) / nullif(sum({fact}), 0)), 1)
      FROM {stages[-1].name} WHERE {counted.where}"""
    return with_stages(stages, ratio)
