"""Jobs: `refresh` (inbox to mart) and `publish` (mart to release)."""

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:  # Dagster does not export the type
    from dagster._core.definitions.unresolved_asset_job_definition import (
        UnresolvedAssetJobDefinition,
    )


def refresh_job() -> "UnresolvedAssetJobDefinition":
    """Ingest, checks, indicators and links of one mission."""
    return dg.define_asset_job(
        "refresh",
        selection=dg.AssetSelection.groups("core", "mart"),
        description="Files of the inbox to checked indicators, for one mission",
    )


def publish_job() -> "UnresolvedAssetJobDefinition":
    """Candidate and release of one mission and quarter."""
    return dg.define_asset_job(
        "publish",
        selection=dg.AssetSelection.groups("release"),
        description="An immutable release of one mission and quarter",
    )
