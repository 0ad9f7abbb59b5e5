"""Cells of place and time, so that whatever is near an event lies in its own or the next cells.

Bands of latitude are at least one radius high. Within a band the cells of longitude are wide enough
for whatever lies within a radius of any point of this or the next bands; near the poles one cell
goes all the way round, and the last cell meets the first at the antimeridian.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KM_PER_DEGREE = 111.111
_SMALLEST_KM = 1.0  # keeps the number of cells within 64 bits
_MARGIN = 1 + 1e-9
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """A grid for one radius (km) and one span of time (microseconds, from `start`)."""

    bands: int
    cells_of_band: Integers
    span: int
    start: int
    time_cells: int

    def cell(self, latitude: Floats, longitude: Floats, microseconds: Integers) -> Integers:
        """The cell of each row."""
        band = self._band(latitude)
        return self._number(band, self._column(band, longitude), self._time(microseconds))

    def neighbours(
        self, latitude: Floats, longitude: Floats, microseconds: Integers
    ) -> tuple[Integers, Integers]:
        """(row, cell) for up to 27 cells that may hold what is near each row; no pair twice."""
        rows, cells = [], []
        every = np.arange(latitude.size)
        own_band, own_time = self._band(latitude), self._time(microseconds)
        for up in (-1, 0, 1):
            band = own_band + up
            inside = (band >= 0) & (band < self.bands)
            band = np.clip(band, 0, self.bands - 1)
            count = self.cells_of_band[band]
            column = self._column(band, longitude)
            for aside, least in ((0, 1), (1, 2), (-1, 3)):
                beside = (column + aside) % count
                for later in (-1, 0, 1):
                    at = own_time + later
                    found = inside & (count >= least) & (at >= 0) & (at < self.time_cells)
                    rows.append(every[found])
                    cells.append(self._number(band, beside, at)[found])
        return np.concatenate(rows), np.concatenate(cells)

    def _band(self, latitude: Floats) -> Integers:
        height = 180 / self.bands
        return np.clip(np.floor((latitude + 90) / height), 0, self.bands - 1).astype(np.int64)

    def _column(self, band: Integers, longitude: Floats) -> Integers:
        count = self.cells_of_band[band]
        turned = np.mod(longitude + 180, 360) / 360
        return np.minimum(np.floor(turned * count).astype(np.int64), count - 1)

    def _time(self, microseconds: Integers) -> Integers:
        return (microseconds - self.start) // self.span

    def _number(self, band: Integers, column: Integers, time: Integers) -> Integers:
        widest = int(self.cells_of_band.max())
        return (band * widest + column) * self.time_cells + time


def make_grid(radius_km: float, span: int, microseconds: Integers) -> Grid:
    """The grid whose next cells hold all within `radius_km` and less than `span` away in time."""
    angle = max(radius_km, _SMALLEST_KM) / KM_PER_DEGREE * _MARGIN
    bands = max(1, int(180 / angle))
    height = 180 / bands
    edges = np.arange(bands) * height - 90
    farthest = np.maximum(np.abs(edges - height), np.abs(edges + 2 * height))
    start = int(microseconds.min()) if microseconds.size else 0
    last = int(microseconds.max()) if microseconds.size else 0
    return Grid(bands, _cells_of_band(farthest, angle), span, start, (last - start) // span + 1)


def _cells_of_band(farthest: Floats, angle: float) -> Integers:
    """How many cells of longitude a band has: each as wide as the farthest that may be near."""
    to_pole = farthest + angle >= 90
    inner = np.sin(np.radians(min(angle, 90.0))) / np.cos(np.radians(np.minimum(farthest, 89.999)))
    width = np.degrees(np.arcsin(np.clip(inner, 0, 1))) * _MARGIN
    return np.where(to_pole, 1, np.maximum(1, np.floor(360 / width))).astype(np.int64)
