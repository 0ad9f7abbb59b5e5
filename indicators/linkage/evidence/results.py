"""Everything that the evidence engine says of the edges of a results framework, in one go.

What each method does with one edge stands in its own module, and so does what becomes of all their
findings together (`evidence/`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import date
from typing import Any

import duckdb

from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.stored.database import one_transaction
from indicators.incremental.row_engine import DUCKDB, RowEngine
from indicators.linkage.evidence.links import TABLES, begin_results, tables_of, write_evidence
from indicators.linkage.framework.model import Framework
from indicators.linkage.methods.case_series.method import CaseSeries, day_cells_sql
from indicators.linkage.methods.case_series.secondary import SecondaryReadings
from indicators.linkage.methods.interviews.method import Interviews
from indicators.linkage.methods.panel.findings import PanelModels
from indicators.linkage.methods.protocol import Method, Warehouse
from indicators.linkage.methods.rollout.method import Rollout

# In the order in which they may speak for an edge.
METHODS: tuple[Method[Any], ...] = (
    CaseSeries(),
    Interviews(),
    PanelModels(),
    Rollout(),
    SecondaryReadings(),
)
# Each table of the mart, and the methods whose results it is made of.
METHODS_OF: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(TABLES, tuple(method.name for method in METHODS)),
    **tables_of(METHODS),
}


def begin_evidence(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    framework: Framework | None,
    catalogue: Mapping[str, Indicator],
    as_of: date,
    methods: Sequence[Method[Any]] = METHODS,
    engine: RowEngine = DUCKDB,
    elsewhere: Executor | None = None,
) -> Callable[[], None]:
    """Reads what the methods look at; what it gives fills the tables of `METHODS_OF` anew, in one
    transaction.

    A method runs for an edge only where what it reads has changed; q-values, grades and sentences,
    which hang on all edges together, are made again of what is kept. `engine`: who goes over the
    rows of the case series; raises WrongUse for what it cannot count, and nothing has changed.
    `elsewhere`: another process, which computes meanwhile. No method reads ratings, trends or
    limits of counts: these may be set until the tables are filled.
    """
    warehouse = Warehouse(connection, mission, catalogue, as_of, engine, elsewhere)
    functions = list(functions_sql(mission, as_of.isoformat()))
    for statement in functions:  # every method may ask by them, whichever comes first
        connection.execute(statement)
    engine.begin(row_statements_of_edges(framework, warehouse.selected, catalogue), functions)
    end_results = begin_results(warehouse, framework, methods)

    def write() -> None:
        with one_transaction(connection):
            write_evidence(warehouse, framework, methods, end_results())

    return write


def row_statements_of_edges(
    framework: Framework | None,
    selected: Mapping[str, Indicator],
    catalogue: Mapping[str, Indicator],
) -> Iterator[str]:
    """All that the edges ask of an engine that goes over rows: the case series' cells by day."""
    for edge in framework.edges if framework else ():
        if CaseSeries().applies(edge, selected):
            ends = catalogue[edge.from_indicator], catalogue[edge.to_indicator]
            yield from day_cells_sql(*ends).values()
