"""What the overview and the brief say: outcomes in order, the sentence, change, what is missing.

Words alone, so that both say the same.
"""

from collections import Counter
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.harm import counted_harm, harm_sentence
from dashboards.components.rating import TESTED, change_size, trend_mark, trend_words
from dashboards.components.waves import household_waves
from dashboards.reading.context import Context
from dashboards.reading.queries import framework, quality
from dashboards.reading.queries.cells import Cell, Dated
from dashboards.wording import formats
from dashboards.wording.words import Words, sentence_case

_NAMED_OFF_TRACK = 2
_NAMED_ELSEWHERE = 2
_NAMED_SILENT = 3
_RATED = ("achieved", "on_track", "at_risk", "off_track")
UNRATED = ("not_enough_data", "no_data")
# Ratings that are not counted as reached or missed.
_OPEN = ("achieved_likely", "on_track_likely", "too_close")


def links_of(context: Context) -> pd.DataFrame:
    """The edges between indicators that the release has, in the framework's order."""
    frame = framework.links(context.release, context.country)
    known = frame["to_indicator"].isin(context.indicators.index)
    return frame[known & frame["from_indicator"].isin(context.indicators.index)]


def outcomes_of(context: Context, links: pd.DataFrame) -> list[str]:
    """Outcomes in framework order; without a framework, by code, the outcomes and impacts of which
    any period has a figure (of none: all of them)."""
    items = framework.items(context.release)
    outcomes = [*items.loc[items["kind"] == "outcome", "indicator"], *links["to_indicator"]]
    known = [code for code in dict.fromkeys(outcomes) if code in context.indicators.index]
    if known:
        return known
    levels = context.indicators["level"]
    every = list(context.indicators.index[levels.isin(["outcome", "impact"])])
    return [code for code in every if _has_figures(context, code)] or every


def _has_figures(context: Context, code: str) -> bool:
    return any(dated.cell.is_figure for dated in context.series(code))


def sentence(context: Context) -> str:
    """What happened to civilians, how many outcomes changed significantly, which are off track.

    What has no preferred direction can neither improve nor worsen and is not counted.
    """
    codes = outcomes_of(context, links_of(context))
    if not any(context.cell(code).is_figure for code in codes):
        return context.words("overview.nothing_known")
    judged = judged_of(context, codes)
    cells = [context.cell(code) for code in judged]
    of_outcomes = [*_change_words(context, cells), *_off_track_words(context, judged, cells)]
    said = [harm_sentence(context), *of_outcomes, *_worsened_elsewhere(context, codes)]
    return " ".join(part for part in said if part)


def judged_of(context: Context, codes: list[str]) -> list[str]:
    """Those that can improve or worsen: what has no preferred direction is no outcome."""
    return [code for code in codes if context.indicator(code)["direction"] != "neutral"]


def _change_words(context: Context, cells: list[Cell]) -> list[str]:
    """How many of the outcomes whose change was tested changed, and how many were not tested."""
    words = context.words
    trends = Counter(cell.trend for cell in cells if cell.trend in TESTED)
    tested = sum(trends.values())
    if not tested:
        return [words("overview.not_assessed.none")]
    better, worse = trends["improving"], trends["worsening"]
    of_total = words.spelled(tested)
    if better and worse:
        first = words.count("overview.improved_and", better, total=of_total)
        first += words.count("overview.and_worsened", worse)
    elif better or worse:
        key = "overview.improved" if better else "overview.worsened"
        first = words.count(key, better or worse, total=of_total)
    else:
        first = words.count("overview.no_change", tested)
    said = [sentence_case(first)]
    if untested := len(cells) - tested:
        said.append(sentence_case(words.count("overview.not_assessed", untested)))
    return said


def _worsened_elsewhere(context: Context, codes: list[str]) -> list[str]:
    """Other outcomes and impacts that worsened, but for the count that the sentence begins with."""
    said, levels = {*codes, *counted_harm(context)[:1]}, context.indicators["level"]
    others = context.indicators.index[levels.isin(["outcome", "impact"])]
    found = [code for code in others if context.cell(code).trend == "worsening"]
    names = [context.named(code) for code in found if code not in said]
    if not names:
        return []
    named = context.words.some_of(names, _NAMED_ELSEWHERE)
    said_of = context.words.count("overview.worsened_elsewhere", len(names), names=named)
    return [sentence_case(said_of)]


def _off_track_words(context: Context, codes: list[str], cells: list[Cell]) -> list[str]:
    off = [code for code, cell in zip(codes, cells, strict=True) if cell.rating == "off_track"]
    if not off:
        return []
    named = context.words.listed([context.named(code) for code in off[:_NAMED_OFF_TRACK]])
    key = "overview.off_track_among" if len(off) > _NAMED_OFF_TRACK else "overview.off_track"
    return [sentence_case(context.words.count(key, len(off), names=named))]


def count_line(context: Context, codes: list[str]) -> str:
    """How many outcomes have which rating; the parts add up to the rows of the table."""
    words, cells = context.words, [context.cell(code) for code in judged_of(context, codes)]
    ratings = Counter(cell.rating for cell in cells)
    parts = [
        words.digits(f"overview.count.{rating}", ratings[rating])
        for rating in _RATED
        if ratings[rating]
    ]
    if still_open := sum(ratings[rating] for rating in _OPEN):
        parts.append(words.digits("overview.count.open", still_open))
    lacking = sum(map(_lacks_figure, cells))
    if unrated := sum(ratings[rating] for rating in UNRATED) + lacking:
        parts.append(words.digits("overview.count.unrated", unrated))
    if without_target := ratings[None] - lacking:
        parts.append(words.digits("overview.count.no_target", without_target))
    return words("overview.count_line", parts=", ".join(parts)) if parts else ""


def _lacks_figure(cell: Cell) -> bool:
    """Whether a cell that is held against a target has no figure to rate."""
    return cell.said.unrated is not None and cell.said.unrated.code == "no_figure"


def change_line(context: Context, code: str) -> list[Any]:
    """The trend and its size, to be seen; what was compared with what is heard in its place."""
    cell, words, unit = context.cell(code), context.words, context.unit(code)
    direction = str(context.indicator(code)["direction"])
    size = change_size(cell, unit, words, "value.brief")
    seen = html.Span(
        trend_words(cell.trend, direction, words), className="trend", **{"aria-hidden": "true"}
    )
    why = [words.said(said) for said in cell.said.trend] if cell.trend is None else []
    notes = [size, *why]
    shown = [
        html.Span(
            words("value.and").join(n for n in notes if n),
            className="note",
            **{"aria-hidden": "true"},
        )
    ]
    whole: list[Any] = [trend_mark(cell, direction, unit, words)]
    if said := change_words(context, code):
        whole.append(html.Span(said))
    heard = html.Span([part for one in whole for part in (one, " ")], className="hidden")
    is_whole = not any(notes)
    return [seen, *([] if is_whole else shown), heard]


def change_words(context: Context, code: str) -> str:
    """34 → 41, with both periods, where both have a figure; the size of the change as tested."""
    cell, unit = context.cell(code), context.unit(code)
    if cell.trend == "definition_changed":  # two definitions make no change
        return ""
    before = _compared(context.series(code), context.is_survey(code))
    size = change_size(cell, unit, context.words)
    if before is None or cell.value is None or before.cell.value is None:
        return size
    parts = [
        _change_text(context, before, cell, unit),
        *_of_both_years(before.cell, cell, size, context.words),
    ]
    return context.words("value.and").join(parts)


def _of_both_years(before: Cell, now: Cell, size: str, words: Words) -> list[str]:
    """The size of the change; that it, or the figures, rest on a part of the reports."""
    if size and any(said.code.startswith("compared_") for said in now.said.trend):
        return [words("overview.change_comparable", size=size)]
    is_lacking = before.reports_missing is not None or now.reports_missing is not None
    return [size] if size else [words("rating.lacks_reports")] * is_lacking


def _compared(series: list[Dated], is_survey: bool) -> Dated | None:
    """The earlier figure that a change is told from: last wave, or same period last year."""
    if not series:
        return None
    now = series[-1]
    earlier = [dated for dated in series[:-1] if dated.cell.is_figure]
    if not is_survey:
        year = now.start.replace(year=now.start.year - 1)
        earlier = [dated for dated in earlier if dated.start == year]
    return earlier[-1] if earlier else None


def _change_text(context: Context, before: Dated, cell: Cell, unit: formats.Unit) -> str:
    words, now = context.words, context.period
    return words(
        "overview.change",
        before=unit.value(before.cell.value or 0.0, words),
        after=unit.value(cell.value or 0.0, words),
        first=formats.period_name(before, words),
        last=formats.period_name(now, words),
    )


def certainty_lines(context: Context, returns: pd.DataFrame) -> list[str]:
    """How sure the figures are, a fact a part: reports, errors, the newest wave, revisions."""
    lines = [
        *reports_lines(context, returns),
        *rejected_lines(context),
        *wave_lines(context),
        revised_line(context),
    ]
    return [_joined(*line) for line in lines]


def _joined(line: str, more: str) -> str:
    """A line and what is said beside it: a sentence of its own, or the end of the first."""
    between = ". " if more[:1].isupper() else ", "
    return sentence_case(between.join(part for part in (line, more) if part))


def reports_lines(context: Context, returns: pd.DataFrame) -> list[tuple[str, str]]:
    """How many of the reports came that were due; nothing without a calendar."""
    words, due = context.words, quality.due_returns(returns)
    if due.empty:
        return []
    came = int(due["status"].isin(quality.RECEIVED).sum())
    numbers = {"came": formats.number(came, words), "due": formats.number(len(due), words)}
    share = formats.percent(100 * came / len(due), words)
    return [(words("certainty.returns", share=share, **numbers), _silent(context, due))]


def rejected_lines(context: Context) -> list[tuple[str, str]]:
    """How many errors wait for correction; nothing where none does."""
    words, rejects = context.words, quality.rejects(context.release)
    if rejects.empty:
        return []
    rows = formats.number(int(rejects["rows"].sum()), words)
    files = words.digits("certainty.rows_files", rejects["file"].nunique())
    return [(words("certainty.rows", rows=rows), files)]


def revised_line(context: Context) -> tuple[str, str]:
    """How many published figures this release changed."""
    if context.is_first_release:
        return (context.words("certainty.first_release"), "")
    revisions = len(quality.revisions(context.release))
    return (context.words.digits("certainty.revised", revisions), "")


def _silent(context: Context, due: pd.DataFrame) -> str:
    """The areas that sent nothing at all in the period."""
    names = [context.area_name(code) for code in quality.silent_areas(due)]
    if not names:
        is_one = due["area"].nunique() == 1
        return "" if is_one else context.words("certainty.all_areas_sent")
    return context.words("certainty.silent", names=context.words.some_of(names, _NAMED_SILENT))


def wave_lines(context: Context) -> list[tuple[str, str]]:
    """Who answered in the newest household wave."""
    waves = household_waves(context)
    if not waves:
        return []
    wave, words = waves[-1], context.words
    numbers = {
        "wave": str(wave["wave"]),
        "answered": formats.number(wave["answered"], words),
        "sampled": formats.number(wave["sampled"], words),
        "share": formats.percent(100 * wave["answered"] / max(1, wave["sampled"]), words),
    }
    key = "certainty.wave" if wave["answered"] < wave["sampled"] else "certainty.wave_complete"
    held = words("certainty.wave_on", month=formats.month(wave["last_on"], words))
    return [(words(key, **numbers), held)]


def missing_reports(context: Context, returns: pd.DataFrame) -> list[tuple[str, str]]:
    """Areas with the months from which no report came, with or without access. Not a ranking."""
    words, found = context.words, []
    for status, by_area in silent_months(returns).items():
        for code, months in by_area.items():
            said = words(f"next.{status}", months=formats.months(months, words))
            found.append((context.area_name(code), said))
    return found


def silent_months(returns: pd.DataFrame) -> dict[str, dict[str, list[pd.Timestamp]]]:
    """The months in which no report that was due came, by area: without access, or else."""
    found: dict[str, dict[str, list[pd.Timestamp]]] = {"no_access": {}, "not_submitted": {}}
    for (area, month), group in quality.due_returns(returns).groupby(["area", "month"]):
        if group["status"].isin(quality.RECEIVED).any():
            continue
        status = "no_access" if (group["status"] == "no_access").all() else "not_submitted"
        found[status].setdefault(str(area), []).append(pd.Timestamp(str(month)))
    return found
