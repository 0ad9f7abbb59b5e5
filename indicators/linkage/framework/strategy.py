"""The mission's strategy for the protection of civilians: version, approval, review, objectives.

Written in `strategy.yaml` of a profile (2023.05 §75; 2017.12 §24). Each objective names the
outcomes of the results framework that it is to be read by; what figures say does not belong here.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from pydantic import Field, model_validator

from indicators.definitions.contracts import Strict, Words
from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.reading.model_problems import Unfit, read_model
from indicators.foundation.reading.yaml_files import row_of_key
from indicators.foundation.stored.mart_rows import store_rows
from indicators.linkage.framework.model import Framework

FILE_NAME = "strategy.yaml"


class StrategyObjective(Strict):
    """What the strategy aims at, and the outcomes of the framework that it is read by."""

    id: str
    title: Words
    outcomes: tuple[str, ...] = Field(min_length=1)


class Strategy(Strict):
    """The strategy in force. `change`: what this version changed; the first has none."""

    title: Words
    version: int = Field(ge=1)
    approved_on: date
    approved_by: Words
    review_due_on: date
    change: Words | None = None
    objectives: tuple[StrategyObjective, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _time_runs_forward(self) -> "Strategy":
        if self.review_due_on <= self.approved_on:
            days = {"due": str(self.review_due_on), "approved": str(self.approved_on)}
            raise Unfit("review_before_approval", **days)
        return self

    @model_validator(mode="after")
    def _says_what_changed(self) -> "Strategy":
        if (self.version > 1) != (self.change is not None):
            raise Unfit("change")
        return self


def read_strategy(profile: Path, framework: Framework | None) -> Strategy | None:
    """The strategy in a profile's folder, None where the profile has none.

    Raises WrongUse with every problem: unknown keys and outcomes with the nearest known name, an
    objective that stands twice, a review that is due before the approval.
    """
    path = profile / FILE_NAME
    if not path.is_file():
        return None
    strategy = read_model(path, Strategy)
    known = [outcome.id for outcome in framework.outcomes] if framework else []
    problems = [*_unknown_outcomes(path, strategy, known), *_repeated(path, strategy)]
    if problems:
        raise WrongUse(problems)
    return strategy


def store_strategy(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    profile: Path,
    framework: Framework | None,
    as_of: date,
) -> None:
    """Fill `mart.strategy` and `mart.strategy_objective` anew; no rows before the approval.

    Raises WrongUse as `read_strategy`; then nothing has changed.
    """
    found = read_strategy(profile, framework)
    is_approved = found is not None and found.approved_on <= as_of
    strategies = [_row(found, as_of)] if found and is_approved else []
    objectives = [*_objective_rows(found)] if found and is_approved else []
    store_rows(connection, mission.mission, "strategy", strategies)
    store_rows(connection, mission.mission, "strategy_objective", objectives)


def _row(strategy: Strategy, as_of: date) -> dict[str, Any]:
    texts = {
        "title": strategy.title, "approved_by": strategy.approved_by, "change": strategy.change,
    }  # fmt: skip
    return {
        "version": strategy.version,
        "approved_on": strategy.approved_on,
        "review_due_on": strategy.review_due_on,
        "days_overdue": max(0, (as_of - strategy.review_due_on).days),
        **{
            f"{name}_{language}": text.in_language(language) if text else None
            for name, text in texts.items()
            for language in LANGUAGES
        },
    }


def _objective_rows(strategy: Strategy) -> Iterator[dict[str, Any]]:
    for position, objective in enumerate(strategy.objectives, start=1):
        yield {
            "position": position,
            "objective": objective.id,
            **{f"title_{lang}": objective.title.in_language(lang) for lang in LANGUAGES},
            "outcomes": "|".join(objective.outcomes),
        }


def _unknown_outcomes(path: Path, strategy: Strategy, known: list[str]) -> Iterator[Problem]:
    for number, objective in enumerate(strategy.objectives):
        for at, outcome in enumerate(objective.outcomes):
            if outcome not in known:
                key = f"objectives.{number}.outcomes.{at}"
                parameters = {"key": key, "nearest": nearest(outcome, known)}
                row = row_of_key(path, key)
                yield Problem(
                    "strategy_outcome", path.name, row=row, value=outcome, parameters=parameters
                )


def _repeated(path: Path, strategy: Strategy) -> Iterator[Problem]:
    names = [objective.id for objective in strategy.objectives]
    for name in sorted({name for name in names if names.count(name) > 1}):
        parameters = {"key": "objectives"}
        yield Problem("framework_twice", path.name, value=name, parameters=parameters)
