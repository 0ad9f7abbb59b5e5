"""The indicator repository: read, check against the contracts, look up.

One YAML an indicator in `data/indicators/`. A misspelt key, an unknown column, code or table is
a WrongUse that names file, key and the nearest known name; all problems come at once.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from indicators.definitions.checks.catalogue_checks import (
    entry_problems,
    expression_problems,
    version_problems,
)
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.foundation.reading.model_problems import model_problems
from indicators.foundation.reading.yaml_files import read_yaml


@cache
def load_catalogue() -> Mapping[str, Indicator]:
    """All indicators by code, checked. Raises WrongUse with every problem of every file."""
    return read_catalogue(data_folder() / "indicators")


def read_catalogue(folder: Path) -> Mapping[str, Indicator]:
    """The indicators of a folder by code. Raises WrongUse with every problem of every file."""
    found: dict[str, Indicator] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            indicator = read_indicator(path)
        except WrongUse as error:
            problems.extend(error.problems)
            continue
        found[indicator.code] = indicator
    if problems:
        raise WrongUse(problems)
    return MappingProxyType(found)


def check_catalogue() -> list[Problem]:
    """Everything that is wrong with the repository; an empty list where nothing is."""
    try:
        read_catalogue(data_folder() / "indicators")
    except WrongUse as error:
        return error.problems
    return []


def read_indicator(path: Path) -> Indicator:
    """One entry, checked. Raises WrongUse with all that is wrong in the file."""
    entry = read_yaml(path)
    try:
        indicator = Indicator.model_validate(entry)
    except ValidationError as error:
        raise WrongUse(
            [*model_problems(path, error, Indicator), *expression_problems(path, entry)]
        ) from error
    problems = [*entry_problems(indicator, path), *version_problems(path, indicator)]
    if problems:
        raise WrongUse(problems)
    return indicator


def selected_indicators(
    catalogue: Mapping[str, Indicator],
    codes: Iterable[str],
    file: str | None = "mission.yaml",
) -> list[Indicator]:
    """The chosen indicators in the order of their codes; `file`: where these stand, if in any.

    Raises WrongUse naming every code that the repository does not hold, with the nearest.
    """
    chosen = sorted(set(codes))
    unknown = [code for code in chosen if code not in catalogue]
    if unknown:
        raise WrongUse(
            Problem(
                "unknown_indicator",
                file,
                value=code,
                parameters={"nearest": nearest(code, sorted(catalogue))},
            )
            for code in unknown
        )
    return [catalogue[code] for code in chosen]


def source_tables(mission: Mission) -> list[str]:
    """The tables whose rows the chosen indicators count, each once."""
    catalogue, codes = load_catalogue(), (one.code for one in mission.indicators)
    return list(dict.fromkeys(catalogue[code].source for code in codes if code in catalogue))
