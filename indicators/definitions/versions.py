"""Which version of a definition computes which period.

A version is in force from its `effective_from` on. A period that ended before is computed by the
version before it, and by the oldest one where it ended before all of them. While the engine runs,
an earlier version bears a code of its own (`P2-OP-01@1`), so that it shares the scan of its source
like any other indicator; `settle_versions` then keeps of each version the periods that are its.
"""

from collections.abc import Iterable
from datetime import date

import duckdb

from indicators.definitions.catalogue import Indicator, versions_of

_MARK = "@"


def computed_versions(indicators: Iterable[Indicator]) -> list[Indicator]:
    """Every version of each indicator, the earlier ones under a code of their own."""
    return [
        entry if at == 0 else entry.model_copy(update={"code": _own_code(entry)})
        for indicator in indicators
        for at, entry in enumerate(versions_of(indicator))
    ]


def all_versions(indicators: Iterable[Indicator]) -> list[Indicator]:
    """Every version of each indicator under the indicator's code, newest first."""
    return [entry for indicator in indicators for entry in versions_of(indicator)]


def version_in_force(indicator: Indicator, period_end: date) -> Indicator:
    """The version that computes the period which ends on a day."""
    versions = versions_of(indicator)
    found = (entry for entry in versions if entry.effective_from <= period_end)
    return next(found, versions[-1])


def settle_versions(connection: duckdb.DuckDBPyConnection, indicators: Iterable[Indicator]) -> None:
    """Keep of each version the periods it is in force for, all under the indicator's code."""
    for indicator in indicators:
        versions = versions_of(indicator)
        for at, entry in enumerate(versions) if len(versions) > 1 else ():
            begins = date.min if at == len(versions) - 1 else entry.effective_from
            ends = date.max if at == 0 else versions[at - 1].effective_from
            own_code = indicator.code if at == 0 else _own_code(entry)
            _settle(connection, indicator.code, own_code, entry.version, begins, ends)


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


def _own_code(entry: Indicator) -> str:
    return f"{entry.code}{_MARK}{entry.version}"
