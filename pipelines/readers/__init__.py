"""The registry of readers: the names that a mapping may give (`reader: xlsx`).

A new format is one module of that name beside this one, with its `READER`, and its name here.
"""

from importlib import import_module

from pipelines.readers.protocol import Reader

READERS = (
    "csv", "xlsx", "xls", "ods", "parquet", "jsonl", "spss", "stata", "form_export", "hxl",
    "ged", "geopko", "radpko",
)  # fmt: skip


def reader(name: str) -> Reader:
    """The reader of this name. Its module is imported when a file needs it, and no sooner."""
    found: Reader = import_module(f"pipelines.readers.{name}").READER
    return found
