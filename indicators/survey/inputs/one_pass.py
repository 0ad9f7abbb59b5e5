"""One pass over survey data to the moments of every cell: a sampling unit in a group.

Sums are exact whatever the order of rows or threads, and whoever adds up: weights and products
become whole numbers, scaled by a power of two to 61 bits, and are added as those of 38 digits. The
plan is a relation of DuckDB, which another engine may run (`columns.RowsElsewhere`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_

import duckdb
import numpy as np
import pandas as pd
from duckdb import ColumnExpression, ConstantExpression, Expression, StarExpression
from duckdb import FunctionExpression as Function

from indicators.foundation.errors import Problem, WrongUse
from indicators.survey.design import Design, check_not_negative, sample_of_cells
from indicators.survey.inputs.analysis_rows import AnalysisRows
from indicators.survey.inputs.arrays import Floats
from indicators.survey.inputs.columns import (
    SurveyData,
    canonical_order,
    check_finite,
    check_none_missing,
)
from indicators.survey.inputs.domain import Condition
from indicators.survey.inputs.outcome_expressions import (
    ONE,
    ZERO,
    Outcome,
    Source,
    only,
    outcome_of,
)
from indicators.survey.statistic import Difference, Statistic, TTest, columns_used
from indicators.survey.variance.moments import Moments

# Of 64 bits one is the sign; two are left free.
_BITS = 61


def cells_in_one_pass(
    data: SurveyData,
    design: Design,
    statistics: Sequence[Statistic],
    dimensions: Sequence[str],
    domain: Sequence[Condition],
) -> AnalysisRows:
    """The cells of last-stage unit by `dimensions`, and by the groups that are compared.

    The design needs PSUs; a quantile has no moments. Raises WrongUse as `estimate`.
    """
    compared = [one.group_column for one in statistics if isinstance(one, Difference | TTest)]
    of_units = _distinct([*design.ids, *design.strata, *design.fpc])
    of_cells = _distinct([*of_units, *dimensions, *compared])
    read = [name for one in statistics for name in columns_used(one)]
    conditions = [condition.column for condition in domain]
    source = Source.of(data, [*design.columns, *of_cells, *conditions, *read])
    weight = source.number(design.weights) if design.weights else ONE
    outcomes = [outcome_of(source, statistic) for statistic in statistics]
    terms = [_terms(outcome, weight) for outcome in outcomes]
    products = {str(term.product): term.product for named in terms for term in named.values()}
    units = _first_look(source, design, of_units, weight, outcomes, products)
    inside = reduce(and_, map(source.condition, domain), ConstantExpression(True))
    rows = replace(source, relation=source.relation.filter(inside))
    frame, sums = _pass(rows, of_cells, weight, terms, products, units)
    sample = sample_of_cells(units.frame, frame[of_units], design)
    moments = [_moments(sums, named, sample.weights) for named in terms]
    everywhere = np.ones(len(frame), dtype=bool)
    given = np.arange(len(frame), dtype=np.int64)
    return AnalysisRows(
        frame, sample, sums["rows"][0], sums["weighted"][0], everywhere, moments, given
    )


def _distinct(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))


@dataclass(frozen=True)
class _Term:
    """A product with the weight, to be added up over the rows that are used."""

    used: Expression
    product: Expression

    @property
    def name(self) -> str:
        """Equal terms have equal names."""
        return f"sum {self.used} {self.product}"


def _terms(outcome: Outcome, weight: Expression) -> dict[str, _Term]:
    """The weighted sums of `Moments`, by their names there."""
    used, x, d = outcome.used, outcome.value, outcome.denominator
    whole = _Term(used, weight)
    if outcome.is_share:
        part = _Term(used & x, weight)
        return {"weight": whole, "x": part, "d": whole, "xx": part, "xd": part, "dd": whole}
    of_x, of_xx = _Term(used, weight * x), _Term(used, weight * x * x)
    if d is None:
        return {"weight": whole, "x": of_x, "d": whole, "xx": of_xx, "xd": of_x, "dd": whole}
    of_d, of_xd, of_dd = (_Term(used, weight * product) for product in (d, x * d, d * d))
    return {"weight": whole, "x": of_x, "d": of_d, "xx": of_xx, "xd": of_xd, "dd": of_dd}


@dataclass(frozen=True)
class _Units:
    """Every sampling unit drawn; the exponent of each product; whether a weight is 0."""

    frame: pd.DataFrame
    exponents: dict[str, int]
    has_zero_weights: bool


def _first_look(
    source: Source,
    design: Design,
    of_units: Sequence[str],
    weight: Expression,
    outcomes: Sequence[Outcome],
    products: Mapping[str, Expression],
) -> _Units:
    """All rows, those outside the domain too: checked, but not added up."""
    numbers = _distinct([name for outcome in outcomes for name in outcome.numbers])
    texts = [name for name in numbers if source.is_text(name)]
    checks = {
        "rows": Function("count", ONE),
        "missing": Function("count", only(weight.isnull() | Function("isnan", weight), ONE)),
        "negative": Function("count", only(weight < ZERO, ONE)),
        "least": Function("min", weight),
        "most": Function("max", weight),
        "zero": Function("count", only(weight == ZERO, ONE)),
    }
    wrong = {f"text {name}": Function("any_value", source.not_a_number(name)) for name in texts}
    sizes = {
        f"size {name}": Function("max", only(~Function("isnan", product), Function("abs", product)))
        for name, product in products.items()
    }
    frame, found = _grouped(source, of_units, checks | wrong | sizes)
    for name in of_units:
        check_none_missing(name, int(found["rows"][frame[name].isna()].sum()))
    if design.weights:
        check_none_missing(design.weights, int(found["missing"].sum()))
        ends = np.array([found["least"].min(), found["most"].max()], dtype=np.float64)
        check_finite(design.weights, ends)
        check_not_negative(design.weights, found["least"].min(), int(found["negative"].sum()))
    for name in texts:
        _check_numbers(name, found[f"text {name}"].dropna())
    exponents = {name: _exponent(found[f"size {name}"].max()) for name in products}
    return _Units(frame, exponents, bool(found["zero"].sum()))


def _check_numbers(name: str, wrong: pd.Series) -> None:
    if len(wrong):
        raise WrongUse(Problem("survey_not_a_number", column=name, value=str(wrong.iloc[0])))


def _exponent(largest: float) -> int:
    """Of the power of two that makes whole numbers of `_BITS` bits."""
    if math.isinf(largest):
        raise WrongUse(Problem("survey_not_a_number", value=str(largest)))
    return 0 if math.isnan(largest) else _BITS - math.frexp(largest)[1]


def _pass(
    rows: Source,
    of_cells: Sequence[str],
    weight: Expression,
    terms: Sequence[Mapping[str, _Term]],
    products: Mapping[str, Expression],
    units: _Units,
) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """The cells in a fixed order, and every count and sum by name."""
    relation, named = _whole_numbers(rows.relation, products, units.exponents)
    whole = replace(rows, relation=relation)
    has_weight = weight != ZERO
    aggregates = {
        "rows": Function("count", ONE),
        "weighted": Function("count", only(has_weight, ONE)),
    }
    exponents = {}
    for used in (line["weight"].used for line in terms):
        aggregates[f"n {used}"] = Function("count", only(used, ONE))
        if units.has_zero_weights:
            aggregates[f"weighted {used}"] = Function("count", only(used & has_weight, ONE))
    for term in (term for line in terms for term in line.values()):
        aggregates[term.name] = Function("sum", only(term.used, named[str(term.product)]))
        exponents[term.name] = units.exponents[str(term.product)]
    frame, found = _grouped(whole, of_cells, aggregates)
    sums = {name: column.to_numpy(dtype=np.float64, na_value=0.0) for name, column in found.items()}
    return frame, {
        name: np.ldexp(np.nan_to_num(values), -exponents.get(name, 0))[np.newaxis]
        for name, values in sums.items()
    }


def _whole_numbers(
    rows: duckdb.DuckDBPyRelation, products: Mapping[str, Expression], exponents: Mapping[str, int]
) -> tuple[duckdb.DuckDBPyRelation, dict[str, Expression]]:
    """The rows with each product as a whole number, and its column, by the product's name."""
    named, made = {}, []
    for at, (name, product) in enumerate(products.items()):
        column = f"whole {at}"
        while column in rows.columns:
            column += "_"
        scaled = product * ConstantExpression(math.ldexp(1.0, exponents[name]))
        whole = Function("round", scaled).cast("BIGINT").cast("DECIMAL(38, 0)")
        number = only(~Function("isnan", product), whole)
        named[name] = ColumnExpression(column)
        made.append(number.alias(column))
    return rows.select(StarExpression(), *made), named


def _grouped(
    source: Source, names: Sequence[str], aggregates: Mapping[str, Expression]
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Aggregates by the columns `names`, in a fixed order; no name of ours meets one of theirs."""
    keys = [ColumnExpression(name).alias(f"key {at}") for at, name in enumerate(names)]
    made = [one.alias(f"made {at}") for at, one in enumerate(aggregates.values())]
    found = source.read(source.relation.aggregate([*keys, *made]))
    frame = found[[f"key {at}" for at in range(len(names))]].set_axis(list(names), axis=1)
    found = found.iloc[canonical_order(frame)].reset_index(drop=True)
    frame = found[[f"key {at}" for at in range(len(names))]].set_axis(list(names), axis=1)
    return frame, {name: found[f"made {at}"] for at, name in enumerate(aggregates)}


def _moments(sums: Mapping[str, Floats], terms: Mapping[str, _Term], weights: Floats) -> Moments:
    used = terms["weight"].used
    n = sums[f"n {used}"]
    weighted = sums.get(f"weighted {used}", n)
    found = Moments(n, weighted, **{name: sums[term.name] for name, term in terms.items()})
    return found if np.all(weights == 1) else found.reweighted(weights)
