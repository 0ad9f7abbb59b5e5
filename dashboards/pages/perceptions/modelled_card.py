"""One survey question in every area by a model, marked as such, beside the direct figure."""

from typing import Any

from dash import html

from dashboards.components.area_level import cells_by_area
from dashboards.components.card import card
from dashboards.components.table import Column, table
from dashboards.components.waves import newest_asked, total_words
from dashboards.context import Context
from dashboards.queries import surveys
from dashboards.queries.cells import Cell
from dashboards.rows import rows_of
from dashboards.wording import formats

_SEXES = ("_T", "F", "M")


def modelled_card(context: Context, code: str) -> list[html.Section]:
    """Areas of the finest level that has modelled figures; nothing where none may be shown."""
    period = newest_asked(context, code)
    if period is None:
        return []
    asked = (code, period.period_type, period.name)
    rows = rows_of(surveys.modelled(context.release, *asked))
    if not rows:
        return []
    words = context.words
    modelled = {(row["area"], row["sex"]): row for row in rows}
    direct = cells_by_area(context, code, rows[0]["area_level"], period.period_type, period.name)
    sexes = [sex for sex in _SEXES if any(row["sex"] == sex for row in rows)]
    columns = [Column(words("table.area")), Column(words("perceptions.direct"))]
    columns += [
        Column(words(f"perceptions.modelled_{sex.strip('_').lower()}"), True) for sex in sexes
    ]
    lines = [
        [
            context.area_name(area),
            total_words(context, code, {"_T": direct.get(area) or Cell.absent()}),
            *(_figure(context, code, modelled.get((area, sex))) for sex in sexes),
        ]
        for area in sorted({row["area"] for row in rows}, key=context.area_name)
    ]
    title = words("perceptions.modelled_title", question=context.short(code))
    content = [table(columns, lines, title), html.P(words("perceptions.modelled_note"))]
    return [card(title, content, words("perceptions.modelled_subtitle"), key="modelled")]


def _figure(context: Context, code: str, row: Any) -> Any:
    """41% (32–50), marked; or why the model's checks allow no figure."""
    words, unit = context.words, context.unit(code)
    if row is None:
        return "–"
    if formats.is_missing(row["value"]):
        said = words(f"perceptions.modelled_reason.{row['reason']}")
        return html.Span(said, className="note")
    low, high = row["ci_low"], row["ci_high"]
    value = unit.value(row["value"], words, (high - low) / 2)
    brief = words("value.brief", value=value, interval=unit.interval(low, high, words))
    mark = html.Span(words("perceptions.modelled_mark"), className="note beside")
    return [brief, " ", mark]
