"""Displacement and monitored violations that follow from incidents; threats assessed."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sample.country import AREAS, AS_OF, COLUMNS, DAYS, SITE_AREA, SITES, STARTS_ON
from pipelines.sample.days.presence import MONTH, month_number
from pipelines.sample.days.returns import Owed
from pipelines.sample.draws import Array, Stream, season, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import table_of

_SHARES = facts("shares")
_CODES = facts("codes")["harm"]
_MONITORED = _SHARES["rights_monitoring"]
_FLOODS = 60
_DRIVEN_OUT = 35  # persons displaced for each victim that the incident names
_TREND = {-1: "falling", 0: "stable", 1: "rising"}
_Row = tuple[Any, ...]


def displacement_events(seed: int, incidents: pa.Table, victims: pa.Table) -> pa.Table:
    """People driven out by incidents of displacement, and by floods in the rains."""
    draw = stream(seed, "displacement_events")
    driven = incidents.filter(pc.equal(incidents["incident_type"], "displacement")).to_pylist()
    counts = Counter[str]()
    for row in victims.to_pylist():
        counts[row["incident_code"]] += row["victims_count"]
    events: list[_Row] = []
    for row, factor in zip(driven, draw.lognormal(0, 0.5, len(driven)), strict=True):
        persons = max(2, round((counts[row["incident_code"]] or 1) * _DRIVEN_OUT * factor))
        events.append((row["occurred_on"], row["area_code"], "violence", persons))
    rains = np.maximum(season(DAYS, 1.0, 235) - 1, 0)
    days = np.repeat(np.arange(DAYS), draw.spread(rains, _FLOODS))
    areas = draw.integers(0, len(AREAS), _FLOODS)
    for day, area, persons in zip(days, areas, draw.lognormal(5.8, 0.7, _FLOODS), strict=True):
        events.append((STARTS_ON + timedelta(days=int(day)), AREAS[area], "disaster", int(persons)))
    rows: list[_Row] = []
    for event in sorted(events):
        rows += _displaced(draw, len(rows), *event)
    return table_of("displacement_events", rows)


def _displaced(
    draw: Stream, before: int, day: date, area: str, cause: str, persons: int
) -> list[_Row]:
    """One row, or two where women and men were counted."""
    source = draw.one(_SHARES["displacement_events"]["estimate_source"])
    arrival = _neighbour(draw, area) if draw.chance(0.85) else None
    by_sex = draw.chance(0.6)
    women = round(persons * draw.uniform(0.5, 0.58))
    parts = [("F", women), ("M", persons - women)] if by_sex else [(None, persons)]
    has_range = draw.chance(0.85)
    rows = []
    for at, (sex, count) in enumerate(parts, before + 1):
        low, high = (round(count * 0.8), round(count * 1.3)) if has_range else (None, None)
        place = (f"DP-{at:05d}", area, arrival, day, cause)
        rows.append((*place, sex, None, count, low, high, source))
    return rows


def _neighbour(draw: Stream, area: str) -> str | None:
    """An area beside this one on the grid, or its own site; None where only admin 1 is known."""
    sites = [site.code for site in SITES if site.area == area]
    if sites and draw.chance(0.5):
        return sites[0]
    if area not in AREAS:
        return None
    at = AREAS.index(area)
    near = (at - COLUMNS, at + COLUMNS, at - 1 if at % COLUMNS else -1, at + 1)
    return draw.one_of([AREAS[number] for number in near if 0 <= number < len(AREAS)])


def rights_monitoring(seed: int, owed: Owed, incidents: pa.Table, victims: pa.Table) -> pa.Table:
    """Verified incidents counted by month, area, mechanism, violation, actor, sex and age.

    With them what shows in no incident: detention, torture, children recruited. Only months whose
    return came.
    """
    draw = stream(seed, "rights_monitoring")
    cells: dict[_Row, tuple[set[str], Array]] = {}
    for key, incident, counts in [
        *_of_incidents(draw, incidents, victims),
        *_seen_elsewhere(draw),
    ]:
        if owed.months[key[1], key[0]]:
            named, counted = cells.setdefault(key, (set(), np.zeros(3, dtype=int)))
            named.add(incident)
            counted += counts
    rows = [_cell(draw, key, len(cells[key][0]), *cells[key][1].tolist()) for key in sorted(cells)]
    return table_of("rights_monitoring", rows)


def _of_incidents(draw: Stream, incidents: pa.Table, victims: pa.Table) -> Iterator[_Row]:
    """(key, incident, [violations, killed, injured]) of verified incidents, by mechanism; places
    below admin 2 go up."""
    verified = incidents.filter(pc.equal(incidents["verification"], "verified"))
    known = {row["incident_code"]: row for row in verified.to_pylist()}
    own = victims.filter(pc.is_in(victims["incident_code"], verified["incident_code"]))
    kinds = draw.pick(_MONITORED["of_sexual_violence"], own.num_rows)
    for row, of_sexual_violence in zip(own.to_pylist(), kinds, strict=True):
        of = known[row["incident_code"]]
        area, kind = SITE_AREA.get(of["area_code"], of["area_code"]), of["incident_type"]
        if area not in AREAS or kind not in _CODES["violation"]:
            continue
        count, place = row["victims_count"], (month_number(of["occurred_on"]), AREAS.index(area))
        of_whom = (of["alleged_actor_type"], row["sex"], row["age_group"])
        violations = [("human_rights", _CODES["violation"][kind])]
        if kind == "sexual_violence":
            violations.append(("mara", of_sexual_violence))
        if row["age_group"] == "Y0T17" and kind in _CODES["grave_violation"]:
            violations.append(("mrm", _CODES["grave_violation"][kind]))
        counts = [count, count * (kind == "killing"), count * (kind == "injury")]
        for violation in violations:
            yield (*place, *violation, *of_whom), row["incident_code"], counts


def _seen_elsewhere(draw: Stream) -> Iterator[_Row]:
    """Violations that monitors found without an incident report."""
    for mechanism, shares in _MONITORED["seen_elsewhere"].items():
        count = shares["count"]
        violation = draw.pick(shares["violation_type"], count)
        actor = draw.pick(shares["alleged_actor_type"], count)
        sex = draw.pick(_MONITORED["sex"], count)
        age = draw.pick(shares["age_group"], count)
        month = draw.integers(0, len(MONTH), count).tolist()
        area = draw.integers(0, len(AREAS), count).tolist()
        mechanisms = [mechanism] * count
        keys = zip(month, area, mechanisms, violation, actor, sex, age, strict=True)
        for number, key in enumerate(keys):
            yield key, f"{mechanism} {number}", [1, 0, 0]


def _cell(draw: Stream, key: _Row, incidents: int, violations: int, *harmed: int) -> _Row:
    """A row; allegations against State forces and others are passed on to the authorities."""
    month, area, mechanism, *rest = key
    counts: tuple[int | None, ...] = (None, None, None, None)
    if mechanism == "human_rights":
        reported = violations + int(draw.poisson(0.6 * violations))
        referred = int(draw.binomial(violations, 0.55))
        counts = (reported, violations, referred, int(draw.binomial(referred, 0.27)))
    first = MONTH[month].astype("datetime64[D]").astype(object)
    return (first, AREAS[area], mechanism, *rest, incidents, violations, *harmed, *counts)


def threat_assessments(seed: int) -> pa.Table:
    """Two or three threats an area and quarter, up to the quarter that has just begun."""
    draw = stream(seed, "threat_assessments")
    rows: list[_Row] = []
    for area in AREAS:
        for actor in draw.permutation(list(_CODES["threats"]))[: int(draw.integers(2, 4))]:
            threat = _CODES["threats"][actor][int(draw.integers(0, 3))]
            likelihood = int(draw.integers(2, 5))
            for quarter in range(12):
                change = draw.one(_SHARES["threat_assessments"]["change"])
                likelihood = min(max(likelihood + change, 1), 5)
                if draw.chance(0.9):
                    what = (area, str(actor), threat, str(likelihood))
                    rows.append(_threat(draw, quarter, what, change))
    return table_of("threat_assessments", sorted(rows, key=itemgetter(0, 1, 2, 3)))


def _threat(draw: Stream, quarter: int, what: _Row, change: int) -> _Row:
    year, number = STARTS_ON.year + quarter // 4, quarter % 4 + 1
    shared = date(year, number * 3 - 2, 1) - draw.days(-12, 20)
    leadership, headquarters = draw.chance(0.96), draw.chance(0.97)
    scale = [str(value) for value in draw.integers(1, 6, 6)]
    with_hq = shared + draw.days(1, 12)
    return (
        f"{year}-Q{number}", *what, *scale[:2], _TREND[change], *scale[2:],
        min(shared, AS_OF) if leadership else None,
        min(with_hq, AS_OF) if leadership and headquarters else None,
    )  # fmt: skip
