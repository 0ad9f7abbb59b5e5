"""Reviews: of incidents near bases, after known threats and of a few others; of operations."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sample.country import AREAS, AS_OF, DAYS, SITE_AREA
from pipelines.sample.days.presence import DAY
from pipelines.sample.draws import Array, Stream, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import looked_up, moments, numbered, rows_of, texts
from pipelines.sample.tables.alerts import TARGET_HOURS

_SHARES = facts("shares")["after_action_reviews"]
_CODES = facts("codes")["reviews"]
_NEAR_KM, _EARTH_KM = 5.0, 6371.0088  # definitions 41
_REVIEWED_PCT, _HEARD_PCT = 74, (38, 72)  # of operations closed; residents heard, first to last


def after_action_reviews(
    seed: int, incidents: pa.Table, alerts: pa.Table, deployments: pa.Table
) -> pa.Table:
    """Reviews of incidents near bases, after known threats, and of a few others (2023.05 §87)."""
    draw = stream(seed, "after_action_reviews")
    trigger = draw.pick(_SHARES["trigger"], incidents.num_rows)
    trigger[_after_a_known_threat(incidents, alerts)] = "known_threat"
    trigger[_near_a_base(incidents, deployments)] = "near_base"
    share = looked_up(_SHARES["reviewed"], trigger)
    taken = np.flatnonzero(draw.chance(share, incidents.num_rows))
    started, completed, is_completed = _dates(draw, incidents.take(pa.array(taken, pa.int64())))
    kept = started <= DAY[-1]
    count, done = int(kept.sum()), is_completed[kept]
    return rows_of(
        review_code=numbered("AR-", count, 4),
        incident_code=texts(incidents, "incident_code")[taken[kept]],
        review_kind=draw.pick(_SHARES["review_kind"], count),
        trigger=trigger[taken][kept],
        started_on=(started[kept], draw.chance(0.97, count)),
        completed_on=(completed[kept], done),
        recommendations_count=(draw.poisson(3.2, count), done),
    )


def _dates(draw: Stream, incidents: pa.Table) -> tuple[Array, Array, Array]:
    """Start and end of reviews: most within 60 days of the incident's closing, some later."""
    size = incidents.num_rows
    occurred, closed = moments(incidents, "occurred_on"), moments(incidents, "closed_on")
    closed = np.where(np.isnat(closed), occurred + 40, closed)
    started = occurred + draw.integers(1, 21, size)
    late = draw.chance(0.22, size)
    after = np.where(late, draw.integers(62, 150, size), draw.integers(-10, 58, size))
    completed = np.maximum(closed + after, started + 3)
    return started, completed, draw.chance(0.86, size) & (completed <= DAY[-1])


def _near_a_base(incidents: pa.Table, deployments: pa.Table) -> Array:
    """Within 5 km of a base that was manned on the day, on a sphere."""
    latitude, longitude = (
        np.radians(incidents[name].to_numpy().astype(float)) for name in ("latitude", "longitude")
    )
    occurred = moments(incidents, "occurred_on")
    found = np.zeros(incidents.num_rows, dtype=bool)
    for base in deployments.to_pylist():
        north, east = np.radians(base["latitude"]), np.radians(base["longitude"])
        half = np.sin((latitude - north) / 2) ** 2 + (
            np.cos(latitude) * np.cos(north) * np.sin((longitude - east) / 2) ** 2
        )
        near = 2 * _EARTH_KM * np.arcsin(np.sqrt(half)) <= _NEAR_KM
        opened, closed = np.datetime64(base["from_on"]), np.datetime64(base["to_on"] or AS_OF)
        found |= near & (occurred >= opened) & (occurred <= closed)
    return found


def _after_a_known_threat(incidents: pa.Table, alerts: pa.Table) -> Array:
    """In an area with a confirmed alert whose target time was over and that nobody had acted on."""
    is_open = np.zeros((len(AREAS), DAYS + 1), dtype=int)
    needed = pc.and_(alerts["action_needed"], pc.is_valid(alerts["confirmed_at"]))
    confirmed = alerts.filter(pc.and_(needed, pc.is_null(alerts["merged_into"])))
    area = np.array([AREAS.index(code) for code in confirmed["area_code"].to_pylist()], dtype=int)
    hours = looked_up(TARGET_HOURS, texts(confirmed, "level")).astype(int)
    first = _position(moments(confirmed, "received_at", "h") + hours) + 1
    acted, closed = (moments(confirmed, name, "s") for name in ("first_action_at", "closed_at"))
    last = np.where(np.isnat(acted), closed, acted)
    last = np.where(np.isnat(last), np.datetime64(AS_OF, "s"), last)
    first, after = first.clip(0, DAYS), _position(last).clip(0, DAYS)
    some = first < after
    np.add.at(is_open, (area[some], first[some]), 1)
    np.add.at(is_open, (area[some], after[some]), -1)
    waits = is_open.cumsum(axis=1) > 0
    places = [SITE_AREA.get(code, code) for code in incidents["area_code"].to_pylist()]
    at = np.array([AREAS.index(code) if code in AREAS else -1 for code in places], dtype=int)
    return (at >= 0) & waits[at, _position(moments(incidents, "occurred_on"))]


def _position(moment: Array) -> Array:
    """The position of a moment's day among the days of the sample."""
    return (moment.astype("datetime64[D]") - DAY[0]).astype(int)


def operation_reviews(seed: int, operations: pa.Table) -> pa.Table:
    """Reviews of closed operations; in most of the later ones residents were heard."""
    draw = stream(seed, "operation reviews")
    closed = moments(operations, "closed_on")
    size, number = closed.size, np.arange(closed.size)
    threats = np.array(_CODES["threats"], dtype=object)
    in_time = draw.chance(0.8, size)
    done = closed + np.where(in_time, draw.integers(5, 58, size), draw.integers(62, 130, size))
    reviewed = draw.chance(_REVIEWED_PCT / 100, size)
    keep = np.flatnonzero(~np.isnat(closed) & reviewed & (done <= DAY[-1]))
    first, last = _HEARD_PCT
    heard = draw.chance((first + (last - first) * number / size) / 100, size)
    lessons = ["|".join(sorted(draw.permutation(_CODES["lessons"])[: 1 + at % 3])) for at in number]
    return rows_of(
        review_code=numbered("OR-", keep.size, 4),
        operation_code=texts(operations, "operation_code")[keep],
        review_kind="after_action_review",
        trigger="other",
        started_on=closed[keep] + 2,
        completed_on=done[keep],
        recommendations_count=draw.poisson(2.4, size)[keep],
        perceptions_heard=heard[keep],
        lessons=np.array(lessons, dtype=object)[keep],
        tier="II",
        phase=looked_up(_CODES["phase_of"], texts(operations, "operation_type"), "response")[keep],
        threat_type=threats[number % threats.size][keep],
        for_headquarters=(number % 3 > 0)[keep],
    )
