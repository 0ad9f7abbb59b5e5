"""The results framework of a mission: objective, outcomes, outputs and the edges between them.

Read from `missions/<mission>/framework.yaml`. An edge says what a mission expects and why; what
the data say of it does not belong here.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from indicators.definitions.contracts import Strict, Words
from indicators.definitions.indicator import Indicator
from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.reading.model_problems import Unfit, read_model
from indicators.linkage.framework.causal_language import causal_term_in

FILE_NAME = "framework.yaml"
LONGEST_LAG = 120  # months; no mission plans further ahead, and dates must stay dates


class Outcome(Strict):
    """What is to change for civilians, and the hypothesis that leads there (CPAS; RBB)."""

    id: str
    title: Words
    short: Words | None = None
    indicator: str
    stakeholders: tuple[Words | str, ...] = ()  # a bare text is the same in both languages
    hypothesis: Words | None = None
    expected_accomplishment: Words | None = None
    is_benchmark: bool = False


class Output(Strict):
    """What the mission does itself; what was planned of it stands in its plan of activities."""

    id: str
    title: Words
    short: Words | None = None
    indicator: str
    tier: Literal["I", "II", "III"] | None = None


class Primary(Strict):
    """The one test by which an edge is graded, named before anything is looked at.

    `window`: a specification of the method (`14_days`, `7_days_all`), its own choice
    where none is named. `outcome`: those that others than UN police report, or all; where reports
    of the two part after an activity, others' alone count (decision 0042).
    `named_on`: the day from which on it holds.
    """

    method: Literal["case_series", "before_after_interviews", "panel", "rollout"]
    window: str | None = None
    outcome: Literal["all", "independent"] = "all"
    named_on: date

    @model_validator(mode="after")
    def _has_its_outcome(self) -> "Primary":
        if self.outcome == "independent" and self.method != "case_series":
            raise Unfit("independent")
        return self


class Arrival(Strict):
    """Areas that one team, base or post reaches together, and the day; none while it has not."""

    areas: tuple[str, ...] = Field(min_length=1)
    on: date | None = None


class Deployed(Strict):
    """Which rows of `deployments` say when an area was reached: all that is named must hold."""

    component: str | None = None
    unit_type: str | None = None
    unit_code: str | None = None


class Edge(Strict):
    """An output expected to go with an outcome `lag` months later, up (1) or down (-1).

    `kind: rollout`: what began in areas at dates, `arrival` in words, with the dates in `arrivals`
    or `deployments`; its one test is that of group-time effects.

    `margin_percent`: fixed before anything is looked at; only where the whole interval lies inside
    it is said to be small at most. `primary`, likewise: without one it goes by the kind of outcome
    (`evidence/primaries.py`).
    """

    id: str
    from_indicator: str = Field(alias="from")
    to_indicator: str = Field(alias="to")
    lag: int = Field(default=0, ge=0, le=LONGEST_LAG)
    expected_sign: Literal[-1, 1]
    margin_percent: float = Field(default=15, gt=0, lt=100)
    primary: Primary | None = None
    kind: Literal["activity", "rollout"] = "activity"
    arrival: Words | None = None
    arrivals: tuple[Arrival, ...] = ()
    deployments: Deployed | None = None
    why: Words

    @property
    def names_others(self) -> bool:
        """Whether the test was named on what others than UN police report."""
        return self.primary is not None and self.primary.outcome == "independent"

    @model_validator(mode="after")
    def _says_when_it_arrived(self) -> "Edge":
        dated = bool(self.arrivals) + (self.deployments is not None)
        named = self.primary is not None and self.primary.method == "rollout"
        if self.kind == "activity":
            if dated or self.arrival is not None or named:
                raise Unfit("no_rollout")
            return self
        if dated != 1 or self.arrival is None:
            raise Unfit("rollout_without_days")
        if self.primary is not None and not named:
            raise Unfit("rollout_method")
        areas = [area for arrival in self.arrivals for area in arrival.areas]
        twice = sorted({area for area in areas if areas.count(area) > 1})
        if twice:
            raise Unfit("arrives_twice", areas=", ".join(twice))
        return self

    @model_validator(mode="before")
    @classmethod
    def _without_controls(cls, value: Any) -> Any:
        """A framework from before named what wakes were compared with; nothing asks for it."""
        if not isinstance(value, dict):
            return value
        return {key: part for key, part in value.items() if key != "controls"}


class Framework(Strict):
    """One mission's results framework."""

    objective: Words
    outcomes: tuple[Outcome, ...]
    outputs: tuple[Output, ...]
    edges: tuple[Edge, ...] = ()


def read_framework(profile: Path, catalogue: Mapping[str, Indicator]) -> Framework | None:
    """The framework in a profile's folder, None where the profile has none.

    Raises WrongUse with every problem of the file: misspelt keys and unknown indicators with the
    nearest known name, edges from an indicator to itself, titles that claim a cause, identifiers
    that stand twice.
    """
    path = profile / FILE_NAME
    if not path.is_file():
        return None
    framework = read_model(path, Framework)
    problems = [
        *_unknown_indicators(framework, catalogue),
        *_to_themselves(framework),
        *_claims(framework),
        *_repeated(framework),
    ]
    if problems:
        raise WrongUse(problems)
    return framework


def _unknown_indicators(
    framework: Framework, catalogue: Mapping[str, Indicator]
) -> Iterator[Problem]:
    for key, code in _named_indicators(framework):
        if code not in catalogue:
            parameters = {"key": key, "nearest": nearest(code, catalogue)}
            yield Problem("framework_indicator", FILE_NAME, value=code, parameters=parameters)


def _named_indicators(framework: Framework) -> Iterator[tuple[str, str]]:
    for edge in framework.edges:
        yield f"edges.{edge.id}.from", edge.from_indicator
        yield f"edges.{edge.id}.to", edge.to_indicator
    for outcome in framework.outcomes:
        yield f"outcomes.{outcome.id}.indicator", outcome.indicator
    for output in framework.outputs:
        yield f"outputs.{output.id}.indicator", output.indicator


def _to_themselves(framework: Framework) -> Iterator[Problem]:
    """Edges of which output and outcome are one indicator: they would always go together."""
    for edge in framework.edges:
        if edge.from_indicator == edge.to_indicator:
            parameters = {"key": f"edges.{edge.id}.to"}
            value = edge.to_indicator
            yield Problem("framework_itself", FILE_NAME, value=value, parameters=parameters)


def _claims(framework: Framework) -> Iterator[Problem]:
    """Titles that say that one thing brought about another; a hypothesis is free to expect it."""
    for key, text, language in _titles(framework):
        if claim := causal_term_in(text, language):
            parameters = {"key": key, "claim": claim}
            yield Problem("framework_claim", FILE_NAME, value=text, parameters=parameters)


def _titles(framework: Framework) -> Iterator[tuple[str, str, str]]:
    """Key, text and language of each title and short title."""
    for kind in ("outcomes", "outputs"):
        for entry in getattr(framework, kind):
            for name in ("title", "short"):
                words = getattr(entry, name)
                for language in LANGUAGES if words else ():
                    key = f"{kind}.{entry.id}.{name}.{language}"
                    yield key, words.in_language(language), language


def _repeated(framework: Framework) -> Iterator[Problem]:
    for key in ("outcomes", "outputs", "edges"):
        names = [entry.id for entry in getattr(framework, key)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Problem("framework_twice", FILE_NAME, value=name, parameters={"key": key})
