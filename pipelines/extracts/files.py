"""The extract files of one mission and period, under their fixed names."""

from pathlib import Path
from typing import NamedTuple

import duckdb

from pipelines.extracts.quarter import definitions, figures, mission_facts, told_cells
from pipelines.extracts.sdmx_csv import write_sdmx_csv
from pipelines.extracts.xlsx import write_xlsx


class Extracted(NamedTuple):
    """The files (CSV, XLSX), the cells in them, and how many of these say a figure."""

    paths: list[Path]
    cells: int
    told: int


def write_extracts(
    connection: duckdb.DuckDBPyConnection, folder: Path, mission: str, period: str
) -> Extracted:
    """Writes `<mission>_<period>.csv` and `.xlsx` from the `mart` of one audience."""
    folder.mkdir(parents=True, exist_ok=True)
    cells = figures(connection, mission, period)
    csv_path = folder / f"{mission}_{period}.csv"
    xlsx_path = folder / f"{mission}_{period}.xlsx"
    write_sdmx_csv(cells, csv_path)
    shown = definitions(connection, mission)
    shown = shown[shown["indicator"].isin(cells["indicator"])]
    write_xlsx(cells, shown, mission_facts(connection, mission), xlsx_path)
    return Extracted([csv_path, xlsx_path], len(cells), told_cells(cells))
