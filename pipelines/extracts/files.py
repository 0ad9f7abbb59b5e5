"""The extract files of one mission and period, under their fixed names."""

from pathlib import Path
from typing import NamedTuple

import duckdb

from pipelines.extracts import sdmx_csv, xlsx
from pipelines.extracts.protocol import Extract
from pipelines.extracts.quarter import read_quarter

EXTRACTS: tuple[Extract, ...] = (sdmx_csv, xlsx)


class Extracted(NamedTuple):
    """The files (one an extract), the cells in them, and how many of these say a figure."""

    paths: list[Path]
    cells: int
    told: int


def write_extracts(
    connection: duckdb.DuckDBPyConnection, folder: Path, mission: str, period: str
) -> Extracted:
    """Writes `<mission>_<period>.<suffix>` in every format from the `mart` of one audience."""
    folder.mkdir(parents=True, exist_ok=True)
    quarter = read_quarter(connection, mission, period)
    paths = [folder / f"{mission}_{period}.{extract.suffix}" for extract in EXTRACTS]
    for extract, path in zip(EXTRACTS, paths, strict=True):
        extract.write(quarter, path)
    return Extracted(paths, quarter.cells, quarter.told_cells)
