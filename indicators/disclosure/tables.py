"""Linked tables: which cells of the mart add up to which, over areas, dimensions and periods.

What is withheld in them does not belong here: see `complementary.py`. Where the published parts
leave something of their total out (an area not known, a date known to the quarter only), the rest
is a cell of its own that nobody publishes; it adds up over the other directions like any cell, so
that the lines say all that follows from the leaves (month x finest area x dimensions).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from indicators.measures import SURVEY_KINDS
from indicators.values import DIMENSIONS, NOT_APPLICABLE, TOTAL

SERIES = ("mission", "indicator", "indicator_version")
REST = "?"
# Measures whose number of cases does not add up; of a median the cases do, though not the value.
NOT_ADDITIVE = ("count_distinct",)
_PLAIN_DIMENSIONS = tuple(name for name in DIMENSIONS if not name.startswith("breakdown"))
# Each period type and the shorter ones that it is made of, the longest first.
_MADE_OF = {"Q": ("M",), "S": ("Q", "M"), "A": ("S", "Q", "M"), "B": ("S", "Q", "M")}
_ADDING_TIME_RULES = ("flow", "matured")
_BITS = 21


@dataclass(frozen=True)
class Tables:
    """Lines over cells, one entry a pair: number of the line, of the cell, is total.

    Cells from 0 to `published` - 1 are those given, in their order; the others are rests.
    `counts`: by cell, n and the numerator (else 0); nan where nothing is published. `of_n`: by
    line, whether it holds for n and not for numerators; every line holds for both if not given.
    """

    line: np.ndarray
    cell: np.ndarray
    is_total: np.ndarray
    counts: np.ndarray
    published: int
    of_n: np.ndarray | None = None

    def parts(self) -> np.ndarray:
        """Cells x what cannot fall below zero: n; of ratios, numerator and rest, adding to n."""
        return np.column_stack(not_negative(np.nan_to_num(self.counts)))

    def amounts(self) -> np.ndarray:
        """Cells x what readers may not place: n; of ratios, n, numerator and rest."""
        parts = self.parts()
        n = parts.sum(axis=1)
        return np.column_stack([n, parts]) if parts.shape[1] > 1 else parts

    def for_n_only(self, lines: np.ndarray) -> np.ndarray:
        """Whether these lines hold for the sum of numerator and rest, and not for each."""
        held = np.zeros(len(lines), dtype=bool) if self.of_n is None else self.of_n[lines]
        return np.asarray(held & np.nan_to_num(self.counts[:, 1]).any())

    def groups(self) -> list[list[int]]:
        """Columns of `parts` that no line links with those of another group."""
        columns = list(range(self.parts().shape[1]))
        linked = self.for_n_only(np.arange(self.lines)).any()
        return [columns] if linked else [[column] for column in columns]

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return int(self.line.max(initial=-1)) + 1


@dataclass
class _Block:
    """The cells of one series while its lines are found: codes of period, area, dimensions."""

    codes: np.ndarray  # cells x 3
    counts: np.ndarray
    cell: np.ndarray  # number of the cell in all tables; -1 for a rest that has none yet
    lines: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True)
class _Splits:
    """Ways to split: code of the total, of the rest, and the parts as pairs (code, split)."""

    axis: int
    total: np.ndarray
    rest: np.ndarray
    part: np.ndarray
    part_split: np.ndarray


def not_negative(counts: np.ndarray) -> list[np.ndarray]:
    """What cannot fall below zero, by cell: n; of ratios, the numerator and the rest, adding to n.

    counts: cells x (n, numerator).
    """
    n, part = counts[:, 0], counts[:, 1]
    return [part, n - part] if part.any() else [n]


def value_tables(
    cells: pd.DataFrame, parents: Mapping[str, str], equal: np.ndarray | None = None
) -> Tables:
    """The lines of `mart.indicator_value`.

    `cells`: columns of `primary.small_cells_sql`. `parents`: area: the area above it. `equal`:
    pairs of cells that hold one count. Counts: n and, for ratios of counts, the numerator (else 0).
    """
    cells = cells.reset_index(drop=True)
    counts = cells[["n", "part"]].to_numpy(dtype=float)
    found = _Found(counts)
    for _, rows in cells.groupby(list(SERIES), sort=True):
        if rows["measure"].iloc[0] not in NOT_ADDITIVE:
            _series_lines(found, rows, parents)
    if equal is not None:
        found.repeat(equal)
    return found.tables()


def response_tables(cells: pd.DataFrame, parents: Mapping[str, str]) -> Tables:
    """The lines of `mart.survey_response`: areas, sex and age group within a wave."""
    cells = cells.reset_index(drop=True)
    found = _Found(cells[["n", "part"]].to_numpy(dtype=float))
    dimensions = ("sex", "age_group")
    for _, rows in cells.groupby(["survey_code", "wave", "instrument"], sort=True):
        axes = _Axes(rows, dimensions)
        block = found.block(rows.index.to_numpy(), axes.codes(rows))
        for name in dimensions:
            _complete(block, axes.splits_by_dimension(name), is_partition=True)
        _complete(block, axes.splits_by_area(parents))
        found.take(block)
    return found.tables()


def file_tables(cells: pd.DataFrame, parents: Mapping[str, str]) -> Tables:
    """The lines of `mart.contribution`: the rows of one file over areas and periods."""
    cells = cells.reset_index(drop=True)
    found = _Found(cells[["n", "part"]].to_numpy(dtype=float))
    adds = cells["time_rule"].isin(_ADDING_TIME_RULES)
    for _, rows in cells.groupby([*SERIES, "file_sha256"], sort=True):
        axes = _Axes(rows, ())
        block = found.block(rows.index.to_numpy(), axes.codes(rows))
        _complete(block, axes.splits_by_area(parents))
        for splits in axes.splits_by_period() if adds[rows.index[0]] else ():
            _complete(block, splits)
        found.take(block)
    return found.tables()


def _series_lines(found: "_Found", rows: pd.DataFrame, parents: Mapping[str, str]) -> None:
    rows = rows[rows["n"].notna()]
    if rows.empty:
        return
    axes = _Axes(rows, DIMENSIONS)
    block = found.block(rows.index.to_numpy(), axes.codes(rows))
    for name in [*_PLAIN_DIMENSIONS, "breakdown_value"]:
        _complete(block, axes.splits_by_dimension(name), is_partition=True)
    _complete(block, axes.splits_by_area(parents))
    time_rule, measure = rows["time_rule"].iloc[0], rows["measure"].iloc[0]
    if time_rule in _ADDING_TIME_RULES:
        for splits in axes.splits_by_period():
            _complete(block, splits)
    elif time_rule == "stock":
        _repeat(block, axes.same_day())
    elif measure in SURVEY_KINDS:
        for splits in axes.splits_by_period():
            _complete(block, splits, exact_only=True)
    found.take(block)


class _Found:
    """Lines and rests of all series so far."""

    def __init__(self, counts: np.ndarray) -> None:
        self.published = len(counts)
        self.counts = [counts]
        self.size = len(counts)
        self.entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.lines = 0
        self.of_n: list[int] = []

    def block(self, index: np.ndarray, codes: np.ndarray) -> _Block:
        return _Block(codes, self.counts[0][index], index.copy())

    def take(self, block: _Block) -> None:
        """Numbers the rests of a series and adds its lines."""
        rests = np.flatnonzero(block.cell < 0)
        block.cell[rests] = self.size + np.arange(len(rests))
        self.counts.append(block.counts[rests])
        self.size += len(rests)
        for line, position, is_total in block.lines:
            self.entries.append((line + self.lines, block.cell[position], is_total))
        self.lines += block.size

    def repeat(self, pairs: np.ndarray) -> None:
        """Adds a line of two for each pair of cells of two indicators that hold one n.

        Readers do not know which cases are in both numerators.
        """
        lines = self.lines + np.arange(len(pairs))
        is_total = np.tile([True, False], len(pairs))
        self.entries.append((np.repeat(lines, 2), pairs.ravel(), is_total))
        self.lines += len(pairs)
        self.of_n.extend(lines)

    def tables(self) -> Tables:
        kinds = (np.int64, np.int64, bool)
        columns = list(zip(*self.entries, strict=True)) or [()] * 3
        line, cell, is_total = (
            np.concatenate([np.zeros(0, dtype=kind), *column]).astype(kind)
            for column, kind in zip(columns, kinds, strict=True)
        )
        names, line = np.unique(line, return_inverse=True)
        of_n = np.isin(names, self.of_n)
        return Tables(line, cell, is_total, np.concatenate(self.counts), self.published, of_n)


class _Axes:
    """The codes of one series' periods, areas and dimensions, rests included."""

    def __init__(self, rows: pd.DataFrame, dimensions: Sequence[str]) -> None:
        self.dimensions = list(dimensions)
        self.periods: list[tuple] = []
        if "period_type" in rows:
            columns = ["period_type", "period", "period_start", "period_end"]
            periods = rows[columns].drop_duplicates().sort_values(columns)
            self.periods = list(periods.itertuples(index=False, name=None))
        self.period_code = {(p[0], p[1]): at for at, p in enumerate(self.periods)}
        self.area_code = {name: at for at, name in enumerate(sorted(rows["area"].unique()))}
        keys = set(zip(*(rows[name] for name in self.dimensions), strict=True)) or {()}
        self.key_code = {key: at for at, key in enumerate(sorted(keys))}

    def codes(self, rows: pd.DataFrame) -> np.ndarray:
        """Cells x 3: codes of period, area and dimensions."""
        pairs = zip(rows["period_type"], rows["period"], strict=True) if self.periods else None
        period = [self.period_code[pair] for pair in pairs] if pairs else [0] * len(rows)
        area = [self.area_code[name] for name in rows["area"]]
        values = zip(*(rows[name] for name in self.dimensions), strict=True)
        key = [self.key_code[v] for v in values] if self.dimensions else [0] * len(rows)
        return np.array([period, area, key], dtype=np.int64).T

    def splits_by_dimension(self, name: str) -> _Splits:
        """Each combination of the other dimensions with the values of this one."""
        return self._splits(2, self.key_code, self._dimension_pairs(name))

    def _dimension_pairs(self, name: str) -> Iterator[tuple[tuple, tuple, tuple]]:
        at = self.dimensions.index(name)
        for key in list(self.key_code):
            if key[at] in (TOTAL, NOT_APPLICABLE, REST):
                continue
            for total in (TOTAL, NOT_APPLICABLE):
                above = _replaced(key, at, total)
                rest = _replaced(key, at, REST)
                if name == "breakdown_value":
                    above = _replaced(above, at - 1, total)
                if above in self.key_code:
                    yield key, above, rest

    def splits_by_area(self, parents: Mapping[str, str]) -> _Splits:
        """Each area that has areas below it."""
        pairs = (
            (area, parents[area], f"{REST}{parents[area]}")
            for area in list(self.area_code)
            if parents.get(area) in self.area_code
        )
        return self._splits(1, self.area_code, pairs)

    def splits_by_period(self) -> Iterator[_Splits]:
        """Each longer period and the longest shorter ones that it is made of."""
        types = {period[0] for period in self.periods}
        for longer, shorter_types in _MADE_OF.items():
            shorter = next((kind for kind in shorter_types if kind in types), None)
            if longer in types and shorter:
                yield self._splits(0, self.period_code, self._period_pairs(longer, shorter))

    def _period_pairs(self, longer: str, shorter: str) -> Iterator[tuple[tuple, tuple, tuple]]:
        for whole in (period for period in self.periods if period[0] == longer):
            rest = (f"{REST}{longer}", whole[1])
            for part in (period for period in self.periods if period[0] == shorter):
                if whole[2] <= part[2] and part[3] <= whole[3]:
                    yield (part[0], part[1]), (whole[0], whole[1]), rest

    def same_day(self) -> np.ndarray:
        """Pairs of periods that end or begin on one day: a stock's figure is there twice."""
        pairs = [
            (self.period_code[a[0], a[1]], self.period_code[b[0], b[1]])
            for a in self.periods
            for b in self.periods
            if a[0] != b[0] and "MQSAB".index(a[0]) > "MQSAB".index(b[0])
            if a[2] == b[2] or a[3] == b[3]
        ]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def _splits(self, axis: int, codes: dict, pairs: Iterator[tuple]) -> _Splits:
        numbers: dict[tuple, int] = {}
        parts, splits = [], []
        for part, total, rest in pairs:
            splits.append(numbers.setdefault((total, rest), len(numbers)))
            parts.append(codes[part])
        for _, rest in numbers:
            codes.setdefault(rest, len(codes))
        total_codes = [codes[total] for total, _ in numbers]
        rest_codes = [codes[rest] for _, rest in numbers]
        arrays = (np.array(v, dtype=np.int64) for v in (total_codes, rest_codes, parts, splits))
        return _Splits(axis, *arrays)


def _replaced(key: tuple, at: int, value: str) -> tuple:
    return (*key[:at], value, *key[at + 1 :])


def _names(codes: np.ndarray) -> np.ndarray:
    return (codes[:, 0] << 2 * _BITS) | (codes[:, 1] << _BITS) | codes[:, 2]


def _complete(
    block: _Block, splits: _Splits, is_partition: bool = False, exact_only: bool = False
) -> None:
    """Adds the lines of one direction, and the rests that make each line add up.

    A line whose parts exceed its total does not add up and is none (an area that changed its
    parent). `is_partition`: then the direction has no lines at all (several answers a row).
    `exact_only`: lines that leave a rest are none (a later wave replaces an earlier one).
    """
    if not len(splits.total):
        return
    total, split = _holders(block.codes[:, splits.axis], splits.total, np.arange(len(splits.total)))
    line_name = _names_at(block.codes[total], splits.axis, split)
    order = np.argsort(line_name, kind="stable")
    total, split, line_name = total[order], split[order], line_name[order]
    part, part_split = _holders(block.codes[:, splits.axis], splits.part, splits.part_split)
    name = _names_at(block.codes[part], splits.axis, part_split)
    at = np.minimum(np.searchsorted(line_name, name), len(line_name) - 1)
    inside = line_name[at] == name if len(line_name) else np.zeros(0, dtype=bool)
    part, at = part[inside], at[inside]
    rest = block.counts[total].copy()
    np.subtract.at(rest, at, block.counts[part])
    wrong = (rest < -1e-6).any(axis=1)
    if is_partition and wrong[np.bincount(at, minlength=len(total)) > 0].any():
        return
    kept = ~wrong if not exact_only else ~wrong & (np.abs(rest[:, 0]) < 1e-6)
    left = np.flatnonzero(kept & (rest > 1e-6).any(axis=1))
    _add_lines(block, kept, total, part, at, left)
    codes = block.codes[total[left]].copy()
    codes[:, splits.axis] = splits.rest[split[left]]
    block.codes = np.concatenate([block.codes, codes])
    block.counts = np.concatenate([block.counts, rest[left]])
    block.cell = np.concatenate([block.cell, np.full(len(left), -1)])


def _add_lines(
    block: _Block,
    kept: np.ndarray,
    total: np.ndarray,
    part: np.ndarray,
    at: np.ndarray,
    left: np.ndarray,
) -> None:
    numbers = np.cumsum(kept) - 1 + block.size
    held = kept[at]
    whole = np.flatnonzero(kept)
    rests = len(block.cell) + np.arange(len(left))
    line = np.concatenate([numbers[whole], numbers[at[held]], numbers[left]])
    position = np.concatenate([total[whole], part[held], rests])
    block.lines.append((line, position, np.arange(len(line)) < len(whole)))
    block.size += len(whole)


def _repeat(block: _Block, pairs: np.ndarray) -> None:
    """A line of two for each figure that is there twice."""
    names = _names(block.codes)
    order = np.argsort(names)
    for longer, shorter in pairs:
        mine = np.flatnonzero(block.codes[:, 0] == longer)
        other = block.codes[mine].copy()
        other[:, 0] = shorter
        at = np.minimum(np.searchsorted(names, _names(other), sorter=order), len(order) - 1)
        found = order[at]
        same = (names[found] == _names(other)) & (block.counts[mine] == block.counts[found]).all(
            axis=1
        )
        mine, found = mine[same], found[same]
        line = np.tile(block.size + np.arange(len(mine)), 2)
        is_total = np.repeat([True, False], len(mine))
        block.lines.append((line, np.concatenate([mine, found]), is_total))
        block.size += len(mine)


def _holders(
    codes: np.ndarray, wanted: np.ndarray, marks: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a cell and a mark: every cell with a wanted code, once for each of its marks."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    first = np.searchsorted(ordered, wanted, side="left")
    many = np.searchsorted(ordered, wanted, side="right") - first
    starts = np.repeat(first - np.concatenate([[0], np.cumsum(many)[:-1]]), many)
    return order[starts + np.arange(many.sum())], np.repeat(marks, many)


def _names_at(codes: np.ndarray, axis: int, split: np.ndarray) -> np.ndarray:
    """The name of a cell's line: its own codes with the split in place of the axis."""
    codes = codes.copy()
    codes[:, axis] = split
    return _names(codes)
