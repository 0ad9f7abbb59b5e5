"""The version of how a file is read: a hash of its mapping and of what else decides on its rows.

A file whose rows were made with another version is read again (`reading_again.py`).
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indicators.definitions.contracts import Column, Contract, contracts
from indicators.definitions.mission_profile import Mission
from pipelines.ingest.mapping.agreements import agreed
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.mapping.places.area_polygons import OUTLINES_SOURCE, outlines_path

_OF_AREAS = ("country_area", "area_property", "area_codes", "area_names", "name")
_JUDGED = {"type", "required", "minimum", "maximum", "pattern", "reference", "holds_values"}


def mapping_version(source: Source, mission: Mission, profile: Path) -> str:
    """16 hexadecimal digits; names of files and words for people do not count."""
    facts = {
        "mapping": _written(agreed(source, mission)),
        "contracts": [_judged(contracts()[name]) for name in _tables(source)],
        "mission": [mission.time_zone, str(mission.starts_on), str(mission.ends_on)],
        "places": [mission.parameters.reject_outside_km, mission.parameters.warn_outside_km],
        "outlines": list(_outlines(source, mission, profile)),
    }
    if _names_a_zone(source):  # files read before days were the mission's are read again
        facts["days"] = "of the mission"
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _names_a_zone(source: Source) -> bool:
    columns = (entry for table in source.tables for entry in table.mapped_columns().values())
    return source.time_zone is not None or any(
        one.time_zone is not None or any("%z" in form for form in one.formats)
        for entries in columns
        for one in entries
    )


def _written(source: Source) -> dict[str, Any]:
    """What a mapping says: a key that a later version of the code knows too changes nothing."""
    return source.model_dump(mode="json", exclude={"files"}, exclude_unset=True)


def _tables(source: Source) -> list[str]:
    return sorted({table.table for table in source.tables})


def _judged(contract: Contract) -> dict[str, Any]:
    """What casting and rules read of a contract."""
    return {
        "key": contract.key,
        "date": contract.date_column,
        "kept_only_if": dict(contract.kept_only_if),
        "columns": {name: _column(column) for name, column in contract.columns.items()},
        "references": [entry.model_dump() for entry in contract.composite_references],
        "rules": {
            name: [rule.expression, rule.columns, rule.severity]
            for name, rule in contract.row_rules.items()
        },
    }


def _column(column: Column) -> dict[str, Any]:
    return column.model_dump(include=_JUDGED) | {"codes": column.allowed_codes}


def _outlines(source: Source, mission: Mission, profile: Path) -> Iterator[Any]:
    """The outlines that points are held against, and what makes area rows of them."""
    if source.source == OUTLINES_SOURCE:
        yield {name: getattr(mission, name) for name in _OF_AREAS}
    elif _reads_points(source):
        path = outlines_path(profile, mission)
        is_there = path is not None and path.is_file()
        yield hashlib.sha256(path.read_bytes()).hexdigest() if path and is_there else None
        yield mission.area_property, mission.area_codes


def _reads_points(source: Source) -> bool:
    """Whether a point is looked up, or kept and held against the area that its row names."""
    entries = (entry for table in source.tables for entry in table.mapped_columns().items())
    return any(
        name == "latitude" or column.point for name, columns in entries for column in columns
    )
