"""Arrow tables made of what was drawn, and read again."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from indicators.definitions.contracts import contracts
from pipelines.sample.draws import Array


def column(values: Array | Sequence[Any], present: Array | None = None) -> pa.Array:
    """An Arrow column; where `present` is false the cell is empty."""
    mask = None if present is None else ~np.asarray(present, dtype=bool)
    values = np.asarray(values)
    if values.dtype.kind == "M":
        unit = "D" if values.dtype == "datetime64[D]" else "s"
        array = pa.array(values.astype(f"datetime64[{unit}]"), mask=mask)
        return array.cast(pa.date32()) if unit == "D" else array
    if values.dtype.kind in "OU":
        return pa.array(values.astype(object), type=pa.string(), mask=mask, from_pandas=True)
    return pa.array(values, mask=mask, from_pandas=True)


def rows_of(**columns: Any) -> pa.Table:
    """Rows by column: values, or values and where they are present, or one text for all rows."""
    arrays = {name: _array(values) for name, values in columns.items()}
    size = next(len(array) for array in arrays.values() if not isinstance(array, str))
    return pa.table({
        name: pa.array([array] * size, pa.string()) if isinstance(array, str) else array
        for name, array in arrays.items()
    })  # fmt: skip


def _array(values: Any) -> Any:
    if isinstance(values, str | pa.Array | pa.ChunkedArray):
        return values
    return column(*values) if isinstance(values, tuple) else column(values)


def table_of(table: str, rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows with every column of a contract in its order; columns of nulls where no row is."""
    names = contracts()[table].columns
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return pa.table(dict(zip(names, map(list, columns), strict=True)))


def with_columns(rows: pa.Table, **columns: Any) -> pa.Table:
    """The rows with other values in some columns."""
    for name, values in columns.items():
        rows = rows.set_column(rows.column_names.index(name), name, _array(values))
    return rows


def texts(rows: pa.Table, name: str) -> Array:
    """The texts of a column, None where there is none."""
    return np.array(rows[name].to_pylist(), dtype=object)


def moments(rows: pa.Table, name: str, unit: str = "D") -> Array:
    """The days (or seconds) of a column, not a time where there is none."""
    return np.array(rows[name]).astype(f"datetime64[{unit}]")


def numbered(prefix: str, numbers: Array | int, digits: int = 5) -> Array:
    """Codes as `A-000123` from whole numbers; from a count those of 1 and so on."""
    numbers = np.arange(1, numbers + 1) if isinstance(numbers, int) else numbers
    if not numbers.size:  # zfill looks for the widest of them
        return np.empty(0, dtype=object)
    return np.char.add(prefix, np.char.zfill(numbers.astype(str), digits)).astype(object)


def only(values: Array, where: Array) -> Array:
    """The values where `where` is true, else None, as an object array."""
    found = np.full(values.size, None, dtype=object)
    found[where] = values[where]
    return found


def looked_up(found: Mapping[str, Any], names: Array, otherwise: Any = None) -> Array:
    """What is said of each name, as an object array."""
    return np.array([found.get(name, otherwise) for name in names], dtype=object)


def given(values: Array) -> Array:
    """Which of these objects are not None."""
    return np.asarray(values != None)  # noqa: E711
