"""Broken rules over releases: new, open or resolved since the release before, since when, counts.

Days are the as-of days of the releases, so that the same inputs give the same rows.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.stored.database import named_rows
from pipelines.release.snapshot import opened_release
from pipelines.workspace.warehouse.inspect import Connection

_KEY = ("source", "kind", "rule")


def violations_since(after: Connection, before: Path) -> pd.DataFrame:
    """All rows of `mart.violation` of `after`, with what the release before counted.

    A rule that is no longer broken stays, as resolved, with the day on which it was last counted;
    one that is broken again is new and keeps the day on which it was first seen.
    """
    query = "SELECT * FROM mart.violation ORDER BY ALL"
    now = {_key(row): row for row in named_rows(after.execute(query))}
    with opened_release(before) as earlier:
        then = {_key(row): row for row in named_rows(earlier.execute(query))}
    lines = [_line(now.get(key), then.get(key)) for key in sorted({*now, *then})]
    return pd.DataFrame(lines, columns=list(MART_TABLES["violation"]))


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in _KEY)


def _line(now: dict[str, Any] | None, then: dict[str, Any] | None) -> dict[str, Any]:
    if now is None:
        assert then is not None  # a key stands in one of both
        return {**then, "rows": 0, "rows_before": then["rows"], "state": "resolved"}
    if then is None:
        return {**now, "rows_before": 0, "state": "new"}
    counts = [*json.loads(then["counts"]), *json.loads(now["counts"])]
    by_day = dict(counts)  # a second release as of one day takes the place of the first
    return {
        **now,
        "rows_before": then["rows"],
        "first_seen": then["first_seen"],
        "state": "open" if then["rows"] else "new",
        "counts": json.dumps([[day, rows] for day, rows in sorted(by_day.items())]),
    }
