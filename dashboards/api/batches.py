"""The cells that a query asks for, a batch of keys at a time: an answer takes the memory of one.

A batch is a range of indicator and first day, in the order in which cells leave a release.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

import duckdb

from dashboards.api.query import CellQuery
from dashboards.reading.releases import Release
from indicators.dissemination.cells import bare_cells_sql, cells_sql

_STORED = 20_000  # rows, of which the parts that are zero are made
_WITHIN = """indicator BETWEEN $first_code AND $last_code
  AND (indicator > $first_code OR period_start >= $first_day)
  AND (indicator < $last_code OR period_start <= $last_day)"""
Told = TypeVar("Told")


@dataclass(frozen=True)
class Batch:
    """The cells of one release between the first and the last of some keys."""

    release: Release
    query: CellQuery
    keys: tuple[tuple[str, date], ...]

    def select(self, what: str, rest: str = "", is_bare: bool = False) -> Iterator[tuple[Any, ...]]:
        """Columns or sums of the cells; `is_bare`: of those of the mart alone, in no order."""
        cells = (bare_cells_sql if is_bare else cells_sql)(
            f"{self.query.before.text} AND {_WITHIN}"
        )
        sql = f"SELECT {what} FROM ({cells}) WHERE {self.query.after.text} {rest}"
        given = {**self.query.before.parameters, **self.query.after.parameters, **self._between}
        return self.release.rows(sql, given)

    @property
    def is_whole(self) -> bool:
        """Whether all its cells are asked for, whatever they hold."""
        return self.query.after.text == "true"

    def count(self) -> int:
        """How many cells of it are asked for."""
        return sum(self.in_parts(Batch._count))

    def rows(self, what: str, taken: int, skipped: int) -> Iterator[tuple[Any, ...]]:
        """So many cells, after so many; by halves where they need more memory than there is."""
        given = 0
        try:
            for row in self.select(what, f"LIMIT {taken} OFFSET {skipped}"):
                yield row
                given += 1
            return
        except duckdb.OutOfMemoryException:
            if len(self.keys) == 1:
                raise
        taken, skipped = taken - given, skipped + given
        for half in self._halves():
            number = half.count()
            here = min(taken, max(0, number - skipped))
            if here:
                yield from half.rows(what, here, skipped)
            taken, skipped = taken - here, max(0, skipped - number)

    def in_parts(self, ask: Callable[["Batch"], Told]) -> Iterator[Told]:
        """What is told of it, once; of each half where it needs more memory than there is."""
        try:
            told = ask(self)
        except duckdb.OutOfMemoryException:
            if len(self.keys) == 1:
                raise
            for half in self._halves():
                yield from half.in_parts(ask)
        else:
            yield told

    def _halves(self) -> "tuple[Batch, Batch]":
        middle = len(self.keys) // 2
        return replace(self, keys=self.keys[:middle]), replace(self, keys=self.keys[middle:])

    def _count(self) -> int:
        return int(next(self.select("count(*)", is_bare=self.is_whole))[0])

    @property
    def _between(self) -> Mapping[str, object]:
        ends = {"first": self.keys[0], "last": self.keys[-1]}
        return {f"{end}_{name}": value for end, key in ends.items()
                for name, value in zip(("code", "day"), key, strict=True)}  # fmt: skip


def batches(release: Release, query: CellQuery, most: int = _STORED) -> Iterator[Batch]:
    """All that a query asks for of a release, in the order of keys; rows stored in each at most."""
    sql = f"""SELECT indicator, period_start, count(*) FROM mart.indicator_value
    WHERE {query.before.text} GROUP BY ALL ORDER BY ALL"""
    keys: list[tuple[str, date]] = []
    stored = 0
    for code, day, rows in list(release.rows(sql, query.before.parameters)):
        if keys and stored + rows > most:
            yield Batch(release, query, tuple(keys))
            keys, stored = [], 0
        keys.append((code, day))
        stored += rows
    if keys:
        yield Batch(release, query, tuple(keys))
