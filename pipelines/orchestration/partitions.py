"""Partitions: one a mission; release assets one a mission and calendar quarter."""

from datetime import date

import dagster as dg

from indicators.definitions.mission_profile import read_mission
from pipelines.workspace.paths import Workspace


def mission_partitions(workspace: Workspace) -> dg.StaticPartitionsDefinition:
    """The missions that have a profile in the workspace."""
    return dg.StaticPartitionsDefinition(workspace.missions())


def quarter_partitions(workspace: Workspace, today: date) -> dg.MultiPartitionsDefinition:
    """Mission × quarter, from the year of the first mission's start to this year.

    A mission may end after the clock's year (the fictional one on a machine whose clock is late):
    its quarters are there all the same. Dagster writes such a key with its dimensions in
    alphabetical order: `sample|2026-Q3`.
    """
    missions = [read_mission(workspace.profile(name)) for name in workspace.missions()]
    first = min((mission.starts_on for mission in missions), default=today)
    last = max([today, *(mission.ends_on for mission in missions if mission.ends_on)])
    years = range(first.year, last.year + 1)
    quarters = [f"{year}-Q{quarter}" for year in years for quarter in (1, 2, 3, 4)]
    return dg.MultiPartitionsDefinition(
        {
            "mission": mission_partitions(workspace),
            "quarter": dg.StaticPartitionsDefinition(quarters),
        }
    )
