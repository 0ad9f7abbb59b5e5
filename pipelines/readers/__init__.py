"""The registry of readers: the names that a mapping may give (`reader: xlsx`).

A new format is one module of that name beside this one, with its `READER`, and its line here.
"""

from collections.abc import Mapping
from importlib import import_module

from pipelines.readers.protocol import Reader

READERS: Mapping[str, tuple[str, ...]] = {
    "csv": (),
    "xlsx": (".xlsx", ".xlsm"),
    "xls": (".xls",),
    "ods": (".ods",),
    "parquet": (".parquet",),
    "jsonl": (".jsonl", ".ndjson"),
    "spss": (".sav",),
    "stata": (".dta",),
    "form_export": (".zip",),
    "hxl": (),
    "ged": (),
    "geopko": (),
    "radpko": (),
}
"""Name of each reader: the endings of file names that are its own; all others are text."""


def reader(name: str) -> Reader:
    """The reader of this name. Its module is imported when a file needs it, and no sooner."""
    found: Reader = import_module(f"pipelines.readers.{name}").READER
    return found


def reader_of(suffix: str) -> str:
    """The reader of files whose names end so."""
    return next((name for name, endings in READERS.items() if suffix in endings), "csv")
