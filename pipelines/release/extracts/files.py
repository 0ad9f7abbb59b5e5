"""The extract files of one mission and period, under their fixed names."""

from pathlib import Path
from typing import NamedTuple

from pipelines.release.extracts import (
    budget_xlsx,
    figures_parquet,
    sdmx_csv,
    sdmx_json,
    sdmx_ml,
    xlsx,
)
from pipelines.release.extracts.protocol import Extract
from pipelines.release.extracts.quarter import read_quarter
from pipelines.release.extracts.star_schema import write_star_schema
from pipelines.workspace.warehouse.inspect import Connection

EXTRACTS: tuple[Extract, ...] = (sdmx_csv, xlsx, sdmx_json, sdmx_ml, figures_parquet)


class Extracted(NamedTuple):
    """The files (one an extract, then the star schema), the cells of the period, and how many of
    these say a figure."""

    paths: list[Path]
    cells: int
    told: int


def write_extracts(
    connection: Connection, folder: Path, mission: str, period: str, audience: str
) -> Extracted:
    """Writes `<mission>_<period>.<suffix>` in every format from the `mart` of one audience, the
    budget year where its copy holds one, and the star schema of all its periods."""
    folder.mkdir(parents=True, exist_ok=True)
    quarter = read_quarter(connection, mission, period, audience)
    written = EXTRACTS if quarter.budget_year is None else (*EXTRACTS, budget_xlsx)
    paths = [folder / f"{mission}_{period}.{extract.suffix}" for extract in written]
    for extract, path in zip(written, paths, strict=True):
        extract.write(quarter, path)
    paths += write_star_schema(connection, quarter.codes, folder)
    return Extracted(paths, quarter.cells, quarter.told_cells)
