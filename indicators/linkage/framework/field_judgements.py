"""Field judgements: what those who know the place make of a finding, beside it and never in it.

Theory-based evidence next to each number (`grading.md` §3; IPI 2020 rec. 15). Written by a mission
in `judgements.yaml` of its profile, shown with the edge's sentence, marked as judgement. No grade,
figure or sentence hangs on it; a role stands behind it, never a person.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import ValidationError

from indicators.definitions.contracts import Strict
from indicators.definitions.mission_profile import Mission
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.reading.model_problems import model_problems
from indicators.foundation.reading.yaml_files import read_yaml, row_of_key
from indicators.foundation.stored.mart_rows import store_rows
from indicators.linkage.framework.model import Framework

FILE_NAME = "judgements.yaml"
TABLE = "field_judgement"
ROLES = "mission_role"  # 2023.05 Annex A
LONGEST_TEXT = 600  # characters: what is read beside a sentence
RESIDENTS = "residents_said"  # a remark heard, translated; the role cleared it
_PERSON_KEYS = frozenset({"author", "by", "email", "name", "person", "phone", "signature", "who"})
_ADDRESS = re.compile(r"\S+@\S+\.\S+|\+?\d[\d ./-]{7,}\d")  # e-mail or telephone
# Dates, budget years and millions are as long and are none.
_NUMBERS = re.compile(
    r"(?<![+\d])(\d{4}-\d\d-\d\d|\d\d?([./])\d\d?\2\d{4}|\d{4}/\d{2,4}|\d{1,2}( \d{3}){2})(?![\d-])"
)


class JudgementText(Strict):
    """The words, in one language or both."""

    en: str | None = None
    fr: str | None = None


class Judgement(Strict):
    """What one role in the mission makes of one edge on one day.

    `area`: where it is about; the whole mission where none is given. `stance`: it agrees with what
    the figures say, doubts it, or names another explanation; or it is one translated sentence of
    a resident, without a name, that the role has cleared. `for_headquarters`: whether it leaves
    the mission; nobody can look for a place or a small number in free words.
    """

    edge: str
    area: str | None = None
    role: str
    on: date
    stance: Literal["agrees", "doubts", "rival_explanation", "residents_said"]
    text: JudgementText
    for_headquarters: bool = False


class Judgements(Strict):
    """The file as a whole."""

    judgements: tuple[Judgement, ...] = ()


def read_judgements(
    profile: Path, framework: Framework | None, areas: Collection[str] | None = None
) -> tuple[Judgement, ...]:
    """The judgements in a profile's folder, none where the profile has no such file.

    `areas`: the area codes that the mission knows, where they are known. Raises WrongUse with every
    problem of the file and its row: unknown edge, area, role or key, a person's name or address, no
    words or too many.
    """
    path = profile / FILE_NAME
    if not path.is_file():
        return ()
    try:
        found = Judgements.model_validate(read_yaml(path)).judgements
    except ValidationError as error:
        raise WrongUse(list(_model_problems(path, error))) from error
    edges = {edge.id for edge in framework.edges} if framework else set()
    problems = [
        problem
        for number, judgement in enumerate(found)
        for problem in _problems(path, f"judgements.{number}", judgement, edges, areas)
    ]
    if problems:
        raise WrongUse(problems)
    return found


def store_judgements(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    profile: Path,
    framework: Framework | None,
    as_of: date,
) -> None:
    """Fill `mart.field_judgement` anew with what was judged up to the as-of day.

    Needs `mart.area`. Raises WrongUse as `read_judgements`; then nothing has changed.
    """
    codes = connection.execute(
        "SELECT DISTINCT area_code FROM mart.area WHERE mission = ?", [mission.mission]
    ).fetchall()
    found = read_judgements(profile, framework, {code for (code,) in codes})
    rows = [_row(judgement, mission) for judgement in found if judgement.on <= as_of]
    store_rows(connection, mission.mission, TABLE, rows)


def _row(judgement: Judgement, mission: Mission) -> dict[str, Any]:
    return {
        "edge": judgement.edge,
        "area": judgement.area or mission.country_area,
        "given_on": judgement.on,
        "role": judgement.role,
        "stance": judgement.stance,
        "for_headquarters": judgement.for_headquarters,
        **{f"text_{language}": getattr(judgement.text, language) for language in LANGUAGES},
    }


def _model_problems(path: Path, error: ValidationError) -> Iterator[Problem]:
    """What pydantic found wrong; a key that would name a person is told as one."""
    for problem in model_problems(path, error, Judgements):
        name = problem.parameters["key"].rpartition(".")[2]
        is_person = problem.rule == "yaml_unknown_key" and name in _PERSON_KEYS
        yield replace(problem, rule="judgement_person") if is_person else problem


def _problems(
    path: Path, key: str, judgement: Judgement, edges: set[str], areas: Collection[str] | None
) -> Iterator[Problem]:
    known = {"edge": edges, "role": vocabularies()[ROLES].codes}
    if areas is not None and judgement.area is not None:
        known["area"] = areas
    for name, codes in known.items():
        value = getattr(judgement, name)
        if value not in codes:
            row = row_of_key(path, f"{key}.{name}")
            parameters = {"key": f"{key}.{name}", "nearest": nearest(value, codes)}
            rule = f"judgement_{name}"
            yield Problem(rule, path.name, row=row, value=value, parameters=parameters)
    yield from _text_problems(path, f"{key}.text", judgement.text)


def _text_problems(path: Path, key: str, text: JudgementText) -> Iterator[Problem]:
    words = {language: getattr(text, language) for language in LANGUAGES}
    if not any(said and said.strip() for said in words.values()):
        row = row_of_key(path, key)
        yield Problem("judgement_no_text", path.name, row=row, parameters={"key": key})
    for language, said in words.items():
        place = {"key": f"{key}.{language}"}
        row = row_of_key(path, place["key"])
        if said and len(said) > LONGEST_TEXT:
            lengths = {"length": len(said), "most": LONGEST_TEXT}
            yield Problem("judgement_long", path.name, row=row, parameters=place | lengths)
        if said and _ADDRESS.search(_NUMBERS.sub("#", said)):
            yield Problem("judgement_address", path.name, row=row, parameters=place)
