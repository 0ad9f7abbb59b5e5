"""Which wave each period shows, and what its estimates are made of.

`cube.shown_wave` says it of the last run, so that the next one computes only what is new: an
indicator's estimates of a wave follow from its definition, the design of the sample, the wave's
respondents, their answers to its items, where the areas lie, and the periods that show the wave.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from indicators.compiler.derived.functions import functions_sql
from indicators.compiler.explanation.wave_sql import domain_sql, shown_waves_sql
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.incremental.code_version import METHOD_VERSION
from indicators.incremental.cubes import drop_cells
from indicators.incremental.partition_fingerprints import definition_of, fingerprint_sql

SHOWN_WAVE, STALE_WAVE = "cube.shown_wave", "stale_wave"
_PLACES = ("area_version", "area_ancestor", "grid")
_COLUMNS = """indicator VARCHAR, indicator_version INTEGER, period_type VARCHAR, period VARCHAR,
  survey_code VARCHAR, wave VARCHAR, instrument VARCHAR, last_on DATE, content VARCHAR"""
Periods = list[tuple[str, str]]


@dataclass(frozen=True)
class Wave:
    """One wave of one instrument; `last_on` is the day of its last completed interview."""

    survey_code: str
    wave: str
    instrument: str
    last_on: date

    def __str__(self) -> str:
        return f"{self.survey_code} {self.wave} {self.instrument}"


def periods_of_waves(
    connection: duckdb.DuckDBPyConnection, indicator: Indicator
) -> dict[Wave, Periods]:
    """For each wave that asked every item: the periods that show it."""
    rows = connection.execute(f"{shown_waves_sql(indicator)}\nORDER BY ALL").fetchall()
    found: dict[Wave, Periods] = {}
    for period_type, period, *wave in rows:
        found.setdefault(Wave(*wave), []).append((period_type, period))
    return found


def note_shown_waves(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    surveys: Sequence[Indicator],
    as_of: date,
) -> None:
    """Bring `cube.shown_wave` up to date; the table `stale_wave` has what is new in it.

    Cells of what was shown before and no longer so are deleted, and what files gave to them.
    """
    connection.execute(f"CREATE TABLE IF NOT EXISTS cube.shown_wave ({_COLUMNS})")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE shown_now ({_COLUMNS})")
    rows = list(_shown(connection, mission, surveys, as_of))
    if rows:
        values = ", ".join("unnest(?)" for _ in rows[0])
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(f"INSERT INTO shown_now SELECT {values}", columns)
    for table, new, old in (
        (STALE_WAVE, "shown_now", "cube.shown_wave"),
        ("gone_wave", "cube.shown_wave", "shown_now"),
    ):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {new} EXCEPT FROM {old}")
    connection.execute("CREATE OR REPLACE TABLE cube.shown_wave AS FROM shown_now ORDER BY ALL")
    gone = connection.execute("SELECT DISTINCT indicator FROM gone_wave").fetchall()
    key = "indicator, period_type, period"
    drop_cells(
        connection, [code for (code,) in gone], f"({key}) IN (SELECT ({key}) FROM gone_wave)"
    )
    connection.execute(
        """DELETE FROM mart.contribution AS line USING gone_wave AS gone
        WHERE line.indicator = split_part(gone.indicator, '@', 1)
          AND line.indicator_version = gone.indicator_version
          AND line.period_type = gone.period_type AND line.period = gone.period"""
    )


def _shown(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    surveys: Sequence[Indicator],
    as_of: date,
) -> Iterator[tuple[object, ...]]:
    """The rows of `cube.shown_wave`."""
    held = _contents(connection) if surveys else {}
    for indicator in surveys:
        # The as-of day only where it is looked at: it is another one every day.
        day = as_of.isoformat() if "as_of_day" in domain_sql(indicator).lower() else ""
        definition = [METHOD_VERSION, indicator.model_dump_json(), *functions_sql(mission, day)]
        for wave, periods in periods_of_waves(connection, indicator).items():
            place = (wave.survey_code, wave.wave)
            parts = [held.get((*place, item), "") for item in sorted(indicator.measure.all_items)]
            parts += [held[*place, wave.instrument, ""], *(held["", name] for name in _PLACES)]
            design = [
                substitute.model_dump_json()
                for substitute in mission.survey_substitutes
                if (substitute.survey_code, substitute.wave) == place
            ]
            content = definition_of([*definition, *design, *parts, str(periods)])
            for period_type, period in periods:
                yield (
                    *(indicator.code, indicator.version, period_type, period),
                    *(*place, wave.instrument, wave.last_on, content),
                )


def _contents(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], str]:
    """Fingerprints of the answers to each item of a wave, of its respondents, and of the places."""
    whole = fingerprint_sql(["*COLUMNS(*)"])
    queries = [
        f"""SELECT survey_code, wave, item, {fingerprint_sql(["respondent_key", "answer"])}
        FROM core.survey_answers GROUP BY ALL""",
        f"""SELECT survey_code, wave, instrument, '', {whole}
        FROM cube.survey_respondents GROUP BY ALL""",
        *(f"SELECT '', '{name}', {whole} FROM cube.{name}" for name in _PLACES),
    ]
    rows = [row for query in queries for row in connection.execute(query).fetchall()]
    return {tuple(key): content for *key, content in rows}
