"""Incidents and their victims: at sites and elsewhere, seasonal and over-dispersed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREAS, DAYS, SITES, region
from pipelines.sample.draws import Array, by_block, column, numbered, only, pick, spread, stream
from pipelines.sample.tables.presence import DAY, Presence, reported_days

_SITE_SHARE = 0.45  # of all incidents
_TYPES = {
    "killing": 11, "injury": 17, "sexual_violence": 7, "abduction": 8, "displacement": 6,
    "looting": 22, "armed_clash": 9, "threat": 18, "other": 2,
}  # fmt: skip
_TYPES_AT_SITES = {
    "killing": 11, "injury": 37, "sexual_violence": 14, "abduction": 8, "looting": 14,
    "threat": 14, "other": 2,
}  # fmt: skip
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
    seed: int, presence: Presence, points: dict[str, Array], count: int
) -> Incidents:
    """`count` incidents; `points` gives (longitude, latitude) rows by area or site."""
    generator = stream(seed, "incidents")
    place, day, by_presence = _where_and_when(generator, presence, count)
    at_site = place >= len(AREAS)
    kind = np.where(
        at_site, pick(generator, _TYPES_AT_SITES, count), pick(generator, _TYPES, count)
    )
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
    victims = _victims(generator, code, kind, _victim_count(generator, kind))
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
    night = np.where(presence.after_night_patrol()[area], effects.NIGHT_PATROL_FACTOR, 1.0)
    return sizes[:, None] * (trend * _season())[None, :] * night


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


def _where_and_when(
    generator: np.random.Generator, presence: Presence, count: int
) -> tuple[Array, Array, Array]:
    """Place (area, then site), day, and whether it came to be known through presence."""
    sent = reported_days(presence, "incidents")
    site_area = np.array([AREAS.index(site.area) for site in SITES])
    chance = by_block(generator, _PLACES, DAYS, 7, 0.5)
    at_sites = round(count * _SITE_SHARE)
    elsewhere = spread(
        generator, area_rates(generator, presence) * sent * chance[: len(AREAS)], count - at_sites
    )
    sites = spread(
        generator, site_rates(presence) * sent[site_area] * chance[len(AREAS) :], at_sites
    )
    counts = np.vstack([elsewhere, sites])
    day, place = np.nonzero(counts.T)
    times = counts[place, day]
    day, place = np.repeat(day, times), np.repeat(place, times)
    reporting = np.vstack([_reporting(presence), np.ones((len(SITES), DAYS))])[place, day]
    by_presence = generator.random(count) < 1 - 1 / reporting
    return place, day, by_presence


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


def _victims(generator: np.random.Generator, code: Array, kind: Array, victims: Array) -> pa.Table:
    """Incident × sex × age group × harm, with the number of victims."""
    incident = np.repeat(np.arange(code.size), victims)
    harm = np.array([_HARM_OF_TYPE.get(name) for name in kind], dtype=object)[incident]
    of_violence = harm == "sexual_violence"
    women = generator.random(incident.size) < np.where(of_violence, 0.9, 0.42)
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
