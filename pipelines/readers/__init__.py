"""The registry of readers: the name in a mapping (`reader: xlsx`) to the function that reads.

A new format is one module beside this one and one line here.
"""

from collections.abc import Mapping
from importlib import import_module

from pipelines.readers.table import Reader

READERS: Mapping[str, str] = {
    "csv": "pipelines.readers.csv",
    "xlsx": "pipelines.readers.xlsx",
    "ged": "pipelines.readers.ged",
    "geopko": "pipelines.readers.geopko",
    "radpko": "pipelines.readers.radpko",
    "spss": "pipelines.readers.spss",
}
"""Reader name: its module, which has a function `read(path, options) -> Iterator[SourceTable]`.

Modules are imported when they are needed, so that a mission without SPSS files never loads it.
"""


def reader(name: str) -> Reader:
    """The reader of this name. Raises KeyError where there is none."""
    found: Reader = import_module(READERS[name]).read
    return found
