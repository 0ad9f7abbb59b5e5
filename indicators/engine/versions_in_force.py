"""Of each version of a definition the periods for which it is in force."""

from collections.abc import Iterable
from datetime import date

import duckdb

from indicators.definitions.indicator import Indicator
from indicators.definitions.versions import own_code, versions_of


def settle_versions(connection: duckdb.DuckDBPyConnection, indicators: Iterable[Indicator]) -> None:
    """Keep of each version the periods it is in force for, all under the indicator's code."""
    for indicator in indicators:
        versions = versions_of(indicator)
        for at, entry in enumerate(versions) if len(versions) > 1 else ():
            begins = date.min if at == len(versions) - 1 else entry.effective_from
            ends = date.max if at == 0 else versions[at - 1].effective_from
            code = indicator.code if at == 0 else own_code(entry)
            _settle(connection, indicator.code, code, entry.version, begins, ends)


def _settle(
    connection: duckdb.DuckDBPyConnection,
    code: str,
    own_code: str,
    version: int,
    begins: date,
    ends: date,
) -> None:
    """Of one version: periods that end from `begins` on and before `ends`."""
    for table in ("indicator_value", "contribution"):
        connection.execute(
            f"""DELETE FROM mart.{table} AS line USING cube.period AS period
            WHERE line.indicator = ? AND line.indicator_version = ?
              AND line.period_type = period.period_type AND line.period = period.period
              AND (period.period_end < ? OR period.period_end >= ?)""",
            [own_code, version, begins, ends],
        )
        connection.execute(
            f"UPDATE mart.{table} SET indicator = ? WHERE indicator = ? AND indicator <> ?",
            [code, own_code, code],
        )
