"""What the mart says of the indicators of an edge: titles, units, kind, and common periods."""

from collections.abc import Mapping
from typing import Any

import duckdb

from indicators.definitions.mission_profile import Mission
from indicators.linkage.framework.model import Edge

PublishedIndicators = Mapping[str, Mapping[str, Any]]
_COLUMNS = ("indicator", "title_en", "title_fr", "periods", "measure", "source", "unit_of_measure")
_PERIOD_TYPES = ("M", "Q", "S", "A", "B", "W")


def read_indicators(connection: duckdb.DuckDBPyConnection, mission: Mission) -> PublishedIndicators:
    """Titles, periods, kind, source and unit of each published indicator, by its code."""
    rows = connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM mart.indicator WHERE mission = ? ORDER BY version",
        [mission.mission],
    ).fetchall()
    return {row[0]: dict(zip(_COLUMNS, row, strict=True)) for row in rows}


def common_period_type(indicators: PublishedIndicators, edge: Edge) -> str | None:
    """The finest period for which both are published; months before all others."""
    if edge.from_indicator not in indicators or edge.to_indicator not in indicators:
        return None
    published = [
        set(str(indicators[code]["periods"]).split("|"))
        for code in (edge.from_indicator, edge.to_indicator)
    ]
    return next((name for name in _PERIOD_TYPES if name in published[0] & published[1]), None)
