"""The data structure, its concepts and code lists as SDMX-ML 3.0."""

from pathlib import Path

from pipelines.release.extracts.quarter import Quarter
from pipelines.release.extracts.said import notes

suffix = "structure.xml"


def write(quarter: Quarter, path: Path) -> None:
    """Writes what the observations are to be read with."""
    from indicators.dissemination import structure  # its library takes long to load

    told = structure.whole_structure(quarter.codes, notes(quarter), structure.ML)
    path.write_text(told, encoding="utf-8")
