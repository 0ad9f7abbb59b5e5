"""Monthly returns: who owes them for which source, what came of them, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREAS, DAYS, SITES, UNITS
from pipelines.sample.draws import Array, Generator, by_block, column, spread, stream
from pipelines.sample.tables.presence import (
    MONTH,
    NO_ACCESS,
    NOT_DUE,
    NOT_SUBMITTED,
    SUBMITTED,
    Posts,
    Presence,
    open_days,
    posts_of,
    return_status,
)

# Units by source that owe its return for each area that they cover. What host-State actors do,
# and custody visits, individual officers report, as they do incidents and alerts.
_UNIT_KINDS_OF_SOURCE = {
    "referrals": ("IPO", "SPT"),
    "un_detentions": ("FPU",),
    "custody_visits": ("IPO",),
    "commitments": ("IPO",),
}
# One civilian team by source that owes its return for every area.
_TEAM_OF_SOURCE = {"local_agreements": "CIV-Affairs", "rights_monitoring": "CIV-Rights"}
_CODE_OF_STATUS = {
    NOT_SUBMITTED: "not_submitted", NO_ACCESS: "no_access", NOT_DUE: "not_due"
}  # fmt: skip


@dataclass(frozen=True)
class Owed:
    """Who owes the returns of one source, and the state of each that is not nil."""

    posts: Posts
    status: Array  # posts × months, positions in presence.STATUSES

    @cached_property
    def days(self) -> Array:
        """1 for days from which rows came, by post and day."""
        return open_days(self.posts, self.status)

    @cached_property
    def months(self) -> Array:
        """True for months whose return came, by area and month."""
        found = np.zeros((len(AREAS), len(MONTH)), dtype=bool)
        np.logical_or.at(found, self.posts.area, self.status == SUBMITTED)
        return found

    @property
    def unit_code(self) -> Array:
        """The code of the unit at each post."""
        return np.array([unit.code for unit in self.posts.units], dtype=object)

    @property
    def area_code(self) -> Array:
        """The code of the area of each post."""
        return np.array(AREAS, dtype=object)[self.posts.area]

    def cases(self, generator: Generator, weights: Array, count: int) -> tuple[Array, Array]:
        """Post and day (positions) of `count` cases, by day: only where the return came."""
        blocks = by_block(generator, len(self.posts), DAYS, 30, 0.6)
        counts = spread(generator, self.days * weights * blocks, count)
        day, post = np.nonzero(counts.T)
        times = counts[post, day]
        return np.repeat(post, times), np.repeat(day, times)


def draw_owed(seed: int, presence: Presence) -> dict[str, Owed]:
    """All sources with monthly returns: those that presence knows, and the others."""
    owed = {
        source: Owed(presence.posts if source == "activities" else presence.reporters, status)
        for source, status in presence.return_status.items()
    }
    for source, kinds in _UNIT_KINDS_OF_SOURCE.items():
        posts = posts_of([unit for unit in UNITS if unit.kind in kinds])
        owed[source] = Owed(posts, return_status(stream(seed, f"returns {source}"), posts))
    for source, team in _TEAM_OF_SOURCE.items():
        (unit,) = [number for number, entry in enumerate(UNITS) if entry.code == team]
        posts = Posts(np.full(len(AREAS), unit), np.arange(len(AREAS)))
        owed[source] = Owed(posts, return_status(stream(seed, f"returns {source}"), posts))
    return owed


def activities_by_month(presence: Presence) -> Array:
    """Activities by post and month."""
    by_day = presence.all_counts
    of_month = (MONTH.astype("datetime64[D]") - MONTH[0].astype("datetime64[D]")).astype(int)
    return np.add.reduceat(by_day, of_month, axis=1)


def rows_by_month(posts: Posts, rows: pa.Table, day_column: str) -> Array:
    """Rows by post and month, counted in the admin 2 area of their place.

    Where rows name their unit and several units report on an area, by unit too.
    """
    site_area = {site.code: site.area for site in SITES}
    areas = [site_area.get(code, code) for code in rows["area_code"].to_pylist()]
    units = (
        rows["unit_code"].to_pylist() if "unit_code" in rows.column_names else [None] * len(areas)
    )
    months = (np.array(rows[day_column]).astype("datetime64[M]") - MONTH[0]).astype(int)
    found: dict[tuple[str | None, str], Array] = {}
    for unit, area, month in zip(units, areas, months, strict=True):
        found.setdefault((unit, area), np.zeros(len(MONTH), dtype=int))[month] += 1
    none = np.zeros(len(MONTH), dtype=int)
    return np.array([
        found.get((unit.code, AREAS[area]), none) + found.get((None, AREAS[area]), none)
        for unit, area in zip(posts.units, posts.area, strict=True)
    ])  # fmt: skip


def reporting_returns(seed: int, owed: Mapping[str, Owed], rows: Mapping[str, Array]) -> pa.Table:
    """What each post owed and sent; a return that came without rows is nil.

    `rows`: by source the rows of each post and month.
    """
    generator = stream(seed, "reporting_returns")
    return pa.concat_tables(
        [_returns(generator, source, of_source, rows[source]) for source, of_source in owed.items()]
    )


def _returns(generator: Generator, source: str, owed: Owed, rows: Array) -> pa.Table:
    post, month = (values.ravel() for values in np.indices(owed.status.shape))
    codes = np.where(rows > 0, "submitted", "nil").astype(object).ravel()
    for number, name in _CODE_OF_STATUS.items():
        codes[owed.status.ravel() == number] = name
    sent = np.isin(codes, ("submitted", "nil"))
    closed = codes == "no_access"
    after = (MONTH[month] + 1).astype("datetime64[D]") + generator.poisson(5, post.size)
    checked = (MONTH[month] < np.datetime64(effects.HARM_UNCHECKED_FROM, "M")) & (
        generator.random(post.size) < 0.97
    )
    reasons = np.where(generator.random(post.size) < 0.55, "insecurity", "road").astype(object)
    return pa.table({
        "source": [source] * post.size,
        "unit_code": column(owed.unit_code[post]),
        "area_code": column(owed.area_code[post]),
        "month": column(MONTH[month].astype("datetime64[D]")),
        "return_status": column(codes),
        "no_access_reason": column(reasons, closed),
        "received_on": column(after, sent),
        "harm_checked": column(checked, sent & (source == "incidents")),
    })  # fmt: skip
