"""How the files that tests write meet the contracts: a mapping for each kind of file."""

from collections.abc import Iterable
from typing import Any

AREAS_CSV = "code,parent\nXX,\nXX01,XX\nXX02,XX\n"


def source(table: str, files: str, columns: dict[str, Any]) -> dict[str, Any]:
    """The mapping of CSV files that feed one table, named as the table."""
    mapped = [{"table": table, "columns": columns}]
    return {"source": table, "files": [files], "reader": "csv", "tables": mapped}


AREAS = source(
    "areas",
    "areas*.csv",
    {
        "area_code": {"from": "code"},
        "parent_area_code": {"from": "parent"},
        "area_level": {"from": "code", "recode": {"XX": "country"}, "otherwise": "admin1"},
        "name_en": {"from": "code"},
        "name_fr": {"from": "code"},
        "valid_from": {"constant": "2020-01-01"},
    },
)
POPULATION = source(
    "population",
    "population*.csv",
    {
        "area_code": {"from": "area"},
        "reference_on": {"from": "day"},
        "population_kind": {"constant": "resident"},
        "sex": {"from": "sex"},
        "age_group": {"constant": "_U"},
        "persons": {"from": "persons"},
        "estimate_source": {"constant": "census"},
    },
)
UNITS = source(
    "units",
    "units*.csv",
    {
        "unit_code": {"from": "code"},
        "unit_name": {"from": "code"},
        "component": {"from": "component"},
        "unit_type": {"from": "kind"},
        "valid_from": {"constant": "2020-01-01"},
    },
)
PATROLS = source(
    "activities",
    "patrols*.csv",
    {
        "activity_code": {"from": "code"},
        "activity_type": {"constant": "patrol"},
        "patrol_mode": {"from": "mode"},
        "status": {"from": "status"},
        "unit_code": {"from": "unit"},
        "tier": {"constant": "II"},
        "phase": {"constant": "prevention"},
        "area_code": {"from": "area"},
        "location_precision": {"constant": "exact"},
        "started_at": {"from": "day", "formats": ["%Y-%m-%d"]},
        "personnel_count": {"from": "people"},
    },
)


def under_own_names(table: str, columns: Iterable[str]) -> dict[str, Any]:
    """The mapping of files whose columns bear the contract's own names."""
    return source(table, f"{table}*.csv", {name: {"from": name} for name in columns})
