"""A real mission is its profile: mappings, codes and parameters, and no line of Python."""

import re

import pytest
import yaml

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.data_folder import data_folder
from pipelines.ingest.mapping.model import load_sources
from tests.conftest import REPOSITORY

MISSIONS = ("south_sudan", "mali")
COUNTRIES = re.compile(r"south.?sudan|\bmali\b|minusma|unmiss|afrobarom", re.IGNORECASE)


@pytest.mark.parametrize("name", MISSIONS)
def test_profile_holds_neither_data_nor_outlines(name: str) -> None:
    profile = data_folder() / "missions" / name
    files = [path for path in profile.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".yaml"}
    mission = read_mission(profile)
    outside = [mission.areas_geojson, *(total.file for total in mission.published_totals)]
    for source in load_sources(profile).values():
        outside.extend(source.files)
    assert all(str(path).startswith("${POCLENS_SHARED}/") for path in outside)


@pytest.mark.parametrize("name", MISSIONS)
def test_product_says_that_no_patrol_log_is_public(name: str) -> None:
    notes = read_mission(data_folder() / "missions" / name).notes
    assert "No patrol log" in notes[0].en and "deployments" in notes[0].en
    assert "Aucun journal de patrouilles" in notes[0].fr and "déploiements" in notes[0].fr


@pytest.mark.parametrize("name", MISSIONS)
def test_every_area_is_named_in_both_languages(name: str) -> None:
    mission = read_mission(data_folder() / "missions" / name)
    assert set(mission.area_names) == {mission.country_area, *mission.area_codes.values()}
    entry = yaml.safe_load(
        (data_folder() / "missions" / name / "mission.yaml").read_text(encoding="utf-8")
    )
    assert len(set(entry["area_codes"].values())) == len(entry["area_codes"])


@pytest.mark.parametrize("package", ["indicators", "pipelines", "dashboards"])
def test_no_python_names_a_country(package: str) -> None:
    named = {
        str(path.relative_to(REPOSITORY))
        for path in (REPOSITORY / package).rglob("*.py")
        if COUNTRIES.search(path.read_text(encoding="utf-8"))
    }
    assert named == set()
