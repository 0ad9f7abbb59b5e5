"""A results framework is read strictly: a wrong key or code is named with the nearest known one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from indicators.linkage.framework.model import read_framework
from indicators.linkage.framework.tables import store_items
from tests.conftest import REPOSITORY
from tests.worlds.rows.mart import empty_mart, mission

WORDS = {"en": "text", "fr": "texte"}
CATALOGUE = load_catalogue()


def framework(**changes: Any) -> dict[str, Any]:
    edge = {"id": "e1", "from": "P2-OP-01", "to": "P2-OC-05", "lag": 1, "expected_sign": 1}
    return {
        "objective": WORDS,
        "outcomes": [{"id": "safe", "title": WORDS, "indicator": "P2-OC-05"}],
        "outputs": [{"id": "patrols", "title": WORDS, "indicator": "P2-OP-01", "tier": "II"}],
        "edges": [edge | {"why": WORDS}],
    } | changes


def write(folder: Path, entry: Mapping[str, Any]) -> Path:
    (folder / "framework.yaml").write_text(yaml.safe_dump(dict(entry)), encoding="utf-8")
    return folder


def refusal(folder: Path, entry: Mapping[str, Any]) -> str:
    with pytest.raises(WrongUse) as refused:
        read_framework(write(folder, entry), CATALOGUE)
    return str(refused.value)


def test_a_profile_may_have_no_framework(tmp_path: Path) -> None:
    assert read_framework(tmp_path, CATALOGUE) is None


def test_edges_outcomes_and_outputs_are_read(tmp_path: Path) -> None:
    output = {"id": "patrols", "title": WORDS, "indicator": "P2-OP-01"}
    plan = [{"period": "2026-Q3", "quantity": 260}]
    found = read_framework(write(tmp_path, framework(outputs=[output | {"plan": plan}])), CATALOGUE)
    assert found is not None
    assert [(edge.from_indicator, edge.to_indicator) for edge in found.edges] == [
        ("P2-OP-01", "P2-OC-05")
    ]
    assert found.outputs[0].plan[0].quantity == 260


def test_a_misspelt_key_names_file_key_and_nearest(tmp_path: Path) -> None:
    edge = framework()["edges"][0]
    wrong = framework(edges=[edge | {"expected_sing": 1}])
    text = refusal(tmp_path, wrong)
    assert "framework.yaml" in text
    assert "edges.0.expected_sing" in text
    assert "expected_sign:" in text


def test_the_alias_of_a_key_is_suggested_as_it_is_written(tmp_path: Path) -> None:
    edge = framework()["edges"][0]
    assert "nearest known key is from:" in refusal(
        tmp_path, framework(edges=[edge | {"form": "P2-OP-01"}])
    )


def test_an_unknown_indicator_is_named_with_the_nearest(tmp_path: Path) -> None:
    edge = framework()["edges"][0] | {"to": "P2-OC-55"}
    text = refusal(tmp_path, framework(edges=[edge]))
    assert "edges.e1.to" in text
    assert "P2-OC-55" in text
    assert "nearest is P2-OC-05" in text


def test_an_edge_from_an_indicator_to_itself_is_refused(tmp_path: Path) -> None:
    edge = framework()["edges"][0]
    said = refusal(tmp_path, framework(edges=[edge | {"to": edge["from"]}]))
    assert "edges.e1.to" in said
    assert "P2-OP-01" in said
    assert "itself" in said


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ({"en": "Patrols led to calm", "fr": "Calme"}, "outcomes.o1.title.en"),
        ({"en": "Calm", "fr": "Le calme grâce aux patrouilles"}, "outcomes.o1.title.fr"),
    ],
)
def test_a_title_that_claims_a_cause_is_refused(
    title: dict[str, str], place: str, tmp_path: Path
) -> None:
    outcome = framework()["outcomes"][0]
    wrong = framework(outcomes=[outcome | {"id": "o1", "title": title}])
    text = refusal(tmp_path, wrong)
    assert place in text and "brought about another" in text


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    edge = framework()["edges"][0]
    wrong = framework(edges=[edge | {"from": "X"}, edge | {"to": "Y"}])
    text = refusal(tmp_path, wrong)
    assert all(part in text for part in ("edges.e1.from", "edges.e1.to", "stands twice"))


@pytest.mark.parametrize(
    ("controls", "kind", "activity"),
    [
        ("called_off", "called_off", None),
        ("planned", "planned", None),
        ({"activity": "P1-OP-02"}, "other_activity", "P1-OP-02"),
    ],
)
def test_controls_are_a_name_or_an_activity(
    controls: Any, kind: str, activity: str | None, tmp_path: Path
) -> None:
    edge = framework()["edges"][0] | {"controls": controls}
    found = read_framework(write(tmp_path, framework(edges=[edge])), CATALOGUE)
    assert found is not None
    assert (found.edges[0].controls.kind, found.edges[0].controls.activity) == (kind, activity)


def test_the_edge_of_the_documentation_is_right(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "evidence.md").read_text(encoding="utf-8")
    _, rest = page.split("<!-- worked example: edge -->\n```yaml\n")
    edge = yaml.safe_load(rest.split("```")[0])
    found = read_framework(write(tmp_path, framework(edges=[edge])), CATALOGUE)
    assert found is not None and found.edges[0].controls.activity == "P1-OP-02"


@pytest.mark.parametrize(
    ("controls", "named"),
    [
        ("plan", ["edges.0.controls.kind", "planned"]),
        ({}, ["edges.0.controls", "code of an indicator"]),
        ({"activty": "P1-OP-02"}, ["edges.0.controls.activty", "nearest known key is activity:"]),
        ({"kind": "planned", "activity": "P1-OP-02"}, ["edges.0.controls", "called_off, planned"]),
        ({"activity": "P1-OP-22"}, ["edges.e1.controls.activity", "P1-OP-22", "P1-OP-02"]),
        ({"activity": "P1-OC-02"}, ["edges.e1.controls.activity", "nearest that does is P1-OP-02"]),
        ({"activity": "P2-OP-01"}, ["edges.e1.controls.activity", "other than the output"]),
    ],
)
def test_wrong_controls_are_refused_with_the_nearest(
    controls: Any, named: list[str], tmp_path: Path
) -> None:
    edge = framework()["edges"][0] | {"controls": controls}
    text = refusal(tmp_path, framework(edges=[edge]))
    assert all(part in text for part in named), text


@pytest.mark.parametrize(
    "change",
    [{"expected_sign": 0}, {"lag": -1}, {"lag": 10**9}, {"lag": "soon"}, {"why": "because"}],
)
def test_a_wrong_value_is_refused_with_its_key(tmp_path: Path, change: dict[str, Any]) -> None:
    edge = framework()["edges"][0] | change
    assert f"edges.0.{next(iter(change))}" in refusal(tmp_path, framework(edges=[edge]))


def test_text_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "framework.yaml").write_text("objective: {en: [", encoding="utf-8")
    with pytest.raises(WrongUse, match=r"framework\.yaml"):
        read_framework(tmp_path, CATALOGUE)


@pytest.mark.parametrize("name", ["sample", "south_sudan", "mali"])
def test_the_frameworks_of_the_profiles_are_right(name: str) -> None:
    found = read_framework(data_folder() / "missions" / name, load_catalogue())
    assert found is not None
    assert found.edges


EXPECTED = {
    "stakeholders": [{"en": "women and girls", "fr": "femmes et filles"}, "MINUTAM"],
    "hypothesis": {"en": "hypothesis", "fr": "hypothèse"},
    "expected_accomplishment": {"en": "accomplishment", "fr": "réalisation"},
    "is_benchmark": True,
}


def test_what_is_expected_of_an_outcome_goes_with_it_in_both_languages(tmp_path: Path) -> None:
    plain, told = (
        {"id": name, "title": WORDS, "indicator": "P2-OC-05"} for name in ("plain", "told")
    )
    entry = framework(outcomes=[plain, told | EXPECTED])
    found = read_framework(write(tmp_path, entry), CATALOGUE)
    with empty_mart() as connection:
        store_items(connection, mission(), found)
        rows = connection.execute(
            """SELECT stakeholders_en, stakeholders_fr, hypothesis_fr,
              expected_accomplishment_en, is_benchmark
            FROM mart.framework_item ORDER BY kind, position"""
        ).fetchall()
    assert rows == [
        (None, None, None, None, None),  # the objective
        (None, None, None, None, False),
        (
            "women and girls|MINUTAM",
            "femmes et filles|MINUTAM",
            "hypothèse",
            "accomplishment",
            True,
        ),
        (None, None, None, None, None),  # an output
    ]
