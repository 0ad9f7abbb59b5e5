"""The examples and pictures of `docs/evidence.md`, of the release that the demonstration publishes.

`python -m tests.docs.sample_evidence RELEASE` writes them; `test_readme.py` compares. The same
release gives the same bytes.
"""

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.conftest import REPOSITORY
from tests.real.evidence_figures import with_blocks

DOCS = REPOSITORY / "docs"
PAGE = DOCS / "evidence.md"
WIDTH, LABELS, ROW = 760, 300, 26
INK, SOFT, LINE = "#22313f", "#6b7780", "#0b5c73"
CHECKED = ("night_patrols_calmer_sites", "hot_spot_patrols_violence")
PARTS = {
    "lead_7_days": "the 7 days before",
    "1_to_3_days": "days 1–3 after",
    "4_to_7_days": "days 4–7 after",
    "8_to_14_days": "days 8–14 after",
}
STEPS = ("today", "+6 months", "+12 months")
WITHOUT = "No link of this release has it."


@dataclass(frozen=True)
class Mark:
    """One line of a picture: a change and its interval, as ratios of rates."""

    label: str
    low: float
    middle: float
    high: float
    letter: str = ""


def written(release: Path) -> dict[str, str]:
    """Text of each file of `docs/` that follows from the release, by name."""
    with duckdb.connect(str(release / "mission" / "poclens.duckdb"), read_only=True) as connection:
        page = with_blocks(PAGE.read_text(encoding="utf-8"), {"examples": _examples(connection)})
        return {
            "evidence.md": page,
            "evidence_links.svg": _picture(_links(connection)),
            "evidence_checks.svg": _picture(_checks(connection)),
            "evidence_plan.svg": _bars(_plan(connection)),
        }


def _examples(connection: duckdb.DuckDBPyConnection) -> str:
    """For each verdict the sentence of the first link that has it, or that none has."""
    rows = connection.execute(
        """SELECT link.grade, first(link.sentence_en ORDER BY item.edge)
        FROM mart.primary_test AS item JOIN mart.result_link AS link
          ON link.edge = item.edge AND link.method = item.method
          AND link.specification = item.specification
        WHERE link.method = 'case_series' GROUP BY ALL"""
    ).fetchall()
    found = dict(rows)
    small = connection.execute(
        """SELECT sentence_en FROM mart.primary_test JOIN mart.result_link
          USING (edge, method, specification)
        WHERE status = 'small_at_most' ORDER BY edge LIMIT 1"""
    ).fetchone()
    found["Small at most"] = small[0] if small else WITHOUT
    letters = ("A", "B", "C", "Small at most", "D")
    return "\n".join(f"**{letter}.** {found.get(letter, WITHOUT)}\n" for letter in letters)


def _links(connection: duckdb.DuckDBPyConnection) -> list[Mark]:
    rows = connection.execute(
        """SELECT edge, exp(ci_low), exp(estimate), exp(ci_high),
          coalesce(link.grade, 'small') AS verdict
        FROM mart.primary_test AS item JOIN mart.result_link AS link
          USING (edge, method, specification)
        WHERE method = 'case_series' AND estimate IS NOT NULL ORDER BY verdict, edge"""
    ).fetchall()
    return [
        Mark(f"{letter}   {_spoken(edge)}", low, mid, high, letter)
        for edge, low, mid, high, letter in rows
    ]


def _checks(connection: duckdb.DuckDBPyConnection) -> list[Mark]:
    rows = connection.execute(
        """SELECT edge, specification, exp(ci_low), exp(estimate), exp(ci_high)
        FROM mart.result_link
        WHERE method IN ('case_series', 'placebo') AND estimate IS NOT NULL"""
    ).fetchall()
    figures = {(edge, name): rest for edge, name, *rest in rows}
    return [
        Mark(f"{_spoken(edge)}: {words}", *figures[edge, name])
        for edge in CHECKED
        for name, words in PARTS.items()
        if (edge, name) in figures
    ]


def _plan(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, list[float]]]:
    """By link the smallest change that could be seen: today, with 6 and with 12 more months."""
    rows = connection.execute(
        """SELECT edge, list(smallest_change ORDER BY months)
        FROM mart.evidence_plan
        WHERE step IN ('today', 'months_ahead') AND change_unit = 'percent'
        GROUP BY edge HAVING count(smallest_change) = 3 ORDER BY edge"""
    ).fetchall()
    return [(_spoken(edge), values) for edge, values in rows]


def _spoken(edge: str) -> str:
    return edge.replace("_", " ")


def _picture(marks: Sequence[Mark]) -> str:
    """Points and intervals on a logarithmic scale of ratios; the line at 1 is no difference."""
    values = [value for mark in marks for value in (mark.low, mark.high)]
    low, high = math.log(min(*values, 0.5)), math.log(max(*values, 2.0))

    def across(ratio: float) -> float:
        return LABELS + (math.log(ratio) - low) / (high - low) * (WIDTH - LABELS - 30)

    parts = [f'<line x1="{across(1):.1f}" x2="{across(1):.1f}" y1="20" y2="{_height(marks)-34}"'
             f' stroke="{SOFT}" stroke-dasharray="3 3"/>']  # fmt: skip
    for number, mark in enumerate(marks):
        y = 34 + number * ROW
        parts.append(_text(8, y + 4, mark.label))
        parts.append(f'<line x1="{across(mark.low):.1f}" x2="{across(mark.high):.1f}" y1="{y}"'
                     f' y2="{y}" stroke="{LINE}" stroke-width="2"/>')  # fmt: skip
        parts.append(f'<circle cx="{across(mark.middle):.1f}" cy="{y}" r="4.5" fill="{LINE}"/>')
    for ratio in (0.25, 0.5, 1.0, 2.0, 4.0):
        if low <= math.log(ratio) <= high:
            words = "no difference" if ratio == 1 else f"{100 * (ratio - 1):+.0f} %"
            parts.append(_text(across(ratio), _height(marks) - 14, words, "middle"))
    return _svg(_height(marks), parts)


def _bars(rows: Sequence[tuple[str, list[float]]]) -> str:
    """Three bars a link, from dark (today) to light (12 more months)."""
    widest = max((value for _, values in rows for value in values), default=1.0)
    parts = []
    for number, (label, values) in enumerate(rows):
        top = 26 + number * 2 * ROW
        parts.append(_text(8, top + 16, label))
        for at, (value, words) in enumerate(
            zip(values, ("today", "+6 months", "+12"), strict=True)
        ):
            y, width = top + at * 13, value / widest * (WIDTH - LABELS - 150)
            parts.append(f'<rect x="{LABELS}" y="{y}" width="{width:.1f}" height="10" fill="{LINE}"'
                         f' opacity="{1 - 0.3 * at:.1f}"/>')  # fmt: skip
            parts.append(_text(LABELS + width + 6, y + 9, f"{value:.0f} % {words}"))
    return _svg(40 + 2 * ROW * len(rows), parts)


def _height(marks: Sequence[Mark]) -> int:
    return 70 + ROW * len(marks)


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def _svg(height: int, parts: Sequence[str]) -> str:
    def lines() -> Iterator[str]:
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
            f' font-family="sans-serif" font-size="12" fill="{INK}">'
        )
        yield f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        yield from parts
        yield "</svg>"

    return "\n".join([*lines(), ""])


if __name__ == "__main__":
    for name, text in written(Path(sys.argv[1])).items():
        (DOCS / name).write_text(text, encoding="utf-8")
