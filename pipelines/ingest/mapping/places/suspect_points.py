"""Points that can hardly be right: latitude and longitude exchanged, a sign lost, another area."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.ingest.mapping.places.area_polygons import Outlines

SWAPPED, SIGN, ELSEWHERE = "coordinates_swapped", "coordinates_sign", "place_disagrees"
RULES = (SWAPPED, SIGN, ELSEWHERE)
CERTAIN = (SWAPPED, SIGN)
"""Rules of points that are wrong for certain, as their mend lies in the area."""


@dataclass(frozen=True)
class SuspectPoint:
    """One of `RULES` for the row at `at`, and what its sentence needs.

    `latitude`, `longitude`: where the point would lie in the mission, mended; of ELSEWHERE the
    area in which it lies (None outside of all) and its distance from the area that is named.
    """

    at: int
    rule: str
    latitude: float | None = None
    longitude: float | None = None
    area: str | None = None
    km: int | None = None


def suspect_points(
    outlines: Outlines,
    longitude: np.ndarray,
    latitude: np.ndarray,
    named: np.ndarray,
    limit_km: float,
) -> Iterator[SuspectPoint]:
    """Points farther than `limit_km` from the outline of the area that they are said to lie in.

    `named`: codes of areas with an outline; None where nothing can be said: then a point is looked
    at that lies as far outside of all. A mend is told only where it puts the point into the area
    that is named, or, where none is, into the mission.
    """
    away = outlines.km_from(longitude, latitude, named)
    far = np.flatnonzero(away > limit_km)
    if not len(far):
        return
    x, y, areas = longitude[far], latitude[far], named[far]
    mended: Mapping[str, list[tuple[np.ndarray, np.ndarray]]] = {
        SWAPPED: [(y, x)],
        SIGN: [(-x, y), (x, -y), (-x, -y)],
    }
    rule = np.full(len(far), ELSEWHERE, dtype=object)
    place = np.full((len(far), 2), np.nan)
    for name, ways in mended.items():
        for other_x, other_y in ways:
            found = outlines.locate(other_x, other_y)
            is_in = np.array([
                there is not None and area in (None, there)
                for there, area in zip(found, areas, strict=True)
            ])  # fmt: skip
            is_it = is_in & (rule == ELSEWHERE)
            rule[is_it] = name
            place[is_it] = np.column_stack([other_y, other_x])[is_it]
    lies_in = outlines.locate(x, y)
    for number, at in enumerate(far):
        if rule[number] != ELSEWHERE:
            mended_latitude, mended_longitude = (float(part) for part in place[number])
            yield SuspectPoint(int(at), rule[number], mended_latitude, mended_longitude)
        elif areas[number] is not None:
            km = round(float(away[at]))
            yield SuspectPoint(int(at), ELSEWHERE, area=lies_in[number], km=km)
