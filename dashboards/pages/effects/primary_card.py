"""By which test a link is graded: who chose it, when, and why another one speaks instead."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import Words
from indicators.foundation.messages import message


def primary_test(context: Context, edge: str) -> html.Section:
    """The question asked beforehand; with how many were asked in all, and how many answered."""
    words = context.words
    rows = rows_of(framework.primary_tests(context.release))
    title = words("primary.title")
    own = next((row for row in rows if row["edge"] == edge), None)
    if own is None:
        return card(title, [notice(words("primary.none"))], key="primary")
    lines = [_asked(own, words), *_fallback(own, words)]
    answered = sum(bool(row["is_answered"]) for row in rows)
    lines.append(words("primary.counts", questions=len(rows), answered=answered))
    return card(title, [html.P(line) for line in lines], words("primary.under"), key="primary")


def _asked(row: dict[str, Any], words: Words) -> str:
    if formats.is_missing(row["asked_method"]):
        return words("primary.no_method")
    method = method_name(row["asked_method"], words)
    if row["asked_by"] == "framework":
        on = formats.day(row["named_on"], words)
        return words("primary.named", method=method, day=on)
    return words("primary.by_kind", method=method)


def _fallback(row: dict[str, Any], words: Words) -> list[str]:
    if formats.is_missing(row["fallback_reason"]):
        return []
    reason = message(f"linkage.grade_reason.{row['fallback_reason']}", words.language)
    method = method_name(row["method"], words)
    return [words("primary.fallback", method=method, reason=reason)]


def method_name(code: str, words: Words) -> str:
    """A method in the reader's language."""
    return message(f"linkage.method.{code}", words.language)
