"""What an estimate is asked of: the data, the sample drawn, and the group of every row."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from indicators.survey.arrays import Booleans, Floats, Integers, counts, sums
from indicators.survey.design import Design, Sample
from indicators.survey.linearisation import degrees_of_freedom


@dataclass(frozen=True)
class Request:
    """The data, the sample drawn, and the group of every row (-1: in none)."""

    frame: pd.DataFrame
    sample: Sample
    design: Design
    group: Integers
    size: int
    confidence: float

    @property
    def inside(self) -> Booleans:
        """Rows of the domain that belong to a group."""
        return self.group >= 0

    def count(self, rows: Booleans) -> Integers:
        """Number of `rows` in each group."""
        return counts(self.group[rows], self.size)

    def weigh(self, rows: Booleans, values: Floats | None = None) -> Floats:
        """Sum of weights, or of weighted `values`, of `rows` in each group."""
        weights = self.sample.weights[rows]
        weighted = weights if values is None else weights * values[rows]
        return sums(self.group[rows], weighted, self.size)

    def df(self, rows: Booleans) -> Integers:
        """Degrees of freedom of each group, from `rows`."""
        return degrees_of_freedom(self.sample, self.group, rows, self.size)


def at_rows(request: Request, used: Booleans, by_group: Floats) -> Floats:
    """The figure of its group at each row that is used; 0 at the others."""
    found = np.zeros(len(used))
    found[used] = by_group[request.group[used]]
    return found
