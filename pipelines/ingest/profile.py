"""A mission's profile checked as a whole: all its YAML files."""

from collections.abc import Callable
from pathlib import Path

from indicators.catalogue import load_catalogue, selected_indicators
from indicators.errors import Problem, WrongUse
from indicators.linkage.framework import read_framework
from indicators.linkage.judgements import read_judgements
from indicators.mission import read_mission
from pipelines.ingest.mapping import load_sources


def profile_problems(profile: Path) -> list[Problem]:
    """All that is wrong in the profile's files, empty where nothing is."""
    catalogue = load_catalogue()
    problems: list[Problem] = []

    def look(read: Callable[[], object]) -> None:
        try:
            read()
        except WrongUse as error:
            problems.extend(error.problems)

    look(lambda: selected_indicators(catalogue, [e.code for e in read_mission(profile).indicators]))
    look(lambda: read_judgements(profile, read_framework(profile, catalogue)))
    look(lambda: load_sources(profile))
    return problems
