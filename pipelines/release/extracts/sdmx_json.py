"""The data structure, its concepts and code lists as SDMX-JSON 2.0."""

from pathlib import Path

from pipelines.release.extracts.quarter import Quarter
from pipelines.release.extracts.said import notes

suffix = "structure.json"


def write(quarter: Quarter, path: Path) -> None:
    """Writes what the observations are to be read with."""
    from indicators.dissemination import structure  # its library takes long to load

    told = structure.whole_structure(quarter.codes, notes(quarter), structure.JSON)
    path.write_text(told, encoding="utf-8")
