"""Every method and setting of a link, weak to strong, with the one that was chosen beforehand."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components.card import card, how_to_read, notice
from dashboards.components.finding import KINDS, folded
from dashboards.components.rating import evidence_mark, verdict
from dashboards.components.table import Column, table
from dashboards.pages.effects.primary_card import method_name
from dashboards.reading.context import Context
from dashboards.wording import formats
from dashboards.wording.difference import difference_words
from dashboards.wording.words import Words

Row = Mapping[str, Any]
# A placebo is a check of the others.
_METHODS = (
    "association",
    "panel",
    "rollout",
    "case_series",
    "before_after_interviews",
    "pulse_interviews",
    "placebo",
)


def every_setting(context: Context, primary: Row | None, tests: Sequence[Row]) -> html.Section:
    """Graded figures and placebos; other delays unfold. What could not be estimated has no row."""
    words = context.words
    title, under = words("effects.settings.title"), words("effects.settings.under")
    known = [row for row in tests if row["method"] in _METHODS]
    rows = sorted(known, key=lambda row: (_METHODS.index(row["method"]), row["specification"]))
    estimated = [row for row in rows if not formats.is_missing(row["estimate"])]
    shown = [row for row in estimated if _is_test(row) or row["method"] == "placebo"]
    folds = {
        "other_lags": [row for row in estimated if row not in shown],
    }
    if not any((shown, *folds.values())):
        return card(title, [notice(words("effects.settings.none"))], key="settings")
    parts: list[Any] = [how_to_read("settings", words)]
    if shown:
        parts.append(_table(context, primary, shown, title))
    for name, held in folds.items():
        label = words(f"effects.settings.{name}", number=formats.number(len(held), words))
        parts += folded(label, [_table(context, primary, held, label)]) if held else []
    return card(title, parts, under, key="settings")


def _is_test(row: Row) -> bool:
    return verdict(row) is not None


def _table(context: Context, primary: Row | None, rows: Sequence[Row], caption: str) -> html.Div:
    words = context.words
    columns = [
        Column(words("effects.settings.head")),
        Column(words("effects.difference"), True),
        Column(words("table.interval"), True),
        Column(words("effects.settings.unit")),
        Column(words("effects.q"), True),
        Column(words("finding.grade")),
    ]
    return table(columns, [_line(context, primary, row) for row in rows], caption, "table-settings")


def _line(context: Context, primary: Row | None, row: Row) -> list[Any]:
    words = context.words
    is_primary = primary is not None and all(
        row[name] == primary[name] for name in ("method", "specification", "lag")
    )
    name: list[Any] = [method_name(str(row["method"]), words)]
    if is_primary:
        name = [html.B(["● ", *name, " ", words("effects.settings.chosen")])]
    note = html.Span(_setting(row, context), className="note")
    unit = _unit(context, row)
    difference = difference_words(row, words, _scale(row))
    q = formats.number_or_dash(row["q_value"], words, 3)
    mark = words("effects.check")
    if row["method"] != "placebo":
        mark = evidence_mark(row, words) if _is_test(row) else ""
    return [[*name, note], *difference, unit, q, mark]


def _setting(row: Row, context: Context) -> str:
    """The setting; of an association also by how many periods the output came earlier."""
    words, text = context.words, setting_name(row, context.words)
    if row["method"] != "association":
        return text
    lag = row["lag"]
    key = "lag" if lag > 0 else "lag_earlier" if lag < 0 else "lag_same"
    return words(f"effects.setting.{key}", setting=text, lag=formats.number(abs(lag), words))


def _scale(row: Row) -> str | None:
    """That of a placebo is that of its design: by days a ratio."""
    if row["method"] == "placebo" and row["specification"] == "lead_7_days":
        return "percent"
    return row["change_unit"] if isinstance(row["change_unit"], str) else None


def _unit(context: Context, row: Row) -> str:
    words, scale = context.words, _scale(row)
    if scale == "percent":
        return words("leads.relative")
    if row["method"] == "association":
        return words("effects.settings.correlation")
    unit = context.unit(str(row["to_indicator"]))
    return words("leads.points") if unit.is_percent else unit.words(words)


_PATTERNS = (
    # 14_days; 4_to_7_days; 7_days_police
    ("days", re.compile(r"(?P<last>\d+)_days")),
    ("days", re.compile(r"(?P<first>\d+)_to_(?P<last>\d+)_days")),
    ("interviews", re.compile(rf"(?P<days>\d+)_days_(?P<kind>{'|'.join(KINDS)})")),
)


def setting_name(row: Mapping[str, Any], words: Words) -> str:
    """The setting of a row of `mart.result_link`; its code where nothing words it."""
    code = str(row["specification"])
    for name, pattern in _PATTERNS:
        if found := pattern.fullmatch(code):
            parts = {key: text for key, text in found.groupdict().items() if text}
            if name != "days":
                parts["kind"] = words.label("activity_kind", parts.get("kind", "all"))
            return words(f"effects.setting.{name}", **{"first": "1", **parts})
    key = f"effects.setting.{code}"
    return words(key) if words.known(key) else code.replace("_", " ")
