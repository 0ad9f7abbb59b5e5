"""Pairs of rows that may tell of one case: how many wait for a person, and which."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from dash import html

from dashboards.components.card import card
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.releases import Release
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.written import entries
from indicators.definitions.contracts import contracts
from records.kinds import DuplicateDecision
from records.store import Version

_SHOWN = 8


def duplicates_card(context: Context) -> list[html.Section]:
    """The pairs that wait, the most alike first; nothing in a copy without the table."""
    frame = candidates(context.release)
    if frame.empty:
        return []
    words = context.words
    waiting = frame[frame["decision"] == "undecided"]
    under = words(
        "duplicates.under",
        waiting=formats.number(len(waiting), words),
        left_out=formats.number(int((frame["decision"] == "duplicate").sum()), words),
        separate=formats.number(int((frame["decision"] == "separate").sum()), words),
    )
    title = words("duplicates.title")
    parts: list[Any] = _table(context, waiting, title) if len(waiting) else []
    parts.append(html.P([words("duplicates.how"), " ", html.Code("poclens duplicates list")]))
    return [card(title, parts, under, key="duplicates")]


def _table(context: Context, waiting: pd.DataFrame, title: str) -> list[Any]:
    words = context.words
    columns = [
        Column(words("duplicates.head.rows")),
        Column(words("duplicates.head.rule")),
        Column(words("duplicates.head.area")),
        Column(words("duplicates.head.differs")),
        Column(words("duplicates.head.score"), True),
        Column(words("duplicates.head.decide")),
    ]
    decided = entries.duplicate_decisions(context)
    rows = sorted(rows_of(waiting), key=lambda row: "/".join(_pair(row).values()) in decided)
    shown = [_row(context, row, decided) for row in rows[:_SHOWN]]
    parts: list[Any] = [table(columns, shown, title)]
    if len(waiting) > _SHOWN:
        more = formats.number(len(waiting) - _SHOWN, words)
        parts.append(html.P(words("duplicates.more", number=more), className="note"))
    return parts


Decided = Mapping[str, Version[DuplicateDecision]]


def _row(context: Context, row: dict[str, Any], decided: Decided) -> list[Any]:
    words, contract = context.words, contracts()[row["source"]]
    rule = contract.duplicates.get(row["rule"])
    differs = [
        contract.columns[name].title.in_language(words.language)
        for name in json.loads(row["differs"])
        if name in contract.columns
    ]
    return [
        [_place(context, row, "a"), html.Br(), _place(context, row, "b")],
        rule.title.in_language(words.language) if rule else str(row["rule"]),
        context.area_name(row["area"]),
        ", ".join(differs) or "–",
        formats.number(row["score"], words, 2),
        _decision(context, row, decided),
    ]


def _pair(row: dict[str, Any]) -> dict[str, str]:
    """What names the pair in the records."""
    return {"table": row["source"], "row_key": row["key_a"], "other_key": row["key_b"]}


def _decision(context: Context, row: dict[str, Any], decided: Decided) -> html.A:
    """What was decided since the release, and the form of the decision."""
    pair = _pair(row)
    given = decided.get("/".join(pair.values()))
    asked = {"key": given.record.key} if given else pair
    link = context.address.link("/records/entry/duplicate", period=context.period.name)
    said = f"records.duplicate.{given.record.decision}" if given else "duplicates.decide"
    return html.A(context.words(said), href=f"{link}&{urlencode(asked)}")


def _place(context: Context, row: dict[str, Any], side: str) -> str:
    words = context.words
    number = words("quality.row", first=str(row[f"row_{side}"]), last="")
    return f"{row[f'key_{side}']} ({row[f'file_{side}']}, {number})"


def candidates(release: Release) -> pd.DataFrame:
    """All pairs, those that wait first, the most alike before; empty where the copy has none."""
    if "duplicate_candidate" not in release.tables:
        return pd.DataFrame()
    sql = """
        SELECT * FROM mart.duplicate_candidate
        ORDER BY decision <> 'undecided', score DESC NULLS LAST, source, key_a, key_b
    """
    return release.frame(sql)
