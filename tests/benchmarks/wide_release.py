"""A release of 60 indicators × 120 areas × 10 years, made by SQL in seconds.

The small release of `tests.worlds.release` is written, and its rows are repeated: an indicator,
area and period of the wide one has the figures of one of the small one, with all its states.
`python -m tests.benchmarks.wide_release FOLDER` writes a workspace.
"""

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.periods import Period, period_named
from tests.worlds.release import AREA_NAMES, COUNTRY, mart_rows, write_release

INDICATORS, AREAS, YEARS = 60, 120, 10
_LAST = 2026
# Of the small release: how many periods of each kind; years and halves repeat its quarters.
_KNOWN = {"M": 33, "Q": 11}
_ADMIN1 = 20


def _indicators(base: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """The indicators of the small release, then again under codes of their own."""
    rows = []
    for place in range(number):
        own = base[place % len(base)]
        again = place // len(base)
        code = own["indicator"] if not again else f"{own['indicator'][:6]}{20 + place}"
        titles = {
            f"{stem}_{language}": f"{own[f'{stem}_{language}']}{f' ({again + 1})' if again else ''}"
            for stem in ("title", "short")
            for language in ("en", "fr")
        }
        rows.append(own | titles | {"indicator": code, "base": own["indicator"]})
    return rows


def _areas(number: int) -> list[dict[str, Any]]:
    """Twenty areas of level 1 and those below them, each with the outline of a grid."""
    known = list(AREA_NAMES)
    shapes = [row for row in mart_rows()["area"] if row["area_code"] != COUNTRY]
    rows = []
    upper = min(_ADMIN1, max(1, number // 6))
    for place in range(number):
        is_upper = place < upper
        code = f"MT{place + 1:02d}" if is_upper else f"MT{place % upper + 1:02d}{place:03d}"
        pattern = shapes[place % len(shapes)]
        moved = json.loads(pattern["geometry"])
        column, row = place % upper, place // upper
        moved["coordinates"] = [
            [[x + 4.8 * (column % 5), y - 3.0 * (row + 6 * (column // 5))] for x, y in ring]
            for ring in moved["coordinates"]
        ]
        name = f"{pattern['name_en']} {place + 1}"
        rows.append(
            pattern
            | {
                "area_code": code,
                "parent_area_code": COUNTRY if is_upper else f"MT{place % upper + 1:02d}",
                "area_level": "admin1" if is_upper else "admin2",
                "name_en": name,
                "name_fr": name,
                "geometry": json.dumps(moved),
                "base": known[place % len(known)],
            }
        )
    return rows


def _periods(years: int) -> list[dict[str, Any]]:
    """Ten years of months, quarters and years, each with the period whose figures it has."""
    names: list[tuple[str, str, int]] = []
    for year in range(_LAST - years + 1, _LAST + 1):
        names += [("M", f"{year}-{month:02d}", 12) for month in range(1, 13)]
        names += [("Q", f"{year}-Q{quarter}", 4) for quarter in range(1, 5)]
    names = [name for name in names if period_named(name[1]).end <= date(_LAST, 9, 30)]
    rows = []
    for kind, known in _KNOWN.items():
        own = [name for name in names if name[0] == kind]
        for age, (_, name, a_year) in enumerate(reversed(own)):
            like = own[-1 - (age if age < known else age % a_year + a_year)]
            rows.append(_period_row(kind, period_named(name)) | {"base": like[1]})
    for year in range(_LAST - years + 1, _LAST):
        like_year = max(year, _LAST - 2)
        rows.append(_period_row("A", period_named(str(year))) | {"base": f"{like_year}-Q4"})
    return rows


def _period_row(kind: str, period: Period) -> dict[str, Any]:
    return {
        "kind": kind,
        "like_kind": "Q" if kind == "A" else kind,
        "period": period.name,
        "period_start": period.start,
        "period_end": period.end,
    }


# Columns that a table takes from the wide release instead, by the map that they come from.
_FROM_MAPS = {
    "indicator": ("map_indicator", "indicator"),
    "area": ("map_area", "area_code"),
    "area_level": ("map_area", "area_level"),
    "period_type": ("map_period", "kind"),
    "period": ("map_period", "period"),
    "period_start": ("map_period", "period_start"),
    "period_end": ("map_period", "period_end"),
    "month": ("map_month", "period_start"),
}
_JOINS = {
    "map_indicator": "JOIN map_indicator ON map_indicator.base = small.indicator",
    "map_area": "JOIN map_area ON map_area.base = small.area",
    "map_period": """JOIN map_period
        ON map_period.base = small.period AND map_period.like_kind = small.period_type""",
    "map_month": """JOIN map_period AS map_month
        ON map_month.base = strftime(small.month, '%Y-%m') AND map_month.kind = 'M'""",
}
_WIDENED: Mapping[str, tuple[str, ...]] = {
    "indicator_value": ("map_indicator", "map_area", "map_period"),
    "contribution": ("map_indicator", "map_area", "map_period"),
    "breakdown_grid": ("map_indicator",),
    "return_status": ("map_area", "map_month"),
    "effort": ("map_area", "map_month"),
    "joint_activity": ("map_area", "map_month"),
    "pending_action": ("map_area",),
    "protection_gap": ("map_area",),
    "survey_response": ("map_area",),
}


def _widen_sql(table: str, maps: tuple[str, ...]) -> str:
    """The rows of a table repeated over the maps, in the order in which a release stores them."""
    columns = ", ".join(
        f"{map_name}.{column} AS {name}"
        if (found := _FROM_MAPS.get(name))
        and (map_name := found[0]) in maps
        and (column := found[1])
        else f'small."{name}"'
        for name in MART_TABLES[table]
    )
    joins = "\n".join(_JOINS[name] for name in maps)
    return f"""
        CREATE OR REPLACE TABLE stored.{table} AS
        SELECT {columns} FROM stored.{table} AS small
        {joins}
        ORDER BY ALL
    """


def write_wide_release(
    home: Path, indicators: int = INDICATORS, areas: int = AREAS, years: int = YEARS
) -> Path:
    """Write the release below a workspace; returns its folder."""
    rows = dict(mart_rows())
    known = _indicators(rows["indicator"], indicators)
    below = _areas(areas)
    country = next(row for row in rows["area"] if row["area_code"] == COUNTRY)
    rows |= {"indicator": known, "area": [country, *below]}
    folder = write_release(home, rows=rows)
    whole = {"area_code": COUNTRY, "area_level": "country", "base": COUNTRY}
    maps = {
        "map_indicator": pd.DataFrame(known)[["indicator", "base"]],
        "map_area": pd.DataFrame([whole, *below])[["area_code", "area_level", "base"]],
        "map_period": pd.DataFrame(_periods(years)),
    }
    for audience in ("mission", "hq"):
        with duckdb.connect(str(folder / audience / "poclens.duckdb")) as connection:
            for name, frame in maps.items():
                connection.register(name, frame)
            for table, needed in _WIDENED.items():
                connection.execute(_widen_sql(table, needed))
            connection.execute("CHECKPOINT")
    return folder


if __name__ == "__main__":
    print(write_wide_release(Path(sys.argv[1])))
