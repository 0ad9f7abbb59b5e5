"""Taylor linearisation: the variance of every group from sums by sampling unit.

Estimates, influence values and variances of all groups and statistics come at once from the
weighted sums of each (group, last-stage unit), see `moments.py`.
Source: Lumley (2010) ch. 2 and appendix; R package `survey` 4.1.1, `svyrecvar`, `onestrat`.
"""

from dataclasses import dataclass

import numpy as np

from indicators.foundation.errors import Problem, WrongUse
from indicators.survey.design import Design, Sample, SamplingStage
from indicators.survey.inputs.arrays import Booleans, Floats, Integers, cells, counts, sums

# R treats a stratum as taken whole below this share of units not sampled (`onestrat`).
TAKEN_WHOLE = 1e-7


@dataclass(frozen=True)
class UnitCells:
    """The (group, last-stage unit) pairs that have a row.

    `row` is one position of the unit in the data: it leads to strata and units above. `cell` is
    the pair of each member of a group.
    """

    group: Integers
    row: Integers
    groups: int
    cell: Integers

    @staticmethod
    def of(sample: Sample, group: Integers, position: Integers, groups: int) -> "UnitCells":
        """From the group and the position of every member."""
        first, cell = cells(group, sample.stages[-1].unit[position])
        return UnitCells(group[first], position[first], groups, cell)


def variance(
    cell: UnitCells, values: Floats, present: Booleans, sample: Sample, design: Design
) -> Floats:
    """Variance of the sum of `values` (influence) for each group.

    values, present: statistics x cells; present: whether the statistic has a row in the cell, for
    the rules on lonely PSUs. Returns statistics x groups; NaN where the lonely-PSU rule leaves no
    stratum to estimate from. Raises WrongUse for a lonely PSU under `fail`.
    """
    total = np.zeros((len(values), cell.groups))
    share_above = np.ones(len(cell.row))
    for number, stage in enumerate(sample.stages):
        strata = _stratum_variances(cell, values, present, stage, design, number + 1)
        if number == 0:
            total += _sum_of_strata(strata, cell.groups)
        else:
            below = strata.variance * share_above[strata.cell]
            total += sums(strata.group, below, cell.groups)
        if stage.population is not None:
            share_above = share_above * (stage.sampled / stage.population)[stage.stratum[cell.row]]
    return total


@dataclass(frozen=True)
class _StratumVariances:
    """Variance by statistic and (group, stratum) of one stage.

    `cell`: one cell of unit sums that lies in the stratum; `present`: whether any has a row.
    """

    group: Integers
    cell: Integers
    present: Booleans
    variance: Floats


def _sum_of_strata(strata: _StratumVariances, groups: int) -> Floats:
    """Sum over strata; those left out (NaN, rule `average`) count as the mean of the others."""
    known = ~np.isnan(strata.variance)
    total = sums(strata.group, np.where(known, strata.variance, 0.0), groups)
    if known.all():
        return total
    present = sums(strata.group, strata.present.astype(np.float64), groups)
    usable = sums(strata.group, (strata.present & known).astype(np.float64), groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        return total * np.where(present == usable, 1.0, present / usable)


def _stratum_variances(
    cell: UnitCells,
    values: Floats,
    present: Booleans,
    stage: SamplingStage,
    design: Design,
    number: int,
) -> _StratumVariances:
    first, unit = cells(cell.group, stage.unit[cell.row])
    unit_value = sums(unit, values, len(first))
    unit_present = sums(unit, present.astype(np.float64), len(first)) > 0
    first_stratum, in_stratum = cells(cell.group[first], stage.stratum[cell.row[first]])
    strata = first[first_stratum]
    code = stage.stratum[cell.row[strata]]
    spread = _Spread.of(unit_value, unit_present, in_stratum, stage.sampled[code])
    factor = _unsampled_share(stage, code)
    taken_whole = factor < TAKEN_WHOLE
    if design.lonely_psu == "fail":
        has_row = (spread.present > 0).any(axis=0)
        lonely = has_row & (stage.sampled[code] == 1) & ~taken_whole
        _check_not_lonely(stage, code[lonely], number)
    result = np.where(taken_whole, 0.0, factor * spread.scaled(design))
    return _StratumVariances(cell.group[strata], strata, spread.present > 0, result)


def _unsampled_share(stage: SamplingStage, code: Integers) -> Floats:
    if stage.population is None:
        return np.ones(len(code))
    population = stage.population[code]
    infinite = np.isinf(population)
    share = (population - stage.sampled[code]) / np.where(infinite, 1.0, population)
    return np.where(infinite, 1.0, share)


@dataclass(frozen=True)
class _Spread:
    """Sums of squares of unit values by stratum; units without a row in the domain count as 0.

    `sampled` is by stratum, the others by statistic and stratum.
    """

    present: Floats
    sampled: Integers
    centred: Floats
    from_zero: Floats

    @staticmethod
    def of(
        value: Floats, unit_present: Booleans, stratum: Integers, sampled: Integers
    ) -> "_Spread":
        size = len(sampled)
        cells_present = counts(stratum, size)
        mean = sums(stratum, value, size) / sampled
        deviation = value - mean[:, stratum]
        absent = (sampled - cells_present) * mean**2
        centred = sums(stratum, deviation**2, size) + absent
        present = sums(stratum, unit_present.astype(np.float64), size)
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


def _check_not_lonely(stage: SamplingStage, lonely: Integers, number: int) -> None:
    if len(lonely):
        parameters = {"stratum": stage.labels[int(lonely[0])], "stage": number}
        raise WrongUse(Problem("survey_lonely_psu", parameters=parameters))


def degrees_of_freedom(
    sample: Sample, group: Integers, position: Integers, groups: int
) -> Integers:
    """PSUs less strata with a row in the group (R `degf` of the domain).

    `group`, `position`: of the members that have a row with weight.
    """
    stage = sample.stages[0]
    units = cells(group, stage.unit[position])[0]
    strata = cells(group, stage.stratum[position])[0]
    return counts(group[units], groups) - counts(group[strata], groups)
