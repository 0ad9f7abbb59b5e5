"""Trends of counts and shares, cell by cell, from recomputed cells alone: what is compared, and p.

Surveys have reference figures of their own (`tests/reference/test_survey.py`).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta, hypergeom, norm, t

from indicators.definitions.indicator import Indicator
from tests.oracle.world import World, bounds

Row = Mapping[str, Any]
KEY = ["indicator", "period", "area"]
BASIS = ["trend_areas", "trend_areas_due", "trend_months", "trend_months_due"]
KINDS = ("count", "sum", "count_distinct", "rate", "ratio")


def year_before(period: str) -> str:
    """The name of the same period of last year; of a week that 52 weeks before."""
    year, rest = int(period[:4]), period[4:]
    if rest.startswith("/"):
        return f"{year - 1}/{year % 100:02d}"
    if rest.startswith("-W"):
        earlier = date.fromisocalendar(year, int(rest[2:]), 4) - timedelta(weeks=52)
        return "{}-W{:02d}".format(*earlier.isocalendar()[:2])
    return f"{year - 1}{rest}"


span = cache(bounds)


@cache
def months_of(period: str) -> list[str]:
    """The months of a period; a week has only itself."""
    if "W" in period:
        return [period]
    first, last = span(period)
    return [str(month) for month in pd.period_range(first, last, freq="M")]


def _kind(period: str) -> str:
    """Month, week, or what is longer."""
    if "W" in period:
        return "W"
    return "M" if "/" not in period and period[5:].isdigit() else "longer"


@dataclass
class Trends:
    """One indicator's cells by period and area; `known`: first and last day of its record."""

    world: World
    entry: Indicator
    cells: dict[tuple[str, str], Row]
    known: tuple[pd.Timestamp, pd.Timestamp]
    inside: Mapping[str, set[str]]  # each area: itself and all below it

    def __post_init__(self) -> None:
        self.is_share = self.entry.measure.kind == "ratio"
        self.is_rate = self.entry.measure.kind == "rate"
        self.adds = (
            self.entry.time_rule in ("flow", "matured")
            and self.entry.measure.kind != "count_distinct"
        )
        self.owing = {
            area for (period, area), row in self.cells.items()
            if row["returns_due"] == row["returns_due"] and row["period_type"] == "M"
        }  # fmt: skip
        self.peopled = {
            (row["period_type"], area)
            for (_, area), row in self.cells.items() if row["denominator"] > 0
        }  # fmt: skip
        kinds = {row["period_type"] for row in self.cells.values()} & {"M", "W"}
        names = sorted({period for period, _ in self.cells}, key=lambda name: span(name)[0])
        self.months = {kind: [name for name in names if _kind(name) == kind] for kind in kinds}
        self.history = cache(self._history)
        self.dispersion = cache(self._dispersion)
        self.below = cache(self._below)

    def _below(self, area: str) -> list[str]:
        """The lowest areas that owe returns in an area; else the area itself."""
        if not self.adds or area not in self.owing:
            return [area]
        owing = sorted(self.inside[area] & self.owing)
        return [one for one in owing if self.inside[one] & self.owing == {one}]

    def is_over(self, period: str) -> bool:
        """Whether it has ended by the as-of day."""
        return span(period)[1] <= self.world.as_of

    def is_received(self, month: str, area: str) -> bool:
        """Whether all returns came, or the source spoke."""
        row = self.cells.get((month, area))
        if row is None:
            return False
        first, last = span(month)
        is_known = self.known[0] <= first and last <= self.known[1] and self.is_over(month)
        all_came = row["returns_due"] > 0 and row["returns_received"] >= row["returns_due"]
        no_case = row["obs_status"] == "M" and not self.is_rate and all_came and is_known
        return row["obs_status"] == "A" or bool(no_case)

    def is_due(self, month: str, area: str) -> bool:
        """Whether anything was due; of a rate in areas with people."""
        row = self.cells.get((month, area))
        if row is None or (self.is_rate and (row["period_type"], area) not in self.peopled):
            return False
        due = row["returns_due"]
        return bool(due > 0) if due == due else row["obs_status"] != "M"

    def figures(self, period: str, area: str) -> tuple[float, float]:
        """What was counted, and out of what or in how many days (person-days)."""
        row = self.cells[period, area]
        part = row["numerator"] if row["numerator"] == row["numerator"] else row["value"]
        part, of = (0.0 if one != one else float(one) for one in (part, row["denominator"]))
        first, last = span(period)
        days = (last - first).days + 1
        return part, of if self.is_share else days * of if self.is_rate else float(days)

    def second_highest(self, month: str, area: str) -> float:
        """Of the area's last 12 months received before this one."""
        months = self.months[_kind(month)]
        earlier = [one for one in months[: months.index(month)] if self.is_received(one, area)]
        counts = sorted(self.figures(one, area)[0] for one in earlier[-12:])
        return counts[-2] if len(counts) > 1 else counts[-1]

    def _history(self, area: str, kind: str) -> list[tuple[str, float, float]]:
        """The months (weeks) of an area that were received: figures of each."""
        months = [month for month in self.months[kind] if self.is_received(month, area)]
        return [(month, *self.figures(month, area)) for month in months]

    def _dispersion(
        self, area: str, kind: str, start: pd.Timestamp, length: int
    ) -> tuple[float, float]:
        """phi of so many months and its degrees of freedom, from months (weeks) that end before a
        day; else nan."""
        months: dict[str, np.ndarray] = {}
        for one in self.below(area):
            earlier = [entry for entry in self.history(one, kind) if span(entry[0])[1] < start]
            counted, exposed = (sum(entry[at] for entry in earlier) for at in (1, 2))
            for month, part, whole in earlier:
                usual = whole * counted / exposed if exposed else 0.0
                months[month] = months.get(month, np.zeros(3)) + np.array([part, usual, whole])
        used = {month: row for month, row in months.items() if row[1] > 0}
        places = {name: at for at, name in enumerate(self.months[kind])}
        return _of_years(used, places, length, self.is_share)

    def of(self, period: str, area: str) -> dict[str, Any] | None:
        """What is said of one cell; None where it holds no value."""
        row = self.cells.get((period, area))
        if row is None or row["obs_status"] not in ("A", "P") or row["value"] != row["value"]:
            return None
        earlier = year_before(period)
        before = self.cells.get((earlier, area))
        start, end = span(period)
        kind = "W" if row["period_type"] == "W" else "M"
        length = {"Q": 3, "S": 6, "A": 12, "B": 12}.get(row["period_type"], 1)
        noise = self.dispersion(area, kind, start, length)
        if before is not None and row["obs_status"] == before["obs_status"] == "A":
            pair = (*self.figures(period, area), *self.figures(earlier, area))
            return _said(self._p(pair, noise), noise)
        is_known = self.known[0] <= span(earlier)[0]
        is_known &= end <= self.known[1] or end > self.world.as_of
        if not is_known or not any(name == earlier for name, _ in self.cells):
            return {"trend_reason": "no_year_before"}
        if not self.adds:
            return {"trend_reason": "does_not_add"}
        return self._in_part(period, area, noise)

    def _in_part(self, period: str, area: str, noise: tuple[float, float]) -> dict[str, Any]:
        pair, held = np.zeros(4), np.zeros(4)
        areas, areas_due, months, months_due = set(), set(), 0, 0
        for one in self.below(area):
            for month in months_of(period):
                earlier = year_before(month)
                came = self.is_received(month, one), self.is_received(earlier, one)
                is_due = self.is_due(month, one) or self.is_due(earlier, one) or all(came)
                if (month, one) not in self.cells or not self.is_over(month) or not is_due:
                    continue
                areas_due.add(one)
                months_due += 1
                if all(came):
                    areas.add(one)
                    months += 1
                    pair += (*self.figures(month, one), *self.figures(earlier, one))
                elif came[1] and self.is_due(month, one):
                    part, whole = self.figures(earlier, one)
                    high = max(self.second_highest(month, one), self.figures(month, one)[0])
                    held += (high, whole, part, whole)
        basis = dict(zip(BASIS, (len(areas), len(areas_due), months, months_due), strict=True))
        if not months_due:
            return {"trend_reason": "period_not_over"}
        if not months or 2 * months < months_due:
            return basis | {"trend_reason": "reports_missing"}
        found = self._p(tuple(pair), noise)
        if found is not None and found[1] < 0 and not self.is_share:
            still = self._p(tuple(pair + held), noise)
            p = 1.0 if still is None or still[1] >= 0 else max(found[0], still[0])
            return basis | _said((p, found[1]), noise, is_doubted=found[0] < 0.05 <= p)
        return basis | _said(found, noise)

    def _p(self, pair: tuple[float, ...], noise: tuple[float, float]) -> tuple[float, float] | None:
        """p and the change; None where it cannot be tested."""
        x, n, y, m = pair
        phi, df = noise
        if phi != phi or n <= 0 or m <= 0:
            return None
        if self.is_share:
            whole = all(part == round(part) for part in pair) and 0 <= x <= n and 0 <= y <= m
            if not whole:
                return None
            drawn = hypergeom(int(n + m), int(x + y), int(n))
            tails = [drawn.cdf(x) - drawn.pmf(x) / 2, drawn.sf(x) + drawn.pmf(x) / 2]
        else:
            a, b, share = x / phi, y / phi, n / (n + m)
            tails = [_mid(b, a, 1 - share), _mid(a, b, share)]
        p = min(1.0, 2 * min(tails))
        deviate = norm.isf(max(p, 1e-300) / 2) / (np.sqrt(phi) if self.is_share else 1.0)
        p = 2 * (t.sf(deviate, df) if phi > 1 else norm.sf(deviate))
        return float(p), x / n - y / m


def _mid(count: float, rest: float, share: float) -> float:
    """This many or more of both together, half of exactly as many; parts of a case too."""
    as_many = 1.0 if count <= 0 else float(beta.cdf(share, count, rest + 1))
    more = 0.0 if rest <= 0 else float(beta.cdf(share, count + 1, rest))
    return (as_many + more) / 2


def _said(
    found: tuple[float, float] | None, noise: tuple[float, float], is_doubted: bool = False
) -> dict[str, Any]:
    if found is None:
        return {"trend_reason": "no_cases" if noise[0] == noise[0] else "few_months_before"}
    doubt = {"trend_reason": "fall_in_doubt"} if is_doubted else {}
    return {"p": found[0], "change": found[1], **doubt}


def _of_years(
    months: dict[str, np.ndarray], places: Mapping[str, int], length: int, is_share: bool
) -> tuple[float, float]:
    """How much the same months of two years differ, and how much of it persists (.75 a month)."""
    differs, usual = {}, 0.0
    for month, (y, e, n) in months.items():
        if year_before(month) not in months:
            continue
        y0, e0, n0 = months[year_before(month)]
        differs[places[month]] = 2 * (y * e0 - y0 * e) / (e + e0)
        variance = 4 * e * e0 * (y + y0) / (e + e0) ** 2
        if is_share:
            cases = n + n0
            variance *= (1 - min((y + y0) / cases, 1)) * cases / max(cases - 1, 1)
        usual += variance
    pairs = len(differs)
    if pairs < max(8, length) or usual <= 0:
        return np.nan, np.nan
    top = bottom = 0.0
    for lag in (1, 2, 3):
        products = [one * differs[at + lag] for at, one in differs.items() if at + lag in differs]
        top += 0.75**lag * sum(products)
        bottom += 0.75 ** (2 * lag) * len(products)
    shared = max(0.0, top / bottom) if bottom else 0.0
    weight = sum((1 - lag / length) * 0.75**lag for lag in range(1, length))
    phi = (sum(one**2 for one in differs.values()) + 2 * weight * shared * pairs) / usual
    return max(1.0, phi), max(3.0, pairs / (2 if length <= 3 else 3))


def recompute_trends(
    world: World,
    cells: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    known: Mapping[str, tuple[pd.Timestamp, pd.Timestamp]],
    periods: Collection[str],
) -> Iterator[dict[str, Any]]:
    """What is said of every total cell of these periods: KEY, and what `Trends.of` gives."""
    inside = world.above.groupby("area")["area_code"].agg(set).to_dict()
    wanted = {name for period in periods for name in (period, year_before(period))}
    is_read = cells["period_type"].isin(["M", "W"]) | cells["period"].isin(wanted)
    for code, rows in cells[is_read & (cells["dimension"] == "_T")].groupby("indicator"):
        entry = catalogue[str(code)]
        if entry.time_rule == "stock" or entry.measure.kind not in KINDS:
            continue
        by_place = {(row["period"], row["area"]): row for row in rows.to_dict("records")}
        trends = Trends(world, entry, by_place, known[str(code)], inside)
        for period in periods:
            for area in world.level.index:
                said = trends.of(period, area)
                if said is not None:
                    yield {"indicator": code, "period": period, "area": area, **said}
