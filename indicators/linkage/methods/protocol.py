"""What every method gives and takes, so that one loop (`linkage/evidence.py`) serves them all.

A method looks at one edge in one way: it says whether it applies, reads what it needs (its only
SQL), and computes by what was read alone, so that the result can be kept. Edge and area of a
finding, q-value, grade and words are not its business.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol, TypeVar

import duckdb

from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.incremental.row_engine import DUCKDB, RowEngine
from indicators.linkage.finding import Finding, MethodResult
from indicators.linkage.framework.edge_indicators import PublishedIndicators, read_indicators
from indicators.linkage.framework.model import Edge
from indicators.linkage.methods.activities import SOURCE, log_activities

Inputs = TypeVar("Inputs")


@dataclass(frozen=True)
class Warehouse:
    """What a method may read: a mission's warehouse up to a day, and what indicators mean.

    `catalogue`: every definition, also of indicators that the mission did not select. `engine`: who
    goes over rows that are counted by day. `elsewhere`: another process that may compute.
    """

    connection: duckdb.DuckDBPyConnection
    mission: Mission
    catalogue: Mapping[str, Indicator]
    as_of: date
    engine: RowEngine = DUCKDB
    elsewhere: Executor | None = None

    @cached_property
    def selected(self) -> Mapping[str, Indicator]:
        """The definitions of the indicators that the mission selected."""
        codes = {entry.code for entry in self.mission.indicators}
        return {code: known for code, known in self.catalogue.items() if code in codes}

    @cached_property
    def logged_activity(self) -> str:
        """The name of the table of `log_activities`, made once for all links that read it."""
        outputs = [known for known in self.selected.values() if known.source == SOURCE]
        return log_activities(self.connection, self.mission, self.as_of, outputs)

    @cached_property
    def published(self) -> PublishedIndicators:
        """What the mart says of each indicator."""
        return read_indicators(self.connection, self.mission)


class Method(Protocol[Inputs]):
    """One way of looking at an edge; `name` as in `mart.result_link.method`."""

    @property
    def name(self) -> str:
        """Under which its results are kept."""

    @property
    def edge_kind(self) -> str:
        """Of which kind of edges."""

    @property
    def table(self) -> str | None:
        """The mart table of its own."""

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        """Whether the edge can be looked at so; `catalogue`: of the selected indicators."""

    def read(self, warehouse: Warehouse, edge: Edge) -> Inputs:
        """All that `evidence` looks at beside the edge."""

    def evidence(self, inputs: Inputs, edge: Edge) -> MethodResult:
        """Findings and rows; the same inputs give the same result."""

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        """Which of its findings may speak for the edge: by a rule fixed beforehand."""
