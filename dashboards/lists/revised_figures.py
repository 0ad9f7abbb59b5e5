"""Figures that differ from the release before, with the reason: of one reason, or all."""

from typing import Any

from dashboards.context import Context
from dashboards.lists.sheet import Sheet, source_notes
from dashboards.queries import quality
from dashboards.rows import rows_of
from dashboards.wording import formats
from indicators.assessment.empty_reasons import Facts, statement
from indicators.foundation import codes
from indicators.foundation.mart_tables import DIMENSIONS


def figure(context: Context, row: dict[str, Any], when: str) -> str:
    """The figure `before` or `after`, or why there is none, as the pages say it."""
    value, words, code = row[f"value_{when}"], context.words, row["indicator"]
    if formats.is_missing(value):
        empty = statement(Facts(obs_status=row[f"obs_status_{when}"])).empty
        return words.said(empty) if empty else ""
    known = code in context.indicators.index
    return context.unit(code).value(float(value), words) if known else str(value)


def sheets(context: Context) -> list[Sheet]:
    """One row a figure; `reason` of the address chooses a reason."""
    words = context.words
    rows = [
        [
            row["indicator"],
            context.short(row["indicator"]),
            row["period"],
            context.area_name(row["area"]),
            part_of(context, row),
            figure(context, row, "before"),
            figure(context, row, "after"),
            words.label("revision_reason", str(row["reason"])),
            words.of(row, "sentence"),
            row["release_before"],
        ]
        for row in rows_of(quality.revisions(context.release, context.address.get("reason")))
    ]
    names = (
        *("code", "indicator", "period", "area", "part", "before", "after"),
        *("reason", "sentence", "release_before"),
    )
    heads = [words(f"revised.head.{name}") for name in names]
    return [Sheet(words("quality.revisions_title"), heads, rows, source_notes(context))]


def part_of(context: Context, row: dict[str, Any]) -> str | None:
    """The part that a figure is of: sex, age, unit, actor …; nothing of a total."""
    named = {name: row[name] for name in DIMENSIONS if not name.startswith("breakdown")}
    named[row["breakdown"]] = row["breakdown_value"]  # the code of the vocabulary that it names
    parts = [
        context.words.label(name, code)
        for name, code in named.items()
        if code not in (codes.TOTAL, codes.NOT_APPLICABLE)
    ]
    return ", ".join(parts) or None
