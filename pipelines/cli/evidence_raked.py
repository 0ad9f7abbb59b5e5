"""`poclens evidence raked`: the last wave by weights raked to population, bounds, replicates.

The arithmetic stands in `indicators/survey/waves/analyses/raked.py`. As a workbook also response by
stratum, quantiles by area, and replicate weights by respondent, which stay in the mission.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import number_text
from pipelines.cli.main import show

if TYPE_CHECKING:
    from indicators.survey.waves.analyses.raked import RakedWave


def rake_wave(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    """A row an indicator: published, raked with its interval, and the bounds."""
    from indicators.definitions.catalogue import load_catalogue
    from indicators.definitions.mission_profile import read_mission
    from indicators.survey.waves.analyses.raked import raked_wave

    profile = read_mission(arguments.workspace.profile(mission))
    found = raked_wave(connection, profile, load_catalogue())
    if arguments.to:
        _write(found, arguments.to, arguments.language)
    show(arguments, _tables(found), "\n".join(_lines(found, arguments.language)))
    return 0


def _tables(found: "RakedWave") -> dict[str, Sequence[Mapping[str, Any]]]:
    return {
        "figures": found.figures,
        "response": found.response,
        "strata": found.strata,
        "interviewers": found.interviewers,
        "quantiles": found.quantiles,
    }


def _write(found: "RakedWave", path: Path, language: str) -> None:
    """The replicates' heads are names for statistical software, not words."""
    from indicators.dissemination.spreadsheets import new_workbook, write_table
    from pipelines.documents.analysis_workbook import write_sheets

    weights, tables = found.replicates(), _tables(found)
    tables["quantiles"] = [{**row, **_reason(row, language)} for row in found.quantiles]
    names = ["respondent_key", *(f"replicate_{at + 1}" for at in range(weights.shape[1]))]
    keyed = zip(found.respondents["respondent_key"], weights.round(6).tolist(), strict=True)
    with new_workbook(path) as book:
        write_sheets(book, tables, language)
        title = message("analysis.sheet.replicates", language)
        write_table(book, title, names, [[key, *own] for key, own in keyed])


def _reason(row: Mapping[str, Any], language: str) -> dict[str, str]:
    """Why a figure or its interval is lacking, in words."""
    return {"reason": message(f"raked.reason.{row['reason']}", language) if row["reason"] else ""}


def _lines(found: "RakedWave", language: str) -> list[str]:
    share = number_text(100 * found.answered, language, 0)
    names = ("published", "raked", "ci_low", "ci_high", "lowest", "highest")
    return (
        [message("raked.response", language, answered=share)]
        + [
            message(
                "raked.no_interval" if row["ci_low"] is None else "raked.line",
                language,
                indicator=row["indicator"],
                **{name: number_text(row[name] or 0.0, language, 1) for name in names},
            )
            for row in found.figures
        ]
        + [
            message(
                "raked.interviewers",
                language,
                indicator=row["indicator"],
                interviewers=row["interviewers"],
                factor=number_text(row["factor"], language, 2),
                **{n: number_text(row[n], language, 1) for n in ("share", "ci_low", "ci_high")},
            )
            for row in found.interviewers
        ]
    )
