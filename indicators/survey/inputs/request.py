"""What an estimate is asked of: the data, the sample drawn, and the members of every group."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from indicators.survey.design import Design, Sample
from indicators.survey.inputs.arrays import Booleans, Floats, Integers, sums
from indicators.survey.variance.linearisation import UnitCells, degrees_of_freedom
from indicators.survey.variance.moments import Moments


@dataclass(frozen=True)
class Request:
    """The data, the sample drawn, and the members of each group.

    A position is a row of the data, or a cell of rows that no group and no unit divides: `rows`
    and `weighted_rows` say how many rows, and how many with a weight above 0, it stands for.
    `given`: the place of a row in the data. A member is a position in a group: `group` and
    `position` of each, by group or not, the positions of a group in their own order. Groups of one
    grouping share no position, those of several do.
    """

    frame: pd.DataFrame
    sample: Sample
    design: Design
    group: Integers
    position: Integers
    size: int
    confidence: float
    rows: Floats
    weighted_rows: Floats
    given: Integers

    @cached_property
    def units(self) -> UnitCells:
        """The sampling units of each group."""
        return UnitCells.of(self.sample, self.group, self.position, self.size)

    def by_unit(self, moments: Moments) -> Moments:
        """Moments of positions to those of `units`."""
        return moments.at(self.position).summed(self.units.cell, len(self.units.row))

    @property
    def n_rows(self) -> Integers:
        """Rows of each group."""
        return sums(self.group, self.rows[self.position], self.size).astype(np.int64)

    @property
    def df(self) -> Integers:
        """Degrees of freedom of each group."""
        used = self.only(self.weighted_rows > 0)
        return degrees_of_freedom(self.sample, used.group, used.position, self.size)

    def only(self, positions: Booleans) -> "Request":
        """Without members at other positions than these."""
        kept = positions[self.position]
        return replace(self, group=self.group[kept], position=self.position[kept])
