"""A star schema in Parquet for Power BI and the like: facts of all periods, and what they hang on.

Relations: `fact_value.<name>_key` to `dim_<name>.<name>_key`, each many to one. Cells stand as the
release holds them: what a part without a row means, `dim_grid` says.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from indicators.dissemination.code_lists import CodeLists
from indicators.foundation.mart_tables import DIMENSIONS, MART_TABLES, RATING_COLUMNS, TREND_COLUMNS
from pipelines.workspace.warehouse.inspect import Connection

FOLDER = "star"
_PART = ", ".join(DIMENSIONS)
_TABLES = {
    "dim_mission": "SELECT mission AS mission_key, name_en, name_fr, is_fictional, as_of,"
    " boundaries_en, boundaries_fr FROM mart.mission",
    "dim_indicator": """
      SELECT indicator || '.' || version AS indicator_key, indicator, version, level, tier, source,
        measure, time_rule, unit_of_measure, direction, confidentiality,
        confidentiality_of_parts, title_en, title_fr,
        definition_en, definition_fr, limitations_en, limitations_fr, owner_en, owner_fr
      FROM mart.indicator ORDER BY ALL""",
    "dim_area": """
      SELECT area_code AS area_key, parent_area_code, area_level, name_en, name_fr
      FROM mart.area ORDER BY ALL""",
    "dim_period": """
      SELECT DISTINCT period AS period_key, period_type, period_start, period_end
      FROM mart.indicator_value ORDER BY period_start, period_end""",
    "dim_part": f"""
      SELECT row_number() OVER (ORDER BY {_PART}) AS part_key, *
      FROM (SELECT DISTINCT {_PART} FROM mart.indicator_value)""",
    # A release adds its name to each table: the files of one are the same under any name.
    "dim_grid": f"SELECT {', '.join(MART_TABLES['breakdown_grid'])} FROM mart.breakdown_grid "
    "ORDER BY ALL",
}
_FACTS_SQL = f"""
SELECT cell.mission AS mission_key, indicator || '.' || indicator_version AS indicator_key,
  area AS area_key, period AS period_key, part.part_key,
  value, ci_low, ci_high, se, n, numerator, denominator, returns_due, returns_received,
  {", ".join((*RATING_COLUMNS, *TREND_COLUMNS))}, obs_status, conf_status, disclosure
FROM mart.indicator_value AS cell JOIN ({_TABLES["dim_part"]}) AS part USING ({_PART})
ORDER BY mission_key, indicator_key, period_start, period_end, area_key, part_key
"""


def write_star_schema(connection: Connection, codes: CodeLists, folder: Path) -> list[Path]:
    """Writes `star/fact_value.parquet` and its dimensions; the paths, the fact first."""
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, query in {"fact_value": _FACTS_SQL, **_TABLES}.items():
        paths.append(target / f"{name}.parquet")
        connection.sql(query).write_parquet(str(paths[-1]), compression="zstd")
    paths.append(target / "dim_code.parquet")
    pq.write_table(_code_table(codes), paths[-1], compression="zstd")
    return paths


def _code_table(codes: CodeLists) -> pa.Table:
    """Every code of every column with its label in both languages."""
    rows = [
        {"column": name.lower(), "code": one.code, "label_en": one.label["en"]}
        | {"label_fr": one.label["fr"]}
        for name, own in codes.items()
        for one in own.values()
    ]
    return pa.Table.from_pylist(rows)
