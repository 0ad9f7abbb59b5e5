"""The sample design: how units were drawn, and the drawing of a data set stage by stage."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from indicators.foundation.errors import Problem, WrongUse
from indicators.survey.inputs.arrays import Floats, Integers, cells, counts
from indicators.survey.inputs.columns import (
    check_complete,
    check_finite,
    codes,
    column_names,
    numbers,
)
from indicators.survey.statistic import check_choice

LONELY_PSU = ("fail", "remove", "certainty", "adjust", "average")


@dataclass(frozen=True)
class Design:
    """How a survey was drawn; the fields of R's `svydesign` and its options for lonely PSUs.

    Names of columns may be given as a sequence, one alone also as text; None is no column.
    ids: unit columns by stage, PSU first; empty: every row is its own PSU.
    strata: no column or one, strata of the first stage.
    weights: column, or None: product over stages of population count over sample count, and 1
        where there is no fpc either. weight_scale multiplies a weight column.
    fpc: columns with the population COUNT of units by stage. Stages of `ids` beyond those of
        `fpc` add no variance of their own (without fpc the PSU totals hold it already).
    nest: unit codes repeat between strata, so the PSU is (stratum, PSU).
    lonely_psu: what a stratum with one sampled PSU adds. fail: an error; remove and certainty:
        nothing; adjust: its squared deviation from 0; average: the mean of the other strata.
    adjust_domain_lonely: apply adjust and average also where a domain leaves one of several PSUs.
    stated_deff: for a survey whose PSUs are not known: every variance is this design effect times
        the variance of a simple random sample with replacement; `method` then says so.
    """

    ids: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    weights: str | None = None
    fpc: tuple[str, ...] = ()
    nest: bool = False
    weight_scale: float = 1.0
    lonely_psu: str = "fail"
    adjust_domain_lonely: bool = False
    stated_deff: float | None = None

    def __post_init__(self) -> None:
        for name in ("ids", "strata", "fpc"):
            object.__setattr__(self, name, column_names(getattr(self, name)))
        check_choice("lonely_psu", self.lonely_psu, LONELY_PSU)
        if len(self.strata) > 1:
            raise WrongUse(Problem("survey_strata_columns", value=", ".join(self.strata)))
        if len(self.fpc) > max(1, len(self.ids)):
            raise WrongUse(Problem("survey_fpc_stages", value=", ".join(self.fpc)))
        if not (self.weight_scale > 0 and math.isfinite(self.weight_scale)):
            raise WrongUse(Problem("survey_weight_scale", value=str(self.weight_scale)))
        if self.stated_deff is not None and not self.stated_deff > 0:
            raise WrongUse(Problem("survey_stated_deff", value=str(self.stated_deff)))

    @property
    def columns(self) -> tuple[str, ...]:
        """All data columns that the design reads."""
        return (*self.ids, *self.strata, *([self.weights] if self.weights else []), *self.fpc)


@dataclass(frozen=True)
class SamplingStage:
    """One stage of drawing. By row: its unit, and the stratum that the unit was drawn from.

    By stratum: units sampled, units in the population (None: drawn with replacement), a label.
    A unit code is unique over all strata; from the second stage a stratum is the unit above.
    """

    unit: Integers
    stratum: Integers
    sampled: Integers
    population: Floats | None
    labels: Sequence[str]


@dataclass(frozen=True)
class Sample:
    """Weights by row, and the stages that add variance (the first always does)."""

    weights: Floats
    stages: tuple[SamplingStage, ...]


def sample_of(frame: pd.DataFrame, design: Design) -> Sample:
    """Check the design columns of `frame` and number strata and units.

    Raises WrongUse, naming the column, for missing values, negative weights, a PSU in two strata
    without `nest`, or population counts that vary within a stratum or are below the sample.
    """
    stages = stages_of(frame, design)
    return Sample(_weights(frame, design, stages), stages[: max(1, len(design.fpc))])


def stages_of(frame: pd.DataFrame, design: Design) -> tuple[SamplingStage, ...]:
    """All stages of the drawing, whether they add variance or not. Raises as `sample_of`."""
    for name in (*design.ids, *design.strata, *design.fpc):
        check_complete(frame, name)
    return _stages(frame, design)


def sample_of_cells(units: pd.DataFrame, cells: pd.DataFrame, design: Design) -> Sample:
    """The sample at cells of rows of a unit, whose sums are weighted already.

    units: every unit that was drawn; cells: those to number; both with the columns of ids, strata
    and fpc. The weights are what is left to multiply a cell's sums by. Raises as `sample_of`.
    """
    every = stages_of(pd.concat([units, cells], ignore_index=True), design)
    stages = tuple(
        replace(stage, unit=stage.unit[len(units) :], stratum=stage.stratum[len(units) :])
        for stage in every
    )
    if design.weights is None:
        weights = _weights_from_counts(len(cells), stages)
    else:
        weights = np.full(len(cells), design.weight_scale)
    return Sample(weights, stages[: max(1, len(design.fpc))])


def _stages(frame: pd.DataFrame, design: Design) -> tuple[SamplingStage, ...]:
    rows = len(frame)
    stratum, labels = _strata(frame, design)
    units = [codes(frame[name]) for name in design.ids] or [np.arange(rows, dtype=np.int64)]
    stages = []
    for number, code in enumerate(units):
        nested = design.nest or number > 0
        unit = cells(stratum, code)[1] if nested else code
        fpc = design.fpc[number] if number < len(design.fpc) else None
        stages.append(_stage(frame, unit, stratum, labels, fpc))
        if number == 0 and design.ids and not nested:
            _check_one_stratum(frame, design, stages[0])
        stratum, labels = unit, _unit_labels(frame, design, number)
    return tuple(stages)


def _strata(frame: pd.DataFrame, design: Design) -> tuple[Integers, Sequence[str]]:
    if not design.strata:
        return np.zeros(len(frame), dtype=np.int64), [""]
    column = frame[design.strata[0]]
    code = codes(column)
    return code, _labels(column, code)


def _labels(column: pd.Series, code: Integers) -> Sequence[str]:
    first = cells(code)[0]
    return [str(value) for value in column.iloc[first]]


def _unit_labels(frame: pd.DataFrame, design: Design, number: int) -> Sequence[str]:
    """Nothing but the unit's own code: enough to find the place that an error speaks of."""
    if number >= len(design.ids) - 1:
        return []
    names = [*(design.strata if design.nest else ()), *design.ids[: number + 1]]
    first = cells(*[codes(frame[name]) for name in names])[0]
    return ["/".join(str(frame[name].iloc[row]) for name in names) for row in first]


def _stage(
    frame: pd.DataFrame, unit: Integers, stratum: Integers, labels: Sequence[str], fpc: str | None
) -> SamplingStage:
    size = int(stratum.max(initial=-1)) + 1
    first, _ = cells(stratum, unit)
    sampled = counts(stratum[first], size)
    population = _population(frame, stratum, sampled, fpc) if fpc else None
    return SamplingStage(unit, stratum, sampled, population, labels)


def _population(frame: pd.DataFrame, stratum: Integers, sampled: Integers, fpc: str) -> Floats:
    by_row = numbers(frame[fpc])
    population = np.zeros(len(sampled))
    population[stratum] = by_row
    varies = population[stratum] != by_row
    if varies.any():
        raise WrongUse(Problem("survey_fpc_varies", column=fpc, value=str(by_row[varies][0])))
    if (population < sampled).any():
        low = int(np.argmax(population < sampled))
        parameters = {"sampled": int(sampled[low])}
        raise WrongUse(
            Problem(
                "survey_fpc_too_small",
                column=fpc,
                value=f"{population[low]:g}",
                parameters=parameters,
            )
        )
    return population


def _check_one_stratum(frame: pd.DataFrame, design: Design, stage: SamplingStage) -> None:
    first, _ = cells(stage.unit, stage.stratum)
    unit = stage.unit[first]
    repeated = first[1:][unit[1:] == unit[:-1]]
    if len(repeated):
        name = design.ids[0]
        value = str(frame[name].iloc[int(repeated[0])])
        raise WrongUse(Problem("survey_psu_in_two_strata", column=name, value=value))


def _weights(frame: pd.DataFrame, design: Design, stages: tuple[SamplingStage, ...]) -> Floats:
    if design.weights is None:
        return _weights_from_counts(len(frame), stages)
    check_complete(frame, design.weights)
    weights = numbers(frame[design.weights])
    check_finite(design.weights, weights)
    negative = weights < 0
    if negative.any():
        check_not_negative(design.weights, float(weights[negative][0]), int(negative.sum()))
    return weights * design.weight_scale


def check_not_negative(name: str, value: float, rows: int) -> None:
    """Raise WrongUse naming the column where `rows` weights, `value` one of them, are below 0."""
    if rows:
        problem = Problem(
            "survey_negative_weight", column=name, value=str(value), parameters={"rows": rows}
        )
        raise WrongUse(problem)


def _weights_from_counts(rows: int, stages: tuple[SamplingStage, ...]) -> Floats:
    weights = np.ones(rows)
    for stage in stages:
        if stage.population is not None:
            weights = weights * (stage.population / stage.sampled)[stage.stratum]
    return weights
