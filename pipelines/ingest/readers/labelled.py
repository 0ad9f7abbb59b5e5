"""Files of statistics programs: each case as a row of codes, with the value labels beside them.

A variable `Q10A` with value labels gives two columns: `Q10A`, the code as text, and `Q10A (label)`,
the label as it stands in the file (empty where the code has none), so that a mapping may recode by
either. Labels are not made alike between rounds: that is the mapping's choice. Missing codes that
the file declares stay as codes. `row_numbers` are case numbers: these formats count no header row.
Options: `encoding` (that of the file). Source of the formats: pyreadstat, which wraps ReadStat.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.table import (
    Options,
    ReaderWarning,
    SourceTable,
    refuse_many_columns,
    refuse_odd_cells,
)

if TYPE_CHECKING:
    import pandas as pd

LARGEST_MB = 256
LABELLED_OPTIONS = frozenset({"encoding", "largest_mb"})
LABEL_COLUMN = "NAME (label)"
_MOST_CELLS = 50_000_000


def labelled_table(path: Path, options: Options, function: str) -> SourceTable:
    """The one table of the file. Raises WrongUse for a file that cannot be read or is too large.

    `function`: pyreadstat's for the format. The file's own count of cases and variables is looked
    at before its rows.
    """
    import pyreadstat  # with pandas, which no other reader needs

    read = getattr(pyreadstat, function)
    faults = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError)
    size, limit = path.stat().st_size, int(options.get("largest_mb", LARGEST_MB))
    if not size:
        raise WrongUse(Problem("empty_file", path.name))
    if size > limit << 20:
        raise WrongUse(_too_large(path, size, limit))
    encoding = options.get("encoding")
    try:
        _, facts = read(str(path), metadataonly=True, encoding=encoding)
        refuse_many_columns(path, facts.number_columns)
        if (facts.number_rows or 0) * facts.number_columns > _MOST_CELLS:
            raise WrongUse(_too_large(path, size, limit))
        frame, metadata = read(str(path), user_missing=True, encoding=encoding)
        if not all(isinstance(name, str) for name in frame.columns):
            raise ValueError("a variable without a name")
    except (*faults, UnicodeDecodeError, ValueError) as error:
        reason = " ".join(str(error).split()) if isinstance(error, faults) else "encoding"
        raise WrongUse(Problem("unreadable", path.name, parameters={"reason": reason})) from None
    table = _with_labels(frame, metadata.variable_value_labels)
    refuse_odd_cells(path, table)
    return table


def _too_large(path: Path, size: int, limit: int) -> Problem:
    parameters = {"size": f"{size / (1 << 20):.1f}", "limit": limit}
    return Problem("file_too_large", path.name, parameters=parameters)


def _with_labels(
    frame: "pd.DataFrame", labels_of: Mapping[str, Mapping[object, str]]
) -> SourceTable:
    columns: dict[str, list[str | None]] = {}
    remarks: list[ReaderWarning] = []
    for name in frame.columns:
        columns[name] = [_text(value) for value in frame[name]]
        labels = labels_of.get(name)
        if labels:
            columns[f"{name} (label)"] = _labelled(columns[name], labels)
            remarks += _labels_twice(name, labels)
    rows = pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})
    numbers = pa.array(range(1, len(frame) + 1), pa.int64())
    return SourceTable("", rows, numbers, remarks=tuple(remarks))


def _labels_twice(name: str, labels: Mapping[object, str]) -> Iterator[ReaderWarning]:
    """A label of several codes cannot be recoded by: its codes can."""
    for label, times in Counter(labels.values()).items():
        if times > 1:
            codes = ", ".join(str(_text(code)) for code, one in labels.items() if one == label)
            column, parameters = f"{name} (label)", {"codes": codes, "column": name}
            yield ReaderWarning(None, "label_twice", column, label, parameters)


def _text(value: object) -> str | None:
    """A cell as text: whole numbers without a dot, dates and times in ISO form."""
    if isinstance(value, str):
        return value.strip() or None
    if value is None or value != value:  # neither a time nor a number
        return None
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    number = float(str(value))
    if math.isnan(number):
        return None
    return str(int(number)) if number.is_integer() else repr(number)


def _labelled(texts: list[str | None], labels: Mapping[object, str]) -> list[str | None]:
    by_code = {_text(code): label for code, label in labels.items()}
    return [by_code.get(text) for text in texts]
