"""How strong the evidence of a link is: bars and a letter, or that it was not tested."""

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboards.wording.words import Words

BARS = {"A": 3, "B": 2, "C": 1, "D": 0}  # how many of three are filled
SMALL_AT_MOST = "small_at_most"  # status of an answer without grade: no difference beyond a bound


def verdict(link: Mapping[str, Any]) -> str | None:
    """What the test of a link came to: its grade, `small_at_most`, or none where none was made."""
    if link["grade"] in BARS:
        return str(link["grade"])
    return SMALL_AT_MOST if link["status"] == SMALL_AT_MOST else None


def evidence_sentence(link: Mapping[str, Any], words: Words) -> str:
    """The verdict in words."""
    return words(f"evidence.{verdict(link) or 'not_tested'}")


def evidence_mark(link: Mapping[str, Any], words: Words) -> html.Span:
    """Three bars filled by grade with its letter; the words alone where there is no grade."""
    grade, text = verdict(link), evidence_sentence(link, words)
    if grade not in BARS:
        return html.Span(text, className="evidence-none")
    bars = [
        html.Span(className="strength strength-full" if number < BARS[grade] else "strength")
        for number in range(3)
    ]
    shown = [*bars, html.B(grade)]
    return html.Span(shown, className="evidence", role="img", **{"aria-label": text})


def grade_mark(grade: str, words: Words) -> html.Span:
    """The mark of a grade by itself."""
    return evidence_mark({"grade": grade, "status": None}, words)


def evidence_key(words: Words) -> html.Details:
    """What the four letters mean, strongest first."""
    lines = [
        html.Li([grade_mark(grade, words), html.Span(words(f"evidence.{grade}"))]) for grade in BARS
    ]
    summary = html.Summary(words("evidence.key"))
    return html.Details([summary, html.Ul(lines, className="key")], className="evidence-key")
