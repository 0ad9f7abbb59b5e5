"""Every mapping by which a file of a mission may have been read: the profile's and the system's."""

from pathlib import Path

from pipelines.ingest.mapping.model import Source, load_sources
from pipelines.ingest.mapping.sources.template_sources import template_sources
from pipelines.ingest.mapping.sources.written_sources import written_sources


def known_sources(profile: Path) -> dict[str, Source]:
    """By name: the profile's mappings, those of records and of filled templates.

    Raises WrongUse with everything that is wrong in the profile's.
    """
    return load_sources(profile) | written_sources() | template_sources()
