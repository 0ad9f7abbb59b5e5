"""Partitions: one a mission; release assets one a mission and calendar quarter."""

from datetime import date

import dagster as dg

from indicators.mission import read_mission
from pipelines.workspace import Workspace


def mission_partitions(workspace: Workspace) -> dg.StaticPartitionsDefinition:
    """The missions that have a profile in the workspace."""
    return dg.StaticPartitionsDefinition(workspace.missions())


def quarter_partitions(workspace: Workspace, today: date) -> dg.MultiPartitionsDefinition:
    """Mission × quarter, from the first mission's start to the running quarter.

    Dagster writes such a key with its dimensions in alphabetical order: `sample|2026-Q3`.
    """
    starts = [read_mission(workspace.profile(name)).starts_on for name in workspace.missions()]
    first = min(starts, default=today)
    years = range(first.year, today.year + 1)
    quarters = [f"{year}-Q{quarter}" for year in years for quarter in (1, 2, 3, 4)]
    return dg.MultiPartitionsDefinition(
        {
            "mission": mission_partitions(workspace),
            "quarter": dg.StaticPartitionsDefinition(quarters),
        }
    )
