"""A year of incidents as two sources report them: some events twice, with reports’ errors.

The truth is known: which two rows are one event. Chosen to be hard: events crowd in few areas and
sites, as violence does, so that two true events often look alike.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

_TYPES = {
    "killing": 20, "injury": 15, "abduction": 10, "sexual_violence": 8, "looting": 25,
    "armed_clash": 8, "threat": 14,
}  # fmt: skip
_TAKEN_FOR = {
    "killing": "armed_clash", "injury": "killing", "abduction": "threat", "looting": "threat",
    "armed_clash": "killing", "threat": "looting", "sexual_violence": "injury",
}  # fmt: skip
_ACTORS = ("armed_group", "militia", "community", "state_military")
_KM = 1 / 111.2  # degrees near the equator
_FIRST, _SECOND = "un_police", ("human_rights", "ngo", "community")


@dataclass(frozen=True)
class Reports:
    """Rows of `core.incidents`, and the pairs of codes, in their order, that are one event."""

    rows: list[dict[str, Any]]
    same: set[tuple[str, str]]


def two_sources(seed: int, events: int = 1500) -> Reports:
    """The reports of one year: 70 % of events by the first source, 45 % by another."""
    draw = random.Random(seed)
    rows: list[dict[str, Any]] = []
    same: set[tuple[str, str]] = set()
    for number in range(events):
        event = _event(draw)
        codes = []
        if draw.random() < 0.7:
            codes.append(f"A-{number:05d}")
            rows.append(event | {"incident_code": codes[-1], "reported_by": _FIRST})
        if draw.random() < 0.45:
            codes.append(f"B-{number:05d}")
            rows.append(_retold(draw, event) | {"incident_code": codes[-1]})
        if len(codes) == 2:
            same.add((codes[0], codes[1]))
    return Reports(rows, same)


def area_rows() -> Iterator[dict[str, Any]]:
    """A country, four areas of level admin 1 with ten below each, and a site in every fifth."""
    yield _area("XX", None, "country")
    for upper in range(4):
        yield _area(f"XX{upper}", "XX", "admin1")
        for lower in range(10):
            yield _area(f"XX{upper}-{lower}", f"XX{upper}", "admin2")
            if lower % 5 == 0:
                yield _area(f"XX{upper}-{lower}-S", f"XX{upper}-{lower}", "site")


def _area(code: str, parent: str | None, level: str) -> dict[str, Any]:
    named = {"area_code": code, "parent_area_code": parent, "area_level": level}
    return named | {"name_en": code, "name_fr": code, "valid_from": "2020-01-01"}


def _event(draw: random.Random) -> dict[str, Any]:
    """One event: few areas have most of them, and every fourth happens at a site."""
    place = min(int(draw.expovariate(1 / 6)), 39)
    upper, lower = place % 4, place // 4
    area, latitude, longitude = f"XX{upper}-{lower}", 2.0 + upper, 20.0 + lower * 0.5
    if lower % 5 == 0 and draw.random() < 0.25:
        area = f"{area}-S"
    else:
        latitude += draw.gauss(0, 15 * _KM)
        longitude += draw.gauss(0, 15 * _KM)
    kind = draw.choices(list(_TYPES), list(_TYPES.values()))[0]
    deaths = 1 + int(draw.expovariate(1 / 3)) if kind in ("killing", "armed_clash") else 0
    return {
        "incident_type": kind,
        "against_civilians": kind != "armed_clash",
        "occurred_on": date(2026, 1, 1) + timedelta(draw.randrange(365)),
        "date_precision": "day",
        "area_code": area,
        "latitude": round(latitude, 5),
        "longitude": round(longitude, 5),
        "location_precision": "exact",
        "alleged_actor_type": draw.choices(_ACTORS, (5, 3, 2, 1))[0],
        "deaths_best": deaths,
        "deaths_civilian": deaths if kind == "killing" else deaths // 2,
        "injured_civilian": int(draw.expovariate(1 / 2)) if kind != "looting" else 0,
        "verification": "reported",
    }


def _retold(draw: random.Random, event: dict[str, Any]) -> dict[str, Any]:
    """The same event by another source: day, place, type, actor and numbers may differ."""
    days = draw.choices((0, 1, 2, 4), (65, 22, 9, 4))[0] * draw.choice((-1, 1))
    told = event | {
        "reported_by": draw.choice(_SECOND),
        "occurred_on": event["occurred_on"] + timedelta(days),
        "latitude": round(event["latitude"] + draw.gauss(0, 3 * _KM), 5),
        "longitude": round(event["longitude"] + draw.gauss(0, 3 * _KM), 5),
        "location_precision": "near",
    }
    if draw.random() < 0.3:
        told |= {"latitude": None, "longitude": None, "location_precision": "admin2"}
        if draw.random() < 0.2:  # the neighbouring area, misread
            told["area_code"] = event["area_code"][:4] + str((int(event["area_code"][4]) + 1) % 10)
    if draw.random() < 0.15:
        told["incident_type"] = _TAKEN_FOR[event["incident_type"]]
        told["against_civilians"] = told["incident_type"] != "armed_clash"
    if draw.random() < 0.25:
        told["alleged_actor_type"] = "unknown"
    for name in ("deaths_best", "deaths_civilian", "injured_civilian"):
        told[name] = _rounded(draw, event[name])
    return told


def _rounded(draw: random.Random, number: int) -> int | None:
    """A number as another source gives it: not at all, to the next five, or off by one."""
    if draw.random() < 0.15:
        return None
    if number > 5 and draw.random() < 0.5:
        return round(number / 5) * 5
    return max(0, number + draw.choices((0, 1, -1), (7, 2, 1))[0]) if number else 0
