"""The score of each source in the chosen period and area: its four parts; what to mend first."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.queries import outstanding
from dashboards.wording import formats
from indicators.assessment.quality_score import (
    PARTS,
    QualityCounts,
    first_mend,
    quality_parts,
    quality_score,
)

_COUNTS = tuple(QualityCounts.__dataclass_fields__)
_AREAS_SHOWN = 8


def quality_score_card(context: Context) -> list[html.Section]:
    """By source, then the areas with the lowest scores; nothing where this copy has no scores."""
    if "quality_score" not in context.release.tables:
        return []
    words = context.words
    title = words("score.title")
    period = context.period
    frame = outstanding.quality_counts(
        context.release, period.start.isoformat(), period.end.isoformat()
    )
    frame = frame[frame["area"].isin(context.areas_inside)]
    if frame.empty:
        return [card(title, [notice(words("score.none"))], key="score")]
    by_source = _rows(context, frame, "source")
    by_area = _rows(context, frame, "area")
    parts: list[Any] = [table(_columns(context, "quality.source"), by_source, title)]
    if len(by_area) > 1:
        summary = html.Summary(words("score.areas"))
        areas = table(_columns(context, "score.area"), by_area[:_AREAS_SHOWN], title)
        parts.append(html.Details([summary, areas], className="long"))
    return [card(title, parts, words("score.subtitle"), key="score")]


def _columns(context: Context, first: str) -> list[Column]:
    words = context.words
    shares = [Column(words(f"score.part.{name}"), True) for name in PARTS]
    return [
        Column(words(first)),
        Column(words("score.score"), True),
        Column(words("score.mend")),
        *shares,
    ]


def _rows(context: Context, frame: pd.DataFrame, by: str) -> list[list[Any]]:
    """One row a source or area, lowest score first."""
    words = context.words
    summed = frame.groupby(by)[list(_COUNTS)].sum(min_count=1)
    scored = [(_score(row), str(code), row) for code, row in summed.to_dict("index").items()]
    scored.sort(key=lambda one: one[:2])
    named = {
        code: words.label("source", code) if by == "source" else context.area_name(code)
        for _, code, _ in scored
    }
    return [_row(context, named[code], score, row) for score, code, row in scored]


def _parts(row: Mapping[Hashable, Any]) -> dict[str, float]:
    counts = {name: None if pd.isna(row[name]) else int(row[name]) for name in _COUNTS}
    return quality_parts(QualityCounts(**counts))  # type: ignore[arg-type]


def _score(row: Mapping[Hashable, Any]) -> float:
    return quality_score(_parts(row)) or 0


def _row(context: Context, name: str, score: float, row: Mapping[Hashable, Any]) -> list[Any]:
    words, parts = context.words, _parts(row)
    shares = [_percent(context, parts[part]) if part in parts else "–" for part in PARTS]
    mend = first_mend(parts)
    advice = words("score.nothing")
    if mend is not None:
        advice = words(
            f"score.mend.{mend.part}",
            number=formats.number(_amiss(mend.part, row), words),
            score=_percent(context, mend.score),
        )
    return [name, html.B(_percent(context, score)), advice, *shares]


def _amiss(part: str, row: Mapping[Hashable, Any]) -> int:
    """How many returns or rows stand in the way of a part."""
    return int(
        {
            "completeness": row["returns_due"] - row["returns_received"],
            "timeliness": row["returns_dated"] - row["returns_in_time"],
            "validity": row["rows_rejected"],
            "consistency": row["rows_flagged"],
        }[part]
    )


def _percent(context: Context, share: float) -> str:
    """Whole percent; 100 only where nothing is amiss, 0 only where nothing came."""
    rounded = round(100 * share)
    whole = min(rounded, 99) if share < 1 else rounded
    return formats.percent(max(whole, 1) if share > 0 else whole, context.words)
