"""The sample's profile is valid: it chooses the whole list, its framework only what is chosen."""

import csv
from datetime import date

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.data_folder import data_folder
from indicators.linkage.framework.model import Framework, read_framework
from pipelines.ingest.mapping.model import load_sources
from pipelines.sample.country import AS_OF, MISSION, STARTS_ON
from pipelines.sample.files.forms import read_forms
from pipelines.sample.tables.alerts import TARGET_HOURS
from tests.conftest import FIGURES

PROFILE = data_folder() / "missions" / MISSION


def test_mission_and_generator_agree() -> None:
    mission = read_mission(PROFILE)
    assert mission.mission == MISSION
    assert mission.is_fictional
    assert (mission.starts_on, mission.ends_on) == (STARTS_ON, AS_OF)
    assert dict(mission.parameters.target_hours) == TARGET_HOURS


def test_a_release_speaks_of_nothing_after_its_own_day() -> None:
    notes = read_mission(PROFILE).notes_on
    assert not [
        note for note in notes(date(2026, 4, 15)) if "Kessi" in note.en or "Ilora" in note.en
    ]
    assert [note.en.split()[0] for note in notes(AS_OF)] == ["All", "No", "Ilora"]


def _framework() -> Framework:
    framework = read_framework(PROFILE, load_catalogue())
    assert framework is not None
    return framework


def test_every_outcome_has_a_dated_baseline_and_target() -> None:
    mission = read_mission(PROFILE)
    assert len(_framework().outcomes) == 9
    for outcome in _framework().outcomes:
        chosen = mission.selected(outcome.indicator)
        assert chosen.baseline and chosen.target and chosen.baseline.on < chosen.target.on


def test_every_indicator_of_the_list_is_chosen() -> None:
    with (FIGURES / "poc_indicators.csv").open(encoding="utf-8") as file:
        first = {row["code"] for row in csv.DictReader(file)}
    listed = {code for code in load_catalogue() if not code.startswith("D-")}
    assert first < listed
    chosen = [entry.code for entry in read_mission(PROFILE).indicators]
    assert set(listed) <= set(chosen)
    # beside the list only what its links ask for, what people's own records are counted by, and
    # the recorded harm that leaders ask for first (decision 0004)
    linked = {
        code for edge in _framework().edges for code in (edge.from_indicator, edge.to_indicator)
    }
    beside = set(chosen) - set(listed)
    written = {"D-OP-08", "D-OP-09"}
    harm = {"D-IM-01", "D-IM-02", "D-IM-04"}
    assert beside - written - harm <= linked and all(code.startswith("D-") for code in beside)


def test_every_link_names_its_primary_test_before_the_first_day_of_data() -> None:
    primaries = [edge.primary for edge in _framework().edges]
    assert len(primaries) == 12
    for primary in primaries:
        assert primary and primary.window and primary.named_on <= date(2024, 1, 31)


def test_framework_names_only_chosen_indicators() -> None:
    chosen = {entry.code for entry in read_mission(PROFILE).indicators}
    framework = _framework()
    named = {entry.indicator for entry in [*framework.outcomes, *framework.outputs]}
    named |= {end for edge in framework.edges for end in (edge.from_indicator, edge.to_indicator)}
    assert named <= chosen <= load_catalogue().keys()
    assert len(chosen) >= 20


def test_forms_read_the_mappings_that_ingest_reads() -> None:
    sources, forms = load_sources(PROFILE), read_forms(PROFILE)
    assert forms.keys() == sources.keys()
    for name, source in sources.items():
        taken = set(source.columns_read())
        assert set(forms[name].headers) == taken | set(source.ignore)
