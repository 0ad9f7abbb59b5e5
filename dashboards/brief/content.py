"""What stands in the brief: words and marks of one release, period and area, without any layout.

All figures are those of the overview: the same functions word them.
"""

from dataclasses import asdict
from typing import Any
from urllib.parse import unquote

from dashboards.brief.marks import grade_svg, range_svg, rating_mark
from dashboards.components.area_level import area_level, cells_by_area
from dashboards.components.empty import empty_words
from dashboards.components.harm import by_actor, counted, counted_harm, who_words
from dashboards.components.link_sentence import link_sentence, primary_rows
from dashboards.components.lists import budget
from dashboards.components.lists.decisions import decisions
from dashboards.components.lists.waiting import waiting
from dashboards.components.outcome_summary import (
    UNRATED,
    certainty_lines,
    count_line,
    judged_of,
    links_of,
    outcomes_of,
    sentence,
    silent_months,
)
from dashboards.components.protection_gaps import (
    gap_drawing,
    map_words,
    place_words,
    ranked_inside,
    read_gaps,
    where_title,
)
from dashboards.components.range_mark import Scale, range_sentence, scale_numbers
from dashboards.components.rating import (
    BARS,
    WORST_FIRST,
    change_size,
    evidence_sentence,
    trend_words,
    verdict,
)
from dashboards.components.small_multiples import sparkline_words
from dashboards.components.value import output_done, under_words
from dashboards.figures.vector import Drawing, line_drawing, value_range
from dashboards.reading.context import Context
from dashboards.reading.queries import catalogue, quality
from dashboards.reading.queries.cells import Cell, reports_sign
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

MOST_OUTCOMES = 8
_PLACES = 3
_POINTS = 11
_MAP = 340.0
_STRONG = ("A", "B")

Content = dict[str, Any]


def brief_content(context: Context, with_annex: bool = False) -> Content:
    """The brief of the context's release, period and area, ready for `typeset.pdf`."""
    words, links = context.words, links_of(context)
    codes = judged_of(context, outcomes_of(context, links))
    shown = _worst(context, codes)
    period = context.period
    returns = quality.returns(context.release, period.start.isoformat(), period.end.isoformat())
    returns = context.of_place(returns)
    edges = rows_of(links)
    return {
        "language": words.language,
        "document": words("brief.document", mission=place_of(context), period=period.name),
        "title": words("brief.title"),
        "place": f"{place_of(context)}, {formats.period_heading(period, words)}",
        "sentence": sentence(context),
        "lead": count_line(context, codes),
        "heads": outcome_heads(context),
        "rows": [outcome_row(context, code, edges) for code in shown],
        "notes": _notes(context, len(shown), len(codes)),
        "civilians": _civilians(context),
        "where": _where(context, returns),
        "decisions": _decisions(context, returns),
        "strongest": _strongest(context, edges),
        "certainty": _certainty(context, returns),
        "foot": foot_of(context),
    } | ({"annex": _annex(context, edges, codes)} if with_annex else {})


def place_of(context: Context) -> str:
    """Mission, and the area where it is not the whole."""
    area = "" if context.area == context.country else f", {context.area_name(context.area)}"
    return f"{context.mission_name}{area}"


def _worst(context: Context, codes: list[str]) -> list[str]:
    """All outcomes in framework order; of more than fit, the worst rated in that order.

    One without a rating is no better than one without data.
    """

    def rank(code: str) -> int:
        rating = context.cell(code).rating
        return WORST_FIRST.index(rating if rating in WORST_FIRST else "no_data")

    kept = set(sorted(codes, key=rank)[:MOST_OUTCOMES])
    return [code for code in codes if code in kept]


def outcome_heads(context: Context) -> list[str]:
    """Heads of the table of outcomes."""
    words = context.words
    now = f"{words('overview.head.now')}, {words('overview.under.now')}"
    others = [words(f"brief.head.{name}") for name in ("range", "rating", "goes")]
    return [words("overview.head.outcome"), now, *others]


def outcome_row(context: Context, code: str, edges: list[dict[str, Any]]) -> Content:
    """One outcome: figure, range, rating, change, and the outputs beside it."""
    words, cell, unit = context.words, context.cell(code), context.unit(code)
    direction = str(context.indicator(code)["direction"])
    return {
        "code": code,
        "title": context.item(code),
        "now": _now(context, code),
        "range": _range(context, code, direction),
        "rating": _rating(context, code),
        "trend": trend_words(cell.trend, direction, words),
        "lacking": "" if cell.trend else words("value.and").join(map(words.said, cell.said.trend)),
        "change": change_size(cell, unit, words),
        "outputs": [_output(context, edge) for edge in edges if edge["to_indicator"] == code],
        "no_output": words("overview.no_output"),
    }


def _now(context: Context, code: str) -> Content:
    words, cell, unit = context.words, context.cell(code), context.unit(code)
    if not cell.is_figure:
        return {"value": "", "mark": "", "under": [empty_words(cell, words)]}
    n = words("value.n", n=formats.number(cell.n, words)) if cell.n else ""
    first = words("overview.not_rated") if cell.rating in UNRATED else ""
    said = [words.said(one) for one in cell.beside if one is not cell.reports_missing]
    under = [under_words(cell, unit, words), n, *said, first]
    value = unit.value(cell.value or 0.0, words, cell.half_width)
    return {"value": value, "mark": _mark(context, code), "under": [one for one in under if one]}


def _range(context: Context, code: str, direction: str) -> Content:
    words, cell, unit = context.words, context.cell(code), context.unit(code)
    against = context.against(code)
    if against.baseline is None and against.target is None:
        return {"none": words("range.none")}
    numbers = scale_numbers(against, Scale.of(cell, against), unit, words)
    return {
        "svg": range_svg(cell, against, direction),
        "alt": range_sentence(cell, against, unit, direction, words),
        "numbers": [{"name": name, "at": at, "text": text} for name, at, text in numbers],
    }


def _rating(context: Context, code: str) -> Content:
    words, cell = context.words, context.cell(code)
    if cell.rating is None:
        return {"none": words.said(cell.said.unrated) if cell.said.unrated else ""}
    return asdict(rating_mark(cell.rating, words(f"rating.{cell.rating}")))


def _output(context: Context, edge: dict[str, Any]) -> Content:
    words, code = context.words, edge["from_indicator"]
    return {
        "name": context.item(code),
        "done": output_done(context, code),
        "mark": _mark(context, code),
        "grade": _grade(context, edge),
        "not_tested": words("evidence.not_tested"),
    }


def _grade(context: Context, edge: dict[str, Any]) -> Content | None:
    grade, alt = verdict(edge), evidence_sentence(edge, context.words)
    if grade not in BARS:
        return {"letter": "", "svg": "", "alt": alt} if grade else None
    return {"letter": grade, "svg": grade_svg(grade), "alt": alt}


def _notes(context: Context, shown: int, total: int) -> str:
    words = context.words
    said = [words("overview.not_caused_by"), words("brief.grades"), words("brief.technical")]
    if shown < total:
        said.append(words("brief.others", number=str(shown), total=str(total)))
    return " ".join(said)


def _mark(context: Context, code: str) -> str:
    said = context.cell(code).reports_missing
    return "" if said is None else reports_sign(said)


def _civilians(context: Context) -> Content:
    """Counts of harm with their line, what the test says, and who is alleged."""
    words, rows = context.words, []
    for code in counted_harm(context):
        cell, unit = context.cell(code), context.unit(code)
        cells = [dated.cell for dated in context.series(code)][-_POINTS:]
        direction = str(context.indicator(code)["direction"])
        change = [trend_words(cell.trend, direction, words), change_size(cell, unit, words)]
        rows.append(
            {
                "name": context.short(code),
                "value": counted(context, code),
                "mark": _mark(context, code),
                "change": words("value.and").join(part for part in change if part),
                "who": who_words(context, code),
                "svg": _line(cells),
                "alt": sparkline_words(cells, unit, words),
            }
        )
    title = words("civilians.title", period=formats.period_name(context.period, words))
    return {"title": title, "rows": rows}


def _line(cells: list[Cell]) -> str:
    """The line as SVG text; empty where fewer than two points are known."""
    if sum(cell.is_figure for cell in cells) < 2:
        return ""
    drawing = Drawing(66, 24, *value_range([cells], from_zero=False), "light")
    return unquote(line_drawing(drawing, cells).partition(",")[2])


def _where(context: Context, returns: Any) -> Content:
    """The map, and the three places that rank first with their reasons; one place has no number."""
    words, gaps, is_one = context.words, read_gaps(context), context.is_lowest(context.area)
    ranked = ranked_inside(context, gaps, _PLACES)
    made = gap_drawing(context, [] if is_one else ranked, silent_months(returns), _MAP, "light")
    places = [
        {
            "name": " ".join([*([] if is_one else [str(place)]), context.area_name(area)]),
            "reason": place_words(context, gaps[area]),
        }
        for place, area in enumerate(ranked, start=1)
    ]
    return {
        "title": where_title(context, gaps),
        "svg": made.svg if made else "",
        "alt": map_words(context, ranked),
        "key": words("brief.map_key_one" if is_one else "brief.map_key"),
        "places": places,
    }


def _decisions(context: Context, returns: Any) -> Content:
    """The lines, as at the day of the data; without one, what waits in numbers."""
    words = context.words
    lines = [(one.text, one.note) for one in decisions(context)]
    counts = " · ".join(one.text + one.beside for one in waiting(context, returns))
    none = (words("waits.counts"), counts) if counts else (words("waits.none"), "")
    return _block(words("brief.decisions", on=_as_of(context)), lines or [none])


def _strongest(context: Context, edges: list[dict[str, Any]]) -> Content:
    """The link of the best grade with its sentence; none where all are associations or less."""
    words = context.words
    strong = sorted((e for e in edges if e["grade"] in _STRONG), key=lambda e: str(e["grade"]))
    if not strong:
        return _block(words("brief.strongest"), [(words("brief.no_strong"), "")])
    best = strong[0]
    ends = [context.item(best[end]) for end in ("from_indicator", "to_indicator")]
    said = (" → ".join(ends), link_sentence(context, best, primary_rows(context).get(best["edge"])))
    return _block(words("brief.strongest"), [said]) | {"grade": _grade(context, best)}


def _certainty(context: Context, returns: Any) -> Content:
    said = " · ".join(certainty_lines(context, returns))
    return {"title": context.words("certainty.title"), "said": said}


def _annex(context: Context, edges: list[dict[str, Any]], codes: list[str]) -> Content:
    """All outcomes; incidents by area and alleged actor; plan and done of the year."""
    words = context.words
    return {
        "title": words("brief.annex"),
        "rows": [outcome_row(context, code, edges) for code in codes],
        "notes": f"{words('overview.not_caused_by')} {words('brief.grades')}",
        "tables": [_by_area(context), _by_actor(context), _plan(context)],
    }


def _by_area(context: Context) -> Content:
    """Counts of harm in the areas of the finest level that says enough."""
    words, codes, period = context.words, counted_harm(context), context.period
    level = area_level(context, codes[0], ("admin1", "admin2")) if codes else None
    asked = (level, period.period_type, period.name)
    cells = {code: cells_by_area(context, code, *asked) for code in codes if level}
    areas = sorted({area for found in cells.values() for area in found}, key=context.area_name)
    rows = [
        [
            context.area_name(area),
            *(_number(context, code, cells[code].get(area)) for code in cells),
        ]
        for area in areas
    ]
    heads = [words("table.area"), *(context.short(code) for code in cells)]
    return {"title": words("brief.by_area"), "heads": heads, "rows": rows, "words": 1}


def _number(context: Context, code: str, cell: Cell | None) -> str:
    if cell is None:
        return "–"
    if not cell.is_figure or cell.value is None:
        return empty_words(cell, context.words, "table")
    mark = "" if cell.reports_missing is None else f" {reports_sign(cell.reports_missing)}"
    return context.unit(code).value(cell.value, context.words) + mark


def _by_actor(context: Context) -> Content:
    words, codes = context.words, counted_harm(context)
    found = {code: dict(by_actor(context, code)) for code in codes}
    found = {code: numbers for code, numbers in found.items() if numbers}
    actors = sorted({actor for numbers in found.values() for actor in numbers})
    rows = [
        [
            words.label("alleged_actor_type", actor),
            *(formats.number_or_dash(found[code].get(actor), words) for code in found),
        ]
        for actor in actors
    ]
    heads = [words("brief.actor"), *(context.short(code) for code in found)]
    return {"title": words("brief.by_actor"), "heads": heads, "rows": rows, "words": 1}


def _plan(context: Context) -> Content:
    words = context.words
    rows = [
        [
            words.label("activity_type", row["activity_type"]),
            budget.outcome_title(context, row["outcome"]),
            *(formats.number_or_dash(row[name], words) for name in ("current", "due", "done")),
        ]
        for row in budget.output_rows(context)
        if row["done"] is not None or row["current"]
    ]
    heads = [words(f"budget.head.{name}") for name in ("activity", "outcome", "current", "due")]
    return {
        "title": words("budget.outputs"),
        "heads": [*heads, words("budget.head.done")],
        "rows": rows,
        "words": 2,
    }


def _block(title: str, lines: list[tuple[str, str]]) -> Content:
    return {"title": title, "lines": [{"head": head, "under": under} for head, under in lines]}


def foot_of(context: Context) -> str:
    """Release, day of the data, audience, origin."""
    words, facts = context.words, catalogue.release_facts(context.release)
    return words(
        "brief.foot",
        release=context.release.name,
        as_of=_as_of(context),
        audience=words(f"releases.audience.{context.audience}"),
        origin=str(facts.get("origin_sha256") or words("releases.unknown"))[:16],
    )


def _as_of(context: Context) -> str:
    as_of = context.mission.get("as_of")
    if as_of is None or formats.is_missing(as_of):
        return "–"
    return formats.day(as_of, context.words)
