"""Monthly returns: who owes them for which source, what came of them, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREA_CODES, AREAS, DAYS, SITE_AREA, UNITS
from pipelines.sample.days.presence import (
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
from pipelines.sample.draws import Array, Stream, each_case, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import rows_of

_CODES = facts("codes")["returns"]

# Units by source that owe its return for each area that they cover. What host-State actors do,
# and custody visits, individual officers report, as they do incidents and alerts.
# One civilian team by source that owes its return for every area.
_CODE_OF_STATUS = {
    NOT_SUBMITTED: "not_submitted", NO_ACCESS: "no_access", NOT_DUE: "not_due"
}  # fmt: skip


@dataclass(frozen=True)
class Owed:
    """Who owes the returns of one source, and the state of each that is not nil."""

    posts: Posts
    status: Array  # posts × months, SUBMITTED and so on

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
    def area_code(self) -> Array:
        """The code of the area of each post."""
        return AREA_CODES[self.posts.area]

    def cases(self, draw: Stream, weights: Array, count: int) -> tuple[Array, Array]:
        """Post and day (positions) of `count` cases, by day: only where the return came."""
        blocks = draw.by_block(len(self.posts), DAYS, 30, 0.6)
        day, post = each_case(draw.spread(self.days * weights * blocks, count).T)
        return post, day


def draw_owed(seed: int, presence: Presence) -> dict[str, Owed]:
    """All sources with monthly returns: those that presence knows, and the others."""
    owed = {
        source: Owed(presence.posts if source == "activities" else presence.reporters, status)
        for source, status in presence.return_status.items()
    }
    posts = {
        source: posts_of([unit for unit in UNITS if unit.kind in kinds])
        for source, kinds in _CODES["unit_kinds_of_source"].items()
    }
    for source, team in _CODES["team_of_source"].items():
        (unit,) = [number for number, entry in enumerate(UNITS) if entry.code == team]
        posts[source] = Posts(np.full(len(AREAS), unit), np.arange(len(AREAS)))
    return owed | {
        source: Owed(own, return_status(stream(seed, f"returns {source}"), own))
        for source, own in posts.items()
    }


def activities_by_month(presence: Presence) -> Array:
    """Activities by post and month."""
    of_month = (MONTH.astype("datetime64[D]") - MONTH[0].astype("datetime64[D]")).astype(int)
    return np.add.reduceat(presence.all_counts, of_month, axis=1)


def rows_by_month(posts: Posts, rows: pa.Table, day_column: str) -> Array:
    """Rows by post and month, counted in the admin 2 area of their place.

    Where rows name their unit and several units report on an area, by unit too.
    """
    areas = [SITE_AREA.get(code, code) for code in rows["area_code"].to_pylist()]
    has_unit = "unit_code" in rows.column_names
    units = rows["unit_code"].to_pylist() if has_unit else [None] * len(areas)
    months = (np.array(rows[day_column]).astype("datetime64[M]") - MONTH[0]).astype(int)
    found: dict[tuple[str | None, str], Array] = {}
    for unit, area, month in zip(units, areas, months, strict=True):
        found.setdefault((unit, area), np.zeros(len(MONTH), dtype=int))[month] += 1
    none = np.zeros(len(MONTH), dtype=int)
    return np.array([
        found.get((unit, AREAS[area]), none) + found.get((None, AREAS[area]), none)
        for unit, area in zip(posts.unit_code, posts.area, strict=True)
    ])  # fmt: skip


def reporting_returns(seed: int, owed: Mapping[str, Owed], rows: Mapping[str, Array]) -> pa.Table:
    """What each post owed and sent; a return that came without rows is nil.

    `rows`: by source the rows of each post and month.
    """
    draw = stream(seed, "reporting_returns")
    return pa.concat_tables(
        [_returns(draw, source, of_source, rows[source]) for source, of_source in owed.items()]
    )


def _returns(draw: Stream, source: str, owed: Owed, rows: Array) -> pa.Table:
    post, month = (values.ravel() for values in np.indices(owed.status.shape))
    codes = np.where(rows > 0, "submitted", "nil").astype(object).ravel()
    for number, name in _CODE_OF_STATUS.items():
        codes[owed.status.ravel() == number] = name
    sent = np.isin(codes, ("submitted", "nil"))
    after = (MONTH[month] + 1).astype("datetime64[D]") + draw.poisson(5, post.size)
    is_checked_month = MONTH[month] < np.datetime64(effects.HARM_UNCHECKED_FROM, "M")
    checked = is_checked_month & draw.chance(0.97, post.size)
    return rows_of(
        source=source,
        unit_code=owed.posts.unit_code[post],
        area_code=owed.area_code[post],
        month=MONTH[month].astype("datetime64[D]"),
        return_status=codes,
        no_access_reason=(
            np.where(draw.chance(0.55, post.size), "insecurity", "road"),
            codes == "no_access",
        ),
        received_on=(after, sent),
        harm_checked=(checked, sent & (source == "incidents")),
    )
