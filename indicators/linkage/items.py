"""The framework's outcomes and outputs as rows of the mart: pages name and order them so."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from indicators.linkage.framework import Framework, Outcome, Output
from indicators.linkage.mart_rows import store_rows
from indicators.messages import LANGUAGES
from indicators.mission import Mission


def store_items(
    connection: duckdb.DuckDBPyConnection, mission: Mission, framework: Framework | None
) -> None:
    """Fill `mart.framework_item` and `mart.output_plan` anew; no rows without a framework."""
    items = _all_items(framework) if framework else ()
    plans = _plans(framework) if framework else ()
    store_rows(connection, mission, "framework_item", items)
    store_rows(connection, mission, "output_plan", plans)


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
