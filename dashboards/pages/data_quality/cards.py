"""Possible duplicates, scores of sources, broken rules, indicators without a figure."""

import json
from collections.abc import Hashable, Mapping
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, opened_rest, page_link, with_commands
from dashboards.components.chart import take_away
from dashboards.components.empty import empty_mark
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values, outstanding
from dashboards.reading.releases import Release
from dashboards.reading.rows import rows_of
from dashboards.reading.written import records
from dashboards.wording import formats
from indicators.assessment.quality_score import (
    PARTS,
    QualityCounts,
    first_mend,
    quality_parts,
    quality_score,
)
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
    decided = records.duplicate_decisions(context)
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
    frame = context.of_place(frame)
    if frame.empty:
        return [
            card(
                title,
                [notice(context.if_came(words("score.none"), "reporting_returns"))],
                key="score",
            )
        ]
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
    return [_score_row(context, named[code], score, row) for score, code, row in scored]


def _parts(row: Mapping[Hashable, Any]) -> dict[str, float]:
    counts = {name: None if pd.isna(row[name]) else int(row[name]) for name in _COUNTS}
    return quality_parts(QualityCounts(**counts))  # type: ignore[arg-type]


def _score(row: Mapping[Hashable, Any]) -> float:
    return quality_score(_parts(row)) or 0


def _score_row(context: Context, name: str, score: float, row: Mapping[Hashable, Any]) -> list[Any]:
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


_SHOWN_VIOLATIONS = 12
_SENT = 150
_COUNTS_SHOWN = 4


def violations_card(context: Context) -> list[html.Section]:
    """A row a rule, the new ones first; nothing where this copy does not tell them."""
    if "violation" not in context.release.tables:
        return []
    words, frame = context.words, outstanding.violations(context.release)
    title = words("violations.title")
    if frame.empty:
        return [card(title, [notice(words("violations.none"))], key="violations")]
    found = frame["state"].value_counts()
    states = ("open", "new", "resolved")
    numbers = {state: formats.number(int(found.get(state, 0)), words) for state in states}
    is_first = frame["rows_before"].isna().all()
    subtitle = words("violations.first" if is_first else "violations.subtitle", **numbers)
    columns = [
        Column(words("violations.rule")),
        Column(words("violations.state")),
        Column(words("violations.rows"), True),
        Column(words("violations.since")),
    ]
    rows = [_violation_row(context, row) for row in rows_of(frame)]
    parts: list[Any] = [table(columns, rows[:_SHOWN_VIOLATIONS], title)]
    if rows[_SHOWN_VIOLATIONS:]:
        summary = words("violations.more", number=str(len(rows) - _SHOWN_VIOLATIONS))
        more = table(columns, rows[_SHOWN_VIOLATIONS:_SENT], title)
        parts += opened_rest(context.address, "more_violations", summary, more)
    return [card(title, parts, subtitle, key="violations")]


def _violation_row(context: Context, row: dict[str, Any]) -> list[Any]:
    words = context.words
    source = words.label("source", str(row["source"]))
    kind = words(f"violations.kind.{row['kind']}")
    counts = [formats.number(count, words) for _, count in json.loads(row["counts"])]
    before = counts[-_COUNTS_SHOWN:-1] if row["state"] != "resolved" else counts[-_COUNTS_SHOWN:]
    shown = " → ".join([*before, formats.number(row["rows"], words)])
    return [
        [*with_commands(words.of(row, "title")), html.Span(f"{source} · {kind}", className="note")],
        words(f"violations.state.{row['state']}"),
        shown,
        formats.day(pd.Timestamp(row["first_seen"]), words),
    ]


def without_figure_card(context: Context) -> list[html.Section]:
    """One row an indicator in the order of codes; a sentence where each has a figure."""
    words = context.words
    codes = [str(code) for code in context.indicators.index if not context.cell(code).is_figure]
    title = words("lacking.title")
    under = words("lacking.under", number=str(len(codes)), total=str(len(context.indicators)))
    if not codes:
        return [card(title, [], under, key="lacking")]
    columns = [
        Column(words("indicators.head.indicator")),
        Column(words("lacking.reason")),
        Column(words("lacking.missing")),
        Column(words("lacking.last")),
    ]
    newest = indicator_values.newest_figures(
        context.release, context.area, context.period.period_type, context.period.end.isoformat()
    )
    counted = indicator_values.with_rows(context.release)
    rows = [_reason_row(context, code, newest.get(code), code in counted) for code in codes]
    content = [table(columns, rows, title), take_away(context, "lacking", ("csv",), title)]
    return [card(title, content, under, key="lacking")]


def _reason_row(context: Context, code: str, newest: str | None, has_rows: bool) -> list[Any]:
    words = context.words
    name = [
        page_link(context.short(code), context.address.link(f"/indicators/{code}")),
        html.Span(code, className="note"),
    ]
    period = next((one for one in context.periods if one.name == newest), None)
    last = formats.period_name(period, words) if period else words("lacking.never")
    return [name, empty_mark(context.cell(code), words), _missing(context, code, has_rows), last]


def _missing(context: Context, code: str, has_rows: bool) -> str:
    """The source whose rows, reports or answers are missing, as far as the release says."""
    words, source = context.words, str(context.indicator(code)["source"])
    name, cell = words.label("source", source), context.cell(code)
    if not has_rows:
        return words("lacking.no_rows", source=name)
    if cell.reports_due and (cell.reports_received or 0) < cell.reports_due:
        number = cell.reports_due - (cell.reports_received or 0)
        return words(
            "lacking.reports",
            source=name,
            number=formats.number(number, words),
            due=formats.number(cell.reports_due, words),
        )
    kind = _kind(cell.state)
    return words(f"lacking.because.{kind}", source=name)


def _kind(state: str) -> str:
    """Families of reasons that ask for the same data."""
    if state.startswith("suppressed") or state in ("unreliable", "no_survey", "not_asked"):
        return "answers"
    if state in ("period_not_over", "no_cases"):
        return state
    return "see_reason"
