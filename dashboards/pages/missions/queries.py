"""What headquarters has of many missions: how each pull went, and the mart over all of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dashboards.releases import LOCKED_DOWN, Release

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
        """
    WITH definition AS (
      SELECT indicator, min_by(level, mission) AS level, min_by(short_en, mission) AS short_en,
        min_by(short_fr, mission) AS short_fr, min_by(direction, mission) AS direction
      FROM mart.indicator GROUP BY indicator
    )
    SELECT line.*, definition.* EXCLUDE (indicator), total.unit_of_measure,
      total.value AS total, total.ci_low AS total_low, total.ci_high AS total_high,
      total.reason AS total_reason, total.disclosure AS total_disclosure
    FROM mart.comparison AS line JOIN definition USING (indicator)
    LEFT JOIN mart.combined AS total USING (indicator, period)
    WHERE line.period = ?
    ORDER BY list_position(['impact', 'outcome', 'output'], level), indicator, line.mission
    """,
        [period],
    )


def pooled_links(home: Path) -> pd.DataFrame:
    """One link over missions a row, with the titles of both indicators. Empty without a roll-up."""
    return _of_rollup(
        home,
        """
    WITH title AS (
      SELECT indicator, min_by(short_en, mission) AS en, min_by(short_fr, mission) AS fr
      FROM mart.indicator GROUP BY indicator
    )
    SELECT link.*, output.en AS from_en, output.fr AS from_fr, outcome.en AS to_en,
      outcome.fr AS to_fr
    FROM mart.pooled_link AS link
    JOIN title AS output ON output.indicator = from_indicator
    JOIN title AS outcome ON outcome.indicator = to_indicator
    ORDER BY from_indicator, to_indicator, method, specification
    """,
    )


def _of_rollup(home: Path, sql: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
    pointer = home / _CURRENT
    if not pointer.is_file():
        return pd.DataFrame()
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
    revised = int(release.frame("SELECT count(*) AS rows FROM mart.revision")["rows"].iloc[0])
    return ratings, revised
