"""Dated lists of the mission: areas, units, population, bases, police, places and routes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.sample.country import (
    AREAS,
    COUNTRY,
    DAYS,
    LAST_DAY,
    REGIONS,
    SECTORS,
    SITES,
    STARTS_ON,
    UNITS,
    area_name,
    region,
)
from pipelines.sample.days.presence import DAY, day_number, month_of_year, weekday
from pipelines.sample.draws import Array, Stream, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import numbered, table_of

_SHARES = facts("shares")
_CENSUS_ON = [date(year, month, 31) for year in (2024, 2025, 2026) for month in (1, 7)]
_HALF_YEARS = [day.replace(day=1) for day in _CENSUS_ON]
_Row = tuple[Any, ...]


def areas(points: dict[str, Array]) -> pa.Table:
    """The country, its admin 1 and admin 2 areas, and the sites for displaced people."""
    named: list[_Row] = [(COUNTRY, None, "country", COUNTRY, COUNTRY, None)]
    named += [(code, COUNTRY, "admin1", *name, None) for code, name in REGIONS.items()]
    named += [(code, region(code), "admin2", *[area_name(code)] * 2, None) for code in AREAS]
    named += [(s.code, s.area, "site", s.name_en, s.name_fr, s.kind) for s in SITES]
    return table_of(
        "areas",
        [(*row, STARTS_ON, None, *points[row[0]][0][::-1].tolist()) for row in named],
    )


def units() -> pa.Table:
    """All units; the contributing country of civilian ones is empty."""
    return table_of(
        "units",
        [
            (u.code, u.name, u.component, u.kind, u.country or None, u.home, u.strength,
             u.valid_from, None)
            for u in UNITS
        ],
    )  # fmt: skip


def population(seed: int) -> pa.Table:
    """Residents by area at mid-year, residents of sites each half-year, by sex and age group."""
    draw = stream(seed, "population")
    rows: list[_Row] = []
    for area in AREAS:
        persons = draw.uniform(60_000, 240_000)
        for year in range(4):
            of = (area, date(2023 + year, 7, 1), "resident")
            rows += _by_sex_and_age(*of, persons * 1.028**year, "Projection")
    for site in SITES:
        for number, day in enumerate(_HALF_YEARS):
            persons = site.persons * (1 + draw.normal(0, 0.02) - 0.004 * number)
            rows += _by_sex_and_age(site.code, day, "site", persons, "Registration")
    return table_of("population", rows)


def _by_sex_and_age(area: str, day: date, kind: str, persons: float, source: str) -> list[_Row]:
    rows = []
    for sex, of_sex in _SHARES["population"]["sex"].items():
        for age, share in _SHARES["population"]["age_group"].items():
            count = round(persons * of_sex * share)
            low, high = round(count * 0.93), round(count * 1.07)
            rows.append((area, day, kind, sex, age, count, low, high, source))
    return rows


def deployments(seed: int, points: dict[str, Array]) -> pa.Table:
    """Each unit at its base; formed and military units also at smaller bases they rotate to."""
    draw = stream(seed, "deployments")
    rows: list[_Row] = []
    for unit in UNITS:
        rotates = unit.kind in ("FPU", "MIL")
        at_home = unit.strength * 0.7 if rotates else unit.strength
        homes: list[_Row] = [(unit.home, unit.valid_from, None, at_home)]
        for number, area in enumerate(unit.covers[1:4] if rotates else ()):
            opened = STARTS_ON + timedelta(days=120 * number)
            homes.append(
                (area, opened, None if number else date(2025, 12, 31), unit.strength * 0.1)
            )
        for area, opened, closed, strength in homes:
            women = round(strength * draw.uniform(0.1, 0.25))
            longitude, latitude = points[area][7].tolist()
            rows.append((
                f"D-{len(rows) + 1:04d}", f"B-{area}", f"{area_name(area)} base", latitude,
                longitude, area, unit.code, unit.component, unit.kind, opened, closed,
                float(round(strength)), float(women), "reported",
            ))  # fmt: skip
    return table_of("deployments", rows)


def police_census(seed: int) -> pa.Table:
    """Two censuses a year; the share of women rises from about 11 to 14 percent."""
    draw = stream(seed, "police_census")
    rows: list[_Row] = []
    for area in AREAS:
        strength = {"police": draw.integers(40, 190), "gendarmerie": draw.integers(15, 90)}
        for number, day in enumerate(_CENSUS_ON):
            for actor, officers in strength.items():
                for rank, share in _SHARES["police_census"]["rank_group"].items():
                    women_share = (0.11 + 0.006 * number) * (0.5 if rank == "command" else 1.05)
                    count = max(2, round(officers * share * 1.02**number))
                    women = int(draw.binomial(count, women_share))
                    for sex, persons in (("F", women), ("M", count - women)):
                        vetted = int(draw.binomial(persons, 0.25 + 0.09 * number))
                        rows.append((day, area, actor, rank, sex, persons, vetted))
    return table_of("police_census", rows)


NETWORKS_PER_AREA, LOCALITIES_PER_AREA = 3, 2
_PLACE_SHARES = facts("shares")["hot_spots"]
_CODES = facts("codes")["places"]
_FIRST_LISTED_ON = date(2023, 7, 1)  # of what is valid from the mission's first day
_AREAS_WITH_FARM_ROUTES = AREAS[1::3]
_OTHER_ROUTES_FROM = date(2026, 1, 5)
_PlaceRow = tuple[Any, ...]


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


def _networks(draw: Stream) -> Iterator[_PlaceRow]:
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


def _facilities(draw: Stream) -> Iterator[_PlaceRow]:
    """A police cell an area, a gendarmerie cell where the sector's main area is, prisons, camps."""
    kinds = [(area, "police_cell", "police") for area in AREAS]
    kinds += [(area, "police_cell", "gendarmerie") for area in SECTORS]
    kinds += [(area, "prison", "justice") for area in _CODES["prisons"]]
    kinds += [(area, "camp", "gendarmerie") for area in _CODES["camps"]]
    for number, kind in enumerate(kinds):
        first = STARTS_ON + draw.days(90, 500) if number % 11 == 5 else STARTS_ON
        last = STARTS_ON + draw.days(400, 900) if number % 13 == 7 else None
        yield "detention_facility", f"DF-{number + 1:03d}", *kind, first, last


def _localities(draw: Stream) -> Iterator[_PlaceRow]:
    """Localities where a police post was agreed; a few were added in 2025."""
    for number, area in enumerate(area for area in AREAS for _ in range(LOCALITIES_PER_AREA)):
        first = date(2025, 1, 1) if number % 9 == 4 else STARTS_ON
        actor = "gendarmerie" if draw.chance(0.3) else "police"
        yield "coverage_locality", f"L-{number + 1:03d}", area, None, actor, first, None


def _hot_spots(draw: Stream) -> tuple[pa.Table, Array]:
    """A few an area, one after the other and side by side, most of them some months long."""
    current = np.full((len(AREAS), DAYS), None, dtype=object)
    rows: list[_PlaceRow] = []
    for position, area in enumerate(AREAS):
        for _ in range(int(draw.integers(3, 7))):
            first = int(draw.integers(-120, DAYS - 20))
            last = first + int(draw.gamma(4, 65)) + 20
            threat, priority = (
                draw.one(_PLACE_SHARES[name]) for name in ("threat_type", "priority")
            )
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
    rows: list[_PlaceRow] = []
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
