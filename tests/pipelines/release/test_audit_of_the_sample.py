"""No count of 1 to 7 persons of the sample mission can be worked out of headquarters' copy.

`make test` takes a tenth of the indicators of persons, by a fixed seed; `make soak` takes all.
"""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.columns_read import class_of_part, class_of_total
from indicators.definitions.contracts import CLASSES
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.disclosure.copy import restrict
from indicators.engine.refresh import compute
from indicators.foundation.codes import NOT_APPLICABLE, TOTAL
from pipelines.release.snapshot import open_memory, put_tables, take_tables
from pipelines.warehouse.connection import open_warehouse
from pipelines.workspace.paths import Workspace
from tests.indicators.disclosure.audit import pinned_cells
from tests.worlds.sample import ingested_sample

AS_OF = date(2026, 10, 15)
SEED = 2026
OF_PERSONS = ("person", "protected")


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Mission]:
    workspace = ingested_sample(tmp_path_factory, "audit")
    return workspace, read_mission(workspace.profile("sample"))


def tells_persons(indicator: Indicator) -> bool:
    parts = (class_of_part(indicator, name) for name in indicator.disaggregate)
    return any(kind in OF_PERSONS for kind in (class_of_total(indicator), *parts))


def is_displayed(cell: pd.Series, indicator: Indicator) -> bool:
    """Whether the class of the cell is one of persons."""
    classes = [class_of_total(indicator)]
    for name in indicator.disaggregate:
        own = cell[name] if name in cell.index else cell["breakdown"]
        is_open = own == name if name not in cell.index else own not in (TOTAL, NOT_APPLICABLE)
        classes += [class_of_part(indicator, name)] if is_open else []
    return max(classes, key=CLASSES.index) in OF_PERSONS


def audited(workspace: Workspace, mission: Mission, share: float) -> pd.DataFrame:
    """The pinned counts of some of the indicators, always the same ones."""
    codes = [entry.code for entry in mission.indicators]
    codes = [code for code in codes if tells_persons(load_catalogue()[code])]
    taken = np.random.default_rng(SEED).permutation(len(codes))[: round(len(codes) * share)]
    chosen = {codes[at] for at in taken}
    entries = tuple(entry for entry in mission.indicators if entry.code in chosen)
    mission = mission.model_copy(update={"indicators": entries})
    with open_warehouse(workspace.warehouse("sample")) as connection:
        compute(connection, mission, load_catalogue(), AS_OF)
        tables = take_tables(connection, "sample")
    with open_memory() as copy:
        put_tables(copy, "mart", tables)
        exact = copy.execute("SELECT * FROM mart.indicator_value").df()
        parents = dict(_parents(copy))
        restrict(copy, mission, "hq")
        shown = copy.execute("SELECT * FROM mart.indicator_value").df()
    found = []
    shown = shown[_in_grid(shown)]  # finer figures of these indicators are of no person
    for code, cells in shown.groupby("indicator"):
        indicator = load_catalogue()[str(code)]
        told = cells.assign(
            is_displayed=[is_displayed(row, indicator) for _, row in cells.iterrows()]
        )
        own = exact[_in_grid(exact) & (exact["indicator"] == code)]
        found.append(pinned_cells(own, told, parents, indicator.measure.kind, SEED))
    pinned = pd.concat(found)
    print(f"{len(chosen)} indicators, {len(shown)} cells, {len(pinned)} counts of 1 to 7 pinned")
    return pinned


def _in_grid(cells: pd.DataFrame) -> pd.Series:
    """The finest grid that headquarters has of persons."""
    return cells["area_level"].isin(["country", "admin1"]) & cells["period_type"].isin([*"QSAB"])


def _parents(copy: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return copy.execute(
        "SELECT area_code, parent_area_code FROM mart.area WHERE parent_area_code IS NOT NULL"
    ).fetchall()


def test_a_tenth_of_the_indicators_of_persons(ingested: tuple[Workspace, Mission]) -> None:
    assert audited(*ingested, 0.1).empty


@pytest.mark.soak
def test_all_indicators_of_persons(ingested: tuple[Workspace, Mission]) -> None:
    assert audited(*ingested, 1).empty
