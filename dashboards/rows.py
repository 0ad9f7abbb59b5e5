"""Rows of a frame as dictionaries with the columns' names as keys."""

from typing import Any

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """One dictionary a row, in the frame's order; an empty integer or flag is None."""
    names = [str(name) for name in frame]
    # By columns: `to_dict` takes every value of a text column out by itself, much slower.
    columns = [_values(frame.iloc[:, place]) for place in range(len(names))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: pd.Series) -> list[Any]:
    if isinstance(column.dtype, pd.StringDtype):
        return column.to_numpy(dtype=object).tolist()
    if is_datetime64_any_dtype(column.dtype):
        return column.tolist()
    if isinstance(column.array, pd.arrays.IntegerArray | pd.arrays.BooleanArray):
        return column.to_numpy(dtype=object, na_value=None).tolist()
    return column.tolist()
