"""A finding in one sentence, and what stands beside its figures: cost, strength, caveats.

Codes of grades, reasons and caveats come from the mart; their words stand in `linkage.*`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components.rating import evidence_mark, verdict
from dashboards.components.table import Column
from dashboards.wording import formats
from dashboards.wording.words import Words, sentence_case
from indicators.foundation.messages import has_message, message

ALL = "all"
KINDS = (ALL, "long_range", "not_long_range", "police", "military", "joint")  # as shown
_EFFORT = ("person_days", "nights", "km")
Row = Mapping[str, Any]


def effort_columns(words: Words) -> list[Column]:
    """Person-days, nights out and kilometres."""
    return [Column(words(f"finding.{name}"), True) for name in _EFFORT]


def effort_cells(row: Row, words: Words) -> list[Any]:
    """What the activities cost; in words where it is not known."""
    return [
        _quiet(words("finding.not_known"))
        if formats.is_missing(row[name])
        else formats.number(row[name], words)
        for name in _EFFORT
    ]


def has_figure(row: Row) -> bool:
    """Whether the row holds an estimate."""
    return not formats.is_missing(row["estimate"])


def no_figure(row: Row, words: Words) -> html.Span:
    """Why no number stands here."""
    known = _worded("linkage.grade_reason", _reasons(row), words)
    if not known:
        return _quiet(words("finding.not_estimated"))
    reasons = message("linkage.list_separator", words.language).join(known)
    return _quiet(words("finding.no_figure_because", reasons=reasons), "no-figure why")


def grade_mark(row: Row, words: Words) -> html.Span:
    """The grade of the row, or that it was not tested."""
    return evidence_mark(row, words)


def named(name: str, note: str) -> list[Any]:
    """The head of a row: what is compared, and under it how."""
    return [name, html.Span(note, className="note")]


def caveat_list(codes: Iterable[str], words: Words) -> list[Any]:
    """What goes with a finding, one line a caveat; nothing where there is none."""
    return _caveats(_worded("linkage.caveat", codes, words), words)


def caveat_codes(row: Row) -> list[str]:
    """The caveats of one row as the mart joins them."""
    return _codes(row["caveats"])


def caveats_of_rows(rows: Sequence[Row], names: Sequence[str], words: Words) -> list[Any]:
    """The caveats of all rows once, then those of some rows with the rows' names."""
    held = {name: caveat_codes(row) for name, row in zip(names, rows, strict=True)}
    return _caveats(_by_rows("linkage.caveat", held, words), words)


def why_no_stronger(rows: Sequence[Row], names: Sequence[str], words: Words) -> list[Any]:
    """Folded: why the figures have no better grade."""
    figures = zip(names, rows, strict=True)
    held = {name: _reasons(row) for name, row in figures if has_figure(row)}
    lines = _by_rows("linkage.grade_reason", held, words)
    listed = html.Ul([html.Li(sentence_case(text)) for text in lines], className="caveats")
    return folded(words("finding.why"), [listed]) if lines else []


def _caveats(lines: Sequence[str], words: Words) -> list[Any]:
    if not lines:
        return []
    head = html.P(words("finding.caveats"), className="note")
    return [head, html.Ul([html.Li(text) for text in lines], className="caveats")]


def _by_rows(prefix: str, held: Mapping[str, Sequence[str]], words: Words) -> list[str]:
    """Each code in words once; before it the rows that it belongs to, where these are not all."""
    lines = []
    for code in dict.fromkeys(code for codes in held.values() for code in codes):
        names = [name for name, codes in held.items() if code in codes]
        texts = _worded(prefix, [code], words)
        is_shared = len(names) == len(held)
        lines += texts if is_shared else [words.told(words.listed(names), t) for t in texts]
    return lines


def folded(summary: str, content: list[Any]) -> list[Any]:
    """Something to unfold; on paper it stays folded."""
    return [html.Details([html.Summary(summary), *content], className="long")]


def scope_note(row: Row, area: str, words: Words) -> list[Any]:
    """That the figures are the whole mission's, where one area was asked for."""
    return [] if row["area"] == area else [html.P(words("finding.whole_mission"), className="note")]


def difference_cells(row: Row, words: Words, decimals: int) -> list[Any]:
    """The difference and its 95% interval, in the unit that the heads name; or why not."""
    if not has_figure(row):
        return [no_figure(row, words), ""]
    return [formats.signed(row["estimate"], words, decimals), _interval(row, words, decimals)]


def _interval(row: Row, words: Words, decimals: int) -> Any:
    """The bounds; where none were worked out, as for false dates, the p-value instead."""
    bounds = [row["ci_low"], row["ci_high"]]
    if not any(map(formats.is_missing, bounds)):
        low, high = (formats.number(bound, words, decimals) for bound in bounds)
        return words("format.range_signed", low=low, high=high)
    if formats.is_missing(row["p_value"]):
        return _quiet(words("finding.no_interval"))
    return words("finding.p_only", p=formats.number(row["p_value"], words, 2))


def _quiet(text: str, look: str = "no-figure") -> html.Span:
    return html.Span(sentence_case(text), className=look)


def _reasons(row: Row) -> list[str]:
    """Why there is no better grade; an ungraded row without a figure says why in its status."""
    return _codes(row["grade_reasons"]) or _codes(row["caveats"]) + _codes(row["status"])


def _codes(joined: Any) -> list[str]:
    return joined.split("|") if isinstance(joined, str) and joined else []


def _worded(prefix: str, codes: Iterable[str], words: Words) -> list[str]:
    keys = (f"{prefix}.{code}" for code in codes)
    return [message(key, words.language) for key in keys if has_message(key)]


# A full stop before a capital or a quotation ends a sentence; one in a number does not.
_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-ÖØ-Þ«“])")


def finding_of(link: Mapping[str, Any], words: Words) -> html.Div:
    """What was found of one link; `link`: the row of `mart.result_link` that speaks for it."""
    first, *others = _END.split((words.of(link, "sentence") or words("side.caution")).strip())
    caveat = _caveat(link, words)
    if caveat is None:
        lines = [html.P(first, className="finding-first"), *(html.P(line) for line in others)]
        return html.Div(lines, className="caution")
    small = [html.P(line, className="finding-small") for line in (first, *others)]
    return html.Div([html.P(caveat, className="finding-caveat"), *small], className="caution")


def _caveat(link: Mapping[str, Any], words: Words) -> str | None:
    found = verdict(link)
    return None if found in (None, "A", "B") else words(f"effects.caveat.{found}")
