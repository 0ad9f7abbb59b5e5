"""SDMX-CSV 2.0 (the CSV of SDMX 3.0): one row an observation, never a row that deletes.

Method: SDMX-CSV field guide of the SDMX Technical Working Group, version 2.0; code lists
CL_OBS_STATUS (A, P, O, L, M, U) and CL_CONF_STATUS (F, C).
"""

import csv
from collections.abc import Iterable
from datetime import date
from itertools import repeat
from pathlib import Path

from pipelines.extracts.quarter import Columns, Quarter

suffix = "csv"
STRUCTURE_ID = "POCLENS:POC_INDICATORS(1.0.0)"
COLUMNS = (
    "STRUCTURE",
    "STRUCTURE_ID",
    "ACTION",
    "FREQ",
    "INDICATOR",
    "REF_AREA",
    "UNIT_TYPE",
    "ACTIVITY_TYPE",
    "ACTOR",
    "SEX",
    "AGE_GROUP",
    "BREAKDOWN",
    "BREAKDOWN_VALUE",
    "TIME_PERIOD",
    "OBS_VALUE",
    "UNIT_MEASURE",
    "OBS_STATUS",
    "CONF_STATUS",
    "DISCLOSURE",
    "CI_LOW",
    "CI_HIGH",
    "SE",
    "N",
    "NUMERATOR",
    "DENOMINATOR",
    "RETURNS_DUE",
    "RETURNS_RECEIVED",
    "METHOD",
    "INDICATOR_VERSION",
)
# A budget year is a year to SDMX; what tells it apart is where its range starts.
_FREQUENCY = {"W": "W", "M": "M", "Q": "Q", "S": "S", "A": "A", "B": "A"}
_DURATION = {"W": "P7D", "M": "P1M", "Q": "P3M", "S": "P6M", "A": "P1Y", "B": "P1Y"}
_NUMBERS = {
    "OBS_VALUE": "value",
    "CI_LOW": "ci_low",
    "CI_HIGH": "ci_high",
    "SE": "se",
    "N": "n",
    "NUMERATOR": "numerator",
    "DENOMINATOR": "denominator",
    "RETURNS_DUE": "returns_due",
    "RETURNS_RECEIVED": "returns_received",
}
_TEXTS = {
    "INDICATOR": "indicator",
    "REF_AREA": "area",
    "UNIT_TYPE": "unit_type",
    "ACTIVITY_TYPE": "activity_type",
    "ACTOR": "actor",
    "SEX": "sex",
    "AGE_GROUP": "age_group",
    "BREAKDOWN": "breakdown",
    "BREAKDOWN_VALUE": "breakdown_value",
    "UNIT_MEASURE": "unit_of_measure",
    "OBS_STATUS": "obs_status",
    "CONF_STATUS": "conf_status",
    "DISCLOSURE": "disclosure",
    "METHOD": "method",
    "INDICATOR_VERSION": "indicator_version",
}


def write(quarter: Quarter, path: Path) -> None:
    """Writes the cells of a quarter; one without value has an empty OBS_VALUE."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(zip(*_texts(quarter.figures).values(), strict=True))


def _texts(figures: Columns) -> dict[str, Iterable[str]]:
    """Every column of the file, as the text of each row."""
    types, starts = figures["period_type"], figures["period_start"]
    found: dict[str, Iterable[str]] = {
        "STRUCTURE": repeat("dataflow", len(types)),
        "STRUCTURE_ID": repeat(STRUCTURE_ID, len(types)),
        "ACTION": repeat("I", len(types)),
        "FREQ": map(_FREQUENCY.__getitem__, types),
        "TIME_PERIOD": map(time_period, types, starts),
        **{name: map(_text, figures[source]) for name, source in _TEXTS.items()},
        **{name: map(number_text, figures[source]) for name, source in _NUMBERS.items()},
    }
    return {name: found[name] for name in COLUMNS}


def time_period(period_type: str, start: date) -> str:
    """First day and duration, `2026-07-01/P3M`.

    The short form `2026-Q3` would move with the reporting year's start day.
    """
    return f"{start.isoformat()}/{_DURATION[period_type]}"


def number_text(value: float | None) -> str:
    """The shortest decimal text that reads back as the same number; empty for null."""
    if value is None:
        return ""
    number = float(value)
    return str(int(number)) if number.is_integer() else _plain(number)


def _plain(number: float) -> str:
    """Without an exponent, which spreadsheet programs of the field read as text."""
    text = repr(number)
    return f"{number:.20f}".rstrip("0") if "e" in text else text


def _text(value: object) -> str:
    return "" if value is None else str(value)
