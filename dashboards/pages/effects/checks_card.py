"""The checks of a link's test in words: three kinds, each passed or with what it showed."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.rating import is_tested, verdict
from dashboards.reading.context import Context
from dashboards.wording.words import sentence_case
from indicators.foundation.messages import message

Row = Mapping[str, Any]
_BEFORE = (
    *("lead", "lead_size", "with_lead", "fake_date"),
    *("pretrend", "reaction", "permutation"),
)
_STABILITY = ("without_history", "area_omission", "stability", "leave_one_out")
_KINDS = {"before": _BEFORE, "reporting": ("reporting", "corroboration"), "stability": _STABILITY}
_OF_INTERVIEWS = {
    "alike": ("balance",),
    "before": ("fake_date",),
    "stability": ("other_event", "same_interviewers", "stability"),
}
_OUTCOMES = ("failed", "weak", "not_run")


def checks_card(
    context: Context, primary: Row | None, beside: Sequence[html.Li] = ()
) -> html.Section:
    """A line a kind; `primary`: the row of the test that sets the grade.

    `beside`: lines of secondary readings, which set no grade.
    """
    words, title = context.words, context.words("effects.checks.title")
    if primary is None or not is_tested(primary):
        return card(title, [notice(words("effects.checks.no_test"))], key="checks")
    if verdict(primary) not in ("A", "B", "C"):
        return card(title, [notice(words("effects.checks.not_reached"))], key="checks")
    reasons = str(primary["grade_reasons"] or "").split("|")
    is_interviews = "interviews" in str(primary["method"])
    kinds = _OF_INTERVIEWS if is_interviews else _KINDS
    lines = [_line(context, kind, names, reasons) for kind, names in kinds.items()]
    return card(title, [html.Ul([*lines, *beside], className="checks")], key="checks")


def _line(context: Context, kind: str, names: tuple[str, ...], reasons: list[str]) -> html.Li:
    words = context.words
    codes = [f"{name}_{outcome}" for name in names for outcome in _OUTCOMES]
    against = [code for code in codes if code in reasons]
    look = "passed" if not against else "failed"
    said = [message(f"linkage.grade_reason.{code}", words.language) for code in against]
    told = words("value.and").join(said) or words("effects.checks.passed")
    head = html.B(words(f"effects.checks.{kind}"), className=f"check-{look}")
    return html.Li([head, html.Span(sentence_case(told), className="note")])
