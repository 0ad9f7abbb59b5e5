"""`poclens evidence wave`: how many to ask in each area in the next survey wave.

For a change of so many points (`--change`) since the last wave, by that wave's own figures and
design effects; the arithmetic stands in `indicators/survey/waves/analyses/next_wave.py`.
"""

import argparse
import math
from typing import Any

import duckdb

from indicators.foundation.mart_tables import totals_sql
from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import number_text
from indicators.foundation.stored.database import named_rows
from pipelines.cli.main import show

# An area's own design effect is a poor guess: the median over the areas of its level and wave.
_LAST_WAVE_SQL = f"""WITH wave AS (
  SELECT indicator, area, area_level, value, n, se, deff FROM mart.indicator_value
  WHERE mission = $mission AND period_type = 'M' AND value IS NOT NULL AND se > 0 AND n > 0
    AND method = 'taylor' AND value BETWEEN 0 AND 100 AND {totals_sql()}
    AND indicator IN (
      SELECT indicator FROM mart.indicator WHERE mission = $mission AND measure = 'proportion'
    )
  QUALIFY period_start = max(period_start) OVER (PARTITION BY indicator)
)
SELECT indicator, area, area_level, value, n,
  median(deff) OVER (PARTITION BY indicator, area_level) AS deff
FROM wave ORDER BY indicator, area_level, area"""


def plan_wave(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    """A row an indicator and area; in words those of the whole mission, and the sum over areas."""
    rows = _rows(connection, mission, float(arguments.change))
    if arguments.to:
        from pipelines.documents.analysis_workbook import write_analysis

        write_analysis(arguments.to, {"wave": rows}, arguments.language)
    show(arguments, {"wave": rows}, "\n".join(_lines(rows, arguments)))
    return 0


def _rows(
    connection: duckdb.DuckDBPyConnection, mission: str, points: float
) -> list[dict[str, Any]]:
    from indicators.survey.waves.analyses.next_wave import answers_needed, change_seen, error_of

    found = named_rows(connection.execute(_LAST_WAVE_SQL, {"mission": mission}))
    rows = []
    for row in found:
        share, deff, answers = float(row["value"]), float(row["deff"] or 1.0), int(row["n"])
        error = error_of(share, deff, answers)
        rows.append(
            {
                **{name: row[name] for name in ("indicator", "area_level", "area")},
                "value": share,
                "answers": answers,
                "deff": max(deff, 1.0),
                "change_seen": change_seen(share, error, deff, answers),
                "answers_needed": answers_needed(points, share, error, deff),
            }
        )
    return rows


def _lines(rows: list[dict[str, Any]], arguments: argparse.Namespace) -> list[str]:
    from indicators.definitions.vocabularies import vocabulary

    language = arguments.language
    if not rows:
        return [message("wave.none", language)]
    lines = []
    for indicator, level in sorted({(row["indicator"], row["area_level"]) for row in rows}):
        own = [row for row in rows if (row["indicator"], row["area_level"]) == (indicator, level)]
        needed = [row["answers_needed"] for row in own if row["answers_needed"] is not None]
        seen = sorted(row["change_seen"] or math.inf for row in own)[len(own) // 2]
        key = "wave.level" if needed else "wave.never"
        lines.append(
            message(
                key if seen < math.inf else "wave.nothing",
                language,
                indicator=indicator,
                level=vocabulary("area_level").label(level, language),
                areas=len(own),
                able=len(needed),
                answers=sum(row["answers"] for row in own),
                needed=number_text(sum(needed), language, 0),
                change=arguments.change,
                seen=number_text(min(seen, 100.0), language, 0),
            )
        )
    return lines
