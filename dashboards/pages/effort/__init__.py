"""Effort matrix: activities planned and done by tier, phase and type of unit, and with whom.

Grey and neutral: more is not better. Beside each phase stands how many outcomes are measured there.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head
from dashboards.components.chart import DRAWN, chart_card, take_away
from dashboards.components.empty import reports_mark, reports_note
from dashboards.components.picture import picture
from dashboards.components.table import Column, scrolling, table
from dashboards.components.value import done_bar
from dashboards.figures.small_pictures import effort_grid
from dashboards.pages.effort.plan_changes import plan_changes_card
from dashboards.reading.context import Context
from dashboards.reading.queries import effort
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import in_sentence, sentence_case
from indicators.definitions.vocabularies import vocabularies

_TIERS = ("I", "II", "III")
_UNKNOWN = "_U"
Row = Mapping[str, Any]


def _phases() -> list[str]:
    return list(vocabularies()["phase"].labels)


def _rows(context: Context) -> pd.DataFrame:
    start, end = context.period.start.isoformat(), context.period.end.isoformat()
    return effort.effort(context.release, start, end, context.area)


def sentence(context: Context) -> str:
    """Where most activities went, and where some went though no outcome is measured."""
    return _sentence(context, _rows(context))


def _sentence(context: Context, found: pd.DataFrame) -> str:
    words, done = context.words, found.dropna(subset=["done"])
    total = int(done["done"].sum())
    if not total:
        return context.with_reports(words("effort.nothing"), "effort")
    by = done.groupby(["phase", "unit_type"])["done"].sum().reset_index()
    most = rows_of(by.sort_values("done"))[-1]
    share = formats.percent(100 * most["done"] / total, words)
    phase = in_sentence(words.label("phase", most["phase"]))
    unit = in_sentence(words.label("unit_type", most["unit_type"]))
    number = formats.number(total, words)
    said = [words("effort.most", number=number, phase=phase, unit=unit, share=share)]
    places = done[["tier", "phase"]].drop_duplicates().itertuples(index=False)
    blind = sum(1 for tier, phase in places if not _measured(context, tier, phase))
    said.append(sentence_case(words.count("effort.without_outcome", blind)) if blind else "")
    return " ".join(part for part in said if part)


def _measured(context: Context, tier: str, phase: str) -> int:
    """Outcome indicators of a tier and phase that have a figure in the period and area."""
    return sum(
        context.cell(str(row["indicator"])).is_figure
        for row in rows_of(context.indicators)
        if row["level"] == "outcome"
        and tier in str(row["tier"]).split("|")
        and phase in str(row["phases"]).split("|")
    )


def _number(value: Any) -> float:
    return 0.0 if formats.is_missing(value) else float(value)


def _cell(context: Context, row: Row | None) -> html.Td:
    """Completed activities; of the plan how much was done, and of its lines how many."""
    words = context.words
    if row is None:
        return html.Td(html.Span(words("effort.blank"), className="note"))
    number = int(_number(row["done"]))
    parts: list[Any] = [html.B(words.digits("effort.done", number))]
    if not number:  # nothing was done, or nothing was reported
        parts += reports_mark(context.reports_of("effort"), words)
    if _number(row["planned"]):
        done, planned = _number(row["planned_done"]), _number(row["planned"])
        numbers = {"done": formats.number(done, words), "planned": formats.number(planned, words)}
        parts += [html.Span(words("effort.of_plan", **numbers), className="note")]
        parts += [done_bar(done, planned)]
        original = _number(row["planned_original"])
        if original != planned:
            said = words("effort.original", number=formats.number(original, words))
            parts.append(html.Span(said, className="note"))
    else:
        parts.append(html.Span(words("effort.no_plan"), className="note"))
    if _number(row["lines_planned"]):
        numbers = {
            "done": formats.number(_number(row["lines_done"]), words),
            "planned": formats.number(_number(row["lines_planned"]), words),
        }
        parts.append(html.Span(words("effort.lines", **numbers), className="note"))
    return html.Td(parts)


def _matrix(context: Context, found: pd.DataFrame) -> html.Section:
    words = context.words
    rows = {(row["tier"], row["unit_type"], row["phase"]): row for row in rows_of(found)}
    phases = [*_phases()]
    if any(phase == _UNKNOWN for _, _, phase in rows):
        phases.append(_UNKNOWN)
    head = [html.Th(words("effort.head.unit"), scope="col")]
    head += [html.Th(words.label("phase", phase), scope="col") for phase in phases]
    body: list[html.Tr] = []
    for tier in (*_TIERS, _UNKNOWN):
        units = sorted({unit for known, unit, _ in rows if known == tier})
        if not units:
            continue
        body.append(_tier_row(context, tier, phases))
        for unit in units:
            cells = [_cell(context, rows.get((tier, unit, phase))) for phase in phases]
            name = html.Th(words.label("unit_type", unit), scope="row")
            body.append(html.Tr([name, *cells]))
    title = words("effort.matrix_title")
    caption = html.Caption(title, className="hidden")
    matrix = html.Table(
        [caption, html.Thead(html.Tr(head)), html.Tbody(body)], className="table table-effort"
    )
    scroll = scrolling(matrix, title)
    drawn = scrolling(_grid(context, found, phases), title, **DRAWN)
    lacking = reports_note(context.reports_of("effort"), words)
    titles = (title, words("effort.matrix_under"))
    told = html.Div([*lacking, scroll])
    return chart_card(context, "effort", titles, [*lacking, drawn], told)


def _grid(context: Context, found: pd.DataFrame, phases: list[str]) -> html.Img:
    """Tier by phase: activities done, darker where more; beside each how many outcomes."""
    words = context.words
    sums = found.groupby(["tier", "phase"])["done"].sum(min_count=1).dropna()
    done = [
        (str(row["tier"]), str(row["phase"]), row["done"]) for row in rows_of(sums.reset_index())
    ]
    tiers = [tier for tier in (*_TIERS, _UNKNOWN) if tier in set(found["tier"])]
    most = max((number for *_, number in done), default=0) or 1
    cells, said = dict[tuple[int, int], tuple[str, float, str]](), list[str]()
    for tier, phase, number in done:
        outcomes = 0 if _UNKNOWN in (tier, phase) else _measured(context, tier, phase)
        under = "●" if outcomes else "○"
        measured = (
            words.digits("effort.outcomes", outcomes) if outcomes else words("effort.no_outcome")
        )
        text = words.digits("effort.done", int(number))
        place = (tiers.index(tier), phases.index(phase))
        cells[place] = (text, number / most, f"{under} {measured}")
        names = f"{words.label('tier', tier)}, {words.label('phase', phase)}"
        said.append(words.told(names, words("value.and").join([text, measured])))
    heads = [
        words.label("tier", tier) if tier == _UNKNOWN else words("chain.tier", tier=tier)
        for tier in tiers
    ]
    tops = [words.label("phase", phase) for phase in phases]
    return picture(effort_grid((heads, tops), cells, context.address.theme), " ".join(said))


def _tier_row(context: Context, tier: str, phases: list[str]) -> html.Tr:
    """The tier's name, and how many outcomes are measured in each phase of it."""
    words = context.words
    cells = []
    for phase in phases:
        number = 0 if _UNKNOWN in (tier, phase) else _measured(context, tier, phase)
        mark = "●" if number else "○"
        text = words.digits("effort.outcomes", number) if number else words("effort.no_outcome")
        cells.append(html.Td([html.Span(mark, **{"aria-hidden": "true"}), " ", text]))
    return html.Tr([html.Th(words.label("tier", tier), scope="row"), *cells], className="tier-row")


def _cooperation(context: Context) -> html.Section:
    words, period = context.words, context.period
    frame = effort.joint_activities(
        context.release, period.start.isoformat(), period.end.isoformat(), context.area
    )
    title = words("effort.partners_title")
    if frame.empty:
        said = context.with_reports(words("effort.no_partners"), "joint_activity")
        return card(title, [notice(said)], key="partners")
    counts = {(row["partner_component"], row["tier"]): row["done"] for row in rows_of(frame)}
    partners = frame.groupby("partner_component")["done"].sum().sort_values(ascending=False)
    columns = [Column(words("effort.head.partner"))]
    columns += [Column(words("chain.tier", tier=tier), True) for tier in _TIERS]
    columns.append(Column(words("effort.head.all"), True))
    rows = []
    for code, total in partners.items():
        numbers = [*(counts.get((code, tier), 0) for tier in _TIERS), total]
        name = words.label("partner_component", str(code))
        rows.append([name, *(formats.number(float(number), words) for number in numbers)])
    content = [
        *reports_note(context.reports_of("joint_activity"), words),
        table(columns, rows, title),
        take_away(context, "partners", ("csv",), title),
    ]
    return card(title, content, words("effort.partners_under"), key="partners")


def body(context: Context) -> list[Any]:
    """Sentence, the matrix, changed lines of the plan, areas of cooperation."""
    found = _rows(context)
    heading = formats.period_heading(context.period, context.words)
    head = page_head(
        _sentence(context, found),
        context.words("effort.lead"),
        f"{context.area_name(context.area)}, {heading}",
    )
    if found.empty:
        return [head, *reports_note(context.reports_of("effort"), context.words)]
    cards = [_matrix(context, found), plan_changes_card(context), _cooperation(context)]
    return [head, html.Div(cards, className="stack")]
