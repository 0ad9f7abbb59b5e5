"""Did each reporter send each month: a grid of shares and kinds of empty, as an HTML table."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.chart import DRAWN
from dashboards.components.empty import swatch
from dashboards.components.table import Column, scrolling, table
from dashboards.reading.context import Context
from dashboards.reading.queries.quality import RECEIVED, due_returns
from dashboards.wording import formats
from dashboards.wording.words import Words

# Share received, from below: the class of its fill.
_FILLS = ((0.75, "reports-4"), (0.90, "reports-3"), (1.0, "reports-2"))


def _row_names(context: Context, frame: pd.DataFrame, is_named: bool) -> pd.Series:
    """Who reports: units where the audience may see them, else areas."""
    if is_named:
        return frame["unit_name"].fillna(frame["unit_code"])
    return frame["area"].map(context.area_name)


def _state(statuses: pd.Series) -> tuple[str, str, str]:
    """Look, text and words' key of one reporter's month."""
    due = statuses[statuses != "not_due"]
    if due.empty:
        return "not-due", "–", "not_due"
    share = due.isin(RECEIVED).mean()
    if share == 0:
        is_closed = (due == "no_access").all()
        return (
            ("empty-no-access", "⊘", "no_access")
            if is_closed
            else ("empty-not-reported", "", "not_reported")
        )
    if (due == "nil").all():
        return "empty-zero", "0", "nil"
    if share == 1:
        return "reports-1", "", "complete"
    look = next(name for limit, name in _FILLS if share < limit)
    return look, f"{100 * share:.0f}", "partial"


def returns_grid(context: Context, frame: pd.DataFrame, is_named: bool) -> html.Div:
    """Rows are reporters, columns months; a number stands where not all came."""
    words = context.words
    named = frame.assign(reporter=_row_names(context, frame, is_named))
    months = sorted(named["month"].unique())
    rows = [
        html.Tr(_grid_row(context, str(name), group, months))
        for name, group in named.groupby("reporter")
    ]
    grid = html.Table(
        [
            html.Caption(words("quality.grid_caption"), className="hidden"),
            html.Thead(html.Tr(_grid_head(words, months))),
            html.Tbody(rows),
        ],
        className="grid-returns",
        **DRAWN,
    )
    return scrolling(grid, words("quality.grid_caption"), "grid-scroll")


def _grid_head(words: Words, months: list[Any]) -> list[html.Th]:
    heads: list[html.Th] = [html.Th("")]
    year = None
    for month in months:
        stamp = pd.Timestamp(month)
        shown = [html.B(str(stamp.year)) if stamp.year != year else "\u00a0", html.Br()]
        heads.append(html.Th([*shown, formats.month_name(stamp, words)], scope="col"))
        year = stamp.year
    return [*heads, html.Th(words("quality.all_months"), scope="col")]


def _grid_row(context: Context, name: str, group: pd.DataFrame, months: list[Any]) -> list[Any]:
    words = context.words
    cells: list[Any] = [html.Th(name, scope="row")]
    by_month = dict(list(group.groupby("month")["status"]))
    for month in months:
        statuses = by_month.get(month, pd.Series([], dtype=object))
        look, text, key = _state(statuses)
        said = words(f"quality.cell.{key}", share=text)
        cells.append(html.Td(text, className=look, title=said, **{"aria-label": said}))
    due = due_returns(group)
    share = formats.percent(100 * due["status"].isin(RECEIVED).mean(), words) if len(due) else "–"
    return [*cells, html.Td(share, className="year")]


def returns_table(context: Context, frame: pd.DataFrame, is_named: bool) -> html.Div:
    """The same as numbers: due, received, no access, by reporter."""
    words = context.words
    named = frame.assign(reporter=_row_names(context, frame, is_named))
    columns = [
        Column(words("quality.reporter")),
        Column(words("quality.due"), True),
        Column(words("quality.received"), True),
        Column(words("key.no_access"), True),
        Column(words("key.not_reported"), True),
    ]
    rows = []
    for name, group in named.groupby("reporter"):
        due = due_returns(group)["status"]
        counts = (
            len(due),
            int(due.isin(RECEIVED).sum()),
            int((due == "no_access").sum()),
            int((due == "not_submitted").sum()),
        )
        rows.append([str(name), *(formats.number(count, words) for count in counts)])
    return table(columns, rows, words("quality.grid_caption"))


def grid_key(words: Words) -> html.Ul:
    """What the fills of the grid mean."""
    shares = [
        ("reports-1", "complete"),
        ("reports-2", "90"),
        ("reports-3", "75"),
        ("reports-4", "under"),
    ]
    items = [
        html.Li([html.Span(className=f"swatch {look}"), words(f"quality.key.{name}")])
        for look, name in shares
    ]
    items += [
        html.Li([swatch(kind.replace("_", "-")), words(f"quality.key.{kind}")])
        for kind in ("zero", "not_reported", "no_access")
    ]
    return html.Ul(items, className="key", **DRAWN)


def delay_mark(row: dict[str, Any], top: float, words: Words) -> html.Div:
    """Median dot, middle half as a bar, what is asked as an upright line."""

    def place(days: Any) -> str:
        return f"{100 * min(1.0, max(0.0, float(days) / top)):.1f}%"

    marks = [
        html.Span(
            className="delay-band", style={"--lo": place(row["low"]), "--hi": place(row["high"])}
        ),
        html.Span(className="delay-dot", style={"--at": place(row["median"])}),
    ]
    if not formats.is_missing(row["asked"]):
        marks.append(html.Span(className="delay-asked", style={"--at": place(row["asked"])}))
    label = words(
        "quality.delay",
        median=formats.number(row["median"], words),
        low=formats.number(row["low"], words),
        high=formats.number(row["high"], words),
    )
    return html.Div(marks, className="delay", role="img", **{"aria-label": label})
