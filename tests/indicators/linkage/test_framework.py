"""A results framework is read strictly: a wrong key or code is named with the nearest known one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.errors import WrongUse
from indicators.linkage.framework.model import read_framework
from tests.conftest import REPOSITORY

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
    found = read_framework(write(tmp_path, framework(outputs=[output])), CATALOGUE)
    assert found is not None
    assert [(edge.from_indicator, edge.to_indicator) for edge in found.edges] == [
        ("P2-OP-01", "P2-OC-05")
    ]
    assert found.outputs[0].indicator == "P2-OP-01"


def test_a_plan_stands_in_the_plan_of_activities_and_not_in_the_framework(tmp_path: Path) -> None:
    output = {"id": "patrols", "title": WORDS, "indicator": "P2-OP-01"}
    output |= {"plan": [{"period": "2026-Q3", "quantity": 260}]}
    assert "outputs.0.plan" in refusal(tmp_path, framework(outputs=[output]))


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


def test_controls_of_a_framework_from_before_are_read_and_ask_nothing(tmp_path: Path) -> None:
    edge = framework()["edges"][0]
    plain, former = (
        read_framework(write(tmp_path, framework(edges=[own])), CATALOGUE)
        for own in (edge, edge | {"controls": "called_off"})
    )
    assert former == plain


def test_wake_analysis_is_no_primary(tmp_path: Path) -> None:
    primary = {"method": "matched_wake", "named_on": "2026-01-31"}
    edge = framework()["edges"][0] | {"primary": primary}
    text = refusal(tmp_path, framework(edges=[edge]))
    assert "edges.0.primary.method" in text and "case_series" in text


def test_the_edge_of_the_documentation_is_right(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "evidence.md").read_text(encoding="utf-8")
    _, rest = page.split("<!-- worked example: edge -->\n```yaml\n")
    edge = yaml.safe_load(rest.split("```")[0])
    found = read_framework(write(tmp_path, framework(edges=[edge])), CATALOGUE)
    assert found is not None and found.edges[0].primary is not None
