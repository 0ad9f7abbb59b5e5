"""Dated lists of places: alert networks, detention facilities, localities, hot spots, routes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.sample.country import AREAS, DAYS, LAST_DAY, SECTORS, STARTS_ON
from pipelines.sample.days.presence import DAY, day_number
from pipelines.sample.draws import Array, Generator, numbered, pick, stream, table_of

NETWORKS_PER_AREA, LOCALITIES_PER_AREA = 3, 2
_FIRST_LISTED_ON = date(2023, 7, 1)  # of what is valid from the mission's first day
_PRISONS = ("Aroko", "Beldane", "Dorima", "Gorou", "Ilora", "Kessi")
_CAMPS = ("Hamsa", "Jebala")
_THREATS = {
    "armed_attack": 22, "intercommunal_violence": 18, "cattle_raid": 18, "ambush": 16,
    "looting": 12, "abduction": 8, "sexual_violence": 6,
}  # fmt: skip
_FARMING_MONTHS = (5, 6, 7, 8, 9, 10, 11)
_AREAS_WITH_FARM_ROUTES = AREAS[1::3]
_AREAS_WITH_OTHER_ROUTES = {"Hamsa": "school", "Gorou": "water", "Dorima": "school"}
_OTHER_ROUTES_FROM = date(2026, 1, 5)
_OTHER_DAYS = {"school": (0, 2, 4), "water": (1, 5)}


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
    hot_spot_rows, hot_spot = _hot_spots(stream(seed, "hot_spots"))
    route_rows, agreed_route, usual_route = _routes(stream(seed, "route_days"))
    return Places(_registers(seed), hot_spot_rows, route_rows, hot_spot, agreed_route, usual_route)


def _registers(seed: int) -> pa.Table:
    generator = stream(seed, "registers")
    rows = [*_networks(generator), *_facilities(generator), *_localities(generator)]
    return table_of("registers", rows)


def _networks(generator: Generator) -> Iterator[tuple[Any, ...]]:
    """Networks and committees: most from before the mission's first month, some close."""
    entries = [(area, at) for area in range(len(AREAS)) for at in range(NETWORKS_PER_AREA)]
    codes = network_code(*np.array(entries).T)
    for number, (area, at) in enumerate(entries):
        first = STARTS_ON
        if at == NETWORKS_PER_AREA - 1 and generator.random() < 0.6:
            first = STARTS_ON + timedelta(days=int(generator.integers(60, 700)))
        closes = generator.random() < 0.1
        last = first + timedelta(days=int(generator.integers(300, 900))) if closes else None
        place = (codes[number], AREAS[area], None, None)
        yield "community_network", *place, _listed_on(first), first, last
        if last and number % 2 and last < date(2026, 3, 1):  # some are set up again
            again = last + timedelta(days=90)
            yield "community_network", *place, _listed_on(again), again, None


def _facilities(generator: Generator) -> Iterator[tuple[Any, ...]]:
    """A police cell an area, a gendarmerie cell where the sector's main area is, prisons, camps."""
    kinds = [(area, "police_cell", "police") for area in AREAS]
    kinds += [(area, "police_cell", "gendarmerie") for area in SECTORS]
    kinds += [(area, "prison", "justice") for area in _PRISONS]
    kinds += [(area, "camp", "gendarmerie") for area in _CAMPS]
    for number, (area, kind, actor) in enumerate(kinds):
        first, last = STARTS_ON, None
        if number % 11 == 5:
            first = STARTS_ON + timedelta(days=int(generator.integers(90, 500)))
        if number % 13 == 7:
            last = STARTS_ON + timedelta(days=int(generator.integers(400, 900)))
        place = (f"DF-{number + 1:03d}", area, kind, actor)
        yield "detention_facility", *place, _listed_on(first), first, last


def _localities(generator: Generator) -> Iterator[tuple[Any, ...]]:
    """Localities where a police post was agreed; a few were added in 2025."""
    for number, area in enumerate(area for area in AREAS for _ in range(LOCALITIES_PER_AREA)):
        first = date(2025, 1, 1) if number % 9 == 4 else STARTS_ON
        actor = "gendarmerie" if generator.random() < 0.3 else "police"
        place = (f"L-{number + 1:03d}", area, None, actor)
        yield "coverage_locality", *place, _listed_on(first), first, None


def _listed_on(first: date) -> date:
    return first if first > STARTS_ON else _FIRST_LISTED_ON


def _hot_spots(generator: Generator) -> tuple[pa.Table, Array]:
    """A few an area, one after the other and side by side, most of them some months long."""
    current = np.full((len(AREAS), DAYS), None, dtype=object)
    rows: list[tuple[Any, ...]] = []
    for position, area in enumerate(AREAS):
        for _ in range(int(generator.integers(3, 7))):
            first = int(generator.integers(-120, DAYS - 20))
            last = first + int(generator.gamma(4, 65)) + 20
            (threat,), (priority,) = (
                pick(generator, shares, 1) for shares in (_THREATS, {"1": 3, "2": 5, "3": 2})
            )
            code = f"HS-{len(rows) + 1:03d}"
            current[position, max(first, 0) : last + 1] = code
            rows.append((
                code, area, threat, priority if generator.random() < 0.93 else None,
                STARTS_ON + timedelta(days=first),
                STARTS_ON + timedelta(days=last) if last < DAYS else None,
            ))  # fmt: skip
    return table_of("hot_spots", rows), current


def _routes(generator: Generator) -> tuple[pa.Table, Array, Array]:
    """Market routes weekly, farm routes while fields are worked, a few to school and water."""
    agreed = np.full((len(AREAS), DAYS), None, dtype=object)
    usual = np.full(len(AREAS), None, dtype=object)
    rows: list[tuple[Any, ...]] = []
    for position, area in enumerate(AREAS):
        for kind, code, days in _routes_of(generator, area):
            usual[position] = usual[position] or code
            for day in days:
                agreed[position, day] = code
                rows.append((code, kind, area, STARTS_ON + timedelta(days=int(day))))
    return (
        table_of("route_days", sorted(rows)),
        agreed,
        (usual),
    )


def _routes_of(generator: Generator, area: str) -> Iterator[tuple[str, str, Array]]:
    """Type, code and agreed days (positions) of an area's routes."""
    weekday = (DAY.astype(int) + 3) % 7  # 0: Monday
    calendar_month = DAY.astype("datetime64[M]").astype(int) % 12 + 1
    held = generator.random(DAYS) < 0.94  # no market on some days
    if AREAS.index(area) % 2 == 0:
        first = int(generator.integers(0, 240))
        market = (weekday == generator.integers(0, 7)) & held & (np.arange(DAYS) >= first)
        yield "market", f"R-{area}-1", np.flatnonzero(market)
    if area in _AREAS_WITH_FARM_ROUTES:
        farm = (weekday == generator.integers(0, 7)) & np.isin(calendar_month, _FARMING_MONTHS)
        yield "farm", f"R-{area}-2", np.flatnonzero(farm & held)
    kind = _AREAS_WITH_OTHER_ROUTES.get(area)
    if kind:
        days = (
            np.isin(weekday, _OTHER_DAYS[kind])
            & held
            & (np.arange(DAYS) >= day_number(_OTHER_ROUTES_FROM))
        )
        yield kind, f"R-{area}-3", np.flatnonzero(days)


def last_day_of(entry: dict[str, Any]) -> date:
    """The last day of the sample on which an entry of a register is valid."""
    return min(entry["valid_to"] or LAST_DAY, LAST_DAY)
