"""The framework's outcomes and outputs as rows of the mart: pages name and order them so."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from indicators.linkage.framework import Framework, Outcome, Output
from indicators.messages import LANGUAGES
from indicators.mission import Mission
from indicators.values import MART_TABLES


def store_items(
    connection: duckdb.DuckDBPyConnection, mission: Mission, framework: Framework | None
) -> None:
    """Fill `mart.framework_item` and `mart.output_plan` anew; no rows without a framework."""
    tables: dict[str, list[dict[str, Any]]] = {
        "framework_item": list(_all_items(framework)) if framework else [],
        "output_plan": list(_plans(framework)) if framework else [],
    }
    for table, rows in tables.items():
        columns = MART_TABLES[table]
        connection.execute(f"DELETE FROM mart.{table} WHERE mission = ?", [mission.mission])
        marks = ", ".join("?" * len(columns))
        for row in rows:
            values = [{"mission": mission.mission, **row}.get(name) for name in columns]
            connection.execute(f"INSERT INTO mart.{table} VALUES ({marks})", values)


def _all_items(framework: Framework) -> Iterator[dict[str, Any]]:
    yield from _items("outcome", framework.outcomes)
    yield from _items("output", framework.outputs)


def _items(kind: str, items: Sequence[Outcome | Output]) -> Iterator[dict[str, Any]]:
    """In the order of the file; `position` counts from 1 within the kind."""
    for position, item in enumerate(items, start=1):
        short = item.short or item.title
        yield {
            "kind": kind,
            "position": position,
            "item": item.id,
            "indicator": item.indicator,
            **{f"title_{language}": getattr(item.title, language) for language in LANGUAGES},
            **{f"short_{language}": getattr(short, language) for language in LANGUAGES},
        }


def _plans(framework: Framework) -> Iterator[dict[str, Any]]:
    """What was planned of each output, a row a period."""
    for output in framework.outputs:
        for planned in output.plan:
            yield {
                "indicator": output.indicator,
                "period": planned.period,
                "quantity": planned.quantity,
            }
