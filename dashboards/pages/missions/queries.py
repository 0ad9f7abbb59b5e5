"""What headquarters has of many missions: how each pull went, and the mart over all of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dashboards.reading.queries import quality
from dashboards.reading.releases import LOCKED_DOWN, Release
from indicators.foundation.sql_text import sql_file

_CURRENT, _PULLS = Path("hq", "current"), Path("hq", "pulls.json")


def edition(home: Path) -> tuple[int, ...]:
    """What tells this state of pulls and roll-up from every other."""
    paths = (home / _CURRENT, home / _PULLS)
    return tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)


def pulls(home: Path) -> Mapping[str, Mapping[str, Any]]:
    """What the last pull of each mission said; empty where nothing was ever pulled."""
    path = home / _PULLS
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def comparison(home: Path, period: str) -> pd.DataFrame:
    """Per indicator and mission a row of a quarter, with what they come to together, where it can
    be said. Outcomes first, within a level by code, missions by name. Empty without a roll-up."""
    return _of_rollup(
        home,
        sql_file(__file__, "same_definition"),
        [period],
    )


def pooled_links(home: Path) -> pd.DataFrame:
    """One link over missions a row, with the titles of both indicators. Empty without a roll-up."""
    return _of_rollup(
        home,
        sql_file(__file__, "titles"),
    )


def has_rollup(home: Path) -> bool:
    """Whether the missions' releases were ever put together."""
    return (home / _CURRENT).is_file()


def _of_rollup(home: Path, sql: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
    if not has_rollup(home):
        return pd.DataFrame()
    pointer = home / _CURRENT
    path = home / "hq" / Path(pointer.read_text(encoding="utf-8").strip()).name
    with duckdb.connect(str(path), read_only=True, config=LOCKED_DOWN) as connection:
        return connection.execute(sql, list(parameters)).df()


def returns_share(release: Release, start: str, end: str) -> float | None:
    """The share of owed returns that came, 0 to 100; None where none was owed."""
    sql = """
    SELECT 100.0 * count(*) FILTER (WHERE status IN ('submitted', 'nil'))
      / nullif(count(*) FILTER (WHERE status <> 'not_due'), 0) AS share
    FROM mart.return_status WHERE month BETWEEN CAST(? AS DATE) AND CAST(? AS DATE)
    """
    found = release.frame(sql, [start, end])["share"].iloc[0]
    return None if pd.isna(found) else float(found)


def moved(release: Release, period: str, before: str) -> tuple[int, int]:
    """Ratings of the whole mission that are other than in the quarter before, and figures published
    before that this release revised."""
    sql = """
    SELECT count(*) AS ratings FROM mart.indicator_value AS now
    JOIN mart.indicator_value AS earlier
      ON earlier.indicator = now.indicator AND earlier.area = now.area AND earlier.period = ?
      AND earlier.indicator_version = now.indicator_version
    WHERE now.period = ? AND now.area_level = 'country'
      AND now.rating IS NOT NULL AND earlier.rating IS NOT NULL AND now.rating <> earlier.rating
    """
    ratings = int(release.frame(sql, [before, period])["ratings"].iloc[0])
    return ratings, len(quality.revisions(release))
