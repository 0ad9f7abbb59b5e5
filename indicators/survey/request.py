"""What an estimate is asked of: the data, the sample drawn, and the group of every row."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from indicators.survey.design import Design, Sample
from indicators.survey.inputs.arrays import Booleans, Floats, Integers, sums
from indicators.survey.variance.linearisation import UnitCells, degrees_of_freedom
from indicators.survey.variance.moments import Moments


@dataclass(frozen=True)
class Request:
    """The data, the sample drawn, and the group of every position (-1: in none).

    A position is a row of the data, or a cell of rows that no group and no unit divides: `rows`
    and `weighted_rows` say how many rows, and how many with a weight above 0, it stands for.
    `given`: the place of a row in the data.
    """

    frame: pd.DataFrame
    sample: Sample
    design: Design
    group: Integers
    size: int
    confidence: float
    rows: Floats
    weighted_rows: Floats
    given: Integers

    @property
    def inside(self) -> Booleans:
        """Positions of the domain that belong to a group."""
        return self.group >= 0

    @cached_property
    def units(self) -> UnitCells:
        """The sampling units of each group."""
        return UnitCells.of(self.sample, self.group, self.size)

    def by_unit(self, moments: Moments) -> Moments:
        """Moments of positions to those of `units`."""
        return moments.at(self.units.inside).summed(self.units.cell, len(self.units.row))

    @property
    def n_rows(self) -> Integers:
        """Rows of each group."""
        inside = self.units.inside
        return sums(self.group[inside], self.rows[inside], self.size).astype(np.int64)

    @property
    def df(self) -> Integers:
        """Degrees of freedom of each group."""
        used = self.inside & (self.weighted_rows > 0)
        return degrees_of_freedom(self.sample, self.group, used, self.size)


def at_rows(request: Request, used: Booleans, by_group: Floats) -> Floats:
    """The figure of its group at each row that is used; 0 at the others."""
    found = np.zeros(len(used))
    found[used] = by_group[request.group[used]]
    return found
