"""A rule that settings of a mission or of headquarters break is told in the reader's language."""

import math
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from indicators.definitions.contracts import Strict, Words
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import french_spaces, message_catalogue
from indicators.foundation.reading.model_problems import KINDS, Unfit, models_in
from indicators.linkage.framework.field_judgements import Judgements
from indicators.linkage.framework.model import Framework, read_framework
from indicators.linkage.framework.strategy import Strategy, read_strategy
from pipelines.hq.settings import Headquarters, read_settings
from pipelines.ingest.mapping.model import Source, read_source
from pipelines.workspace.paths import Workspace
from tests.conftest import REPOSITORY
from tests.worlds.mission.delivered import MISSION
from tests.worlds.mission.mappings import AREAS
from tests.worlds.mission.profile import write_yaml

ROOTS = (Mission, Source, Framework, Strategy, Judgements, Headquarters)
READERS: dict[str, Callable[[Path], Any]] = {
    "mission.yaml": read_mission,
    "source.yaml": lambda folder: read_source(folder / "source.yaml"),
    "framework.yaml": lambda folder: read_framework(folder, {}),
    "strategy.yaml": lambda folder: read_strategy(folder, None),
    "hq.yaml": lambda folder: read_settings(Workspace(folder)),
}
WORDS = {"en": "x", "fr": "x"}
DAY = "2026-01-01"
TWO = [{"value": 1, "on": DAY}, {"value": 2, "on": DAY}]
NAMED = {"named_on": DAY, "method": "panel"}
EDGE = {"id": "e", "from": "A", "to": "B", "expected_sign": 1, "why": WORDS}
ROLLOUT = {"kind": "rollout", "arrival": WORDS, "arrivals": [{"areas": ["A"]}, {"areas": ["A"]}]}
STRATEGY = {"title": WORDS, "version": 1, "approved_on": DAY, "approved_by": WORDS,
            "review_due_on": "2027-01-01",
            "objectives": [{"id": "o", "title": WORDS, "outcomes": ["o"]}]}  # fmt: skip
SERVER = {"mission": "a", "url": "https://a.org", "public_key": f"ed25519:{'A' * 43}="}


def mission(**changes: Any) -> tuple[str, Any]:
    return "mission.yaml", MISSION | changes


def source(**changes: Any) -> tuple[str, Any]:
    return "source.yaml", AREAS | changes


def table(column: Any = "a", **changes: Any) -> tuple[str, Any]:
    return source(tables=[{"table": "areas", "columns": {"x": column}} | changes])


def edge(**changes: Any) -> tuple[str, Any]:
    lists = {"outcomes": [], "outputs": [], "edges": [EDGE | changes]}
    return "framework.yaml", {"objective": WORDS, **lists}


def server(**changes: Any) -> tuple[str, Any]:
    return "hq.yaml", {"missions": [SERVER | changes]}


def classes(**person: str) -> tuple[str, Any]:
    return mission(disclosure={"hq": {"classes": {"person": person}}})


SEVERAL_ORIGINS = {"from": "a", "constant": "b"}
COLUMN = "tables.0.columns.x"
BROKEN: dict[str, tuple[tuple[str, Any], str, str]] = {
    # rule: the file and what it holds, the key, the reason
    "several_lengths": (
        mission(indicators=[{"code": "A", "target": TWO}]),
        "indicators.0",
        "plusieurs valeurs de target demandent chacune leur propre period_type",
    ),
    "no_agreement": (
        mission(agreements=[{"column": "areas.area_code", "role": WORDS, "on": DAY}]),
        "agreements.0.column",
        "« areas.area_code » ne demande pas d’accord ; en demandent un : "
        "survey_respondents.ethnic_group",
    ),
    "schema_name": (mission(mission="core"), "mission", "core est le nom d’un schéma"),
    "chosen_twice": (
        mission(indicators=[{"code": "A"}] * 2),
        "indicators",
        "indicateurs choisis deux fois : A",
    ),
    "ends_before_start": (mission(ends_on="2019-01-01"), "–", "ends_on (2019-01-01) est antérieur"),
    "time_zone": (mission(time_zone="Africa"), "time_zone", "Africa n’est pas un fuseau horaire"),
    "needs_outlines": (
        mission(parameters={"reject_outside_km": 5}),
        "–",
        "parameters.reject_outside_km demande des contours",
    ),
    "grid": (classes(grid="all"), "disclosure", "dans hq.person, la grille all n’existe pas"),
    "shows_more": (classes(grid="full"), "disclosure", "peut montrer moins que la politique"),
    "independent": (
        edge(primary=NAMED | {"outcome": "independent"}),
        "edges.0.primary",
        "`outcome: independent` ne va qu’avec `method: case_series`",
    ),
    "no_rollout": (edge(arrival=WORDS), "edges.0", "ne vont qu’avec `kind: rollout`"),
    "rollout_without_days": (edge(kind="rollout"), "edges.0", "soit arrivals, soit deployments"),
    "rollout_method": (edge(**ROLLOUT, primary=NAMED), "edges.0", "n’a pas d’autre test que"),
    "arrives_twice": (edge(**ROLLOUT), "edges.0", "arrivals nomme deux fois des zones : A"),
    "review_before_approval": (
        ("strategy.yaml", STRATEGY | {"review_due_on": DAY}),
        "–",
        "doit être postérieur à approved_on (2026-01-01)",
    ),
    "change": (("strategy.yaml", STRATEGY | {"version": 2}), "–", "à partir de la version 2"),
    "one_origin": (
        table(SEVERAL_ORIGINS),
        COLUMN,
        "indiquez exactement une de ces clés : from, constant, template, point, runs, precision_of",
    ),
    "unlisted": (table({"from": "a", "unlisted": "warn"}), COLUMN, "unlisted demande recode"),
    "one_sign": (
        table({"from": "a", "decimal": ",", "thousands": ","}),
        COLUMN,
        "decimal et thousands sont tous deux « , »",
    ),
    "items": (
        table(
            {"from": "a"},
            unpivot={"item": ["a", "b"], "value": "v", "items": {"q": {"from": "q"}}},
        ),
        "tables.0.unpivot",
        "une valeur pour chacune des colonnes a, b, séparées par | ; ce n’est pas le cas de : q",
    ),
    "precision_of": (
        table({"precision_of": "y"}),
        "tables.0",
        "precision_of nomme une colonne qui ne figure pas parmi celles de la table : y",
    ),
    "covers_backwards": (
        source(covers=["2026", "2025"]),
        "–",
        "covers finit (2025-12-31) avant de commencer (2026-01-01)",
    ),
    "covers_no_day": (source(covers=["2026-13", None]), "–", "qui n’existe pas (2026-13)"),
    "no_address": (server(url="https://["), "missions.0.url", "ce n’est pas une adresse web"),
    "in_clear": (server(url="http://a.org"), "missions.0.url", "un jeton ne doit pas circuler"),
    "public_key": (server(public_key="x"), "missions.0.public_key", "il faut une clé publique"),
    "two_tokens": (
        server(token_file="t", token_environment="T"),
        "missions.0",
        "indiquez token_file ou token_environment, pas les deux",
    ),
    "named_twice": (
        ("hq.yaml", {"missions": [SERVER] * 2}),
        "missions",
        "missions nommées deux fois : a",
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_the_reason_is_told_in_french_with_file_row_and_key(tmp_path: Path, rule: str) -> None:
    (file, content), key, reason = BROKEN[rule]
    write_yaml(tmp_path / file, content)
    with pytest.raises(WrongUse) as caught:
        READERS[file](tmp_path)
    (problem,) = caught.value.problems
    start = f"{file}, ligne {problem.row}" if key != "–" else file
    told = french_spaces(f"{start} : La clé {key} n’est pas correcte : ")
    said = problem.sentence("fr")
    assert said.startswith(told) and french_spaces(reason) in said
    assert french_spaces(reason) not in problem.sentence("en")
    lines = ["–: ", *(tmp_path / file).read_text(encoding="utf-8").splitlines()]
    name = key.rpartition(".")[2]
    assert ("- " if name.isdigit() else f"{name}:") in lines[problem.row or 0]


def test_every_rule_has_its_message_and_is_broken_above() -> None:
    used = set()
    for package in ("indicators", "records", "pipelines", "dashboards"):
        for path in (REPOSITORY / package).rglob("*.py"):
            used |= set(re.findall(r'\bUnfit\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    known = {key.removeprefix("unfit.") for key in message_catalogue() if key.startswith("unfit.")}
    assert used == known == set(BROKEN)


def reached(model: type[BaseModel], met: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """A model and those that its fields hold, each once."""
    if model not in met:
        met.add(model)
        yield model
        for entry in model.model_fields.values():
            for inner in models_in(entry.annotation):
                yield from reached(inner, met)


def test_what_pydantic_finds_wrong_is_no_reason_in_english() -> None:
    odd = [
        None,
        True,
        1.5,
        -5,
        math.inf,
        10**400,
        "",
        "x",
        "https://[",
        date(2026, 1, 1),
        [],
        [None],
    ]
    odd += [["2026-13", None], ["a"] * 3, {}, {"a": 1}, {"a": {}}, {1: 2}, [{}]]
    met: set[type[BaseModel]] = set()
    found: list[Any] = []
    for model in (model for root in ROOTS for model in reached(root, met)):
        for name, entry in model.model_fields.items():
            for value in odd:
                try:
                    model.model_validate({entry.alias or name: value})
                except ValidationError as error:
                    found += error.errors()
    own = [one["ctx"]["error"] for one in found if one["type"] == "value_error"]
    assert own and [error for error in own if not isinstance(error, Unfit)] == []
    told = {*KINDS, "missing", "extra_forbidden", "value_error"}
    assert {(one["type"], one["msg"]) for one in found if one["type"] not in told} == set()


def test_no_rule_of_settings_is_worded_in_english_alone() -> None:
    """Contracts, which developers write, lend words and strictness, and have no rule of these."""
    met: set[type[BaseModel]] = set()
    models = {model for root in ROOTS for model in reached(root, met)} - {Words, Strict}
    paths = {str(sys.modules[model.__module__].__file__) for model in models}
    assert len(paths) > 6
    bare = re.compile(r"raise (ValueError|AssertionError|PydanticCustomError)|^\s+assert ")
    named = {path for path in paths if bare.search(Path(path).read_text(encoding="utf-8"))}
    assert named == set()
