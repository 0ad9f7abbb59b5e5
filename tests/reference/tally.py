"""Counts what the reference tests compared, and says so at the end of the run."""

from dataclasses import asdict, dataclass
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

    def add(self, other: "Tally") -> None:
        """Count what another process of the same run compared."""
        self.cases += other.cases
        self.rows += other.rows
        self.numbers += other.numbers
        self.known = max(self.known, other.known)
        self.counted = other.counted

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


@pytest.fixture
def case_series_tally(request: pytest.FixtureRequest) -> Tally:
    return tally_of(request.config, "case series")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker process tells what it compared to the process that reports."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        tallies = session.config.stash.get(TALLIES, {})
        output["tallies"] = {name: asdict(tally) for name, tally in tallies.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for name, told in getattr(node, "workeroutput", {}).get("tallies", {}).items():
        tally_of(node.config, name).add(Tally(**told))


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    for name, tally in sorted(config.stash.get(TALLIES, {}).items()):
        terminalreporter.write_line(tally.sentence(name))
