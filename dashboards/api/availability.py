"""Which codes and periods there are for a query: the constraint that SDMX calls availability."""

from collections.abc import Iterable, Sequence
from typing import Any

from dashboards.api.batches import Batch, batches
from dashboards.api.problems import ApiProblem
from dashboards.api.query import CellQuery
from dashboards.reading.kept import Kept
from dashboards.reading.releases import Release
from indicators.dissemination.components import AGENCY, DIMENSIONS, STRUCTURE, VERSION
from indicators.dissemination.notation import code_id

_FLOW = f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={AGENCY}:{STRUCTURE}({VERSION})"
MODES = ("exact", "available")
_STORED = 100_000  # rows: codes and a count take little memory, planning a batch takes time
Available = tuple[Any, ...]  # the codes of each dimension, first and last day, cells
# Clients ask for all that there is with each query of theirs.
_KEPT: Kept[Available] = Kept(2**20, lambda found: sum(map(len, found[: len(DIMENSIONS)])) * 80)


def constraint(releases: Sequence[Release], query: CellQuery, components: str) -> Any:
    """Codes by dimension, first and last day, and how many cells; raises ApiProblem where none.

    `components`: ids of the dimensions to tell of, or `*`.
    """
    from pysdmx.model.constraint import (
        AvailabilityConstraint,
        ConstraintAttachment,
        CubeKeyValue,
        CubeRegion,
        CubeTimeRange,
        CubeValue,
        TimePeriodBoundary,
    )

    asked = components.split(",")
    known = [*(one.id for one in DIMENSIONS), "TIME_PERIOD"]
    for name in asked:
        if name not in (*known, "*"):
            raise ApiProblem("unknown_component", name=name, known=", ".join(known))
    codes, first, last, cells = _found(releases, query)
    values = [
        CubeKeyValue(id=name, values=[CubeValue(code_id(code)) for code in sorted(codes[name])])
        for name in codes
        if "*" in asked or name in asked
    ]
    if "*" in asked or "TIME_PERIOD" in asked:
        start, end = (TimePeriodBoundary(day.isoformat()) for day in (first, last))
        span = CubeTimeRange(start_period=start, end_period=end)
        values.append(CubeKeyValue(id="TIME_PERIOD", time_range=span))
    return AvailabilityConstraint(
        constraint_attachment=ConstraintAttachment(None, dataflows=[_FLOW]),
        cube_region=CubeRegion(values),
        obs_count=cells,
    )


def _found(
    releases: Sequence[Release], query: CellQuery
) -> tuple[dict[str, set[str]], Any, Any, int]:
    """Over all releases: codes by dimension, first and last day, cells."""
    codes: dict[str, set[str]] = {one.id: set() for one in DIMENSIONS}
    firsts, lasts, cells = [], [], 0
    for release in releases:
        *lists, first, last, number = _read(release, query)
        if number:
            for name, found in zip(codes, lists, strict=True):
                codes[name] |= set(found)
            firsts.append(first)
            lasts.append(last)
            cells += number
    if not cells:
        raise ApiProblem("no_data")
    return codes, min(firsts), max(lasts), cells


def _read(release: Release, query: CellQuery) -> Available:
    return _KEPT.get(
        (release.edition, *query.told), lambda: _of_all(batches(release, query, _STORED))
    )


def _of_all(parts: Iterable[Batch]) -> Available:
    found = [told for part in parts for told in part.in_parts(_of_batch) if told[-1]]
    lists = [sorted(set().union(*codes)) for codes in list(zip(*found, strict=True))[:-3]]
    if not found:
        return (*[()] * len(DIMENSIONS), None, None, 0)
    *_, firsts, lasts, numbers = zip(*found, strict=True)
    return (*lists, min(firsts), max(lasts), sum(numbers))


def _of_batch(batch: Batch) -> Available:
    columns = {one.id: one.column for one in DIMENSIONS}
    columns["FREQ"] = "CASE period_type WHEN 'B' THEN 'A' ELSE period_type END"
    lists = ", ".join(f"list(DISTINCT {column})" for column in columns.values())
    sums = f"{lists}, min(period_start), max(period_end), count(*)"
    return next(batch.select(sums, is_bare=batch.is_whole))
