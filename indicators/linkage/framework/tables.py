"""The framework's objective, outcomes and outputs as rows of the mart: pages order them so."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from indicators.definitions.mission_profile import Mission
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.stored.mart_rows import store_rows
from indicators.linkage.framework.model import Framework, Outcome, Output


def store_items(
    connection: duckdb.DuckDBPyConnection, mission: Mission, framework: Framework | None
) -> None:
    """Fill `mart.framework_item` anew; no rows without a framework."""
    items = _all_items(framework) if framework else ()
    store_rows(connection, mission.mission, "framework_item", items)


def _all_items(framework: Framework) -> Iterator[dict[str, Any]]:
    yield _objective(framework)
    yield from _items("outcome", framework.outcomes)
    yield from _items("output", framework.outputs)


def _objective(framework: Framework) -> dict[str, Any]:
    """What all outcomes are to serve; it has no indicator of its own."""
    titles = {
        f"{name}_{language}": getattr(framework.objective, language)
        for name in ("title", "short")
        for language in LANGUAGES
    }
    return {"kind": "objective", "position": 1, "item": "objective", **titles}


def _items(kind: str, items: Sequence[Outcome | Output]) -> Iterator[dict[str, Any]]:
    """In the order of the file; `position` counts from 1 within the kind."""
    for position, item in enumerate(items, start=1):
        short = item.short or item.title
        expected = _expected(item) if isinstance(item, Outcome) else {}
        yield {
            "kind": kind,
            "position": position,
            "item": item.id,
            "indicator": item.indicator,
            **{f"title_{language}": getattr(item.title, language) for language in LANGUAGES},
            **{f"short_{language}": getattr(short, language) for language in LANGUAGES},
            **expected,
        }


def _expected(outcome: Outcome) -> dict[str, Any]:
    """What is expected of an outcome, and of whom."""
    texts = {
        "hypothesis": outcome.hypothesis,
        "expected_accomplishment": outcome.expected_accomplishment,
    }
    found: dict[str, Any] = {"is_benchmark": outcome.is_benchmark}
    for language in LANGUAGES:
        for name, text in texts.items():
            found[f"{name}_{language}"] = text.in_language(language) if text else None
        concerned = [
            entry if isinstance(entry, str) else entry.in_language(language)
            for entry in outcome.stakeholders
        ]
        found[f"stakeholders_{language}"] = "|".join(concerned) or None
    return found
