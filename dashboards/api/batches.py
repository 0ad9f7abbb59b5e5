"""The cells that a query asks for, a batch of keys at a time: an answer takes the memory of one.

A batch is a range of indicator and first day, in the order in which cells leave a release.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.api.query import CellQuery
from dashboards.releases import Release
from indicators.dissemination.cells import bare_cells_sql, cells_sql

_STORED = 20_000  # rows, of which the parts that are zero are made
_WITHIN = """indicator BETWEEN $first_code AND $last_code
  AND (indicator > $first_code OR period_start >= $first_day)
  AND (indicator < $last_code OR period_start <= $last_day)"""


@dataclass(frozen=True)
class Batch:
    """The cells of one release between two keys."""

    release: Release
    query: CellQuery
    between: Mapping[str, object]

    def select(self, what: str, rest: str = "", is_bare: bool = False) -> Iterator[tuple[Any, ...]]:
        """Columns or sums of the cells; `is_bare`: of those of the mart alone, in no order."""
        cells = (bare_cells_sql if is_bare else cells_sql)(
            f"{self.query.before.text} AND {_WITHIN}"
        )
        sql = f"SELECT {what} FROM ({cells}) WHERE {self.query.after.text} {rest}"
        given = {**self.query.before.parameters, **self.query.after.parameters, **self.between}
        return self.release.rows(sql, given)

    @property
    def is_whole(self) -> bool:
        """Whether all its cells are asked for, whatever they hold."""
        return self.query.after.text == "true"

    def count(self) -> int:
        """How many cells of it are asked for."""
        return int(next(self.select("count(*)", is_bare=self.is_whole))[0])


def batches(release: Release, query: CellQuery) -> Iterator[Batch]:
    """All that a query asks for of a release, in the order of keys."""
    sql = f"""SELECT indicator, period_start, count(*) FROM mart.indicator_value
    WHERE {query.before.text} GROUP BY ALL ORDER BY ALL"""
    first, last, stored = None, None, 0
    for code, day, rows in list(release.rows(sql, query.before.parameters)):
        if first and stored + rows > _STORED:
            yield Batch(release, query, _between(first, last))
            first, stored = None, 0
        first, last, stored = first or (code, day), (code, day), stored + rows
    if first:
        yield Batch(release, query, _between(first, last))


def _between(first: Any, last: Any) -> dict[str, object]:
    ends = {"first": first, "last": last}
    return {f"{end}_{name}": value for end, key in ends.items()
            for name, value in zip(("code", "day"), key, strict=True)}  # fmt: skip
