"""Observations of the current releases that a query asks for, as SDMX-CSV 2.0 or 1.0."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat
from typing import Any

from dashboards.api.batches import Batch, batches
from dashboards.api.problems import ApiProblem
from dashboards.api.query import CellQuery
from dashboards.reading.releases import Release
from indicators.dissemination.components import COMPONENTS, STRUCTURE_ID
from indicators.dissemination.notation import observation_texts

CSV_2, CSV_1 = (f"application/vnd.sdmx.data+csv;version={n}.0.0" for n in (2, 1))
MOST = 200_000  # observations in one answer
_COLUMNS = tuple(
    dict.fromkeys([*(one.column for one in COMPONENTS), "period_type", "period_start"])
)
_LINES = 2000  # written at a time
Part = tuple[Batch, int, int]  # of a batch so many cells, after so many


def asked_for(
    releases: Sequence[Release], query: CellQuery, offset: int = 0, limit: int | None = None
) -> list[Part]:
    """Where the cells are that are asked for, of all releases in the order of missions and keys.

    Raises ApiProblem where there are none, or more than an answer may hold.
    """
    if limit is None and sum(_stored(release, query) for release in releases) > MOST:
        raise ApiProblem("too_large", most=MOST)
    left = MOST + 1 if limit is None else min(limit, MOST)
    parts: list[Part] = []
    for batch in (one for release in releases for one in batches(release, query)):
        number = batch.count()
        taken = min(max(0, number - offset), left)
        if taken:
            parts.append((batch, taken, min(offset, number)))
        offset, left = max(0, offset - number), left - taken
        if not left:
            break
    if not parts:
        raise ApiProblem("no_data")
    if sum(taken for _, taken, _ in parts) > MOST:
        raise ApiProblem("too_large", most=MOST)
    return parts


def _stored(release: Release, query: CellQuery) -> int:
    """Rows that the copy stores for a query that asks for whole cells; 0 for any other."""
    if query.after.text != "true":
        return 0
    sql = f"SELECT count(*) FROM mart.indicator_value WHERE {query.before.text}"
    return int(next(release.rows(sql, query.before.parameters))[0])


def csv_lines(
    parts: Iterable[Part], media_type: str, chosen: Iterable[str] | None = None
) -> Iterator[str]:
    """The cells as SDMX-CSV, some lines at a time; `chosen`: the measures and attributes that are
    asked for."""
    kept = [
        one.id
        for one in COMPONENTS
        if chosen is None or one.role in ("dimension", "time") or one.id in chosen
    ]
    fixed = {"STRUCTURE": "dataflow", "STRUCTURE_ID": STRUCTURE_ID, "ACTION": "I"}
    if media_type == CSV_1:
        fixed = {"DATAFLOW": STRUCTURE_ID}
    yield _written([[*fixed, *kept]])
    for batch, taken, skipped in parts:
        rows = batch.rows(", ".join(_COLUMNS), taken, skipped)
        while lines := list(islice(rows, _LINES)):
            texts = observation_texts(dict(zip(_COLUMNS, zip(*lines, strict=True), strict=True)))
            before = (repeat(text, len(lines)) for text in fixed.values())
            yield _written(zip(*before, *(texts[name] for name in kept), strict=True))


def _written(rows: Iterable[Sequence[Any]]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue()
