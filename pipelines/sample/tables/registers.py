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
from pipelines.sample.draws import Array, stream, table_of

_AGES = {"Y0T17": 0.49, "Y18T29": 0.21, "Y30T44": 0.16, "Y45T59": 0.09, "Y_GE60": 0.05}
_RESIDENTS_ON = (date(2023, 7, 1), date(2024, 7, 1), date(2025, 7, 1), date(2026, 7, 1))
_CENSUS_ON = (
    date(2024, 1, 31), date(2024, 7, 31), date(2025, 1, 31), date(2025, 7, 31),
    date(2026, 1, 31), date(2026, 7, 31),
)  # fmt: skip
_RANKS = {"command": 0.07, "middle": 0.28, "junior": 0.65}


def areas(points: dict[str, Array]) -> pa.Table:
    """The country, its admin 1 and admin 2 areas, and the sites for displaced people."""
    named: list[tuple[Any, ...]] = [(COUNTRY, None, "country", COUNTRY, COUNTRY, None)]
    named += [(code, COUNTRY, "admin1", *name, None) for code, name in REGIONS.items()]
    named += [
        (code, region(code), "admin2", area_name(code), area_name(code), None) for code in AREAS
    ]
    named += [
        (site.code, site.area, "site", site.name_en, site.name_fr, site.kind) for site in SITES
    ]
    rows = []
    for row in named:
        longitude, latitude = points[row[0]][0]
        rows.append((*row, STARTS_ON, None, float(latitude), float(longitude)))
    return table_of("areas", rows)


def units() -> pa.Table:
    """All units; the contributing country of civilian ones is empty."""
    return pa.table({
        "unit_code": [unit.code for unit in UNITS],
        "unit_name": [unit.name for unit in UNITS],
        "component": [unit.component for unit in UNITS],
        "unit_type": [unit.kind for unit in UNITS],
        "contributing_country": [unit.country or None for unit in UNITS],
        "home_area_code": [unit.home for unit in UNITS],
        "strength_count": [unit.strength for unit in UNITS],
        "valid_from": [unit.valid_from for unit in UNITS],
    })  # fmt: skip


def population(seed: int) -> pa.Table:
    """Residents by area at mid-year, residents of sites each half-year, by sex and age group."""
    generator = stream(seed, "population")
    rows: list[tuple[Any, ...]] = []
    for area in AREAS:
        persons = generator.uniform(60_000, 240_000)
        for year, day in enumerate(_RESIDENTS_ON):
            rows += _by_sex_and_age(area, day, "resident", persons * 1.028**year, "Projection")
    for site in SITES:
        for number, day in enumerate(_half_years()):
            persons = site.persons * (1 + generator.normal(0, 0.02) - 0.004 * number)
            rows += _by_sex_and_age(site.code, day, "site", persons, "Registration")
    return table_of("population", rows)


def deployments(seed: int, points: dict[str, Array]) -> pa.Table:
    """Each unit at its base; formed and military units also at smaller bases they rotate to."""
    generator = stream(seed, "deployments")
    rows: list[tuple[Any, ...]] = []
    for unit in UNITS:
        homes: list[tuple[str, date, date | None, float]]
        homes = [(unit.home, unit.valid_from, None, unit.strength)]
        if unit.kind in ("FPU", "MIL"):
            homes = [(unit.home, unit.valid_from, None, unit.strength * 0.7)]
            for number, area in enumerate(unit.covers[1:4]):
                opened = date(2024, 1, 1) + timedelta(days=120 * number)
                closed = None if number else date(2025, 12, 31)
                homes.append((area, opened, closed, unit.strength * 0.1))
        for area, opened, closed, strength in homes:
            women = round(strength * generator.uniform(0.1, 0.25))
            longitude, latitude = points[area][7]
            rows.append((
                f"D-{len(rows) + 1:04d}", f"B-{area}", f"{area_name(area)} base", float(latitude),
                float(longitude), area, unit.code, unit.component, unit.kind, opened, closed,
                float(round(strength)), float(women), "reported",
            ))  # fmt: skip
    return table_of("deployments", rows)


def police_census(seed: int) -> pa.Table:
    """Two censuses a year; the share of women rises from about 11 to 14 percent."""
    generator = stream(seed, "police_census")
    rows: list[tuple[Any, ...]] = []
    for area in AREAS:
        strength = {
            "police": generator.integers(40, 190),
            "gendarmerie": generator.integers(15, 90),
        }
        for number, day in enumerate(_CENSUS_ON):
            for actor, officers in strength.items():
                for rank, share in _RANKS.items():
                    women_share = (0.11 + 0.006 * number) * (0.5 if rank == "command" else 1.05)
                    count = max(2, round(officers * share * 1.02**number))
                    women = int(generator.binomial(count, women_share))
                    for sex, persons in (("F", women), ("M", count - women)):
                        vetted = int(generator.binomial(persons, 0.25 + 0.09 * number))
                        rows.append((day, area, actor, rank, sex, persons, vetted))
    return table_of("police_census", rows)


def _half_years() -> list[date]:
    return [date(year, month, 1) for year in (2024, 2025, 2026) for month in (1, 7)]


def _by_sex_and_age(
    area: str, day: date, kind: str, persons: float, source: str
) -> list[tuple[Any, ...]]:
    rows = []
    for sex, of_sex in (("F", 0.515), ("M", 0.485)):
        for age, share in _AGES.items():
            count = round(persons * of_sex * share)
            low, high = round(count * 0.93), round(count * 1.07)
            rows.append((area, day, kind, sex, age, count, low, high, source))
    return rows
