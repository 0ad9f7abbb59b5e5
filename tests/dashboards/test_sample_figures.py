"""Figures of the sample, drawn by chance: pages, brief, files, extract and API show the mart's.

The same figure is the same wherever it is shown, with its rating and its plan.
"""

import csv
import io
import math
import random
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dash import html
from flask.testing import FlaskClient

from dashboards.brief.content import brief_content
from dashboards.components.harm import who_words
from dashboards.components.lists import budget
from dashboards.components.value import output_done
from dashboards.pages import PAGES, due_diligence, indicator, overview, results_chain
from dashboards.pages import budget as budget_page
from dashboards.pages.indicator import one_indicator
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from dashboards.reading.queries import effort
from dashboards.serving.app import answer, create_app
from indicators.foundation.mart_tables import totals_sql
from indicators.foundation.messages import LANGUAGES
from tests.dashboards.rendered import components, text_of
from tests.worlds.sample import QUARTER, published_sample

DRAWN, DRAWN_IN_SOAK, SEED = 70, 130, 36
API = "/api/sdmx/data/dataflow/POCLENS/POC_INDICATORS/1.0.0/"
# Of every page that a mission opens, the lines that name an indicator; these have some.
SHARED_PAGES = [page.path for page in PAGES if "mission" in page.audiences]
NAME_INDICATORS = {"/", "/indicators", "/results-chain", "/alerts", "/accountability"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_sample(tmp_path_factory).home


@pytest.fixture(scope="module")
def client(home: Path) -> FlaskClient:
    return create_app(home).server.test_client()


def _context(home: Path, path: str = "/", **given: str) -> Context:
    query = "&".join(f"{name}={value}" for name, value in given.items())
    found = read_context(home, "mission", Address.parse(path, query))
    assert found is not None
    return found


def _figures(home: Path) -> list[dict[str, Any]]:
    """Total cells of the mart with a figure, in a fixed order."""
    frame = _context(home).release.frame(
        f"""SELECT indicator, period_type, period, period_start, area, value, ci_low, ci_high
        FROM mart.indicator_value WHERE value IS NOT NULL AND {totals_sql()}
        ORDER BY indicator, period_type, period, area"""
    )
    return [dict(row) for row in frame.to_dict("records")]


def _written(context: Context, row: Mapping[str, Any]) -> str:
    """The figure as a page writes it."""
    bounds = (row["ci_low"], row["ci_high"])
    half = None if any(map(math.isnan, bounds)) else (bounds[1] - bounds[0]) / 2
    return context.unit(row["indicator"]).value(float(row["value"]), context.words, half)


def _on_page(home: Path, client: FlaskClient, context: Context, row: Mapping[str, Any]) -> bool:
    return _written(context, row) in indicator.sentence(context)


def _in_list(home: Path, client: FlaskClient, context: Context, row: Mapping[str, Any]) -> bool:
    """A line of the page on all indicators."""
    shown = answer(home, "mission", Address("/indicators", context.address.parameters)).body()
    return any(_written(context, row) in text for _, text in _lines(shown, row["indicator"]))


def _in_file(home: Path, client: FlaskClient, context: Context, row: Mapping[str, Any]) -> bool:
    sheet = one_indicator.ONE_INDICATOR.sheets(context)[0]
    return any(row["period"] in line and row["area"] in line and row["value"] in line
               for line in sheet.rows)  # fmt: skip


def _in_brief(home: Path, client: FlaskClient, context: Context, row: Mapping[str, Any]) -> bool:
    own = [one for one in brief_content(context)["rows"] if one["code"] == row["indicator"]]
    if not own:
        return _on_page(home, client, context, row)
    return bool(own[0]["now"]["value"] == _written(context, row))


def _on_map(home: Path, client: FlaskClient, context: Context, row: Mapping[str, Any]) -> bool:
    """In the table beside the map, among the areas of its level; that of the country is in none."""
    level = str(context.areas.loc[row["area"], "area_level"])
    if level not in ("admin1", "admin2"):
        return _on_page(home, client, context, row)
    asked = {**context.address.parameters, "level": level, "area": context.country}
    shown = answer(home, "mission", Address("/map", asked)).body()
    names = context.area_name(row["area"]), _written(context, row)
    lines = [part for part in components(shown) if isinstance(part, html.Tr)]
    return any(all(name in text_of(line) for name in names) for line in lines)


def _in_extract(home: Path, client: FlaskClient, context: Context, row: Mapping[str, Any]) -> bool:
    values = _extract(home)
    return row["value"] in values.get((row["indicator"], row["period"], row["area"]), [])


def _in_api(home: Path, client: FlaskClient, context: Context, row: Mapping[str, Any]) -> bool:
    asked = f"*?c[INDICATOR]={row['indicator']}&c[REF_AREA]={row['area']}"
    said = client.get(
        API + asked, headers={"Accept": "application/vnd.sdmx.data+csv;version=2.0.0"}
    )
    assert said.status_code == 200
    lines = csv.DictReader(io.StringIO(said.get_data(as_text=True)))
    start = str(row["period_start"])[:10]
    return any(line["OBS_VALUE"] and float(line["OBS_VALUE"]) == row["value"]
               and line["TIME_PERIOD"].startswith(start) for line in lines)  # fmt: skip


_EXTRACTS: dict[Path, dict[tuple[str, str, str], list[float]]] = {}


def _extract(home: Path) -> dict[tuple[str, str, str], list[float]]:
    if home not in _EXTRACTS:
        (path,) = home.glob(f"releases/sample/{QUARTER}-r01/mission/extracts/sample_*.parquet")
        frame = pd.read_parquet(path, columns=["indicator", "period", "area", "value"])
        groups = frame.dropna(subset=["value"]).groupby(["indicator", "period", "area"])
        _EXTRACTS[home] = groups["value"].apply(list).to_dict()
    return _EXTRACTS[home]


PLACES: Mapping[str, Callable[[Path, FlaskClient, Context, Mapping[str, Any]], bool]] = {
    "page": _on_page, "list": _in_list, "map": _on_map, "file": _in_file, "brief": _in_brief,
    "extract": _in_extract, "api": _in_api,
}  # fmt: skip


def _lines(body: Any, code: str) -> Iterator[tuple[Any, str]]:
    """Rows and items that name an indicator by a link to its page, with their texts."""
    for part in components(body):
        if isinstance(part, (html.Tr, html.Li)):
            links = (getattr(one, "href", None) or "" for one in components(part))
            if any(link.partition("?")[0] == f"/indicators/{code}" for link in links):
                yield part, text_of(part)


@pytest.mark.parametrize("drawn", [DRAWN, pytest.param(DRAWN_IN_SOAK, marks=pytest.mark.soak)])
def test_figures_drawn_by_chance_are_those_of_the_mart(
    home: Path, client: FlaskClient, drawn: int
) -> None:
    """In each place and language some; in `make soak` these and more."""
    chance, figures, names, wrong = random.Random(SEED), _figures(home), list(PLACES), []
    of_quarter = [row for row in figures if row["period"] == QUARTER]  # what an extract holds
    for number in range(drawn):
        place, language = names[number % len(names)], LANGUAGES[number // len(names) % 2]
        row = chance.choice(of_quarter if place == "extract" else figures)
        given = {name: row[name] for name in ("indicator", "period", "area")}
        context = _context(home, f"/indicators/{row['indicator']}", lang=language, **given)
        if not PLACES[place](home, client, context, row):
            wrong.append((place, language, *given.values(), row["value"]))
    assert wrong == []


@pytest.mark.parametrize("turn", [0, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("path", SHARED_PAGES)
def test_a_figure_is_the_same_wherever_it_is_shown(home: Path, path: str, turn: int) -> None:
    """Value, rating and plan of each indicator that a page names, against the indicator's page.

    Each page in both languages, another from place to place; in `make soak` each place in both.
    """
    places = [(QUARTER, "Minutam"), ("2025/26", "Minutam"), (QUARTER, "Akume")]
    shown = 0
    for at, (period, area) in enumerate(places, SHARED_PAGES.index(path) + turn):
        language = LANGUAGES[at % len(LANGUAGES)]
        given = {"period": period, "area": area, "lang": language}
        context = _context(home, path, **given)
        body = answer(home, "mission", context.address).body()
        for code, cell in context.cells.items():
            value = None if cell.value is None or not cell.is_figure else context.unit(code).value(
                cell.value, context.words, cell.half_width)  # fmt: skip
            for part, line in _lines(body, code):
                assert value is None or value in line, (period, area, code, line)
                shown += 1
                # The card of harm to civilians rates nothing; the rows of outcomes do.
                if cell.rating and path == "/" and isinstance(part, html.Tr):
                    assert context.words(f"rating.{cell.rating}") in line
    assert shown > 3 or path not in NAME_INDICATORS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("area", ["Minutam", "Akume"])
def test_a_plan_is_the_same_on_overview_chain_brief_and_in_the_work_plan(
    home: Path, area: str, language: str
) -> None:
    context = _context(home, "/", area=area, period=QUARTER, lang=language)
    (name, plan), *_ = [item for item in context.plans.items() if item[0] == "P2-OP-01"]
    said = output_done(context, name)
    lines = effort.work_plan(context.release, "2026/27")
    own = lines[lines["area"].isin(context.areas_inside) & (lines["component"] == "police")
                & (lines["activity_type"] == "patrol") & (lines["month"] < "2026-10")]  # fmt: skip
    assert own["quantity"].sum() == plan["quantity"]
    assert own["done"].sum() == context.cell(name).value
    assert context.unit(name).value(plan["quantity"], context.words) in said
    for page in (overview, results_chain):
        assert said in text_of(page.body(context))
    brief = [output["done"] for row in brief_content(context)["rows"] for output in row["outputs"]]
    assert said in brief


@pytest.mark.parametrize("language", LANGUAGES)
def test_alleged_actors_add_up_to_the_count_above_them(home: Path, language: str) -> None:
    context = _context(home, "/", area="Minutam", period=QUARTER, lang=language)
    for code in ("D-IM-02", "D-IM-01", "D-IM-04"):
        assert sum(map(int, re.findall(r"\d+", who_words(context, code)))) == (
            context.cell(code).value
        )


def test_a_year_is_told_from_the_quarter_that_the_overview_shows(home: Path) -> None:
    """A target for quarters alone, and a definition that began within the year before."""
    context = _context(home, "/budget", area="Minutam", period=QUARTER)
    shown = text_of(budget_page.body(context)).replace("\u00a0", " ")
    assert "count from 1 Jul 2026 to 15 Oct 2026" in shown
    cell, unit = context.cell("D-OC-05"), context.unit("D-OC-05")
    target = unit.value(cell.target or 0.0, context.words)
    rating = context.words(f"rating.{cell.rating}")
    assert f"no target for a year; Q3 2026: {target}" in shown
    assert f"Not rated; Q3 2026: {rating}" in shown
    assert shown.count("whole year by the definition of 1 Apr 2026") == 1


def test_of_a_silent_area_it_is_not_said_that_nothing_of_the_plan_was_done(home: Path) -> None:
    context = _context(home, "/budget", area="Kessi", period=QUARTER)
    assert "how many were done is not known" in budget_page.sentence(context)
    found = budget.outputs(context)
    assert found and {(one.done, one.variance) for one in found} == {(None, None)}
    assert budget.plan(context)["done"].isna().all()


def test_the_planted_arrival_of_womens_teams_is_found(home: Path) -> None:
    """0.9 of log odds, of women some 40 % of whom would raise a concern: about 21 points."""
    frame = _context(home).release.frame(
        """SELECT grade, ci_low, ci_high, sentence_en FROM mart.result_link
        WHERE edge = 'women_teams_concern' AND method = 'rollout'"""
    )
    (found,) = frame.to_dict("records")
    assert found["grade"] in ("A", "B")
    assert found["ci_low"] < 21 < found["ci_high"] and found["ci_low"] > 0
    assert "the arrival of a women’s patrol team" in found["sentence_en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_share_beside_tables_of_something_else_says_so(home: Path, language: str) -> None:
    """Support that began in the quarter, and assessments completed in it: 22 and 26."""
    context = _context(home, "/due-diligence", area="Minutam", period=QUARTER, lang=language)
    ((support, assessments),) = context.release.frame(
        f"""SELECT (SELECT denominator FROM mart.indicator_value WHERE indicator = 'P1-OP-08'
          AND period = ? AND area = 'Minutam' AND {totals_sql()}),
        (SELECT sum(assessments) FROM mart.due_diligence WHERE quarter = ? AND area = 'Minutam')""",
        [QUARTER, QUARTER],
    ).itertuples(index=False)
    assert support != assessments
    numbers = {"support": f"{support:.0f}", "assessments": f"{assessments:.0f}"}
    said = context.words("due_diligence.counted", **numbers)
    assert said in text_of(due_diligence.body(context))
