"""Rows of a frame as dictionaries with the columns' names as keys."""

from typing import Any

import pandas as pd


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """One dictionary a row, in the frame's order; an empty integer or flag is None."""
    names = [str(name) for name in frame]
    # By columns: `to_dict` takes every value of a text column out by itself, much slower.
    columns = [_values(column) for _, column in frame.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: pd.Series) -> list[Any]:
    if isinstance(column.dtype, pd.StringDtype):
        return column.to_numpy(dtype=object).tolist()
    if isinstance(column.array, pd.arrays.IntegerArray | pd.arrays.BooleanArray):
        return [None if value is pd.NA else value for value in column.tolist()]
    return column.tolist()
