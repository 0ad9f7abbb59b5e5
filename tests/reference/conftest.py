"""Counts what the reference tests compared, and says so at the end of the run."""

from dataclasses import dataclass
from typing import Any

import pytest


@dataclass
class Tally:
    """Cases, rows and numbers compared with one reference set."""

    cases: int = 0
    rows: int = 0
    numbers: int = 0
    known: int = 0
    counted: str = "cases"

    @property
    def skipped(self) -> int:
        """Cases of the set that this run did not compare."""
        return self.known - self.cases

    def add_number(self, expected: Any) -> None:
        """Count a figure; texts, flags and `null` are compared but are no numbers."""
        if isinstance(expected, int | float) and not isinstance(expected, bool):
            self.numbers += 1

    def add_case(self, rows: int) -> None:
        self.cases += 1
        self.rows += rows

    def sentence(self, name: str) -> str:
        return (
            f"reference {name}: {self.cases} {self.counted}, {self.rows} rows, "
            f"{self.numbers} numbers compared, {self.skipped} skipped"
        )


TALLIES = pytest.StashKey[dict[str, Tally]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash.setdefault(TALLIES, {})


def tally_of(config: pytest.Config, name: str) -> Tally:
    return config.stash.setdefault(TALLIES, {}).setdefault(name, Tally())


@pytest.fixture
def survey_tally(request: pytest.FixtureRequest) -> Tally:
    return tally_of(request.config, "survey")


@pytest.fixture
def panel_tally(request: pytest.FixtureRequest) -> Tally:
    tally = tally_of(request.config, "panel")
    tally.counted = "required cases"
    return tally


@pytest.fixture
def wake_tally(request: pytest.FixtureRequest) -> Tally:
    return tally_of(request.config, "wake")


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    for name, tally in sorted(config.stash.get(TALLIES, {}).items()):
        terminalreporter.write_line(tally.sentence(name))
