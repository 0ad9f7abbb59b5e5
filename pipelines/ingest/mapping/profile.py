"""A mission's profile checked as a whole: its YAML files, its outlines, the files that it names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from indicators.definitions.catalogue import load_catalogue, selected_indicators
from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import (
    SHARED,
    Mission,
    PublishedTotal,
    read_mission,
    resolve_path,
)
from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.foundation.reading.yaml_files import row_of_key
from indicators.linkage.framework.field_judgements import read_judgements
from indicators.linkage.framework.model import FILE_NAME as FRAMEWORK_FILE
from indicators.linkage.framework.model import read_framework
from indicators.linkage.framework.strategy import read_strategy
from pipelines.ingest.mapping.agreements import agreed
from pipelines.ingest.mapping.model import load_sources
from pipelines.ingest.mapping.places.area_polygons import outlines_path, outlines_problems

_FILE_NAME = "mission.yaml"


def profile_problems(profile: Path, *, is_installed: bool = True) -> list[Problem]:
    """All that is wrong in the profile's files, empty where nothing is.

    A profile that is not installed yet may have another folder's name, and where there is no shared
    folder on this machine the files below it are not looked for.
    """
    catalogue = load_catalogue()
    try:
        mission = read_mission(profile)
    except WrongUse as error:
        problems = [*error.problems, *_refused(lambda: load_sources(profile))]
    else:
        problems = [*_mission_problems(profile, mission, is_installed)]
        codes = [entry.code for entry in mission.indicators]
        problems += _refused(lambda: selected_indicators(catalogue, codes))
        problems += _refused(
            lambda: [agreed(source, mission) for source in load_sources(profile).values()]
        )
    problems += _refused(lambda: read_judgements(profile, read_framework(profile, catalogue)))
    return problems + _refused(lambda: _read_strategy(profile, catalogue, problems))


def _read_strategy(
    profile: Path, catalogue: Mapping[str, Indicator], problems: Sequence[Problem]
) -> None:
    """Its outcomes can only be looked up in a framework that is sound."""
    is_sound = not any(problem.file == FRAMEWORK_FILE for problem in problems)
    if is_sound:
        read_strategy(profile, read_framework(profile, catalogue))


def _refused(read: Callable[[], object]) -> list[Problem]:
    """What is wrong with something that is read; empty where nothing is."""
    try:
        read()
    except WrongUse as error:
        return error.problems
    return []


def _mission_problems(profile: Path, mission: Mission, is_installed: bool) -> Iterator[Problem]:
    if is_installed and mission.mission != profile.name:
        yield _problem(profile, "profile_folder", "mission", mission.mission)
    yield from _outlines_problems(profile, mission, is_installed)
    for number, total in enumerate(mission.published_totals):
        key = f"published_totals.{number}"
        yield from _published_problems(profile, key, total, is_installed)


def require_sound_profile(profile: Path) -> None:
    """Raises WrongUse with everything that is wrong in an installed profile."""
    problems = profile_problems(profile)
    if problems:
        raise WrongUse(problems)


def _problem(profile: Path, rule: str, key: str, value: str, **parameters: object) -> Problem:
    row = row_of_key(profile / _FILE_NAME, key)
    words = {"key": key, "folder": profile.name} | parameters
    return Problem(rule, _FILE_NAME, row=row, value=value, parameters=words)


def _is_looked_for(text: str, profile: Path, is_installed: bool) -> bool:
    return is_installed or not text.startswith(SHARED) or resolve_path(SHARED, profile).is_dir()


def _outlines_problems(profile: Path, mission: Mission, is_installed: bool) -> Iterator[Problem]:
    path = outlines_path(profile, mission)
    text = mission.areas_geojson or ""
    if path is None or not _is_looked_for(text, profile, is_installed):
        return
    if path.is_file():
        yield from outlines_problems(path, profile, mission)
    else:
        yield _problem(profile, "profile_file", "areas_geojson", text)


def _published_problems(
    profile: Path, key: str, total: PublishedTotal, is_installed: bool
) -> Iterator[Problem]:
    """What keeps a published total from being compared."""
    known = contracts()
    if total.table not in known:
        near = nearest(total.table, known)
        yield _problem(profile, "profile_unknown", f"{key}.table", total.table, nearest=near)
    elif total.sum_column not in known[total.table].columns:
        near = nearest(total.sum_column, known[total.table].columns)
        place = f"{key}.sum_column"
        yield _problem(profile, "profile_unknown", place, total.sum_column, nearest=near)
    if not _is_looked_for(total.file, profile, is_installed):
        return
    path = resolve_path(total.file, profile)
    if not path.is_file():
        yield _problem(profile, "profile_file", f"{key}.file", total.file)
        return
    named = {f"{key}.year_column": total.year_column}
    named |= {f"{key}.value_columns.{at}": name for at, name in enumerate(total.value_columns)}
    named |= {f"{key}.where.{name}": name for name in total.where}
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        missing = {place: name for place, name in named.items() if name not in frame.columns}
        for place, name in missing.items():
            near = nearest(name, frame.columns)
            yield _problem(profile, "profile_unknown", place, name, nearest=near)
        if not missing:
            frame[total.year_column].astype(int)
            frame[list(total.value_columns)].apply(pd.to_numeric)
    except (OSError, ValueError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        words = {"file_name": path.name, "reason": reason}
        yield _problem(profile, "profile_published", f"{key}.file", total.file, **words)
