"""Dated lists of the mission: areas, units, population, bases and police census."""

from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from pipelines.sample.country import (
    AREAS,
    COUNTRY,
    REGIONS,
    SITES,
    STARTS_ON,
    UNITS,
    area_name,
    region,
)
from pipelines.sample.draws import Array, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import table_of

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
