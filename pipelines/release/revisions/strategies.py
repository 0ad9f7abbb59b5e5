"""What differs between the strategies of two releases: version, approval, review, objectives."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.messages import LANGUAGES, message
from indicators.foundation.stored.database import named_rows
from indicators.foundation.stored.published_tables import database_of
from pipelines.release.snapshot import opened_release
from pipelines.workspace.warehouse.inspect import Connection

_FIELDS = ("version", "approved_on", "review_due_on")


def changed_strategy(old: Path, new: Path, audience: str) -> pd.DataFrame:
    """Rows of `mart.strategy_change` between two published folders."""
    with opened_release(database_of(new, audience)) as after:
        return strategy_changes(after, database_of(old, audience), old.name)


def strategy_changes(after: Connection, before: Path, release_before: str) -> pd.DataFrame:
    """The same for the mart of `after` against an earlier release's database."""
    with opened_release(before) as earlier:
        old, new = (_facts(connection) for connection in (earlier, after))
        missions = after.execute("SELECT mission FROM mart.mission").fetchall()
    lines = [
        {"mission": missions[0][0], "release_before": release_before, **line}
        for line in _lines(old, new)
    ]
    return pd.DataFrame(lines, columns=list(MART_TABLES["strategy_change"]))


def _facts(connection: Connection) -> dict[str, dict[str, str]]:
    """What each field and objective says, by language."""
    facts: dict[str, dict[str, str]] = {}
    for row in named_rows(connection.execute("SELECT * FROM mart.strategy")):
        facts |= {name: dict.fromkeys(LANGUAGES, str(row[name])) for name in _FIELDS}
    query = "SELECT * FROM mart.strategy_objective ORDER BY position"
    for row in named_rows(connection.execute(query)):
        outcomes = row["outcomes"].replace("|", ", ")
        words = {language: f"{row[f'title_{language}']} ({outcomes})" for language in LANGUAGES}
        facts[f"objective {row['objective']}"] = words
    return facts


def _lines(
    old: dict[str, dict[str, str]], new: dict[str, dict[str, str]]
) -> Iterator[dict[str, Any]]:
    for field in [*new, *(name for name in old if name not in new)]:
        before, after = old.get(field), new.get(field)
        if before == after:
            continue
        sentences = {}
        for language in LANGUAGES:
            words = {
                "field": message(f"release.strategy.{field.partition(' ')[0]}", language),
                "before": before[language] if before else "–",
                "after": after[language] if after else "–",
            }
            sentences[f"sentence_{language}"] = message("release.strategy", language, **words)
        yield {
            "field": field,
            "before": before["en"] if before else None,
            "after": after["en"] if after else None,
            **sentences,
        }
