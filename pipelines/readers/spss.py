"""SPSS files (.sav): each case as a row of codes, with the value labels beside them.

A variable `Q10A` with value labels gives two columns: `Q10A`, the code as text, and `Q10A (label)`,
the label as it stands in the file (empty where the code has none), so that a mapping may recode by
either. Labels are not made alike between rounds: that is the mapping's choice. Missing codes that
the file declares stay as codes. `row_numbers` are case numbers: SPSS counts no header row.
Options: `encoding` (that of the file). Source of the format: pyreadstat, which wraps ReadStat.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyreadstat

from indicators.foundation.errors import Problem, WrongUse
from pipelines.readers.protocol import Reader
from pipelines.readers.table import Options, SourceTable


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The one table of the file. Raises WrongUse for a file that is no SPSS file or is empty."""
    if not path.stat().st_size:
        raise WrongUse(Problem("empty_file", path.name))
    try:
        frame, metadata = pyreadstat.read_sav(
            str(path), user_missing=True, encoding=options.get("encoding")
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise WrongUse(Problem("unreadable", path.name, parameters={"reason": reason})) from None
    columns: dict[str, list[str | None]] = {}
    for name in frame.columns:
        columns[name] = [_text(value) for value in frame[name]]
        labels = metadata.variable_value_labels.get(name)
        if labels:
            columns[f"{name} (label)"] = _labelled(columns[name], labels)
    rows = pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})
    numbers = pa.array(range(1, len(frame) + 1), pa.int64())
    yield SourceTable("", rows, numbers)


def _text(value: object) -> str | None:
    """A cell as text: whole numbers without a dot, dates and times in ISO form."""
    if isinstance(value, str):
        return value.strip() or None
    if value is None or value is pd.NaT:
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


READER = Reader("spss", frozenset({"encoding"}), read, ("NAME (label)",))
