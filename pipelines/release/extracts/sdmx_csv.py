"""SDMX-CSV 2.0 (the CSV of SDMX 3.0): one row an observation, never a row that deletes.

Method: SDMX-CSV field guide of the SDMX Technical Working Group, version 2.0; code lists
CL_OBS_STATUS (A, P, O, L, M, U) and CL_CONF_STATUS (F, C).
"""

import csv
from itertools import repeat
from pathlib import Path

from indicators.dissemination.components import COMPONENTS, STRUCTURE_ID
from indicators.dissemination.notation import observation_texts
from pipelines.release.extracts.quarter import Quarter

suffix = "csv"
COLUMNS = ("STRUCTURE", "STRUCTURE_ID", "ACTION", *(one.id for one in COMPONENTS))


def write(quarter: Quarter, path: Path) -> None:
    """Writes the cells of a quarter; one without value has an empty OBS_VALUE."""
    texts = observation_texts(quarter.figures).values()
    fixed = (repeat(text, quarter.cells) for text in ("dataflow", STRUCTURE_ID, "I"))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(zip(*fixed, *texts, strict=True))
