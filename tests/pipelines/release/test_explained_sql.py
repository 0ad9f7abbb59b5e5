"""The SQL that explain prints gives the figure that it explains, on a warehouse as it is.

Nothing of ours is on the connection: no function, no table but those of the warehouse. Rows that
test the rules are planted in a copy, since no release would be made of them. `make soak` explains
of each indicator a figure of every kind.
"""

import math
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from indicators.compiler.explanation.figure_sql import Figure, figure_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.checks.columns_read import class_of_total
from indicators.definitions.indicator import EarlierVersion, Indicator
from indicators.definitions.mission_profile import read_mission
from indicators.definitions.versions import all_versions
from indicators.engine.refresh import compute
from indicators.foundation.mart_tables import NO_ACCESS, NOT_REPORTED, TOO_IMPRECISE, totals_sql
from indicators.foundation.periods import period_named
from indicators.foundation.reading.yaml_files import read_yaml
from pipelines.cli.explain_command import text_of
from pipelines.quality.checks import run_checks
from pipelines.release.publishing import publish
from pipelines.release.reading.explain import explain
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.oracle.hard_cases import plant
from tests.worlds.mission.figures import call_refreshed
from tests.worlds.mission.profile import write_yaml
from tests.worlds.sample import SMALL, ingested_sample

AS_OF = date(2026, 10, 15)
LISTED = sorted(code for code in load_catalogue() if not code.startswith("D-"))
REDEFINED = "P2-OP-05"  # before 2026 it counted as P2-OP-06 does


# Of each indicator: the whole mission by month, quarter, half-year, year and budget year, an area
# of each other level, and one cell of each status; the choice goes by a hash of the cell.
def cells_sql(among: str = "true") -> str:
    """Cells of every status, level of area and kind of period; `among`: a condition on them."""
    return f"""
WITH told AS (
  SELECT indicator, indicator_version, area, area_level, period_type, period, obs_status,
    value, numerator, denominator, n, hash(indicator || period || area) AS lot
  FROM mart.indicator_value
  WHERE {totals_sql()} AND {among}
),
chosen AS (
  (SELECT * FROM told WHERE obs_status NOT IN ('{NOT_REPORTED}', '{NO_ACCESS}')
   QUALIFY row_number() OVER (PARTITION BY indicator, area_level,
     CASE WHEN area_level = 'country' THEN period_type END ORDER BY lot) = 1)
  UNION
  (SELECT * FROM told
   QUALIFY row_number() OVER (PARTITION BY indicator, obs_status ORDER BY lot) = 1)
  UNION
  (SELECT * FROM told WHERE indicator = '{REDEFINED}' AND value > 0
   QUALIFY row_number() OVER (PARTITION BY indicator_version, area_level ORDER BY lot) <= 3)
)
SELECT * FROM chosen ORDER BY ALL"""


# Protected figures are by quarter and first level in the release.
PUBLISHED = """(indicator, area, period) IN (
  SELECT (indicator, area, period) FROM released.mart.indicator_value)"""


def catalogue() -> dict[str, Indicator]:
    """The catalogue with one indicator that is in its second version since 2026."""
    found = load_catalogue()
    earlier = EarlierVersion(
        version=1,
        effective_from=date(2024, 1, 1),
        differs={"measure": found["P2-OP-06"].measure.model_dump(exclude_unset=True)},
    )
    second = {"version": 2, "effective_from": date(2026, 1, 1), "earlier_versions": (earlier,)}
    return found | {REDEFINED: found[REDEFINED].model_copy(update=second)}


def begin_later(profile: Path) -> None:
    """As if the mission had begun a year before the second version: half as many cells."""
    path = profile / "mission.yaml"
    write_yaml(path, read_yaml(path) | {"starts_on": "2025-01-01"})


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = ingested_sample(tmp_path_factory, "explained", **SMALL)
    profile = workspace.profile("sample")
    begin_later(profile)
    mission = read_mission(profile)
    with open_warehouse(workspace.warehouse("sample")) as connection:
        compute(connection, mission, catalogue(), AS_OF, profile)
        run_checks(connection, mission, profile)
        call_refreshed(connection)
        publish(workspace, "sample", "2026-Q3", connection)
    return workspace


@pytest.fixture(scope="module")
def plain(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse as a reader opens it; the release stays open, at hand for `explain`."""
    release = workspace.releases("sample") / "2026-Q3-r01" / "mission" / "poclens.duckdb"
    with (
        duckdb.connect(str(release), read_only=True),
        duckdb.connect(str(workspace.warehouse("sample")), read_only=True) as connection,
    ):
        connection.execute(f"ATTACH '{release}' AS released (READ_ONLY)")
        yield connection


@pytest.fixture(scope="module")
def planted(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with rows planted that test the rules, and its figures."""
    path = tmp_path_factory.mktemp("planted") / "sample.duckdb"
    shutil.copy(workspace.warehouse("sample"), path)
    profile = workspace.profile("sample")
    with open_warehouse(path) as connection:
        plant(connection)
        compute(connection, read_mission(profile), catalogue(), AS_OF, profile)
    return path


def printed_sql(found: dict[str, object]) -> str:
    """What stands below the empty line of the printed text."""
    return text_of(found, "en").split("\n\n", 1)[1]


Cell = tuple[Any, ...]
Kinds = Callable[[Cell], set[Any]]


def kinds_of_cell(cell: Cell) -> set[Any]:
    """Of each version of an indicator: level, kind of period and status."""
    return {(*cell[:2], at, cell[at]) for at in (3, 4, 6)}


def kinds_by_measure(cell: Cell) -> set[Any]:
    """The indicator and its version; level, kind of period and status by the way of counting."""
    measure = load_catalogue()[cell[0]].measure.kind
    return {(cell[0], cell[1]), *((measure, at, cell[at]) for at in (3, 4, 6))}


def of_each_kind(cells: Iterable[Cell], kinds_of: Kinds) -> dict[str, list[Cell]]:
    """By indicator, as few of the cells as show each of their kinds."""
    kinds = {cell: kinds_of(cell) for cell in cells}
    missing, chosen = set().union(*kinds.values()), defaultdict(list)
    while missing:
        cell = max(kinds, key=lambda cell: len(kinds[cell] & missing))
        missing -= kinds[cell]
        chosen[cell[0]].append(cell)
    return chosen


@pytest.fixture(scope="module")
def cells(plain: duckdb.DuckDBPyConnection) -> list[Cell]:
    """Of what is published: cells of every status, level and kind of period."""
    return plain.execute(cells_sql(PUBLISHED)).fetchall()


@pytest.fixture(scope="module")
def chosen(cells: list[Cell]) -> dict[str, list[Cell]]:
    return of_each_kind(cells, kinds_by_measure)


@pytest.mark.parametrize("code", LISTED)
def test_the_printed_sql_gives_the_figure(
    workspace: Workspace,
    plain: duckdb.DuckDBPyConnection,
    cells: list[Cell],
    chosen: dict[str, list[Cell]],
    code: str,
) -> None:
    """Of every indicator one, and of every way of counting each kind: what `explain` adds to the
    SQL, which is asked of each kind of every indicator below, hangs on the kind of cell."""
    levels = {cell[3] for cell in cells if cell[0] == code}
    is_coarse = code == "P2-OP-11" or class_of_total(load_catalogue()[code]) == "protected"
    assert "country" in levels and (len(levels) > 2 or is_coarse), levels
    assert_printed(workspace, plain, chosen[code])


@pytest.mark.soak
@pytest.mark.parametrize("code", LISTED)
def test_the_printed_sql_gives_each_kind_of_figure(
    workspace: Workspace, plain: duckdb.DuckDBPyConnection, cells: list[Cell], code: str
) -> None:
    own = of_each_kind((cell for cell in cells if cell[0] == code), kinds_of_cell)
    assert_printed(workspace, plain, own[code])


def assert_printed(
    workspace: Workspace, plain: duckdb.DuckDBPyConnection, cells: list[Cell]
) -> None:
    """The text printed of each of the cells gives its figure."""
    assert cells
    for code, version, area, _, period_type, period, status, *figure, _ in cells:
        found = explain(workspace, "sample", code, area=area, period=period)
        assert (found["version"], found["period_type"]) == (version, period_type)
        is_hidden = found["conf_status"] != "F" or status == TOO_IMPRECISE
        assert is_hidden or found["value"] == figure[0]
        result = plain.execute(printed_sql(found))
        names = [column[0] for column in result.description or ()]
        assert names[:4] == ["value", "numerator", "denominator", "n"]
        assert ("rows" in names) == (status in (NOT_REPORTED, NO_ACCESS))
        (given,) = result.fetchall()
        is_survey = found["source"] == "survey_respondents"
        where = (code, area, period, status, figure, given)
        assert all(
            is_same(mine, theirs, is_survey) for mine, theirs in zip(given[:4], figure, strict=True)
        ), where


@pytest.mark.parametrize("is_every", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_it_gives_the_figures_of_planted_rows(
    workspace: Workspace, planted: Path, is_every: bool
) -> None:
    """Of each version of every indicator each level, kind of period and status."""
    setting = read_mission(workspace.profile("sample")).setting
    entries = {(e.code, e.version): e for e in all_versions(catalogue().values())}
    with duckdb.connect(str(planted), read_only=True) as connection:
        cells = connection.execute(cells_sql()).fetchall()
        if not is_every:
            cells = [one for own in of_each_kind(cells, kinds_of_cell).values() for one in own]
        different = []
        for code, version, area, _, kind, period, status, *figure, _ in cells:
            entry = entries[code, version]
            is_shown = status not in (NOT_REPORTED, NO_ACCESS)
            assert period_named(period).period_type == kind
            text = figure_sql(entry, Figure(area, period_named(period), AS_OF, is_shown), setting)
            (given,) = connection.execute(text).fetchall()
            if not all(map(is_same, given[:4], figure, [entry.is_survey] * 4)):
                different.append((code, area, period, status, figure, given))
    assert different == []


def is_same(given: float | None, figure: float | None, is_survey: bool) -> bool:
    """Exactly the figure; of a survey, whose sums are of weights, to nine digits."""
    if given is None or figure is None or not is_survey:
        return given == figure
    return math.isclose(given, figure, rel_tol=1e-9)


def test_a_period_of_an_earlier_version_is_explained_by_it(
    workspace: Workspace, plain: duckdb.DuckDBPyConnection
) -> None:
    texts = [
        printed_sql(explain(workspace, "sample", REDEFINED, period=period))
        for period in ("2025", "2026-Q3")
    ]
    asked = "is_integrated"
    assert asked in texts[0] and asked not in texts[1]


def test_the_text_is_the_same_each_time(workspace: Workspace) -> None:
    texts = {explain(workspace, "sample", "P2-OP-15", area="Gorou")["sql"] for _ in range(2)}
    assert len(texts) == 1
