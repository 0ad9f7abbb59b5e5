"""No count of 1 to 7 persons of the sample mission can be worked out of headquarters' copy.

And no indicator has a coarser grid there than that needs, but for two that keep what an earlier
drawing of the sample asked for. `make test` takes a part of the
indicators, by a fixed seed; `make soak` takes all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.checks.columns_read import class_of_part, class_of_total
from indicators.definitions.contracts import CLASSES
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.definitions.sharing.audiences import policy
from indicators.disclosure.copy import restrict
from indicators.engine.refresh import compute
from indicators.foundation.mart_tables import NOT_APPLICABLE, TOTAL
from pipelines.release.snapshot import open_memory, put_tables, take_tables
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.indicators.disclosure.audit import pinned_cells
from tests.worlds.sample import copied_sample

AS_OF = date(2026, 10, 15)
SEED = 2026
OF_PERSONS = ("person", "protected")
# Of the sample as it is drawn since 29 November 2026 one step finer pins nothing. That is chance of
# one drawing, and a mission is another: a protection that was given is not taken back for it.
KEPT = (
    "P1-OP-03: {'grid': {}, 'grid_of_parts': {'hq': 'admin1_quarter'}} is enough",
    "X-IM-04: {'grid': {}, 'grid_of_parts': {'hq': 'country_quarter'}} is enough",
)
Tables = Mapping[str, Any]


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Mission]:
    workspace = copied_sample(tmp_path_factory, "audit")
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


def some_of(codes: Sequence[str], share: float) -> list[str]:
    """A share of these, always the same ones."""
    taken = np.random.default_rng(SEED).permutation(len(codes))[: round(len(codes) * share)]
    return [codes[at] for at in sorted(taken)]


def mart_of(workspace: Workspace, mission: Mission, codes: Collection[str]) -> Tables:
    """The mart of some of the mission's indicators alone, exact."""
    entries = tuple(entry for entry in mission.indicators if entry.code in codes)
    with open_warehouse(workspace.warehouse("sample")) as connection:
        alone = mission.model_copy(update={"indicators": entries})
        compute(connection, alone, load_catalogue(), AS_OF)
        return take_tables(connection, "sample")


def pinned_of(tables: Tables, mission: Mission, indicator: Indicator) -> pd.DataFrame:
    """The pinned counts of one indicator in headquarters' copy, by its own entry."""
    catalogue = dict(load_catalogue()) | {indicator.code: indicator}
    with open_memory() as copy:
        put_tables(copy, "mart", tables)
        copy.execute("DELETE FROM mart.indicator_value WHERE indicator <> ?", [indicator.code])
        exact = copy.execute("SELECT * FROM mart.indicator_value").df()
        parents = dict(_parents(copy))
        restrict(copy, mission, "hq", catalogue=catalogue)
        shown = copy.execute("SELECT * FROM mart.indicator_value").df()
    shown = shown[_in_grid(shown)]  # finer figures of these indicators are of no person
    told = shown.assign(is_displayed=[is_displayed(row, indicator) for _, row in shown.iterrows()])
    kind = indicator.measure.kind
    return pinned_cells(exact[_in_grid(exact)], told, parents, kind, SEED)


def of_persons(mission: Mission) -> list[str]:
    codes = [entry.code for entry in mission.indicators]
    return [code for code in codes if tells_persons(load_catalogue()[code])]


def pinned_of_all(tables: Tables, mission: Mission, chosen: Sequence[str]) -> pd.DataFrame:
    return pd.concat([pinned_of(tables, mission, load_catalogue()[code]) for code in chosen])


def _in_grid(cells: pd.DataFrame) -> pd.Series:
    """The finest grid that headquarters has of persons."""
    return cells["area_level"].isin(["country", "admin1"]) & cells["period_type"].isin([*"QSAB"])


def _parents(copy: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return copy.execute(
        "SELECT area_code, parent_area_code FROM mart.area WHERE parent_area_code IS NOT NULL"
    ).fetchall()


@dataclass(frozen=True)
class Drawn:
    """A tenth of the indicators of persons and of those with coarser grids, their mart
    computed once."""

    mission: Mission
    persons: Sequence[str]
    coarser: Sequence[str]
    tables: Tables


@pytest.fixture(scope="module")
def drawn(ingested: tuple[Workspace, Mission]) -> Drawn:
    workspace, mission = ingested
    persons, coarser = some_of(of_persons(mission), 0.1), some_of(with_coarser_grids(mission), 0.1)
    return Drawn(mission, persons, coarser, mart_of(workspace, mission, {*persons, *coarser}))


def test_a_tenth_of_the_indicators_of_persons(drawn: Drawn) -> None:
    assert pinned_of_all(drawn.tables, drawn.mission, drawn.persons).empty


@pytest.mark.soak
def test_all_indicators_of_persons(ingested: tuple[Workspace, Mission]) -> None:
    workspace, mission = ingested
    chosen = of_persons(mission)
    assert pinned_of_all(mart_of(workspace, mission, chosen), mission, chosen).empty


def with_coarser_grids(mission: Mission) -> list[str]:
    named = [load_catalogue()[entry.code] for entry in mission.indicators]
    return [one.code for one in named if {**one.confidentiality.grid, **_of_parts(one)}]


def _of_parts(indicator: Indicator) -> Mapping[str, str]:
    return indicator.confidentiality.grid_of_parts


def one_step_finer(indicator: Indicator) -> Iterator[Indicator]:
    """The entry with each of its coarser grids one step finer, and with that of parts alone."""
    grids, own = list(policy().grids), indicator.confidentiality
    for name in ("grid", "grid_of_parts"):
        if chosen := getattr(own, name).get("hq"):
            finer = {name: {"hq": grids[grids.index(chosen) - 1]}}
            if name == "grid" and not own.grid_of_parts:
                yield _with(indicator, {"grid": {}, "grid_of_parts": {"hq": chosen}})
            yield _with(indicator, finer)


def _with(indicator: Indicator, grids: Mapping[str, Mapping[str, str]]) -> Indicator:
    raised = indicator.confidentiality.model_copy(update=grids)
    return indicator.model_copy(update={"confidentiality": raised})


def unneeded(tables: Tables, mission: Mission, chosen: Sequence[str]) -> list[str]:
    """The coarser grids of the catalogue without which no count would be pinned either."""
    return [
        f"{code}: {finer.confidentiality.model_dump(include={'grid', 'grid_of_parts'})} is enough"
        for code in chosen
        for finer in one_step_finer(load_catalogue()[code])
        if pinned_of(tables, mission, finer).empty
    ]


@pytest.mark.soak
def test_a_tenth_of_the_coarser_grids_is_needed(drawn: Drawn) -> None:
    found = unneeded(drawn.tables, drawn.mission, drawn.coarser)
    assert found == [one for one in KEPT if one.partition(":")[0] in drawn.coarser]


@pytest.mark.soak
def test_every_coarser_grid_is_needed(ingested: tuple[Workspace, Mission]) -> None:
    workspace, mission = ingested
    chosen = with_coarser_grids(mission)
    found = unneeded(mart_of(workspace, mission, chosen), mission, chosen)
    assert sorted(found) == sorted(KEPT)
