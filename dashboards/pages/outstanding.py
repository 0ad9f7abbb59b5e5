"""Outstanding: rejected rows that nobody has mended, and reports that have not come, by sender."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head
from dashboards.components.listing import Field, Listing, Row, label
from dashboards.components.lists.missing_reports import (
    due_reports,
    missing_reports,
    missing_reports_card,
    reminder,
)
from dashboards.components.table import Column, scrolling, table
from dashboards.reading.context import Context
from dashboards.reading.queries import outstanding, quality
from dashboards.reading.rows import rows_of
from dashboards.wording import formats


def waiting_rows(context: Context) -> pd.DataFrame:
    """Rows of `mart.rejected_row` with the sender's name and the days up to the as-of date.

    `sender`: null where the rows name no known unit. `days`: null where no day can be read.
    """
    frame = outstanding.rejected_rows(context.release)
    names = quality.unit_names(context.release)
    as_of = pd.Timestamp(context.mission["as_of"])
    return frame.assign(
        sender=frame["unit_code"].map(lambda code: _name(names, code)),
        days=(as_of - pd.to_datetime(frame["oldest_on"])).dt.days,
    )


def _name(names: dict[str, str], code: Any) -> str | None:
    return names.get(code, code) if isinstance(code, str) else None


def _of_reporter(context: Context) -> list[Row]:
    """One row a unit, source and file; `reporter` of the address chooses one unit."""
    frame, asked = waiting_rows(context), context.address.get("reporter")
    return rows_of(frame[frame["unit_code"] == asked] if asked else frame)


def _unit(context: Context, row: Row) -> str:
    known = isinstance(row["sender"], str)
    return row["sender"] if known else context.words("outstanding.no_unit")


OUTSTANDING = Listing(
    "outstanding-rows",
    "outstanding.rows_title",
    "outstanding",
    (
        Field("unit", _unit),
        Field("source", label("source")),
        Field("file"),
        Field("rows"),
        Field("oldest", lambda _, row: pd.Timestamp(row["oldest_on"])),
        Field("days"),
    ),
    _of_reporter,
)


_SOURCES_NAMED = 3


def sentence(context: Context) -> str:
    """How many rejected rows wait, and how many reports are missing."""
    words = context.words
    rows, reports = int(waiting_rows(context)["rows"].sum()), len(missing_reports(context))
    period, is_due = formats.period_name(context.period, words), not due_reports(context).empty
    if not rows and not reports:
        key = "outstanding.sentence_none" if is_due else "outstanding.sentence_none_due"
        return words(key, period=period)
    numbers = {"rows": formats.number(rows, words), "reports": formats.number(reports, words)}
    key = "outstanding.sentence" if is_due else "outstanding.sentence_rows"
    return words(key, period=period, **numbers)


def body(context: Context) -> list[Any]:
    """Rejected rows by sender with the way to mend them, then who has not reported."""
    head = page_head(sentence(context), context.words("outstanding.lead"))
    cards = [_rows_card(context), *missing_reports_card(context), *_reminder_card(context)]
    return [head, html.Div(cards, className="stack")]


def _rows_card(context: Context) -> html.Section:
    words, frame = context.words, waiting_rows(context)
    title = words("outstanding.rows_title")
    if frame.empty:
        return card(title, [notice(words("outstanding.no_rows"))], key="outstanding")
    columns = [
        Column(words("outstanding.sender")),
        Column(words("outstanding.sources")),
        Column(words("outstanding.files"), True),
        Column(words("outstanding.rows"), True),
        Column(words("outstanding.oldest")),
        Column(words("outstanding.days"), True),
    ]
    groups = [(str(name), own) for name, own in frame.fillna({"sender": ""}).groupby("sender")]
    groups.sort(key=lambda group: (group[0] == "", -int(group[1]["rows"].sum()), group[0]))
    rows = [_row(context, name, own) for name, own in groups]
    on = formats.day(context.mission["as_of"], words)
    command = f"poclens rejects --mission {context.release.mission} --to-mend to_mend"
    content = [
        table(columns, rows, title),
        OUTSTANDING.files(context),
        html.P(words("outstanding.mend")),
        html.P(html.A(words("run.title"), href=context.address.link("/records/run"))),
        html.Pre(command),
        html.P(words("outstanding.back"), className="note"),
    ]
    return card(title, content, words("outstanding.rows_subtitle", on=on), key="outstanding")


def _row(context: Context, name: str, rows: pd.DataFrame) -> list[Any]:
    words = context.words
    by_source = rows.groupby("source")["rows"].sum().sort_values(ascending=False, kind="stable")
    sources = [
        words(
            "outstanding.source_rows",
            source=words.label("source", str(source)),
            rows=formats.number(count, words),
        )
        for source, count in by_source.items()
    ]
    oldest, days = rows["oldest_on"].min(), rows["days"].max()
    return [
        name or words("outstanding.no_unit"),
        words.some_of(sources, _SOURCES_NAMED),
        formats.number(rows["file"].nunique(), words),
        formats.number(int(rows["rows"].sum()), words),
        "–" if pd.isna(oldest) else formats.day(pd.Timestamp(oldest), words),
        formats.number_or_dash(days, words),
    ]


def _reminder_card(context: Context) -> list[html.Section]:
    """The reports that are missing as a text to send."""
    if missing_reports(context).empty:
        return []
    words, text = context.words, reminder(context)
    title = words("outstanding.message_title")
    given = {"data-action": "copy", "data-text": text, "data-copied": words("outstanding.copied")}
    button = html.Button(words("outstanding.message_copy"), className="take", **given)
    shown = scrolling(html.Pre(text, className="reminder"), title, "text-scroll")
    under = words("outstanding.message_under")
    return [card(title, [shown, html.Div(button, className="take-away")], under, key="reminder")]
