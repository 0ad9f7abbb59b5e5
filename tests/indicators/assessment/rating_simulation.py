"""Cells whose truth is known, rated: how many marks lie on the other side of the path."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from indicators.assessment.rating import rate
from tests.worlds.rows.mart import empty_mart, fill, indicator, mission, value

KINDS = ("survey", "harm")
# How far truths lie from the path, in standard errors of one figure.
SPREADS = (1.0, 2.0, 4.0)
_DF, _TOLERANCE, _PATH = 40, 1.0, 50.0


@dataclass(frozen=True)
class Marks:
    """Of the cells of one kind: shares with a full mark, "likely", at risk or too close; of those
    with a full mark and of those likely the share whose truth is on the other side."""

    full: float
    likely: float
    at_risk: float
    too_close: float
    wrong: float
    wrong_likely: float


def marks(kind: str, spread: float, size: int, seed: int = 5) -> Marks:
    """The path is 50 throughout, the target far better: what is asked is the side of the path."""
    draws = np.random.default_rng(seed)
    line = _PATH - _TOLERANCE if kind == "survey" else _PATH + _TOLERANCE
    truth, rows = (_surveys if kind == "survey" else _harm)(draws, spread, size, line)
    is_behind = truth < line if kind == "survey" else truth > line
    rating = np.array(_rated(kind, rows))
    good, bad = np.isin(rating, ("achieved", "on_track")), rating == "off_track"
    likely = np.isin(rating, ("achieved_likely", "on_track_likely"))
    full = good | bad
    wrong = (good & is_behind) | (bad & ~is_behind)
    return Marks(
        *(float(one.mean()) for one in (full, likely, rating == "at_risk", rating == "too_close")),
        float(wrong[full].mean()),
        float(is_behind[likely].mean()),
    )


def _surveys(
    draws: np.random.Generator, spread: float, size: int, line: float
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    error = 2.5
    truth = line + spread * error * draws.standard_normal(size)
    se = error * np.sqrt(draws.chisquare(_DF, size) / _DF)
    figure = truth + error * draws.standard_normal(size)
    half = 2.0211 * se
    return truth, [
        {"value": one, "ci_low": one - arm, "ci_high": one + arm, "df": _DF, "n": 500}
        for one, arm in zip(figure, half, strict=True)
    ]


def _harm(
    draws: np.random.Generator, spread: float, size: int, line: float
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    truth = np.maximum(line + spread * np.sqrt(line) * draws.standard_normal(size), 1.0)
    figure = draws.poisson(truth)
    return truth, [
        {"value": float(one), "numerator": float(one), "n": one, "method": "gamma"}
        for one in figure
    ]


def _rated(kind: str, rows: list[dict[str, Any]]) -> list[str]:
    """The cells as areas of one mission, so that each is a cell of its own."""
    is_survey = kind == "survey"
    held = {
        "target": 1000.0 if is_survey else 0.5,
        "baseline": _PATH,
        "tolerance": _TOLERANCE,
        "direction": "up" if is_survey else "down",
        "measure": "proportion" if is_survey else "rate",
        "unit_of_measure": "percent" if is_survey else "per_1",
    }
    connection = empty_mart()
    from_to = {"baseline_on": "2026-09-30", "target_on": "2126-09-30"}
    fill(connection, "indicator", [indicator(**held, **from_to)])
    persons = {} if is_survey else {"denominator": 1.0}
    areas = [value(area=f"TST-{at}", **row, **persons) for at, row in enumerate(rows)]
    fill(connection, "indicator_value", areas)
    rate(connection, mission())
    found = connection.execute("SELECT area, rating FROM mart.indicator_value").fetchall()
    by_area = dict(found)
    return [by_area[f"TST-{at}"] for at in range(len(rows))]


def table(found: dict[tuple[str, float], Marks]) -> str:
    """As text, in percent."""
    heads = ("full", "likely", "at risk", "too close", "wrong", "wrong likely")
    lines = [f"{'kind':8}{'spread':>7}" + "".join(f"{one:>14}" for one in heads)]
    for (kind, spread), one in found.items():
        shares = (one.full, one.likely, one.at_risk, one.too_close, one.wrong, one.wrong_likely)
        lines.append(f"{kind:8}{spread:7.0f}" + "".join(f"{100 * x:14.1f}" for x in shares))
    return "\n".join(lines)
