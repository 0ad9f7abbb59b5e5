"""The incidents one by one, in the mission's copy alone; no coordinates."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.listing import Field, Listing, area, area_link, label
from dashboards.components.reports_mark import reports_note
from dashboards.context import Context
from dashboards.queries import incidents
from dashboards.rows import rows_of
from dashboards.wording import formats

_MOST = 12


def events_card(context: Context) -> list[html.Section]:
    """How many were near a base, then the newest; the files hold all."""
    if context.audience != "mission":
        return []
    words, found = context.words, _events(context)
    title = words("incidents.events")
    if not found:
        said = context.with_reports(words("incidents.no_event"), "incident")
        return [card(title, [notice(said)], key="events")]
    content: list[Any] = [
        html.P(_near_base(context, found)),
        *reports_note(context.reports_of("incident"), words),
        EVENTS.table(context, found[:_MOST]),
    ]
    if len(found) > _MOST:
        more = words("pending.more", shown=str(_MOST), of=formats.number(len(found), words))
        content.append(html.P(more, className="note"))
    content.append(EVENTS.files(context))
    return [card(title, content, words("incidents.events_under"), key="events")]


def _events(context: Context) -> list[dict[str, Any]]:
    """Nothing where the copy does not hold single incidents."""
    if context.audience != "mission":
        return []
    period = context.period
    return rows_of(incidents.events(context.release, context.area, period.start, period.end))


def _near_base(context: Context, found: list[dict[str, Any]]) -> str:
    said = [_yes_or_no(row["is_near_base"]) for row in found]
    numbers = {
        name: formats.number(said.count(name), context.words) for name in ("yes", "no", "open")
    }
    return context.words("incidents.near_base", **numbers)


def _yes_or_no(found: Any) -> str:
    if formats.is_missing(found):
        return "open"
    return "yes" if found else "no"


def _answer(name: str) -> Any:
    return lambda context, row: context.words(f"incidents.answer.{_yes_or_no(row[name])}")


EVENTS = Listing(
    "incidents",
    "incidents.events",
    "incidents",
    (
        Field("incident_code"),
        Field("occurred_on"),
        Field("area", area, area_link, "table.area"),
        Field("type", label("incident_type", "type")),
        Field("actor", label("alleged_actor_type", "actor")),
        Field("killed", is_number=True),
        Field("injured", is_number=True),
        Field("warned_before", _answer("warned")),
        Field("base", _answer("is_near_base")),
        Field("verification", label("verification")),
    ),
    _events,
    "incidents.events_under",
    counts="incident",
)
