"""What can be worked out of displayed counts: for tests and `make soak`, never for a release.

All that a reader of one audience's copy knows of one indicator is a set of linear conditions over
whole numbers: intervals of displayed counts, totals that are the sum of their parts, shares within
half of their rounding. A displayed count of 1 to 7 is pinned where no other table fits them.
Method: Hundepool et al., Statistical Disclosure Control (2012), section 4.3 (audit of tables).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

from indicators.definitions.sharing.audiences import LEAST_CASES, LEAST_PERSONS, ROUNDED_TO
from indicators.foundation.mart_tables import DIMENSIONS, NOT_APPLICABLE, SUPPRESSED, TOTAL

_WHOLE = ("n", "numerator", "denominator", "value")
_COUNTED = ("count", "sum", "count_distinct")
_CELL = ("period_type", "period", "area", *DIMENSIONS)
_DRAWS = 6  # tables drawn that fit; what differs in one of them from the true one is not pinned


@dataclass
class _Conditions:
    """Whole unknowns within bounds, and linear conditions over them."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    truth: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)  # line, unknown, factor
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def unknown(self, low: float, high: float, truth: float) -> int:
        self.low.append(low)
        self.high.append(high)
        self.truth.append(truth)
        return len(self.low) - 1

    def line(self, terms: Sequence[tuple[int, float]], least: float, most: float) -> None:
        self.entries += [(len(self.least), at, factor) for at, factor in terms]
        self.least.append(least)
        self.most.append(most)

    def matrix(self) -> csr_array:
        lines, unknowns, factors = zip(*self.entries, strict=True) if self.entries else ((),) * 3
        shape = (len(self.least), len(self.low))
        return csr_array(coo_array((factors, (lines, unknowns)), shape=shape))


def pinned_cells(
    exact: pd.DataFrame, shown: pd.DataFrame, parents: dict[str, str], measure: str, seed: int = 0
) -> pd.DataFrame:
    """The displayed counts of 1 to 7 of one indicator that only one table explains.

    exact: the true cells of the indicator; shown: the copy's cells of it, of which figures that are
    the true ones are taken as known to be. parents: area by area below. Rows of `shown` with the
    column `amount` (value, numerator, denominator or n) that is pinned.
    """
    told = shown.merge(exact, on=list(_CELL), suffixes=("", "_true")).reset_index(drop=True)
    amounts = _different_amounts(told, measure)
    conditions = _Conditions()
    places: dict[str, list[int | None]] = {}
    asked: list[tuple[int, int, str]] = []
    for name in amounts:
        places[name] = []
        for row, cell in enumerate(told.to_dict("records")):
            at = _add(conditions, cell, name, measure)
            places[name].append(at)
            if at is not None and _is_small(cell, name):
                asked.append((at, row, name))
        _add_sums(conditions, told, places[name], parents)
    if measure == "ratio":
        _add_shares(conditions, told, places)
    found = _pinned(conditions, [at for at, _, _ in asked], seed)
    rows = [(row, name) for at, row, name in asked if at in found]
    pinned = told.loc[[row for row, _ in rows]].copy()
    return pinned.assign(amount=[name for _, name in rows])


def _different_amounts(told: pd.DataFrame, measure: str) -> list[str]:
    """Amounts that are counts; of those that are always equal, the first."""
    names = [name for name in _WHOLE if name != "value" or measure in _COUNTED]
    if measure == "rate":
        names.remove("denominator")  # the population is no count of these persons
    kept: list[str] = []
    for name in names:
        own = told[f"{name}_true"].astype(float)
        if own.notna().any() and not any(
            own.equals(told[f"{one}_true"].astype(float)) for one in kept
        ):
            kept.append(name)
    return kept


def _is_small(cell: dict[str, float], name: str) -> bool:
    return (
        cell["disclosure"] != SUPPRESSED
        and 0 < cell[f"{name}_true"] < LEAST_PERSONS
        and pd.isna(cell[name])
    )


def _add(conditions: _Conditions, cell: dict[str, float], name: str, measure: str) -> int | None:
    """One amount of a cell as the copy tells it; None where it has none."""
    truth, told = cell[f"{name}_true"], cell[name]
    if pd.isna(truth):
        return None
    if cell["disclosure"] == SUPPRESSED:
        is_cases = name == "denominator" or (name == "n" and measure != "ratio")
        return conditions.unknown(0, LEAST_CASES - 1 if is_cases else np.inf, truth)
    if pd.isna(told):
        return conditions.unknown(1, LEAST_PERSONS - 1, truth)
    if told == truth and (told == 0 or told % ROUNDED_TO or not _is_displayed(cell)):
        return conditions.unknown(truth, truth, truth)
    half = ROUNDED_TO // 2
    return conditions.unknown(max(told - half, LEAST_PERSONS), told + half, truth)


def _is_displayed(cell: dict[str, float]) -> bool:
    return bool(cell["is_displayed"])


# Sums ---------------------------------------------------------------------------------------------


def _add_sums(
    conditions: _Conditions,
    told: pd.DataFrame,
    places: Sequence[int | None],
    parents: dict[str, str],
) -> None:
    """Totals and their parts: equal where that always holds of this way of adding up.

    Of periods of one length: who is counted once a year may differ from the parts there alone.
    """
    kinds = told["period_type"]
    for way in (pair for ways in _ways(told, parents) for pair in _by_length(ways, kinds)):
        lines = [
            (total, parts)
            for total, parts in (
                (places[total], [places[part] for part in parts]) for total, parts in way
            )
            if total is not None and None not in parts
        ]
        sums = [
            conditions.truth[total] == sum(conditions.truth[part] for part in parts)
            for total, parts in lines
        ]
        for total, parts in lines:
            if all(sums):
                conditions.line([(total, -1.0), *((part, 1.0) for part in parts)], 0, 0)
            elif all(conditions.truth[part] <= conditions.truth[total] for part in parts):
                for part in parts:
                    conditions.line([(total, -1.0), (part, 1.0)], -np.inf, 0)


def _by_length(
    ways: list[tuple[int, list[int]]], kinds: pd.Series
) -> Iterator[list[tuple[int, list[int]]]]:
    for kind in kinds.unique():
        yield [(total, parts) for total, parts in ways if kinds[total] == kind]


_YEARS = ("S", "A", "B")


def _ways(told: pd.DataFrame, parents: dict[str, str]) -> Iterator[list[tuple[int, list[int]]]]:
    """By way of adding up: rows of totals, each with the rows of its parts."""
    index = {
        key: row for row, key in enumerate(told[list(_CELL)].itertuples(index=False, name=None))
    }
    yield from _over_areas(told, index, parents)
    yield from _over_dimensions(told, index)
    yield from _over_periods(told)


def _over_areas(
    told: pd.DataFrame, index: dict[tuple[str, ...], int], parents: dict[str, str]
) -> Iterator[list[tuple[int, list[int]]]]:
    groups: dict[tuple[str, ...], list[int]] = {}
    for key, row in index.items():
        if key[2] in parents:
            groups.setdefault((*key[:2], parents[key[2]], *key[3:]), []).append(row)
    yield [(index[key], rows) for key, rows in groups.items() if key in index]


def _over_dimensions(
    told: pd.DataFrame, index: dict[tuple[str, ...], int]
) -> Iterator[list[tuple[int, list[int]]]]:
    closed = (TOTAL, NOT_APPLICABLE)
    for name in DIMENSIONS[:-1]:
        groups: dict[tuple[str, ...], list[int]] = {}
        for row, cell in enumerate(told.to_dict("records")):
            if cell[name] in closed:
                continue
            total = dict(cell) | {name: TOTAL}
            if name == "breakdown":
                total["breakdown_value"] = TOTAL
            groups.setdefault((cell["breakdown"], *(total[key] for key in _CELL)), []).append(row)
        yield [(index[key[1:]], rows) for key, rows in groups.items() if key[1:] in index]


def _over_periods(told: pd.DataFrame) -> Iterator[list[tuple[int, list[int]]]]:
    other = [name for name in _CELL if name not in ("period_type", "period")]
    longer: dict[str, list[tuple[int, list[int]]]] = {kind: [] for kind in _YEARS}
    for _, rows in told.groupby(other, sort=False):
        spans = list(rows[["period_type", "period_start", "period_end"]].itertuples(name=None))
        quarters = [span for span in spans if span[1] == "Q"]
        for at, kind, start, end in spans:
            inside = [part for part, _, own, last in quarters if own >= start and last <= end]
            if kind in longer and inside:
                longer[kind].append((at, inside))
    yield from longer.values()


def _add_shares(
    conditions: _Conditions, told: pd.DataFrame, places: dict[str, list[int | None]]
) -> None:
    """Numerator within denominator, and their quotient within half of a displayed share's step."""
    for row, cell in enumerate(told.to_dict("records")):
        above, below = (places.get(name, [None] * len(told))[row] for name in _WHOLE[1:3])
        if below is None:  # cases and denominator are one
            below = places["n"][row]
        if above is None or below is None:
            continue
        conditions.line([(above, 1.0), (below, -1.0)], -np.inf, 0)
        if cell["is_displayed"] and not pd.isna(cell["value"]):
            share, half = cell["value"] / 100, ROUNDED_TO / 200
            conditions.line([(above, 1.0), (below, -(share - half))], 0, np.inf)
            conditions.line([(above, 1.0), (below, -(share + half))], -np.inf, 0)


# Other tables that fit ----------------------------------------------------------------------------


def _pinned(conditions: _Conditions, asked: Sequence[int], seed: int) -> set[int]:
    """Unknowns that have their true value in every table that fits."""
    left, truth = set(asked), np.array(conditions.truth)
    low, high = np.array(conditions.low), np.array(conditions.high)
    lines = LinearConstraint(conditions.matrix(), conditions.least, conditions.most)
    draw = np.random.default_rng(seed)

    def table(wanted: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray | None:
        found = milp(
            wanted,
            integrality=np.ones(len(wanted)),
            bounds=Bounds(low, high),
            constraints=[lines] if conditions.least else [],
            options={"mip_rel_gap": 0.5},  # any table that fits will do, the best is not asked
        )
        return None if found.x is None else np.asarray(found.x)

    for _ in range(_DRAWS):
        if left:
            wanted = np.zeros(len(truth))
            wanted[list(left)] = draw.choice([-1.0, 1.0], len(left))
            found = table(wanted, low, high)
            if found is None:
                raise ValueError("the true table does not fit what is shown")
            left -= {at for at in left if round(found[at]) != truth[at]}
    return {at for at in left if not _has_other(table, at, truth[at], low, high)}


def _has_other(
    table: Callable[..., np.ndarray | None],
    at: int,
    truth: float,
    low: np.ndarray,
    high: np.ndarray,
) -> bool:
    """Whether a table fits in which this unknown is less, or more, than it truly is."""
    nothing = np.zeros(len(low))
    less, more = high.copy(), low.copy()
    less[at], more[at] = truth - 1, truth + 1
    return any(
        bounds[0][at] <= bounds[1][at] and table(nothing, *bounds) is not None
        for bounds in ((low, less), (more, high))
    )
