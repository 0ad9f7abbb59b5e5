"""Incidents and their victims: at sites and elsewhere, seasonal and over-dispersed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREAS, DAYS, SITES, region
from pipelines.sample.draws import (
    Array,
    by_block,
    column,
    numbered,
    only,
    pick,
    some_of,
    spread,
    stream,
)
from pipelines.sample.tables.presence import DAY, Presence, reported_days

# Of all incidents: at sites, at water and wood, and violence outside sites that patrols to hot
# spots answer (`hot_spot_patrols.py`); the rest is what else happens outside.
_SITE_SHARE, _WATER_SHARE, OUTSIDE_SHARE = 0.403, 0.1045, 0.2687
_TYPES = {"sexual_violence": 7, "displacement": 6, "armed_clash": 9, "threat": 18, "other": 2}
_TYPES_OUTSIDE = {"killing": 11, "injury": 17, "abduction": 8, "looting": 22}
_TYPES_AT_WATER = {
    "killing": 4, "injury": 28, "sexual_violence": 30, "abduction": 10, "threat": 18, "looting": 10,
}  # fmt: skip
_TYPES_AT_SITES = {
    "killing": 13, "injury": 47, "sexual_violence": 18, "abduction": 12, "looting": 4,
    "threat": 5, "other": 1,
}  # fmt: skip
_CIRCUMSTANCES = {"farming": 30, "market": 18, "travelling": 27, "at_home": 20, "other": 5}
_ACTORS = {
    "armed_group": 34, "militia": 17, "community": 21, "state_military": 8, "state_police": 4,
    "unknown": 16,
}  # fmt: skip
_REPORTERS = {
    "un_police": 31, "un_military": 12, "human_rights": 14, "civil_affairs": 12, "community": 19,
    "ngo": 9, "media": 3,
}  # fmt: skip
_HARM_OF_TYPE = {
    "killing": "killed", "injury": "injured", "sexual_violence": "sexual_violence",
    "abduction": "abducted", "displacement": "displaced",
}  # fmt: skip
_OPERATIONS = {"none": 990, "un_police": 4, "un_military": 3, "joint_host_state": 3}
_AGES = {"Y0T17": 19, "Y18T29": 31, "Y30T44": 25, "Y45T59": 13, "Y_GE60": 6, "_U": 6}
_PLACES = len(AREAS) + len(SITES)


@dataclass(frozen=True)
class Incidents:
    """Incidents and victims as rows, both sorted by incident code."""

    rows: pa.Table
    victims: pa.Table


def draw_incidents(
    seed: int, presence: Presence, points: dict[str, Array], count: int, outside: Array
) -> Incidents:
    """`count` incidents; `points` gives (longitude, latitude) rows by area or site.

    `outside`: violence outside sites by area and day; of it as much as there is room for.
    """
    generator = stream(seed, "incidents")
    drawn = _where_and_when(seed, generator, presence, count, outside)
    place, day, by_presence = drawn.place, drawn.day, drawn.by_presence
    at_site, at_water = drawn.group == "site", drawn.group == "water"
    kind = _kinds(generator, drawn.group)
    code = numbered("I-", np.arange(1, count + 1), 7)
    precision = pick(
        generator, {"day": 940, "week": 30, "month": 25, "quarter": 4, "year": 1}, count
    )
    precision = np.where(at_site, "day", precision)
    located = _location(generator, place, points, count)
    occurred_at = DAY[day].astype("datetime64[m]") + generator.integers(0, 1440, count)
    delay = generator.lognormal(1.1, 0.9, count).astype(int) * 1440 + generator.integers(
        30, 900, count
    )
    victims = _victims(generator, code, kind, _victim_count(generator, kind), at_water)
    killed = _killed(generator, kind, victims, code)
    reported_by = pick(generator, _REPORTERS, count)
    reported_by = np.where(by_presence, "un_police", reported_by)
    closed_on = DAY[day] + generator.integers(5, 60, count)
    operation = pick(generator, _OPERATIONS, count)
    week_or_more = np.isin(precision, ("week", "month"))
    length = np.where(precision == "week", 6, 27)
    rows = pa.table({
        "incident_code": column(code),
        "incident_type": column(kind),
        "circumstance": column(_circumstance(generator, kind, at_site, at_water)),
        "against_civilians": column(kind != "armed_clash"),
        "occurred_on": column(DAY[day]),
        "ended_on": column(np.minimum(DAY[day] + length, DAY[-1]), week_or_more),
        "occurred_at": column(occurred_at, precision == "day"),
        "date_precision": column(precision),
        "area_code": column(located.area_code),
        "site_code": column(located.site_code),
        "latitude": column(located.latitude, located.has_point),
        "longitude": column(located.longitude, located.has_point),
        "location_precision": column(located.precision),
        "alleged_actor_type": column(pick(generator, _ACTORS, count)),
        "deaths_civilian": column(killed),
        "deaths_best": column(killed + (kind == "armed_clash") * generator.poisson(1.2, count)),
        "injured_civilian": column(_count_of(victims, code, "injured")),
        "linked_operation": column(operation),
        "operation_type": column(
            pick(generator, {"patrol": 5, "search": 3, "public_order": 2}, count),
            operation != "none",
        ),
        "reported_by": column(reported_by),
        "reported_at": column(occurred_at + delay),
        "verification": column(
            pick(generator, {"reported": 35, "corroborated": 30, "verified": 35}, count)
        ),
        "closed_on": column(closed_on, (generator.random(count) < 0.85) & (closed_on < DAY[-1])),
    })  # fmt: skip
    return Incidents(rows, victims)


def site_rates(presence: Presence) -> Array:
    """By site and day: the planted rate, apart from chance: trend, season and night patrols."""
    sizes = np.array([site.persons for site in SITES], dtype=float)
    area = np.array([AREAS.index(site.area) for site in SITES])
    trend = effects.SITE_YEARLY_FACTOR ** (np.arange(DAYS) / 365.25)
    after_night = presence.after(presence.night_completed)[area]
    night = np.where(after_night, effects.NIGHT_PATROL_FACTOR, 1.0)
    return sizes[:, None] * (trend * _season())[None, :] * night


def water_rates(generator: np.random.Generator, presence: Presence) -> Array:
    """By area and day: the planted rate of attacks on those who fetch water or wood."""
    visited = np.isin(AREAS, effects.LIAISON_AREAS)
    risk = visited * generator.gamma(2.0, 0.5, len(AREAS))
    after_visit = presence.after(presence.liaison_completed)
    return risk[:, None] * _season()[None, :] * np.where(after_visit, effects.LIAISON_FACTOR, 1.0)


def area_rates(generator: np.random.Generator, presence: Presence) -> Array:
    """By area and day: the planted rate of reported incidents elsewhere."""
    risk = generator.gamma(1.6, 1 / 1.6, len(AREAS))
    for name in ("Gorou", "Hamsa", "Kessi", "Dorima"):
        risk[AREAS.index(name)] = 2.2
    return risk[:, None] * _season()[None, :] * _reporting(presence)


def _reporting(presence: Presence) -> Array:
    trap = np.isin(AREAS, effects.REPORTING_AREAS)[:, None] & presence.after_many_patrols()
    return np.where(trap, effects.REPORTING_FACTOR, 1.0)


def _season() -> Array:
    """More in the dry months, when roads are open; mean about 1."""
    return 1 + 0.2 * np.cos(2 * np.pi * (np.arange(DAYS) - 30) / 365.25)


@dataclass(frozen=True)
class _Drawn:
    """Group, place (area, then site), day, and whether it came to be known through presence."""

    group: Array
    place: Array
    day: Array
    by_presence: Array


def _where_and_when(
    seed: int, generator: np.random.Generator, presence: Presence, count: int, outside: Array
) -> _Drawn:
    """All incidents, by day."""
    sent = reported_days(presence, "incidents")
    site_area = np.array([AREAS.index(site.area) for site in SITES])
    chance = by_block(generator, _PLACES, DAYS, 7, 0.5)
    at_sites, at_water = round(count * _SITE_SHARE), round(count * _WATER_SHARE)
    outside = some_of(generator, outside, count - at_sites - at_water)
    left = count - at_sites - at_water - int(outside.sum())
    elsewhere = area_rates(stream(seed, "risk"), presence) * sent * chance[: len(AREAS)]
    water = water_rates(generator, presence) * sent * by_block(generator, len(AREAS), DAYS, 7, 0.5)
    at_site = site_rates(presence) * sent[site_area] * chance[len(AREAS) :]
    groups = {
        "other": spread(generator, elsewhere, left),
        "outside": outside,
        "water": spread(generator, water, at_water),
        "site": spread(generator, at_site, at_sites),
    }
    parts = []
    for group, counts in groups.items():
        place, day = np.nonzero(counts)
        times = counts[place, day]
        place, day = np.repeat(place, times), np.repeat(day, times)
        is_reported = group in ("other", "outside")
        reporting = _reporting(presence)[place, day] if is_reported else np.ones(place.size)
        first = len(AREAS) if group == "site" else 0
        parts.append((np.full(place.size, group, dtype=object), place + first, day, reporting))
    drawn, place, day, reporting = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((place, day))
    by_presence = generator.random(count) < 1 - 1 / reporting[order]
    return _Drawn(drawn[order], place[order], day[order], by_presence)


def _kinds(generator: np.random.Generator, group: Array) -> Array:
    """The type of each incident by its group."""
    types = {
        "other": _TYPES, "outside": _TYPES_OUTSIDE, "water": _TYPES_AT_WATER,
        "site": _TYPES_AT_SITES,
    }  # fmt: skip
    found = np.empty(group.size, dtype=object)
    for name, shares in types.items():
        own = np.flatnonzero(group == name)
        found[own] = pick(generator, shares, own.size)
    return found


def _circumstance(
    generator: np.random.Generator, kind: Array, at_site: Array, at_water: Array
) -> Array:
    """What the victims were doing, where the report says so."""
    drawn = pick(generator, _CIRCUMSTANCES, kind.size)
    is_known = ~at_site & (kind != "armed_clash") & (generator.random(kind.size) < 0.6)
    return np.where(at_water, "fetching_water_or_wood", only(drawn, is_known))


@dataclass(frozen=True)
class _Located:
    area_code: Array
    site_code: Array
    latitude: Array
    longitude: Array
    has_point: Array
    precision: Array


def _location(
    generator: np.random.Generator, place: Array, points: dict[str, Array], count: int
) -> _Located:
    codes = np.array([*AREAS, *(site.code for site in SITES)], dtype=object)
    cloud = np.stack([points[code] for code in codes])
    drawn = cloud[place, generator.integers(0, cloud.shape[1], count)]
    at_site = place >= len(AREAS)
    precision = pick(generator, {"exact": 58, "near": 20, "admin2": 20, "admin1": 2}, count)
    precision = np.where(at_site, "exact", precision)
    regions = np.array([*(region(area) for area in AREAS), *[""] * len(SITES)], dtype=object)
    return _Located(
        np.where(precision == "admin1", regions[place], codes[place]),
        only(codes[place], at_site),
        drawn[:, 1],
        drawn[:, 0],
        np.isin(precision, ("exact", "near")),
        precision,
    )


def _victim_count(generator: np.random.Generator, kind: Array) -> Array:
    """Victims of each incident: one and a few more; families where people are driven out."""
    some = np.isin(kind, list(_HARM_OF_TYPE))
    more = generator.poisson(np.where(kind == "displacement", 18, 0.7))
    return np.where(some, 1 + more, 0)


def _victims(
    generator: np.random.Generator, code: Array, kind: Array, victims: Array, at_water: Array
) -> pa.Table:
    """Incident × sex × age group × harm, with the number of victims."""
    incident = np.repeat(np.arange(code.size), victims)
    harm = np.array([_HARM_OF_TYPE.get(name) for name in kind], dtype=object)[incident]
    of_violence = harm == "sexual_violence"
    share = np.where(at_water[incident], 0.95, np.where(of_violence, 0.9, 0.42))
    women = generator.random(incident.size) < share
    sex = np.where(generator.random(incident.size) < 0.04, "_U", np.where(women, "F", "M"))
    age = pick(generator, _AGES, incident.size)
    drawn = pa.table({
        "incident_code": pa.array(code[incident], pa.string()), "sex": column(sex.astype(object)),
        "age_group": column(age), "harm": column(harm), "one": np.ones(incident.size, dtype=int),
    })  # fmt: skip
    keys = ["incident_code", "sex", "age_group", "harm"]
    counted = drawn.group_by(keys, use_threads=False).aggregate([("one", "sum")])
    return counted.rename_columns([*keys, "victims_count"]).sort_by(
        [(key, "ascending") for key in keys]
    )


def _count_of(victims: pa.Table, code: Array, harm: str) -> Array:
    """Victims of one harm by incident."""
    of_harm = victims.filter(pa.compute.equal(victims["harm"], harm))
    at = np.searchsorted(code.astype(str), np.array(of_harm["incident_code"]).astype(str))
    return np.bincount(at, weights=np.array(of_harm["victims_count"]), minlength=code.size).astype(
        int
    )


def _killed(generator: np.random.Generator, kind: Array, victims: pa.Table, code: Array) -> Array:
    """Civilians killed: the victims of killings; clashes kill bystanders at times."""
    by_stander = (kind == "armed_clash") & (generator.random(kind.size) < 0.2)
    return _count_of(victims, code, "killed") + by_stander
