"""Which level of areas a page shows: the finest that says enough, or the one that is asked for."""

from collections.abc import Collection

from dash import html

from dashboards.components.card import page_link
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values
from dashboards.reading.queries.cells import Cell
from dashboards.reading.rows import rows_of

LEVELS = ("admin1", "admin2", "admin3", "site")
# A level is readable where at least this share of its areas has a figure.
ENOUGH = 0.4


def levels_of(context: Context, code: str, drawn: Collection[str] = LEVELS) -> list[str]:
    """The levels at which the copy has an indicator for the kind of period, coarse to fine."""
    found = context.levels(code)
    return [level for level in LEVELS if level in found and level in drawn]


def share_of_figures(context: Context, code: str, level: str) -> float:
    """Areas of a level with a figure in the chosen period, as a share of those with a row."""
    return context.figure_shares.get((code, level), 0.0)


def area_level(context: Context, code: str, drawn: Collection[str] = LEVELS) -> str | None:
    """The level asked for, else the finest readable one, else the coarsest; sites come last."""
    levels = levels_of(context, code, drawn)
    asked = context.address.get("level")
    if asked in levels:
        return asked
    administrative = [level for level in levels if level != "site"]
    readable = [
        level for level in administrative if share_of_figures(context, code, level) >= ENOUGH
    ]
    if readable:
        return readable[-1]
    is_site_only = "site" in levels and share_of_figures(context, code, "site") >= ENOUGH
    return "site" if is_site_only else next(iter(levels), None)


def cells_by_area(
    context: Context, code: str, level: str | None, period_type: str, period: str
) -> dict[str, Cell]:
    """An indicator's total cells of one period by area, of all levels where none is named."""
    frame = indicator_values.totals(
        context.release, indicator=code, period_type=period_type, period=period, area_level=level
    )
    return {row["area"]: Cell.of(row) for row in rows_of(frame)}


def level_switch(context: Context, levels: list[str], chosen: str) -> html.Div | None:
    """Links to the other levels; nothing where there is one."""
    if len(levels) < 2:
        return None
    words = context.words
    links = [
        page_link(
            words.label("area_level", level),
            context.address.link(level=level, page=None),
            "segment",
            **({"aria-current": "true"} if level == chosen else {}),
        )
        for level in levels
    ]
    label = {"aria-label": words("areas.level")}
    return html.Div(links, className="segmented level-switch", role="group", **label)
