"""Card of candidates for after-action review: the rule's state, and what a person decided."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.reports_mark import reports_note
from dashboards.context import Context
from dashboards.lists import review_candidates
from dashboards.lists.review_candidates import CANDIDATES, Candidate
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
    content: list[Any] = [
        html.P(_counted(context, found)),
        *reports_note(context.reports_of("review_candidate"), words),
        CANDIDATES.table(context, found[:_MOST], ("incident",)),
    ]
    if len(found) > _MOST:
        more = words("pending.more", shown=str(_MOST), of=formats.number(len(found), words))
        content.append(html.P(more, className="note"))
    content.append(CANDIDATES.files(context))
    return card(title, content, words("candidates.under"), key="candidates")


def _counted(context: Context, found: list[Candidate]) -> str:
    words, counted = context.words, review_candidates.counts(found)
    return " ".join(
        words(f"candidates.counted.{name}", number=formats.number(counted[name], words))
        for name in ("all", *_NUMBERS)
    )
