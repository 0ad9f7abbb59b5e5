"""The registry of readers: the names that a mapping may give (`reader: xlsx`).

A new format is one module beside this one with its `READER`, which says the endings of its files.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from pipelines.ingest.readers.protocol import Reader


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader by its name: the modules of this folder that have one."""
    modules = [import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)]
    found = [module.READER for module in modules if hasattr(module, "READER")]
    return {one.name: one for one in sorted(found, key=lambda own: own.name)}


def reader(name: str) -> Reader:
    """The reader of this name."""
    return readers()[name]


def reader_of(suffix: str) -> str:
    """The reader of files whose names end so; all that is nobody's own is text."""
    return next((one.name for one in readers().values() if suffix in one.suffixes), "csv")
