"""A mission that asks for half-years and weeks: they can be chosen, named and read on the pages."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dashboards.pages import indicator, indicators, map, overview
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from dashboards.serving.shell import shell
from indicators.foundation.periods import Period, period_named
from tests.dashboards.rendered import components, text_of
from tests.worlds.release import mart_rows, write_release

INDICATOR, QUARTER = "P2-OC-07", "2026-Q2"
PERIODS = ("2025-S2", "2026-S1", "2026-W30", "2026-W31")


def rows_of_periods() -> list[dict[str, Any]]:
    """A quarter's values of one indicator as those of half-years and weeks."""
    quarter = [
        row
        for row in mart_rows()["indicator_value"]
        if (row["indicator"], row["period"]) == (INDICATOR, QUARTER)
    ]
    return [row | _columns(period_named(name)) for name in PERIODS for row in quarter]


def _columns(period: Period) -> dict[str, Any]:
    bounds = {"period_start": period.start, "period_end": period.end}
    return {"period_type": period.period_type, "period": period.name, **bounds}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    rows = mart_rows()
    values = [*rows["indicator_value"], *rows_of_periods()]
    write_release(folder, rows={**rows, "indicator_value": values})
    return folder


def context_of(home: Path, path: str, search: str) -> Context:
    context = read_context(home, "mission", Address.parse(path, search))
    assert context is not None
    return context


@pytest.mark.parametrize(
    ("language", "named"),
    [
        ("en", {"Half-years": "S1 2026", "Weeks": "week 31, 2026"}),
        ("fr", {"Semestres": "S1 2026", "Semaines": "semaine 31, 2026"}),
    ],
)
def test_they_are_in_the_list_newest_first(
    home: Path, language: str, named: dict[str, str]
) -> None:
    context = context_of(home, "/", f"lang={language}")
    parts = components(shell([], context.address, context.words, [], context))
    (picker,) = [
        part for part in parts if getattr(part, "id", None) == {"type": "picker", "name": "period"}
    ]
    groups = {
        group["group"]: [item["label"].replace("\u00a0", " ") for item in group["items"]]
        for group in picker.data
    }
    for group, newest in named.items():
        assert len(groups[group]) == 2 and groups[group][0] == newest


PAGES = {
    "/": overview,
    "/indicators": indicators,
    f"/indicators/{INDICATOR}": indicator,
    f"/map?indicator={INDICATOR}": map,
}


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize(("address", "page"), PAGES.items(), ids=list(PAGES))
def test_their_figures_are_on_the_pages(
    home: Path, address: str, page: ModuleType, period: str
) -> None:
    path, _, search = address.partition("?")
    context = context_of(home, path, f"{search}&period={period}")
    quarter = context_of(home, path, f"{search}&period={QUARTER}")
    assert context.period.name == period
    value = context.unit(INDICATOR).value(context.cell(INDICATOR).value, context.words)
    assert context.cell(INDICATOR).value == quarter.cell(INDICATOR).value
    assert value in text_of(page.body(context))
