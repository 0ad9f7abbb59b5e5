"""Survey data into a frame of the columns that are needed, checked and in one fixed order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from numbers import Number
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.survey.inputs.arrays import Floats, Integers, codes_of

_TRUTH = {"true": True, "t": True, "yes": True, "y": True}
_TRUTH |= {"false": False, "f": False, "no": False, "n": False}


@dataclass(frozen=True)
class RowsElsewhere:
    """Rows that another engine goes over: as a relation what they are, and who reads one of it."""

    relation: duckdb.DuckDBPyRelation
    read: Callable[[duckdb.DuckDBPyRelation], pd.DataFrame]

    @property
    def columns(self) -> list[str]:
        """Their names."""
        return self.relation.columns

    def present(self, name: str) -> "RowsElsewhere":
        """Those with a value in this column."""
        return replace(
            self, relation=self.relation.filter(duckdb.ColumnExpression(name).isnotnull())
        )

    def distinct(self, names: Iterable[str]) -> pd.DataFrame:
        """What occurs in these columns."""
        return self.read(self.relation.select(*map(duckdb.ColumnExpression, names)).distinct())


SurveyData = duckdb.DuckDBPyRelation | pd.DataFrame | RowsElsewhere


def read_columns(data: SurveyData, names: Iterable[str]) -> tuple[pd.DataFrame, Integers]:
    """The columns `names` of `data`, its rows in a fixed order; and where each row was given.

    Raises WrongUse for a name that the data do not have.
    """
    wanted = list(dict.fromkeys(names))
    check_known(data, wanted)
    given = _select(data, wanted)
    order = canonical_order(given)
    return given.iloc[order].reset_index(drop=True), order


def column_names(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """The names of columns; one name may stand alone, None is no name."""
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def check_known(data: SurveyData, names: Iterable[str]) -> None:
    """Raise WrongUse for names that the data do not have."""
    known = [str(name) for name in data.columns]
    missing = [name for name in names if name not in known]
    if missing:
        raise WrongUse([_unknown_column(name, known) for name in missing])


def _select(data: SurveyData, names: list[str]) -> pd.DataFrame:
    if isinstance(data, pd.DataFrame):
        return data.loc[:, names].reset_index(drop=True)
    wanted = [duckdb.ColumnExpression(name) for name in names or data.columns[:1]]
    if isinstance(data, RowsElsewhere):
        return data.read(data.relation.select(*wanted))[names]
    return data.select(*wanted).df()[names]


def _unknown_column(name: str, known: list[str]) -> Problem:
    return Problem("survey_no_column", column=name, parameters={"nearest": nearest(name, known)})


def canonical_order(frame: pd.DataFrame) -> Integers:
    """The places of the rows when they are sorted by all columns: sums do not depend on arrival."""
    if frame.columns.empty:
        return np.arange(len(frame), dtype=np.int64)
    keys = [_sort_key(frame[name]) for name in sorted(frame.columns, reverse=True)]
    return np.asarray(np.lexsort(keys), dtype=np.int64)


def _sort_key(column: pd.Series) -> Any:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype="float64", na_value=np.nan)
    return order_codes(column)


def order_codes(column: pd.Series) -> Integers:
    """Whole numbers in the order of the sorted values, -1 for a missing one; some may be left out.

    Categories that are sorted already need no look at the rows.
    """
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype) and dtype.categories.is_monotonic_increasing:
        return np.asarray(column.cat.codes, dtype=np.int64)
    return codes(column)


def _plain(column: pd.Series) -> pd.Series:
    """A categorical column as its values: its own order of categories is not the data's."""
    return column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column


def codes(column: pd.Series) -> Integers:
    """`arrays.codes_of` for a column of any type."""
    return codes_of(_plain(column))


def is_number_column(column: pd.Series) -> bool:
    """Whether the column holds numbers (or true and false)."""
    return bool(pd.api.types.is_numeric_dtype(column.dtype))


def numbers(column: pd.Series) -> Floats:
    """The column as float64, NaN for missing. Raises WrongUse where it holds text."""
    if not is_number_column(column):
        converted = pd.to_numeric(_plain(column), errors="coerce")
        wrong = column[converted.isna() & column.notna()]
        if len(wrong):
            raise WrongUse(
                Problem("survey_not_a_number", column=str(column.name), value=str(wrong.iloc[0]))
            )
        column = converted
    return np.asarray(column.to_numpy(dtype="float64", na_value=np.nan))


def comparable(column: pd.Series, value: Any) -> Any:
    """The value as the column holds it.

    Raises WrongUse where a text column is compared with a number, or the other way round.
    """
    if column.isna().all():
        return value
    held = _plain(column).dropna().iloc[0]
    value = as_truth(value) if isinstance(held, bool | np.bool_) else value
    check_same_kind(str(column.name), isinstance(held, str), value)
    return value


def as_truth(value: Any) -> Any:
    """Text for a truth value as one: who reads a file may have made such of its `Yes` and `No`."""
    return _TRUTH.get(value.lower(), value) if isinstance(value, str) else value


def check_same_kind(name: str, is_text: bool, value: Any) -> None:
    """Raise WrongUse where a value to compare with is text and the column is not, or contrary."""
    if is_text != isinstance(value, str) and isinstance(value, str | Number):
        raise WrongUse(Problem("survey_type_mismatch", column=name, value=repr(value)))


def check_finite(name: str, values: Floats) -> None:
    """Raise WrongUse naming the column where a number is infinite."""
    infinite = values[np.isinf(values)]
    if len(infinite):
        raise WrongUse(Problem("survey_not_a_number", column=name, value=str(infinite[0])))


def check_complete(frame: pd.DataFrame, name: str) -> None:
    """Raise WrongUse naming the column where a design column has missing values."""
    check_none_missing(name, int(frame[name].isna().sum()))


def check_none_missing(name: str, rows: int) -> None:
    """Raise WrongUse naming the column where `rows` of its values are missing."""
    if rows:
        raise WrongUse(Problem("survey_missing_values", column=name, parameters={"rows": rows}))
