"""What readers of two releases of the sample mission can work out, audience by audience.

`make test` takes a tenth of the indicators, by a fixed seed; `make soak` takes all of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from indicators.catalogue import load_catalogue
from indicators.disclosure import EarlierRelease, intervals, suppress
from indicators.disclosure.audit import Audit, audit
from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import Derivation, blocks, unknown_cells
from indicators.disclosure.earlier import EARLIER_COLUMNS
from indicators.disclosure.policy import Withheld
from indicators.disclosure.primary import SMALL_AMOUNTS, small_cells_sql
from indicators.disclosure.repeats import repeated_counts
from indicators.disclosure.tables import Tables, value_tables
from indicators.disclosure.width_rule import MARGIN
from indicators.engines import compute
from indicators.mission import DisclosurePolicy, Mission, read_mission
from indicators.values import VALUE_KEY
from pipelines.ingest.inbox import ingest
from pipelines.release.snapshot import open_memory, put_tables, take_tables
from pipelines.sample import install
from pipelines.warehouse.connection import open_warehouse
from pipelines.workspace import Workspace
from tests.indicators.disclosure.test_bounds import room

AS_OF = (date(2026, 7, 15), date(2026, 10, 15))
SEED = 2026
NEAR = 6  # lines from a cell that is shown again in which small cells are looked at
TIGHT = 60  # of them that are looked at, those with the closest bounds
AUDITED = 6  # of these at most, found narrow, by the audit


@dataclass(frozen=True)
class Copy:
    """One audience's copy of a release beside the figures that it withholds.

    small: n, numerator and rest, whether each is (cells x 3); known: earlier releases show it as it
    still is, or it follows from what they show; protects: it is withheld for cells of this release,
    and not as an earlier one withheld it; twins: pairs of cells of two indicators, of which the
    second tells the count of the first.
    """

    cells: pd.DataFrame
    tables: Tables
    primary: np.ndarray
    small: np.ndarray
    withheld: np.ndarray
    known: np.ndarray
    protects: np.ndarray
    twins: np.ndarray
    summary: Withheld
    min_n: int


@pytest.fixture(scope="module")
def ingested(tmp_path_factory) -> tuple[Workspace, Mission]:
    workspace = Workspace(tmp_path_factory.mktemp("disclosure"))
    install(workspace)
    mission = read_mission(workspace.profile("sample"))
    ingest(workspace, mission)
    return workspace, mission


def chosen(mission: Mission, share: float) -> Mission:
    """Some of the mission's indicators, always the same ones."""
    many = len(mission.indicators)
    taken = np.random.default_rng(SEED).permutation(many)[: max(1, round(many * share))]
    indicators = tuple(mission.indicators[at] for at in sorted(taken))
    return mission.model_copy(update={"indicators": indicators})


def copies(workspace: Workspace, mission: Mission) -> Iterator[tuple[str, Copy]]:
    """Two releases for each audience, the later one knowing the earlier."""
    earlier: dict[str, list[EarlierRelease]] = {}
    for as_of in AS_OF:
        with open_warehouse(workspace.warehouse("sample")) as connection:
            compute(connection, mission, load_catalogue(), as_of)
            figures = take_tables(connection, "sample")
        for audience, policy in sorted(mission.disclosure.items()):
            with open_memory() as connection:
                put_tables(connection, "mart", figures)
                before = earlier.setdefault(audience, [])
                yield f"{audience} {as_of}", copied(connection, policy, audience, before)
                before.append(released(connection, as_of))


def copied(
    connection: duckdb.DuckDBPyConnection,
    policy: DisclosurePolicy,
    audience: str,
    earlier: list[EarlierRelease],
) -> Copy:
    cells = connection.execute(small_cells_sql(), {"min_n": policy.min_n}).df()
    parents: Mapping[str, str] = dict(
        connection.execute(
            "SELECT area_code, parent_area_code FROM mart.area WHERE parent_area_code IS NOT NULL"
        ).fetchall()
    )
    summary = suppress(connection, policy, audience, earlier=earlier)
    shown = connection.execute("SELECT rowid AS cell_id, conf_status FROM mart.indicator_value")
    status = shown.df().set_index("cell_id")["conf_status"][cells["cell_id"]].to_numpy()
    known, stays = np.zeros((2, len(cells)), dtype=bool)
    for release in earlier:
        known |= shown_before(cells, release.values, ["F"])
        stays |= shown_before(cells, release.values, ["C", "D"])
    repeats = repeated_counts(cells)
    tables = value_tables(cells, parents, repeats.equal)
    if earlier:
        known |= Derivation(tables).derivable(~known) & cells["n"].notna().to_numpy()
    primary = (status == "C") & ~known
    withheld = (status != "F") & ~known
    protects = withheld & ~primary & ~stays
    twins = repeats.follows
    small = cells[list(SMALL_AMOUNTS)].to_numpy() & primary[:, None]
    return Copy(
        cells, tables, primary, small, withheld, known, protects, twins, summary, policy.min_n
    )


def shown_before(cells: pd.DataFrame, values: object, status: list[str]) -> np.ndarray:
    """Cells that an earlier release has with one of these statuses; if shown, with the same n."""
    names = [*VALUE_KEY, "n"] if "F" in status else list(VALUE_KEY)
    before = duckdb.sql(
        f"SELECT {', '.join(names)} FROM values WHERE list_contains($status, conf_status) "
        "AND (conf_status != 'F' OR n IS NOT NULL)",
        params={"status": status},
    ).df()
    return (
        cells[names]
        .merge(before.assign(found=True), how="left", on=names)["found"]
        .eq(True)
        .to_numpy()
    )


def released(connection: duckdb.DuckDBPyConnection, as_of: date) -> EarlierRelease:
    columns = ", ".join(EARLIER_COLUMNS)
    values = connection.sql(f"SELECT {columns} FROM mart.indicator_value").to_arrow_table()
    return EarlierRelease(as_of, values)


def asked(mask: np.ndarray, tables: Tables, many: int) -> np.ndarray:
    """Some of the cells with a count, always the same ones."""
    found = np.flatnonzero(mask & (tables.counts[: tables.published, 0] > 0))
    return np.random.default_rng(SEED).permutation(found)[:many]


@dataclass(frozen=True)
class Asked:
    """How many cells of each kind are looked at in one copy, always the same ones.

    parts: small numerators, and rests.
    """

    small: int
    parts: int
    others: int
    shown_again: int


def check(name: str, copy: Copy, many: Asked) -> np.ndarray:
    """Whether each of the cells that were shown again opened a small one."""
    derivation = Derivation(copy.tables)
    told = derivation.derivable(copy.withheld)
    assert copy.primary.any()
    assert int((told & copy.primary).sum()) <= copy.summary.derivable
    assert copy.summary.derivable <= copy.summary.primary // 1000
    small = widths(copy, asked(copy.small[:, 0] & ~told, copy.tables, many.small))
    parts = [
        widths(copy, asked(copy.small[:, amount] & ~told, copy.tables, many.parts), amount)
        for amount in (1, 2)
    ]
    are_wide = np.concatenate([found.is_wide for found in parts])
    others = widths(
        copy, asked(copy.withheld & ~copy.small[:, 0] & ~told, copy.tables, many.others)
    )
    needed = shown_again(copy, derivation, many.shown_again)
    print(
        f"{name}: {copy.summary.share:.1%} of {copy.summary.cells} cells withheld "
        f"({copy.summary.primary} small, {copy.summary.complementary} to protect them), "
        f"{copy.summary.known} known, {copy.summary.derivable} derivable, "
        f"{copy.summary.narrow} found narrow, {copy.summary.unproven} not settled; "
        f"wide enough: {small.is_wide.sum()} of {len(small.cell)} small, "
        f"{are_wide.sum()} of {len(are_wide)} small numerators and rests, "
        f"{others.is_wide.sum()} of {len(others.cell)} others; "
        f"shown again, {needed.sum()} of {len(needed)} open a small cell"
    )
    assert (small.high - small.low > 0).all()
    assert (small.low <= small.count).all() and (small.count <= small.high).all()
    assert small.is_wide.all() and are_wide.all() and others.is_wide.all()
    assert not copy.summary.unproven
    assert copy.summary.narrow <= copy.summary.primary // 1000
    assert len(are_wide)
    return needed


def widths(copy: Copy, cells: np.ndarray, amount: int = 0) -> Audit:
    is_small = copy.small[:, amount]
    return audit(copy.tables, copy.withheld, is_small, copy.min_n, cells, amount)


def shown_again(copy: Copy, derivation: Derivation, many: int) -> np.ndarray:
    """Of some cells that protect others: whether showing one alone opens a small cell."""
    before = derivation.derivable(copy.withheld)
    cells = asked(copy.protects, copy.tables, many)
    return np.array([opens(copy, derivation, before, cell) for cell in cells], dtype=bool)


def opens(copy: Copy, derivation: Derivation, before: np.ndarray, cell: int) -> bool:
    """Whether a small cell follows once this one is shown, or is too narrow then.

    Looked at is what a single line tells; then the audit looks at what quick programs find narrow
    among the small cells near it whose bounds are closest.
    """
    tables = copy.tables
    withheld = copy.withheld.copy()
    withheld[[cell, *copy.twins[copy.twins[:, 1] == cell, 0]]] = False
    told = derivation.derivable(withheld) & ~before
    if ((told | (copy.withheld & ~withheld)) & copy.primary).any():
        return True
    shown = np.flatnonzero(told | (copy.withheld & ~withheld))
    for line in lines_of(tables, shown):
        if a_line_tells(copy, withheld & ~told, line) and not a_line_tells(
            copy, copy.withheld, line
        ):
            return True
    tight = tightest(copy, withheld, small_cells_with(copy, cell) & near_by(tables, cell))
    quick = intervals.widths(tables, withheld, copy.small, copy.min_n, tight)
    narrow = quick.not_low | quick.not_high
    for amount in range(narrow.shape[1]):
        cells = np.flatnonzero(narrow[:, amount])[:AUDITED]
        after = audit(tables, withheld, copy.small[:, amount], copy.min_n, cells, amount)
        if widths(copy, after.cell[~after.is_wide], amount).is_wide.any():
            return True
    return False


def tightest(copy: Copy, withheld: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Of some cells those that single lines bound most closely."""
    bounds = Bounds(copy.tables, unknown_cells(copy.tables, withheld), copy.small, copy.min_n)
    cells = np.flatnonzero(among & withheld)
    found = np.zeros(len(among), dtype=bool)
    wanted = copy.small[cells, : bounds.amount.shape[1]]
    closest = np.where(wanted, room(bounds, cells), np.inf).min(axis=1)
    found[cells[np.argsort(closest, kind="stable")][:TIGHT]] = True
    return found


def lines_of(tables: Tables, cells: np.ndarray) -> np.ndarray:
    return np.unique(tables.line[np.isin(tables.cell, cells)])


def a_line_tells(copy: Copy, withheld: np.ndarray, line: int) -> bool:
    """Whether what is hidden below a published total bounds a small count too closely.

    No count, and no numerator, is larger than what the line hides in sum; and where all that it
    hides is marked as small, a sum that is as small, or as large, as the marks allow gives every
    one of them away.
    """
    own = copy.tables.line == line
    cells, is_total = copy.tables.cell[own], copy.tables.is_total[own]
    hidden = np.array([at >= len(withheld) or withheld[at] for at in cells])
    parts = cells[hidden]
    small = [at for at in parts if at < len(withheld) and copy.primary[at]]
    if not small or hidden[is_total].any():
        return False
    least, most = len(parts), len(parts) * (copy.min_n - 1)
    if len(small) == len(parts) and copy.tables.counts[parts, 0].sum() in (least, most):
        return True
    for cases in copy.tables.counts.T:
        largest = max((n for n in cases[small] if 0 < n < copy.min_n), default=0)
        if largest and cases[parts].sum() < max(copy.min_n, largest + MARGIN):
            return True
    return False


def small_cells_with(copy: Copy, cell: int) -> np.ndarray:
    """Small cells with a count in the block of withheld cells that this one belongs to."""
    found = np.zeros(copy.tables.published, dtype=bool)
    wanted = np.arange(len(copy.tables.counts)) == cell
    for block in blocks(copy.tables, unknown_cells(copy.tables, copy.withheld), wanted):
        found[block.cells[block.cells < len(found)]] = True
    return found & copy.primary & (copy.tables.counts[: len(found), 0] > 0)


def near_by(tables: Tables, cell: int) -> np.ndarray:
    """Published cells at most so many lines from this one."""
    near = np.array([cell])
    for _ in range(NEAR):
        near = around(tables, near)
    found = np.zeros(tables.published, dtype=bool)
    found[near] = True
    return found


def around(tables: Tables, cells: np.ndarray) -> np.ndarray:
    """Published cells of the lines of these cells."""
    near = np.unique(tables.cell[np.isin(tables.line, lines_of(tables, cells))])
    return near[near < tables.published]


def test_a_tenth_of_the_indicators(ingested: tuple[Workspace, Mission]) -> None:
    workspace, mission = ingested
    for name, copy in copies(workspace, chosen(mission, 0.1)):
        check(name, copy, Asked(6, 6, 6, 3))


@pytest.mark.soak
def test_all_indicators(ingested: tuple[Workspace, Mission]) -> None:
    """Four in five cells that protect others are needed, of each release.

    In the later one most of them stay withheld as they were, and few are left to draw from.
    """
    workspace, mission = ingested
    needed: dict[str, list[np.ndarray]] = {str(as_of): [] for as_of in AS_OF}
    for name, copy in copies(workspace, mission):
        as_of = name.split()[-1]
        many = 50 if as_of == str(AS_OF[0]) else 25
        needed[as_of].append(check(name, copy, Asked(40, 40, 40, many)))
    for as_of, parts in needed.items():
        found = np.concatenate(parts)
        print(f"{as_of}: of {len(found)} cells that protect others {found.sum()} are needed")
        assert found.mean() >= 0.8
