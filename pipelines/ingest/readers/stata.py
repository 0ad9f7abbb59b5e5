"""Stata files (.dta): each case as a row of codes, value labels beside them (`labelled.py`)."""

from collections.abc import Iterator
from pathlib import Path

from pipelines.ingest.readers.labelled import LABEL_COLUMN, LABELLED_OPTIONS, labelled_table
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import Options, SourceTable


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The one table of the file. Raises WrongUse for a file of another kind."""
    yield labelled_table(path, options, "read_dta")


READER = Reader("stata", LABELLED_OPTIONS, read, (LABEL_COLUMN,), suffixes=(".dta",))
