"""How strong the evidence of a link is: bars and a letter, or that it was not tested."""

from dash import html

from dashboards.words import Words

_BARS = {"A": 3, "B": 2, "C": 1, "D": 0}


def evidence_mark(grade: str | None, words: Words) -> html.Span:
    """Three bars filled by grade with its letter; the word alone where there is no grade."""
    if grade not in _BARS:
        return html.Span(words("evidence.not_tested"), className="evidence-none")
    bars = [
        html.Span(className="strength strength-full" if number < _BARS[grade] else "strength")
        for number in range(3)
    ]
    label = {"aria-label": words(f"evidence.{grade}")}
    return html.Span([*bars, html.B(grade)], className="evidence", role="img", **label)


def evidence_key(words: Words) -> html.Details:
    """What the four letters mean, strongest first."""
    lines = [
        html.Li([evidence_mark(grade, words), html.Span(words(f"evidence.{grade}"))])
        for grade in _BARS
    ]
    summary = html.Summary(words("evidence.key"))
    return html.Details([summary, html.Ul(lines, className="key")], className="evidence-key")
