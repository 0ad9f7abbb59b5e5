"""Dated lists of places: alert networks, detention facilities, localities, hot spots, routes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.sample.country import AREAS, DAYS, LAST_DAY, SECTORS, STARTS_ON
from pipelines.sample.days.presence import DAY, day_number, month_of_year, weekday
from pipelines.sample.draws import Array, Stream, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import numbered, table_of

NETWORKS_PER_AREA, LOCALITIES_PER_AREA = 3, 2
_SHARES = facts("shares")["hot_spots"]
_CODES = facts("codes")["places"]
_FIRST_LISTED_ON = date(2023, 7, 1)  # of what is valid from the mission's first day
_AREAS_WITH_FARM_ROUTES = AREAS[1::3]
_OTHER_ROUTES_FROM = date(2026, 1, 5)
_Row = tuple[Any, ...]


@dataclass(frozen=True)
class Places:
    """The lists as rows, and what stands where on which day: codes by area and day, else None."""

    registers: pa.Table
    hot_spots: pa.Table
    route_days: pa.Table
    hot_spot: Array
    agreed_route: Array
    usual_route: Array  # by area: a route, whatever the day

    def entries(self, register: str) -> list[dict[str, Any]]:
        """The entries of one register, in the order of their codes."""
        return [row for row in self.registers.to_pylist() if row["register_code"] == register]


def network_code(area: Array, at: Array) -> Array:
    """The code of the alert network or committee number 0, 1 or 2 of an area (position)."""
    return numbered("N-", area * NETWORKS_PER_AREA + at, 4)


def mediation_track(area: Array, month: Array) -> Array:
    """The code of the mediation track of an area (position): one for each nine months."""
    return numbered("M-", area * 4 + month // 9, 4)


def draw_places(seed: int) -> Places:
    """All lists of places; those of networks hold the codes that meetings name."""
    draw = stream(seed, "registers")
    listed = []
    for register in (_networks(draw), _facilities(draw), _localities(draw)):
        for name, *place, first, last in register:
            listed_on = first if first > STARTS_ON else _FIRST_LISTED_ON
            listed.append((name, *place, listed_on, first, last))
    hot_spots, routes = _hot_spots(stream(seed, "hot_spots")), _routes(stream(seed, "route_days"))
    return Places(table_of("registers", listed), hot_spots[0], routes[0], hot_spots[1], *routes[1:])


def _networks(draw: Stream) -> Iterator[_Row]:
    """Networks and committees: most from before the mission's first month, some close."""
    entries = [(area, at) for area in range(len(AREAS)) for at in range(NETWORKS_PER_AREA)]
    codes = network_code(*np.array(entries).T)
    for number, (area, at) in enumerate(entries):
        first = STARTS_ON
        if at == NETWORKS_PER_AREA - 1 and draw.chance(0.6):
            first += draw.days(60, 700)
        closes = draw.chance(0.1)
        last = first + draw.days(300, 900) if closes else None
        place = ("community_network", codes[number], AREAS[area], None, None)
        yield *place, first, last
        if last and number % 2 and last < date(2026, 3, 1):  # some are set up again
            yield *place, last + timedelta(days=90), None


def _facilities(draw: Stream) -> Iterator[_Row]:
    """A police cell an area, a gendarmerie cell where the sector's main area is, prisons, camps."""
    kinds = [(area, "police_cell", "police") for area in AREAS]
    kinds += [(area, "police_cell", "gendarmerie") for area in SECTORS]
    kinds += [(area, "prison", "justice") for area in _CODES["prisons"]]
    kinds += [(area, "camp", "gendarmerie") for area in _CODES["camps"]]
    for number, kind in enumerate(kinds):
        first = STARTS_ON + draw.days(90, 500) if number % 11 == 5 else STARTS_ON
        last = STARTS_ON + draw.days(400, 900) if number % 13 == 7 else None
        yield "detention_facility", f"DF-{number + 1:03d}", *kind, first, last


def _localities(draw: Stream) -> Iterator[_Row]:
    """Localities where a police post was agreed; a few were added in 2025."""
    for number, area in enumerate(area for area in AREAS for _ in range(LOCALITIES_PER_AREA)):
        first = date(2025, 1, 1) if number % 9 == 4 else STARTS_ON
        actor = "gendarmerie" if draw.chance(0.3) else "police"
        yield "coverage_locality", f"L-{number + 1:03d}", area, None, actor, first, None


def _hot_spots(draw: Stream) -> tuple[pa.Table, Array]:
    """A few an area, one after the other and side by side, most of them some months long."""
    current = np.full((len(AREAS), DAYS), None, dtype=object)
    rows: list[_Row] = []
    for position, area in enumerate(AREAS):
        for _ in range(int(draw.integers(3, 7))):
            first = int(draw.integers(-120, DAYS - 20))
            last = first + int(draw.gamma(4, 65)) + 20
            threat, priority = (draw.one(_SHARES[name]) for name in ("threat_type", "priority"))
            code = f"HS-{len(rows) + 1:03d}"
            current[position, max(first, 0) : last + 1] = code
            rows.append((
                code, area, threat, priority if draw.chance(0.93) else None,
                STARTS_ON + timedelta(days=first),
                STARTS_ON + timedelta(days=last) if last < DAYS else None,
            ))  # fmt: skip
    return table_of("hot_spots", rows), current


def _routes(draw: Stream) -> tuple[pa.Table, Array, Array]:
    """Market routes weekly, farm routes while fields are worked, a few to school and water."""
    agreed = np.full((len(AREAS), DAYS), None, dtype=object)
    usual = np.full(len(AREAS), None, dtype=object)
    rows: list[_Row] = []
    for position, area in enumerate(AREAS):
        for kind, code, is_agreed in _routes_of(draw, area):
            usual[position] = usual[position] or code
            agreed[position, is_agreed] = code
            rows += [(code, kind, area, day) for day in DAY[is_agreed].astype(object)]
    return table_of("route_days", sorted(rows)), agreed, usual


def _routes_of(draw: Stream, area: str) -> Iterator[tuple[str, str, Array]]:
    """Type and code of an area's routes, and on which days they are agreed."""
    held = draw.chance(0.94, DAYS)  # no market on some days
    if AREAS.index(area) % 2 == 0:
        since = np.arange(DAYS) >= draw.integers(0, 240)
        yield "market", f"R-{area}-1", (weekday(DAY) == draw.integers(0, 7)) & held & since
    if area in _AREAS_WITH_FARM_ROUTES:
        is_farmed = np.isin(month_of_year(DAY), _CODES["farming_months"])
        yield "farm", f"R-{area}-2", (weekday(DAY) == draw.integers(0, 7)) & is_farmed & held
    kind = _CODES["areas_with_other_routes"].get(area)
    if kind:
        since = np.arange(DAYS) >= day_number(_OTHER_ROUTES_FROM)
        yield kind, f"R-{area}-3", np.isin(weekday(DAY), _CODES["other_days"][kind]) & held & since


def last_day_of(entry: dict[str, Any]) -> date:
    """The last day of the sample on which an entry of a register is valid."""
    return min(entry["valid_to"] or LAST_DAY, LAST_DAY)
