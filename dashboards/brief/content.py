"""What stands in the brief: words and marks of one release, period and area, without any layout.

All figures are those of the overview: the same functions word them.
"""

from dataclasses import asdict
from typing import Any

from dashboards.brief.marks import grade_svg, range_svg, rating_mark
from dashboards.components.empty import beside_words, empty_words
from dashboards.components.link_sentence import link_sentence, primary_rows
from dashboards.components.outcome_summary import (
    UNRATED,
    change_words,
    count_line,
    links_of,
    missing_reports,
    outcomes_of,
    rejected_lines,
    reports_lines,
    revised_line,
    sentence,
    wave_lines,
)
from dashboards.components.range_mark import Scale, range_sentence, scale_numbers
from dashboards.components.rating import BARS, WORST_FIRST, evidence_sentence, trend_words, verdict
from dashboards.components.value import interval_words, output_done
from dashboards.context import Context
from dashboards.queries import catalogue, quality
from dashboards.rows import rows_of
from dashboards.wording import formats

MOST_OUTCOMES = 8
_AREAS_SHOWN = 4
_STRONG = ("A", "B")

Content = dict[str, Any]


def brief_content(context: Context) -> Content:
    """The brief of the context's release, period and area, ready for `typeset.pdf`."""
    words, links = context.words, links_of(context)
    codes = outcomes_of(context, links)
    shown = _worst(context, codes)
    period = context.period
    returns = quality.returns(context.release, period.start.isoformat(), period.end.isoformat())
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
        "waits": _waits(context, returns),
        "strongest": _strongest(context, edges),
        "certainty": _certainty(context, returns),
        "foot": foot_of(context),
    }


def place_of(context: Context) -> str:
    """Mission, and the area where it is not the whole."""
    area = "" if context.area == context.country else f", {context.area_name(context.area)}"
    return f"{context.mission_name}{area}"


def _worst(context: Context, codes: list[str]) -> list[str]:
    """All outcomes in framework order; of more than fit, the worst rated in that order."""

    def rank(code: str) -> int:
        rating = context.cell(code).rating
        return WORST_FIRST.index(rating) if rating in WORST_FIRST else len(WORST_FIRST)

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
    title = words.of(context.indicator(code), "title")
    direction = str(context.indicator(code)["direction"])
    return {
        "code": code,
        "title": context.item(code),
        "under": title if title != context.item(code) else unit.words(words),
        "now": _now(context, code),
        "range": _range(context, code, direction),
        "rating": _rating(context, code),
        "trend": trend_words(cell.trend, direction, words),
        "lacking": words("value.and").join(words.said(said) for said in cell.said.trend),
        "change": change_words(context, code),
        "outputs": [_output(context, edge) for edge in edges if edge["to_indicator"] == code],
        "no_output": words("overview.no_output"),
    }


def _now(context: Context, code: str) -> Content:
    words, cell, unit = context.words, context.cell(code), context.unit(code)
    if not cell.is_figure:
        return {"value": "", "under": [empty_words(cell, words)]}
    n = words("value.n", n=formats.number(cell.n, words)) if cell.n else ""
    first = words("overview.not_rated") if cell.rating in UNRATED else ""
    under = [interval_words(cell, unit, words), n, *beside_words(cell, words), first]
    value = unit.value(cell.value or 0.0, words, cell.half_width)
    return {"value": value, "under": [text for text in under if text]}


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
    said = [words(f"rating.{cell.rating}")]
    said += [words("rating.lacks_reports")] if cell.lacks_reports else []
    return asdict(rating_mark(cell.rating, words("value.and").join(said)))


def _output(context: Context, edge: dict[str, Any]) -> Content:
    words, code = context.words, edge["from_indicator"]
    return {
        "name": context.item(code),
        "done": output_done(context, code),
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
    said = [words("overview.not_caused_by"), words("brief.grades")]
    if shown < total:
        said.append(words("brief.others", number=str(shown), total=str(total)))
    return " ".join(said)


def _waits(context: Context, returns: Any) -> Content:
    """Rejected rows and missing reports: what someone must still correct or send."""
    words, silent = context.words, missing_reports(context, returns)
    lines = [*rejected_lines(context), *silent[:_AREAS_SHOWN]]
    more = len(silent) - _AREAS_SHOWN
    if more > 0:
        lines.append((words("next.more", number=str(more)), ""))
    return _block(words("brief.waits"), lines or [(words("brief.no_wait"), "")])


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
    lines = [*reports_lines(context, returns), *wave_lines(context), revised_line(context)]
    return _block(context.words("certainty.title"), lines)


def _block(title: str, lines: list[tuple[str, str]]) -> Content:
    return {"title": title, "lines": [{"head": head, "under": under} for head, under in lines]}


def foot_of(context: Context) -> str:
    """Release, day of the data, audience, origin."""
    words, facts = context.words, catalogue.release_facts(context.release)
    as_of = context.mission.get("as_of")
    return words(
        "brief.foot",
        release=context.release.name,
        as_of="–" if as_of is None or formats.is_missing(as_of) else formats.day(as_of, words),
        audience=words(f"releases.audience.{context.audience}"),
        origin=str(facts.get("origin_sha256") or words("releases.unknown"))[:16],
    )
