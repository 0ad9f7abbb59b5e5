"""Card of candidates for after-action review: the rule's state, and what a person decided."""

from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.list_files import list_files
from dashboards.components.reports_mark import reports_note
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.lists import review_candidates
from dashboards.lists.review_candidates import HEADS, Candidate
from dashboards.wording import formats

_MOST = 12
_NUMBERS = ("due", "rule_undecided", "undecided")


def review_candidates_card(context: Context, is_recorded: bool) -> html.Section:
    """What is undecided first; counts of all. `is_recorded`: whether reviews were reported at all,
    else that there is no candidate is not known."""
    words = context.words
    title = words("candidates.title")
    found = review_candidates.candidates(context)
    if not found:
        none = words(f"pending.after_action_review.{'none' if is_recorded else 'unknown'}")
        said = context.with_reports(none, "review_candidate")
        return card(title, [notice(said)], key="candidates")
    columns = [Column(words("table.area"))]
    columns += [Column(words(f"candidates.head.{name}")) for name in HEADS]
    rows = [_row(context, one) for one in found[:_MOST]]
    lacking = reports_note(context.reports_of("review_candidate"), words)
    content: list[Any] = [html.P(_counted(context, found)), *lacking, table(columns, rows, title)]
    if len(found) > _MOST:
        more = words("pending.more", shown=str(_MOST), of=formats.number(len(found), words))
        content.append(html.P(more, className="note"))
    content.append(list_files(context, "review-candidates", title))
    return card(title, content, words("candidates.under"), key="candidates")


def _counted(context: Context, found: list[Candidate]) -> str:
    words, counted = context.words, review_candidates.counts(found)
    return " ".join(
        words(f"candidates.counted.{name}", number=formats.number(counted[name], words))
        for name in ("all", *_NUMBERS)
    )


def _row(context: Context, one: Candidate) -> list[Any]:
    area = one.row["area"]
    first = page_link(context.area_name(area), context.address.link(area=area))
    cells: list[Any] = list(review_candidates.cells(context, one))
    if context.audience == "mission":
        cells[-1] = [f"{cells[-1]} ", *_links(context, one)]
    return [first, *cells]


def _links(context: Context, one: Candidate) -> list[Any]:
    """To decide or decide anew; once it is decided, to recommend what follows."""
    words, place = context.words, {"area": one.row["area"], "period": context.period.name}
    form = context.address.link("/records/entry/review_decision", **place)
    if one.decision is None:
        asked = urlencode({"incident": one.incident})
        return [html.A(words("candidates.decide"), href=f"{form}&{asked}")]
    again = html.A(
        words("candidates.decide_anew"), href=f"{form}&{urlencode({'key': one.incident})}"
    )
    recommend = context.address.link("/records/recommend", **place)
    asked = urlencode({"review": one.incident})
    return [again, ", ", html.A(words("assessment.recommend"), href=f"{recommend}&{asked}")]
