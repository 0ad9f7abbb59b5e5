"""Incidents by month as bars: hatched where reports are missing, a gap where nothing is known."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from dash import html

from dashboards.components.card import card, notice
from dashboards.components.chart import chart, chart_card, shows_table
from dashboards.components.table import Column, table
from dashboards.components.value import value_cells, value_columns, value_in_brief
from dashboards.context import Context
from dashboards.queries import indicator_values
from dashboards.queries.cells import Dated, dated_cells, reports_sign
from dashboards.rows import rows_of
from dashboards.theme import THEMES, plotly_template
from dashboards.wording import formats

_MONTHS = 24


def months_card(context: Context, code: str) -> html.Section:
    """The last months up to the end of the chosen period, each with its count."""
    words, months = context.words, _months(context, code)
    title = words("incidents.months")
    if not any(dated.cell.is_figure for dated in months):
        return card(title, [notice(words("incidents.no_month"))], key="months")
    drawn = [] if shows_table(context.address) else [_chart(context, code, months, title)]
    subtitle = words("incidents.months_under")
    return chart_card(context, "months", (title, subtitle), drawn, _table(context, code, months))


def _months(context: Context, code: str) -> list[Dated]:
    frame = indicator_values.totals(
        context.release, indicator=code, period_type="M", area=context.area
    )
    frame = frame[frame["period_end"] <= pd.Timestamp(context.period.end)]
    return dated_cells(rows_of(frame))[-_MONTHS:]


def _chart(context: Context, code: str, months: Sequence[Dated], title: str) -> html.Figure:
    words, unit = context.words, context.unit(code)
    colour = THEMES[context.address.theme]
    figure = go.Figure(layout={"template": plotly_template(context.address.theme)})
    names = [formats.period_name(dated, words) for dated in months]
    cells = [dated.cell for dated in months]
    lacking = [cell.reports_missing for cell in cells]
    figure.add_bar(
        x=names,
        y=[cell.value if cell.is_figure else None for cell in cells],
        text=[reports_sign(said) if said else "" for said in lacking],
        textposition="outside",
        marker={
            "color": colour["series"],
            "pattern": {"shape": ["/" if said else "" for said in lacking], "solidity": 0.4},
        },
        customdata=[value_in_brief(cell, unit, words) for cell in cells],
        hovertemplate="%{x}: %{customdata}<extra></extra>",
    )
    figure.update_layout(
        showlegend=False, bargap=0.3, margin={"l": 40, "r": 8, "t": 16, "b": 56},
        separators=formats.axis_separators(words),
    )  # fmt: skip
    figure.update_yaxes(rangemode="tozero")
    figure.update_xaxes(tickangle=-45, nticks=12)
    return chart(figure, title, "months", 280)


def _table(context: Context, code: str, months: Sequence[Dated]) -> html.Div:
    words, unit = context.words, context.unit(code)
    columns = [Column(words("table.period")), *value_columns(unit.words(words), words)]
    rows = [
        [formats.period_name(dated, words), *value_cells(dated.cell, unit, words)]
        for dated in reversed(months)
    ]
    return table(columns, rows, words("incidents.months"))
