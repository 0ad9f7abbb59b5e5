"""Missions that are made on a page, their steps to a release, and the runs that it begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

State = Literal["done", "open", "later", "running"]
RunState = Literal["queued", "running", "done", "failed", "killed"]


@dataclass(frozen=True)
class IndicatorChoice:
    """An indicator that may be chosen; `table`: the title of the table (`source`) that feeds it."""

    code: str
    title: str
    level: str
    source: str
    table: str


@dataclass(frozen=True)
class QuestionChoice:
    """A question of the catalogue with its indicators."""

    question: str
    indicators: tuple[IndicatorChoice, ...]


@dataclass(frozen=True)
class TableChoice:
    """A table that feeds so many indicators."""

    table: str
    title: str
    number: int


@dataclass(frozen=True)
class MissionChoices:
    """What the page that makes a mission offers; `at_first`: texts that stand there, by field."""

    zones: tuple[str, ...]
    questions: tuple[QuestionChoice, ...]
    tables: tuple[TableChoice, ...]
    at_first: Mapping[str, str]


@dataclass(frozen=True)
class MadeMission:
    """A mission's code, or the problems for which none was made; remarks with either."""

    mission: str = ""
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class StandingMission:
    """A made mission as the form holds it: its fields, codes of its indicators; what hinders."""

    values: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class MissionChange:
    """What would be another in a mission, in words."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class MissionChanges:
    """What entries would change in a mission, or what hinders it; what is to be known with either;
    `ground`: the state that they are changes of."""

    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    changes: tuple[MissionChange, ...] = ()
    ground: str = ""


@dataclass(frozen=True)
class ToldStep:
    """A step to the next release, in words."""

    name: str
    title: str
    state: State
    state_words: str
    sentence: str


@dataclass(frozen=True)
class ToldRun:
    """A refresh or a publication that a page began; `progress` only while it runs; `language`: in
    which `lines` and `problems` were said, that of who began it."""

    kind: str
    state: RunState
    state_words: str
    command: str
    who: str
    at: str
    progress: str
    lines: tuple[str, ...]
    problems: tuple[str, ...]
    language: str

    @property
    def is_alive(self) -> bool:
        """It waits or runs."""
        return self.state in ("queued", "running")


@dataclass(frozen=True)
class Brought:
    """What the last refresh that read files brought; `at`: ISO time, empty where nothing was read
    yet; `silent`: units that stopped sending."""

    at: str = ""
    lines: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunChoices:
    """Days (ISO) of a refresh and quarters of a publication, newest first; `quarter`: the newest
    that was over on the day of the last refresh; `needs_second`: only two people publish, at the
    terminal."""

    first: str
    day: str
    quarters: tuple[str, ...]
    quarter: str
    needs_second: bool


class Setup(Protocol):
    """Makes missions, tells their steps and begins their runs. Never raises for what is wrong in
    what a person gave."""

    def choices(self, language: str) -> MissionChoices:
        """What the page offers."""

    def make(
        self,
        values: Mapping[str, str],
        chosen: Sequence[str],
        files: Mapping[str, Path],
        language: str,
        *,
        installs: bool = True,
    ) -> MadeMission:
        """Makes a mission of fields, codes of indicators and files (`areas`, `outlines`, `units`),
        or tells all that hinders it; not `installs`: only looks at it."""

    def standing(self, mission: str) -> StandingMission:
        """The mission's entries as they stand."""

    def changes(
        self,
        mission: str,
        values: Mapping[str, str],
        chosen: Sequence[str],
        outlines: Path | None,
        language: str,
        ground: str | None = None,
    ) -> MissionChanges:
        """What fields, codes of indicators and outlines would change in a mission. With the
        `ground` of what was shown they do change it, unless it is in another state or somebody
        computes."""

    def steps(self, mission: str | None, language: str) -> list[ToldStep]:
        """The steps to the next release."""

    def runs(self, mission: str, language: str) -> list[ToldRun]:
        """Refreshes and publications that pages began, newest first."""

    def brought(self, mission: str, language: str) -> Brought:
        """What the last refresh that read files brought."""

    def choices_of_runs(self, mission: str) -> RunChoices:
        """What may be refreshed and published."""

    def start(self, mission: str, kind: str, value: str, who: str, language: str) -> None:
        """Begins a `refresh` as of a day or a `publish` of a quarter, as a process of its own."""

    def rejected(self, mission: str, language: str) -> tuple[bytes, list[str]]:
        """The list of rejected rows and of warnings, as a workbook; what hinders it."""

    def to_mend(self, mission: str, language: str) -> tuple[bytes, list[str]]:
        """The rejected rows as workbooks to correct, in a ZIP; what hinders it."""
