"""Additive lines: published cells of which one is the sum of the others.

An area and the areas below it, a total and its parts, a period and the shorter ones in it. What
is withheld in a line does not belong here: see `complementary.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from indicators.disclosure.primary import NOT_ADDITIVE
from indicators.values import DIMENSIONS, NOT_APPLICABLE, TOTAL

_PLAIN_DIMENSIONS = tuple(name for name in DIMENSIONS if not name.startswith("breakdown"))
_SERIES = ("mission", "indicator", "indicator_version")
# Each shorter period type and the longer ones that are made of whole such periods.
_NESTED = {"M": ("Q", "S", "A", "B"), "Q": ("S", "A", "B"), "S": ("A", "B")}
_ADDING_TIME_RULES = ("flow", "matured")


@dataclass(frozen=True)
class Lines:
    """Membership of cells in lines, one entry a pair: number of the line, of the cell, is total."""

    line: np.ndarray
    cell: np.ndarray
    is_total: np.ndarray

    @property
    def size(self) -> int:
        """How many lines there are."""
        return int(self.line.max(initial=-1)) + 1


def value_lines(cells: pd.DataFrame, parents: Mapping[str, str]) -> Lines:
    """The lines of `mart.indicator_value`; measures that do not add up have none.

    `cells`: columns of `primary.small_cells_sql`. `parents`: area: the area above it.
    """
    adds = ~cells["measure"].isin(NOT_ADDITIVE).to_numpy()
    key = _Keys(cells, [*_SERIES, "period_type", "period", "area", *DIMENSIONS])
    adds_in_time = adds & cells["time_rule"].isin(_ADDING_TIME_RULES).to_numpy()
    found = [
        _area_lines(cells, key, parents, adds),
        *(_part_lines(cells, key, name, adds) for name in _PLAIN_DIMENSIONS),
        _breakdown_lines(cells, key, adds),
        *_period_lines(cells, key, adds_in_time),
    ]
    return _joined(found)


def response_lines(cells: pd.DataFrame, parents: Mapping[str, str]) -> Lines:
    """The lines of `mart.survey_response`: areas, sex and age group within a wave."""
    everything = np.ones(len(cells), dtype=bool)
    key = _Keys(cells, ["survey_code", "wave", "instrument", "area", "sex", "age_group"])
    found = [
        _area_lines(cells, key, parents, everything),
        *(_part_lines(cells, key, name, everything) for name in ("sex", "age_group")),
    ]
    return _joined(found)


class _Keys:
    """The columns that name a cell, as numbers, and the numbering of cells by some of them."""

    def __init__(self, cells: pd.DataFrame, names: Sequence[str]) -> None:
        self.names = list(names)
        self.codes = {name: pd.factorize(cells[name], use_na_sentinel=False)[0] for name in names}

    def without(self, *names: str) -> np.ndarray:
        """One number for all cells that agree in everything but these columns."""
        return _numbered([self.codes[name] for name in self.names if name not in names])


def _numbered(columns: Sequence[np.ndarray]) -> np.ndarray:
    """One number a distinct combination; renumbered at each step, so that it never overflows."""
    number = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        number = number * (int(column.max(initial=0)) + 1) + column
        number = pd.factorize(number)[0]
    return number


def _pairs(
    group: np.ndarray, members: np.ndarray, total_group: np.ndarray, totals: np.ndarray
) -> Lines:
    """Lines of members and totals that carry the same number; those lacking either are none."""
    both = np.intersect1d(group, total_group)
    cells = np.concatenate([members, totals])
    line = np.concatenate([group, total_group])
    is_total = np.repeat([False, True], [len(members), len(totals)])
    kept = np.isin(line, both)
    return Lines(np.searchsorted(both, line[kept]), cells[kept], is_total[kept])


def _area_lines(
    cells: pd.DataFrame, key: _Keys, parents: Mapping[str, str], adds: np.ndarray
) -> Lines:
    """Areas with one parent, and the parent."""
    elsewhere = key.without("area")
    codes = pd.concat([cells["area"], cells["area"].map(parents)], ignore_index=True)
    number = pd.factorize(codes)[0]  # -1 where an area has no parent
    own, parent = number[: len(cells)], number[len(cells) :]
    size = int(number.max(initial=0)) + 1
    members, totals = np.flatnonzero(adds & (parent >= 0)), np.flatnonzero(adds)
    return _pairs(
        elsewhere[members] * size + parent[members],
        members,
        elsewhere[totals] * size + own[totals],
        totals,
    )


def _part_lines(cells: pd.DataFrame, key: _Keys, dimension: str, adds: np.ndarray) -> Lines:
    """The values of one dimension, everything else being equal, and its total."""
    group = key.without(dimension)
    is_total = cells[dimension].eq(TOTAL).to_numpy()
    is_part = ~cells[dimension].isin([TOTAL, NOT_APPLICABLE]).to_numpy()
    members, totals = np.flatnonzero(adds & is_part), np.flatnonzero(adds & is_total)
    return _pairs(group[members], members, group[totals], totals)


def _breakdown_lines(cells: pd.DataFrame, key: _Keys, adds: np.ndarray) -> Lines:
    """The values of each further dimension and the total, which has no breakdown: one line each."""
    elsewhere = key.without("breakdown", "breakdown_value")
    is_whole = cells["breakdown"].isin([TOTAL, NOT_APPLICABLE]).to_numpy()
    totals, parts = np.flatnonzero(adds & is_whole), np.flatnonzero(adds & ~is_whole)
    codes = key.codes["breakdown"]
    size = int(codes.max(initial=0)) + 1
    found = [
        _pairs(
            elsewhere[members] * size + code,
            members,
            elsewhere[totals] * size + code,
            totals,
        )
        for code in np.unique(codes[parts])
        for members in [parts[codes[parts] == code]]
    ]
    return _joined(found)


def _period_lines(cells: pd.DataFrame, key: _Keys, adds: np.ndarray) -> Iterator[Lines]:
    """Shorter periods and each longer one that is made of them."""
    elsewhere = key.without("period_type", "period")
    period_type = cells["period_type"].to_numpy()
    start = _day_numbers(cells["period_start"])
    end = _day_numbers(cells["period_end"])
    for shorter, longer_types in _NESTED.items():
        for longer in longer_types:
            members = np.flatnonzero(adds & (period_type == shorter))
            totals = np.flatnonzero(adds & (period_type == longer))
            whole = _period_holding(start[members], start[totals], end[totals])
            inside = whole >= 0
            size = int(start.max(initial=0)) + 1
            yield _pairs(
                elsewhere[members[inside]] * size + whole[inside],
                members[inside],
                elsewhere[totals] * size + start[totals],
                totals,
            )


def _day_numbers(column: pd.Series) -> np.ndarray:
    return np.asarray(pd.to_datetime(column).to_numpy().astype("datetime64[D]").astype(np.int64))


def _period_holding(day: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The first day of the longer period that holds each day, -1 where none does."""
    known, first = np.unique(starts, return_index=True)
    if not len(known):
        return np.full(len(day), -1)
    last = ends[first]
    at = np.searchsorted(known, day, side="right") - 1
    inside = (at >= 0) & (day <= last[np.maximum(at, 0)])
    return np.where(inside, known[np.maximum(at, 0)], -1)


def _joined(found: Sequence[Lines]) -> Lines:
    """All lines under one numbering."""
    offsets = np.cumsum([0, *(lines.size for lines in found)])
    if not found:
        return Lines(*(np.zeros(0, dtype=kind) for kind in (np.int64, np.int64, bool)))
    return Lines(
        np.concatenate([lines.line + at for lines, at in zip(found, offsets, strict=False)]),
        np.concatenate([lines.cell for lines in found]),
        np.concatenate([lines.is_total for lines in found]),
    )
