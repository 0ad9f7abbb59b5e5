"""The newest waves of households that the last refresh showed, and the shares asked in them."""

from collections.abc import Iterable, Mapping

import duckdb

from indicators.definitions.indicator import Indicator
from indicators.survey.waves.shown import SHOWN_WAVE, Wave


def household_waves(connection: duckdb.DuckDBPyConnection) -> list[tuple[Wave, list[str]]]:
    """Each wave with the codes of its indicators, the newest first."""
    found = connection.execute(
        f"""SELECT survey_code, wave, instrument, last_on,
          list(DISTINCT indicator ORDER BY indicator)
        FROM {SHOWN_WAVE} WHERE instrument = 'household' GROUP BY ALL ORDER BY last_on DESC"""
    ).fetchall()
    return [(Wave(*row[:4]), row[4]) for row in found]


def person_shares(catalogue: Mapping[str, Indicator], codes: Iterable[str]) -> list[Indicator]:
    """Of these indicators the shares of people."""
    return [
        one
        for one in (catalogue[code] for code in codes)
        if one.measure.kind == "proportion" and one.measure.weight == "person"
    ]
