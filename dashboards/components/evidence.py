"""How strong the evidence of a link is: bars and a letter, or that it was not tested."""

from typing import Any

from dash import html

from dashboards.wording.words import Words

BARS = {"A": 3, "B": 2, "C": 1, "D": 0}  # how many of three are filled


NO_CHANGE = "no_change"  # status of a finding whose interval lies within the margin set before


def within_margin(grade: str, status: object) -> bool:
    """Whether grade D stands for no difference beyond the margin, which is no lack of evidence."""
    return grade == "D" and status == NO_CHANGE


def evidence_sentence(grade: str, words: Words, status: object = None) -> str:
    """A grade in words."""
    return words("evidence.no_change" if within_margin(grade, status) else f"evidence.{grade}")


def evidence_mark(grade: Any, words: Words, status: object = None) -> html.Span:
    """Three bars filled by grade with its letter; the word alone where there is no grade.

    Grade D of a finding within the margin (`status` no_change) is no lack of evidence, and says so.
    """
    if grade not in BARS:
        return html.Span(words("evidence.not_tested"), className="evidence-none")
    bars = [
        html.Span(className="strength strength-full" if number < BARS[grade] else "strength")
        for number in range(3)
    ]
    text = evidence_sentence(grade, words, status)
    shown = [*bars, html.B(grade)]
    if within_margin(grade, status):
        shown.append(html.Span(words("evidence.within_margin"), className="note"))
    return html.Span(shown, className="evidence", role="img", **{"aria-label": text})


def evidence_key(words: Words) -> html.Details:
    """What the four letters mean, strongest first."""
    lines = [
        html.Li([evidence_mark(grade, words), html.Span(words(f"evidence.{grade}"))])
        for grade in BARS
    ]
    summary = html.Summary(words("evidence.key"))
    return html.Details([summary, html.Ul(lines, className="key")], className="evidence-key")
