"""RADPKO base-year: yearly means of monthly personnel at each base of a peace operation.

Column added: `period_to`, the last day of the row's year; its first day with the base is the
file's own `date`. Fractions are means and stay as they are written. Options: those of CSV.
Source of the format: Hunnicutt & Nomikos (2020), International Peacekeeping 27(4).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.delimited import DELIMITED_OPTIONS, delimited_table
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import Options, SourceTable

_NEEDED = ("mission", "base", "date", "year", "untrp", "unpol", "unmob")


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """Bases by year. Raises WrongUse for a file that is no text or lacks columns of RADPKO."""
    table = delimited_table(path, options)
    missing = [name for name in _NEEDED if name not in table.header]
    if missing:
        raise WrongUse(Problem("not_radpko", path.name, parameters={"columns": ", ".join(missing)}))
    years = table.rows.column("year").to_pylist()
    ends = [year and f"{year}-12-31" for year in years]
    yield replace(table, rows=table.rows.append_column("period_to", pa.array(ends, pa.string())))


READER = Reader("radpko", DELIMITED_OPTIONS, read, ("period_to",))
