"""What is logged beside what people see: patrols a week and the share who see one, by area."""

from typing import Any

from dash import html

from dashboards.components.area_level import area_level, cells_by_area
from dashboards.components.card import card
from dashboards.components.table import Column, table
from dashboards.components.waves import newest_asked, total_words
from dashboards.context import Context
from dashboards.wording import formats

_LOGGED, _SEEN = "P2-OP-01", "P2-OC-01"


def logged_card(context: Context) -> list[Any]:
    """Patrols a week as logged beside the share who see one, by area."""
    words, known = context.words, context.indicators.index
    if _LOGGED not in known or _SEEN not in known or newest_asked(context, _SEEN) is None:
        return []
    wave, period = newest_asked(context, _SEEN), context.period
    if wave is None:
        return []
    level = area_level(context, _SEEN)
    seen = cells_by_area(context, _SEEN, level, wave.period_type, wave.name)
    logged = cells_by_area(context, _LOGGED, level, period.period_type, period.name)
    weeks = ((period.end - period.start).days + 1) / 7
    pairs = [
        (area, logged[area], seen[area])
        for area in seen
        if area in logged and area != context.country and logged[area].value is not None
    ]
    pairs.sort(key=lambda pair: (pair[2].value is None, pair[2].value or 0.0, pair[0]))
    rows = [
        [
            context.area_name(area),
            formats.number((patrols.value or 0.0) / weeks, words, 1),
            total_words(context, _SEEN, {"_T": share}),
        ]
        for area, patrols, share in pairs[:8]
    ]
    columns = [
        Column(words("table.area")),
        Column(words("perceptions.patrols_a_week"), True),
        Column(words("perceptions.see_one"), True),
    ]
    title = words("perceptions.logged_title")
    if not rows:
        return []
    note = html.P(words("perceptions.logged_note"), className="note")
    subtitle = words("perceptions.logged_subtitle")
    return [card(title, [table(columns, rows, title), note], subtitle, key="logged")]
