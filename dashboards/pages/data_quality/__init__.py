"""Data quality: what is missing, late or wrong, and which figures it touches."""

from collections import Counter
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import (
    card,
    fold_switch,
    folded,
    notice,
    opened_rest,
    page_head,
    with_commands,
)
from dashboards.components.chart import chart_card, shows_table
from dashboards.components.lists.missing_reports import missing_reports_card
from dashboards.components.lists.revisions import revisions_card
from dashboards.components.table import Column, table
from dashboards.pages.data_quality import rejected_rows, returns_grid
from dashboards.pages.data_quality.cards import (
    duplicates_card,
    quality_score_card,
    violations_card,
    without_figure_card,
)
from dashboards.pages.data_quality.rejected_rows import unit_tabs
from dashboards.reading.context import Context
from dashboards.reading.queries import outstanding, quality
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import sentence_case
from indicators.foundation.periods import period_named

_ROWS_SHOWN = 12
_ROWS_SENT = 150
_MONTHS_SHOWN = 12
_NAMED = 2
_LACKING = ("not_reported", "no_access", "period_not_over")


def _returns(context: Context, months: int) -> pd.DataFrame:
    """Returns of the chosen place in the months that end with the chosen period."""
    end = pd.Timestamp(context.period.end)
    first = (end - pd.DateOffset(months=months - 1)).replace(day=1)
    dates = first.date().isoformat(), end.date().isoformat()
    return context.of_place(quality.returns(context.release, *dates))


def _of_period(context: Context) -> pd.DataFrame:
    start, end = context.period.start, context.period.end
    frame = quality.returns(context.release, start.isoformat(), end.isoformat())
    return quality.due_returns(context.of_place(frame))


def sentence(context: Context) -> str:
    """Share of the expected reports that came, and the areas that sent nothing at all."""
    words, due = context.words, _of_period(context)
    if due.empty:
        has_calendar = quality.has_calendar(context.release)
        return words("quality.no_returns" if has_calendar else "quality.no_calendar")
    came = due["status"].isin(quality.RECEIVED)
    share = formats.percent(100 * came.mean(), words)
    first = words("quality.sentence", share=share)
    silent = [context.area_name(code) for code in quality.silent_areas(due)]
    return f"{first} {_silent_words(context, silent, due['area'].nunique())}".rstrip()


def _silent_words(context: Context, silent: list[str], areas: int) -> str:
    words = context.words
    if not silent:
        return words("quality.none_silent") if areas > 1 else ""
    return words("quality.silent", names=words.some_of(silent, _NAMED))


def _touched(context: Context) -> int:
    """Indicators whose figure is provisional, or that have none for lack of data."""
    cells = [context.cell(code) for code in context.indicators.index]
    return sum(cell.is_provisional or cell.state in _LACKING for cell in cells)


def _lead(context: Context) -> str:
    words, due = context.words, _of_period(context)
    came = int(due["status"].isin(quality.RECEIVED).sum())
    return words(
        "quality.lead",
        came=formats.number(came, words),
        due=formats.number(len(due), words),
        touched=str(_touched(context)),
        total=str(len(context.indicators)),
    )


def _grid_card(context: Context) -> list[Any]:
    frame = _returns(context, _MONTHS_SHOWN)
    if frame.empty:
        return []
    words = context.words
    is_named = bool(frame["unit_code"].notna().any())
    title = words("quality.grid_title" if is_named else "quality.grid_title_areas")
    subtitle = words("quality.grid_subtitle")
    drawn: list[Any] = []
    if not shows_table(context.address):
        drawn = [
            returns_grid.returns_grid(context, frame, is_named),
            returns_grid.grid_key(words),
        ]
    numbers = returns_grid.returns_table(context, frame, is_named)
    return [chart_card(context, "grid", (title, subtitle), drawn, numbers)]


def _place(context: Context, row: dict[str, Any]) -> list[Any]:
    words = context.words
    parts = [str(row["file"])]
    if isinstance(row["sheet"], str) and row["sheet"]:
        parts.append(row["sheet"])
    if not formats.is_missing(row["first_row"]):
        first, last = int(row["first_row"]), int(row["last_row"])
        key = "quality.row" if first == last else "quality.rows"
        parts.append(words(key, first=str(first), last=str(last)))
    if isinstance(row["column_name"], str):
        parts.append(words.column(row["source"], row["column_name"]))
    return [", ".join(parts)]


def _raw_value(context: Context, row: dict[str, Any]) -> Any:
    raw = row.get("raw_value")
    if isinstance(raw, str) and raw:
        return html.Code(raw)
    if context.audience == "hq":
        return context.words("quality.value_not_given")
    return context.words("quality.empty_cell")


def _rejects_card(context: Context) -> html.Section:
    words, unit = context.words, rejected_rows.chosen_unit(context)
    frame = quality.rejects(context.release, unit)
    title = words("quality.rejects_title")
    if frame.empty:
        return card(title, [notice(words("quality.no_rejects"))], key="rejects")
    columns = [
        Column(words("quality.place")),
        Column(words("quality.value")),
        Column(words("quality.mend")),
        Column(words("quality.row_count"), True),
    ]
    rows = [_reject(context, row) for row in rows_of(frame)]
    total, files = int(frame["rows"].sum()), frame["file"].nunique()
    counts = {"rows": formats.number(total, words), "files": formats.number(files, words)}
    waiting = outstanding.rejected_rows(context.release)  # each row once, as the steps count it
    waiting = waiting[waiting["unit_code"] == unit] if unit else waiting
    if waiting.empty:
        subtitle = words("quality.rejects_subtitle", **counts)
    else:
        number = formats.number(int(waiting["rows"].sum()), words)
        subtitle = words("quality.rejects_rows", number=number, **counts)
    shown = _folded(context, columns, rows, title, "more_rejects")
    foot = rejected_rows.REJECTED.files(context, title)
    return card(title, [*unit_tabs(context), *shown, foot], subtitle, key="rejects")


def _reject(context: Context, row: dict[str, Any]) -> list[Any]:
    words = context.words
    mend: list[Any] = with_commands(sentence_case(words.of(row, "sentence")))
    if row["places"] > 1:
        more = formats.number(row["places"] - 1, words)
        mend.append(html.Span(words("quality.first_place", number=more), className="note"))
    return [
        _place(context, row),
        _raw_value(context, row),
        mend,
        formats.number(row["rows"], words),
    ]


def _folded(
    context: Context, columns: list[Column], rows: list[list[Any]], title: str, key: str
) -> list[Any]:
    """The first rows as a table, the next ones folded away, the rest counted."""
    words = context.words
    parts: list[Any] = [table(columns, rows[:_ROWS_SHOWN], title)]
    folded = rows[_ROWS_SHOWN:_ROWS_SENT]
    if folded:
        summary = words(f"quality.{key}", number=str(len(rows) - _ROWS_SHOWN))
        parts += opened_rest(context.address, key, summary, table(columns, folded, title))
    if len(rows) > _ROWS_SENT:
        parts.append(
            html.P(words("quality.not_shown", number=str(len(rows) - _ROWS_SENT)), className="note")
        )
    return parts


def _checks_card(context: Context) -> list[Any]:
    words, frame = context.words, quality.checks(context.release)
    if frame.empty:
        return []
    outcomes = Counter(_outcome(row) for row in rows_of(frame))
    told = ("passed", "warning", "failed", "error")
    summary = words("quality.checks_summary", **{name: str(outcomes[name]) for name in told})
    absent = quality.without_rows(context.release)
    is_absent = frame["check_name"].str.endswith(".has_rows") & frame["source"].isin(absent)
    shown = frame[(frame["status"] != "passed") & ~is_absent]
    items = [_check(context, row) for row in rows_of(shown)]
    if absent:  # one line for all of them
        titles = ", ".join(sorted(words.label("source", table) for table in absent))
        items.append(html.Li(words("value.never_filled", sources=titles)))
    passed = rows_of(frame[frame["status"] == "passed"])
    said = words("quality.all_passed", number=str(len(passed)))
    rest = html.Ul([_check(context, row) for row in passed], className="checks")
    parts = [
        html.Ul(items, className="checks"),
        *opened_rest(context.address, "all_passed", said, rest),
    ]
    return [card(words("quality.checks_title"), parts, summary, key="checks")]


def _covered_in_part(context: Context) -> list[Any]:
    """The sources that end before the last month of a quarter that ends in the period."""
    frame, period = quality.checks(context.release), context.period
    of_quarters = frame["check_name"].str.endswith(".reaches_quarter_end")
    rows = rows_of(frame[of_quarters & (frame["status"] == "failed")])
    return [
        notice(context.words.of(row, "sentence"))
        for row in rows
        if period.start <= period_named(row["expected"]).end <= period.end
    ]


def _outcome(row: dict[str, Any]) -> str:
    """How a check ended: only one that blocks has failed."""
    is_warning = row["status"] == "failed" and row["severity"] == "warning"
    return "warning" if is_warning else str(row["status"])


def _check(context: Context, row: dict[str, Any]) -> html.Li:
    words = context.words
    severity = words.label("severity", str(row["severity"]))
    source = words.label("source", str(row["source"]))
    text = words.of(row, "sentence") or str(row["check_name"])
    status = html.Span(words(f"quality.status.{_outcome(row)}"), className="hidden")
    return html.Li(
        [
            html.Span([status, " ", *with_commands(text)], className=f"check-{row['status']}"),
            html.Span(f"{source} · {severity}", className="note"),
        ]
    )


def _delays_card(context: Context) -> list[Any]:
    frame = quality.delays(_returns(context, _MONTHS_SHOWN))
    if frame.empty:
        return []
    words = context.words
    top = max(1.0, float(frame[["high", "asked"]].max(numeric_only=True).max())) * 1.1
    columns = [
        Column(words("quality.source")),
        Column(words("quality.middle_half")),
        Column(words("quality.median_days"), True),
    ]
    rows = [
        [
            words.label("source", row["source"]),
            returns_grid.delay_mark(row, top, words),
            formats.number(row["median"], words),
        ]
        for row in rows_of(frame)
    ]
    title = words("quality.delays_title")
    return [
        card(title, [table(columns, rows, title)], words("quality.delays_subtitle"), key="delays")
    ]


def _files_card(context: Context) -> html.Section:
    words, frame = context.words, quality.input_files(context.release)
    columns = [
        Column(words("quality.file")),
        Column(words("quality.file_status")),
        Column(words("quality.read"), True),
        Column(words("quality.loaded"), True),
        Column(words("quality.rejected"), True),
        Column(words("quality.unchanged"), True),
        Column("SHA-256"),
    ]
    rows = [
        [
            row["name"],
            words.label("file_status", str(row["status"])),
            *(
                formats.number_or_dash(row[name], words)
                for name in ("rows_read", "rows_loaded", "rows_rejected", "rows_unchanged")
            ),
            html.Span(str(row["file_sha256"])[:16], className="hash", title=row["file_sha256"]),
        ]
        for row in rows_of(frame)
    ]
    title = words("quality.files_title")
    former = int((frame["status"] == "superseded").sum())
    key = "quality.files_and_former" if former else "quality.files_subtitle"
    subtitle = words(key, number=str(len(rows) - former), former=str(former))
    return card(title, _folded(context, columns, rows, title, "more_files"), subtitle, key="files")


def _not_kept_card(context: Context) -> list[Any]:
    words, frame = context.words, quality.rows_not_kept(context.release)
    if frame.empty:
        return []
    columns = [
        Column(words("quality.quarter")),
        Column(words("quality.source")),
        Column(words("quality.not_kept_reason")),
        Column(words("quality.not_kept_rows"), True),
    ]
    rows = [
        [
            formats.period_name(period_named(row["period"]), words) if row["period"] else "–",
            words.label("source", row["source"]),
            words(f"quality.not_kept.{row['reason']}"),
            formats.number(row["rows"], words),
        ]
        for row in rows_of(frame)
    ]
    title = words("quality.not_kept_title")
    parts = _folded(context, columns, rows, title, "more_lines")
    return [card(title, parts, words("quality.not_kept_subtitle"), key="not-kept")]


def body(context: Context) -> list[Any]:
    """The score and what to mend first, then the gaps; below, by its head alone, all else."""
    lead = _lead(context) if len(_of_period(context)) else None
    late = html.Div(_delays_card(context), className="stack")
    gaps = html.Div([html.Div(_grid_card(context), className="stack"), late], className="columns")
    told = [*_take_in_link(context), *_covered_in_part(context)]
    parts = [*told, *quality_score_card(context), gaps]
    folds = html.Div(_folded_cards(context), className="stack folds")
    heading = formats.period_heading(context.period, context.words)
    place = f"{context.area_name(context.area)}, {heading}"
    return [page_head(sentence(context), lead, place), html.Div(parts, className="stack"), folds]


def _folded_cards(context: Context) -> list[Any]:
    """What is missing, what is wrong, what was checked and revised; open where it was chosen in."""
    address = context.address
    cards = [
        *missing_reports_card(context),
        *without_figure_card(context),
        *duplicates_card(context),
        *_not_kept_card(context),
        *violations_card(context),
        *_checks_card(context),
        _files_card(context),
    ]
    chosen_in = ((_rejects_card(context), "reporter"), (revisions_card(context), "reason"))
    return [
        html.Div(fold_switch(address, context.words), className="folds-head"),
        *(folded(address, one, address.get(asked) is not None) for one, asked in chosen_in),
        *(folded(address, one) for one in cards),
    ]


def _take_in_link(context: Context) -> list[Any]:
    """Where a file is taken in: in the mission alone."""
    if context.audience != "mission":
        return []
    steps = html.A(context.words("steps.title"), href=context.address.link("/records/steps"))
    link = html.A(context.words("intake.link"), href=context.address.link("/records/upload"))
    capture = html.A(context.words("intake.capture"), href=context.address.link("/records/capture"))
    templates = html.A(
        context.words("templates.title"), href=context.address.link("/records/templates")
    )
    waiting = html.A(context.words("outstanding.link"), href=context.address.link("/outstanding"))
    return [html.P([steps, " · ", link, " · ", capture, " · ", templates, " · ", waiting])]
