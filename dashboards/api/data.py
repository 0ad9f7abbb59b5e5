"""Observations of the current releases that a query asks for, as SDMX-CSV 2.0 or 1.0."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from dashboards.api.problems import ApiProblem
from dashboards.api.query import CellQuery
from dashboards.releases import Release
from indicators.dissemination.cells import cells_sql
from indicators.dissemination.components import COMPONENTS, STRUCTURE_ID
from indicators.dissemination.notation import observation_texts

CSV_2, CSV_1 = (f"application/vnd.sdmx.data+csv;version={n}.0.0" for n in (2, 1))
MOST = 200_000  # observations in one answer


def observations(
    releases: Sequence[Release], query: CellQuery, offset: int = 0, limit: int | None = None
) -> Mapping[str, Sequence[Any]]:
    """The cells of all releases in the order of missions and keys, from `offset` on.

    Raises ApiProblem where there are none, or more than an answer may hold.
    """
    if limit is None and sum(_stored(release, query) for release in releases) > MOST:
        raise ApiProblem("too_large", most=MOST)
    wanted = MOST + 1 if limit is None else min(limit, MOST)
    columns: dict[str, list[Any]] = {}
    for release in releases:
        names, rows = _cells(release, query, offset + wanted)
        for name, values in zip(names, zip(*rows, strict=True) if rows else (), strict=False):
            columns.setdefault(name, []).extend(values)
    found = {name: values[offset : offset + wanted] for name, values in columns.items()}
    number = len(found.get("indicator", ()))
    if not number:
        raise ApiProblem("no_data")
    if number > MOST:
        raise ApiProblem("too_large", most=MOST)
    return found


def _stored(release: Release, query: CellQuery) -> int:
    """Rows that the copy stores for a query that asks for whole cells; 0 for any other."""
    if query.after.text != "true":
        return 0
    sql = f"SELECT count(*) FROM mart.indicator_value WHERE {query.before.text}"
    return int(release.rows(sql, query.before.parameters)[1][0][0])


def _cells(
    release: Release, query: CellQuery, most: int
) -> tuple[list[str], list[tuple[Any, ...]]]:
    cells = cells_sql(query.before.text)
    sql = f"SELECT * FROM ({cells}) WHERE {query.after.text} LIMIT {int(most)}"
    given = query.before.parameters | query.after.parameters
    return release.rows(sql, given)


def csv_text(
    cells: Mapping[str, Sequence[Any]], media_type: str, chosen: Iterable[str] | None = None
) -> str:
    """The cells as SDMX-CSV; `chosen`: the measures and attributes that are asked for."""
    number = len(cells["indicator"])
    texts = observation_texts(cells)
    kept = [
        one.id
        for one in COMPONENTS
        if chosen is None or one.role in ("dimension", "time") or one.id in chosen
    ]
    fixed = {"STRUCTURE": "dataflow", "STRUCTURE_ID": STRUCTURE_ID, "ACTION": "I"}
    if media_type == CSV_1:
        fixed = {"DATAFLOW": STRUCTURE_ID}
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([*fixed, *kept])
    rows = (repeat(text, number) for text in fixed.values())
    writer.writerows(zip(*rows, *(texts[name] for name in kept), strict=True))
    return file.getvalue()
