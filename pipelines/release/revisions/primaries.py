"""Edges graded by another test than in an earlier release, with the day and both tests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.messages import LANGUAGES, message
from indicators.foundation.stored.database import named_rows
from indicators.foundation.stored.published_tables import database_of
from pipelines.release.snapshot import opened_release
from pipelines.workspace.warehouse.inspect import Connection

_PARTS = ("method", "window", "outcome")
_QUERY = """
SELECT mission, edge, named_on, asked_method AS asked, coalesce(method, asked_method) AS "method",
  coalesce(asked_window, specification) AS "window", asked_outcome AS outcome, fallback_reason
FROM mart.primary_test
"""


def changed_primaries(old: Path, new: Path, audience: str) -> pd.DataFrame:
    """Rows of `mart.primary_change` between two published folders."""
    with opened_release(database_of(new, audience)) as after:
        return primary_changes(after, database_of(old, audience), old.name)


def primary_changes(after: Connection, before: Path, release_before: str) -> pd.DataFrame:
    """The same for the mart of `after` against an earlier release's database, by edge.

    An edge that was not asked before, or is no more, has one side only.
    """
    with opened_release(before) as earlier:
        old, new = (_by_edge(connection) for connection in (earlier, after))
    lines = [
        _line(edge, old.get(edge), new.get(edge), release_before)
        for edge in sorted(old.keys() | new.keys())
        if _test(old.get(edge)) != _test(new.get(edge))
    ]
    return pd.DataFrame(lines, columns=list(MART_TABLES["primary_change"]))


def _by_edge(connection: Connection) -> dict[str, dict[str, Any]]:
    return {str(row["edge"]): row for row in named_rows(connection.execute(_QUERY))}


def _test(row: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if row is None else tuple(row[name] for name in ("asked", *_PARTS))


def _line(
    edge: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    release_before: str,
) -> dict[str, Any]:
    known = after or before or {}
    sides = {"before": before or {}, "after": after or {}}
    return {
        "mission": known["mission"],
        "edge": edge,
        "release_before": release_before,
        "named_on": (after or {}).get("named_on"),
        **{f"{part}_{side}": row.get(part) for part in _PARTS for side, row in sides.items()},
        **{f"sentence_{language}": _sentence(before, after, language) for language in LANGUAGES},
    }


def _sentence(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, language: str
) -> str:
    words = {
        "before": _named(before, language),
        "after": _named(after, language),
        "reason": _fallback(after, language),
    }
    if after is None or before is None:
        return message(
            f"release.primary.{'removed' if after is None else 'added'}", language, **words
        )
    if after["named_on"] is None:
        return message("release.primary.by_kind", language, **words)
    return message("release.primary.named", language, **words, day=f"{after['named_on']:%Y-%m-%d}")


def _named(row: Mapping[str, Any] | None, language: str) -> str:
    """The method with its window and outcome; a dash where there is none."""
    if row is None or row["method"] is None:
        return "–"
    method = message(f"linkage.method.{row['method']}", language)
    parts = [str(row["window"])] if row["window"] else []
    if row["outcome"] == "independent":
        parts.append(message("linkage.method.independent", language))
    return f"{method} ({', '.join(parts)})" if parts else method


def _fallback(row: Mapping[str, Any] | None, language: str) -> str:
    if row is None or not row["fallback_reason"]:
        return ""
    asked = message(f"linkage.method.{row['asked']}", language)
    why = message(f"linkage.grade_reason.{row['fallback_reason']}", language)
    return " " + message("linkage.method.fallback", language, asked=asked, reason=why)
