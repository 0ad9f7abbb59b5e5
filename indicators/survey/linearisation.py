"""Taylor linearisation: PSU-level sums of every group, and the variances that come from them.

One pass over the rows makes the weighted sums of a statistic's parts for each (group, last-stage
unit). Estimates, influence values and variances of all groups at once come from these sums.
Source: Lumley (2010) ch. 2 and appendix; R package `survey` 4.1.1, `svyrecvar`, `onestrat`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indicators.errors import Problem, WrongUse
from indicators.survey.arrays import Booleans, Floats, Integers, cells, counts, sums
from indicators.survey.design import Design, Sample, Stage

# R treats a stratum as taken whole below this share of units not sampled (`onestrat`).
TAKEN_WHOLE = 1e-7


@dataclass(frozen=True)
class UnitSums:
    """Weighted sums of parts for each (group, last-stage unit) that has a row.

    `row` is the position of one row of the unit in the data: it leads to strata and units above.
    `parts` has one line a cell and one column a part.
    """

    group: Integers
    row: Integers
    parts: Floats
    groups: int

    def totals(self) -> Floats:
        """Weighted totals of the parts, one line a group."""
        columns = [sums(self.group, part, self.groups) for part in self.parts.T]
        return np.column_stack(columns)


def unit_sums(
    sample: Sample, group: Integers, used: Booleans, parts: Sequence[Floats], groups: int
) -> UnitSums:
    """Sum `weight * part` over the rows where `used` (all of a group >= 0), by unit and group."""
    rows = np.flatnonzero(used)
    first, cell = cells(group[rows], sample.stages[-1].unit[rows])
    weighted = [sums(cell, sample.weights[rows] * part[rows], len(first)) for part in parts]
    first_rows = rows[first]
    return UnitSums(group[first_rows], first_rows, np.column_stack(weighted), groups)


def influence(unit: UnitSums, gradient: Floats) -> Floats:
    """Each cell's contribution to the linearised estimate; `gradient`: one line a group."""
    return np.sum(unit.parts * gradient[unit.group], axis=1)


def variance(unit: UnitSums, values: Floats, sample: Sample, design: Design) -> Floats:
    """Variance of the sum of `values` (influence, one a cell) for each group.

    NaN where the lonely-PSU rule leaves no stratum to estimate from. Raises WrongUse for a lonely
    PSU under `fail`.
    """
    total = np.zeros(unit.groups)
    share_above = np.ones(len(unit.row))
    for number, stage in enumerate(sample.stages):
        strata = _stratum_variances(unit, values, stage, design, number + 1)
        if number == 0:
            total += _sum_of_strata(strata, unit.groups)
        else:
            total += sums(strata.group, strata.variance * share_above[strata.cell], unit.groups)
        if stage.population is not None:
            share_above = share_above * (stage.sampled / stage.population)[stage.stratum[unit.row]]
    return total


@dataclass(frozen=True)
class _StratumVariances:
    """Variance by (group, stratum) of one stage; `cell`: one cell of unit sums that lies in it."""

    group: Integers
    cell: Integers
    variance: Floats


def _sum_of_strata(strata: _StratumVariances, groups: int) -> Floats:
    """Sum over strata; those left out (NaN, rule `average`) count as the mean of the others."""
    known = ~np.isnan(strata.variance)
    present = counts(strata.group, groups)
    usable = counts(strata.group[known], groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(present == usable, 1.0, present / usable)
        return sums(strata.group[known], strata.variance[known], groups) * share


def _stratum_variances(
    unit: UnitSums, values: Floats, stage: Stage, design: Design, number: int
) -> _StratumVariances:
    first, cell = cells(unit.group, stage.unit[unit.row])
    unit_value = sums(cell, values, len(first))
    first_stratum, in_stratum = cells(unit.group[first], stage.stratum[unit.row[first]])
    strata = first[first_stratum]
    code = stage.stratum[unit.row[strata]]
    spread = _Spread.of(unit_value, in_stratum, stage.sampled[code])
    factor = _unsampled_share(stage, code)
    taken_whole = factor < TAKEN_WHOLE
    if design.lonely_psu == "fail":
        _check_not_lonely(stage, code[(stage.sampled[code] == 1) & ~taken_whole], number)
    result = np.where(taken_whole, 0.0, factor * spread.scaled(design))
    return _StratumVariances(unit.group[strata], strata, result)


def _unsampled_share(stage: Stage, code: Integers) -> Floats:
    if stage.population is None:
        return np.ones(len(code))
    population = stage.population[code]
    infinite = np.isinf(population)
    share = (population - stage.sampled[code]) / np.where(infinite, 1.0, population)
    return np.where(infinite, 1.0, share)


@dataclass(frozen=True)
class _Spread:
    """Sums of squares of unit values by stratum; units without a row in the domain count as 0."""

    present: Integers
    sampled: Integers
    centred: Floats
    from_zero: Floats

    @staticmethod
    def of(value: Floats, stratum: Integers, sampled: Integers) -> "_Spread":
        size = len(sampled)
        present = counts(stratum, size)
        mean = sums(stratum, value, size) / sampled
        deviation = value - mean[stratum]
        absent = (sampled - present) * mean**2
        centred = sums(stratum, deviation**2, size) + absent
        return _Spread(present, sampled, centred, sums(stratum, value**2, size))

    def scaled(self, design: Design) -> Floats:
        """n / (n - 1) times the sum of squares; the lonely-PSU rules; NaN = leave out."""
        single = self.sampled == 1
        alone = self.present == 1
        if not design.adjust_domain_lonely:
            alone = alone & single
        if design.lonely_psu == "adjust":
            squares = np.where(alone, self.from_zero, self.centred)
        elif design.lonely_psu == "average":
            squares = np.where(alone, np.nan, self.centred)
        else:
            squares = np.where(single, 0.0, self.centred)
        return squares * np.where(single, 1.0, self.sampled / np.maximum(self.sampled - 1, 1))


def _check_not_lonely(stage: Stage, lonely: Integers, number: int) -> None:
    if len(lonely):
        parameters = {"stratum": stage.labels[int(lonely[0])], "stage": number}
        raise WrongUse(Problem("survey_lonely_psu", parameters=parameters))


def degrees_of_freedom(sample: Sample, group: Integers, used: Booleans, groups: int) -> Integers:
    """PSUs less strata that have a row with weight in the group (R `degf` of the domain)."""
    stage = sample.stages[0]
    rows = np.flatnonzero(used & (sample.weights != 0))
    units = cells(group[rows], stage.unit[rows])[0]
    strata = cells(group[rows], stage.stratum[rows])[0]
    return counts(group[rows[units]], groups) - counts(group[rows[strata]], groups)
