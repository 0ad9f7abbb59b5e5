"""Incidents and their victims: at sites and elsewhere, seasonal and over-dispersed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREAS, DAYS, SITES, region
from pipelines.sample.days.presence import DAY, Presence, reported_days
from pipelines.sample.draws import Array, Stream, each_case, season, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import looked_up, numbered, only, rows_of

_SHARES = facts("shares")["incidents"]
_CODES = facts("codes")["incidents"]
# More in the dry months, when roads are open; mean about 1.
_SEASON = season(DAYS, 0.2, 30)
OUTSIDE_SHARE = _SHARES["group"]["outside"]


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
    draw = stream(seed, "incidents")
    group, place, day, by_presence = _where_and_when(seed, draw, presence, count, outside)
    at_site, at_water = group == "site", group == "water"
    kind = _kinds(draw, group)
    code = numbered("I-", count, 7)

    def pick(name: str) -> Array:
        return draw.pick(_SHARES[name], count)

    precision = np.where(at_site, "day", pick("date_precision"))
    located = _location(draw, place, points)
    occurred_at = DAY[day].astype("datetime64[m]") + draw.integers(0, 1440, count)
    delay = draw.lognormal(1.1, 0.9, count).astype(int) * 1440 + draw.integers(30, 900, count)
    victims = _victims(draw, code, kind, at_water)
    by_stander = (kind == "armed_clash") & draw.chance(0.2, count)
    killed = _count_of(victims, code, "killed") + by_stander
    reported_by = np.where(by_presence, "un_police", pick("reported_by"))
    closed_on = DAY[day] + draw.integers(5, 60, count)
    operation = pick("linked_operation")
    last_day = np.minimum(DAY[day] + np.where(precision == "week", 6, 27), DAY[-1])
    rows = rows_of(
        incident_code=code,
        incident_type=kind,
        circumstance=_circumstance(draw, kind, at_site, at_water),
        against_civilians=kind != "armed_clash",
        occurred_on=DAY[day],
        ended_on=(last_day, np.isin(precision, ("week", "month"))),
        occurred_at=(occurred_at, precision == "day"),
        date_precision=precision,
        **located,
        alleged_actor_type=pick("alleged_actor_type"),
        deaths_civilian=killed,
        deaths_best=killed + (kind == "armed_clash") * draw.poisson(1.2, count),
        injured_civilian=_count_of(victims, code, "injured"),
        linked_operation=operation,
        operation_type=(pick("operation_type"), operation != "none"),
        reported_by=reported_by,
        reported_at=occurred_at + delay,
        verification=pick("verification"),
        closed_on=(closed_on, draw.chance(0.85, count) & (closed_on < DAY[-1])),
    )
    return Incidents(rows, victims)


def site_rates(presence: Presence) -> Array:
    """By site and day: the planted rate, apart from chance: trend, season and night patrols."""
    sizes = np.array([site.persons for site in SITES], dtype=float)
    area = np.array([AREAS.index(site.area) for site in SITES])
    trend = effects.SITE_YEARLY_FACTOR ** (np.arange(DAYS) / 365.25)
    after_night = presence.after(presence.night_completed)[area]
    night = np.where(after_night, effects.NIGHT_PATROL_FACTOR, 1.0)
    return sizes[:, None] * (trend * _SEASON)[None, :] * night


def water_rates(draw: Stream, presence: Presence) -> Array:
    """By area and day: the planted rate of attacks on those who fetch water or wood."""
    visited = np.isin(AREAS, effects.LIAISON_AREAS)
    risk = visited * draw.gamma(2.0, 0.5, len(AREAS))
    after_visit = presence.after(presence.liaison_completed)
    return risk[:, None] * _SEASON[None, :] * np.where(after_visit, effects.LIAISON_FACTOR, 1.0)


def area_rates(draw: Stream, presence: Presence) -> Array:
    """By area and day: the planted rate of reported incidents elsewhere."""
    risk = draw.gamma(1.6, 1 / 1.6, len(AREAS))
    risk[np.isin(AREAS, _CODES["high_risk"])] = 2.2
    return risk[:, None] * _SEASON[None, :] * _reporting(presence)


def _reporting(presence: Presence) -> Array:
    trap = np.isin(AREAS, effects.REPORTING_AREAS)[:, None] & presence.after_many_patrols()
    return np.where(trap, effects.REPORTING_FACTOR, 1.0)


def _where_and_when(
    seed: int, draw: Stream, presence: Presence, count: int, outside: Array
) -> tuple[Array, Array, Array, Array]:
    """All incidents by day: group, place (area, then site), day, known through presence or not."""
    sent = reported_days(presence, "incidents")
    site_area = np.array([AREAS.index(site.area) for site in SITES])
    chance = draw.by_block(len(AREAS) + len(SITES), DAYS, 7, 0.5)
    at_sites, at_water = (round(count * _SHARES["group"][name]) for name in ("site", "water"))
    outside = draw.some_of(outside, count - at_sites - at_water)
    left = count - at_sites - at_water - int(outside.sum())
    elsewhere = area_rates(stream(seed, "risk"), presence) * sent * chance[: len(AREAS)]
    water = water_rates(draw, presence) * sent * draw.by_block(len(AREAS), DAYS, 7, 0.5)
    at_site = site_rates(presence) * sent[site_area] * chance[len(AREAS) :]
    groups = {
        "other": draw.spread(elsewhere, left),
        "outside": outside,
        "water": draw.spread(water, at_water),
        "site": draw.spread(at_site, at_sites),
    }
    parts = []
    for group, counts in groups.items():
        place, day = each_case(counts)
        is_reported = group in ("other", "outside")
        reporting = _reporting(presence)[place, day] if is_reported else np.ones(place.size)
        first = len(AREAS) if group == "site" else 0
        parts.append((np.full(place.size, group, dtype=object), place + first, day, reporting))
    drawn, place, day, reporting = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((place, day))
    by_presence = draw.chance(1 - 1 / reporting[order], count)
    return drawn[order], place[order], day[order], by_presence


def _kinds(draw: Stream, group: Array) -> Array:
    """The type of each incident by its group."""
    found = np.empty(group.size, dtype=object)
    for name, shares in _SHARES["incident_type"].items():
        own = np.flatnonzero(group == name)
        found[own] = draw.pick(shares, own.size)
    return found


def _circumstance(draw: Stream, kind: Array, at_site: Array, at_water: Array) -> Array:
    """What the victims were doing, where the report says so."""
    drawn = draw.pick(_SHARES["circumstance"], kind.size)
    is_known = ~at_site & (kind != "armed_clash") & draw.chance(0.6, kind.size)
    return np.where(at_water, "fetching_water_or_wood", only(drawn, is_known))


def _location(draw: Stream, place: Array, points: dict[str, Array]) -> dict[str, object]:
    """The columns that say where: a point at sites and where the report is near enough."""
    codes = np.array([*AREAS, *(site.code for site in SITES)], dtype=object)
    cloud = np.stack([points[code] for code in codes])
    drawn = cloud[place, draw.integers(0, cloud.shape[1], place.size)]
    at_site = place >= len(AREAS)
    precision = draw.pick(_SHARES["location_precision"], place.size)
    precision = np.where(at_site, "exact", precision)
    regions = np.array([*(region(area) for area in AREAS), *[""] * len(SITES)], dtype=object)
    has_point = np.isin(precision, ("exact", "near"))
    return {
        "area_code": np.where(precision == "admin1", regions[place], codes[place]),
        "site_code": only(codes[place], at_site),
        "latitude": (drawn[:, 1], has_point),
        "longitude": (drawn[:, 0], has_point),
        "location_precision": precision,
    }


def _victims(draw: Stream, code: Array, kind: Array, at_water: Array) -> pa.Table:
    """Incident × sex × age group × harm: one victim and a few more, families driven out."""
    more = draw.poisson(np.where(kind == "displacement", 18, 0.7))
    victims = np.where(np.isin(kind, list(_CODES["harm_of_type"])), 1 + more, 0)
    incident = np.repeat(np.arange(code.size), victims)
    harm = looked_up(_CODES["harm_of_type"], kind)[incident]
    of_violence = harm == "sexual_violence"
    share = np.where(at_water[incident], 0.95, np.where(of_violence, 0.9, 0.42))
    women = draw.chance(share, incident.size)
    sex = np.where(draw.chance(0.04, incident.size), "_U", np.where(women, "F", "M"))
    age = draw.pick(_SHARES["age_group"], incident.size)
    one = np.ones(incident.size, dtype=int)
    drawn = rows_of(incident_code=code[incident], sex=sex, age_group=age, harm=harm, one=one)
    keys = ["incident_code", "sex", "age_group", "harm"]
    counted = drawn.group_by(keys, use_threads=False).aggregate([("one", "sum")])
    named = counted.rename_columns([*keys, "victims_count"])
    return named.sort_by([(key, "ascending") for key in keys])


def _count_of(victims: pa.Table, code: Array, harm: str) -> Array:
    """Victims of one harm by incident."""
    own = victims.filter(pa.compute.equal(victims["harm"], harm))
    at = np.searchsorted(code.astype(str), np.array(own["incident_code"]).astype(str))
    counted = np.bincount(at, weights=np.array(own["victims_count"]), minlength=code.size)
    return counted.astype(int)
