"""A mission that knows little: pages say what cannot be told, and never that all is well."""

from pathlib import Path
from types import ModuleType

import duckdb
import pytest
from dash import html

from dashboards.components.lists.decisions import decisions
from dashboards.pages import (
    alerts,
    budget,
    data_quality,
    effects,
    indicator,
    map,
    missions,
    outstanding,
    overview,
    perceptions,
    readiness,
    releases,
    results_chain,
    transition,
)
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from indicators.foundation.messages import message
from tests.dashboards.rendered import components, text_of
from tests.worlds.release import COUNTRY, mart_rows, write_release


def _context(home: Path, path: str = "/", **changed: list[dict[str, object]]) -> Context:
    write_release(home, "2026-Q3-r01", {**mart_rows(), **changed})
    context = read_context(home, "mission", Address.parse(path, "open=all"))
    assert context is not None
    return context


@pytest.fixture
def without_framework_and_returns(tmp_path: Path) -> Context:
    empty = (
        "field_judgement",
        "return_status",
        "result_link",
        "framework_item",
        "output_plan",
        "survey_response",
    )
    return _context(tmp_path, **{table: [] for table in empty})


def test_no_framework_is_said_and_all_outcomes_are_shown(
    without_framework_and_returns: Context,
) -> None:
    text = text_of(overview.body(without_framework_and_returns))
    assert "Baselines, targets and framework" in text and "P2-OC-01" in text
    assert "Baselines, targets and framework" in text_of(
        effects.body(without_framework_and_returns)
    )


def test_without_a_list_of_reports_nothing_is_called_complete(
    without_framework_and_returns: Context,
) -> None:
    text = text_of(overview.body(without_framework_and_returns))
    assert "missing reports are not assessed" in text and "from every area" not in text
    assert "missing ones are not known" in outstanding.sentence(without_framework_and_returns)
    assert "not assessed" in data_quality.sentence(without_framework_and_returns)


def test_without_waves_the_page_says_so(without_framework_and_returns: Context) -> None:
    assert "No survey wave" in text_of(perceptions.body(without_framework_and_returns))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_without_findings_around_activities_the_page_says_so(tmp_path: Path, language: str) -> None:
    """A release whose edges cannot be compared so has no rows of these."""
    empty = ("interview_effect", "event_study", "primary_test", "evidence_plan")
    empty = (*empty, "area_effect", "secondary_reading", "interview_plan")
    write_release(tmp_path, rows={**mart_rows(), **{table: [] for table in empty}})
    context = read_context(tmp_path, "mission", Address.parse("/effects", f"lang={language}"))
    assert context is not None
    text = text_of(effects.body(context))
    assert message("page.plan.none", language) in text
    said = text[text.index(message("page.effects.not_made", language, names="")[:-2]) :]
    for card in ("interviews", "leads", "primary", "areas"):
        assert message(f"page.{card}.title", language) in said


@pytest.mark.parametrize("status", ["not_tested", "not_estimable"])
def test_links_that_could_not_be_tested_are_not_called_tested(tmp_path: Path, status: str) -> None:
    """Their grade is D as that of a test which finds nothing."""
    links = [row | {"status": status, "grade": "D"} for row in mart_rows()["result_link"]]
    context = _context(tmp_path, result_link=links)
    assert results_chain.sentence(context) == message("page.chain.none_tested", "en")
    text = text_of(effects.body(context))
    assert message("page.effects.checks.no_test", "en") in text
    assert message("page.effects.checks.not_reached", "en") not in text


def test_only_a_check_that_blocks_is_called_failed(tmp_path: Path) -> None:
    check = next(iter(mart_rows()["quality_check"])) | {"status": "failed"}
    told = check | {"severity": "warning", "sentence_en": "Two pairs: `poclens x` names them."}
    stops = check | {"check_name": "stops", "severity": "blocking"}
    shown = data_quality.body(_context(tmp_path, quality_check=[told, stops]))
    assert "0 passed, 1 warning, 1 blocking failed, 0 could not run." in text_of(shown)
    codes = [one.children for one in components(shown) if isinstance(one, html.Code)]
    assert "poclens x" in codes


def test_what_never_came_is_not_known_and_not_none(tmp_path: Path) -> None:
    """Alerts without a row: that none was left without action is not told."""
    check = next(iter(mart_rows()["quality_check"]))
    empty = check | {"check_name": "alerts.has_rows", "source": "alerts", "status": "failed"}
    context = _context(tmp_path, quality_check=[empty], alert_without_action=[])
    text = text_of(alerts.body(context))
    assert message("page.alerts.no_action_none", "en") not in text
    assert "nothing has come for “" in text


@pytest.mark.parametrize(
    ("page", "source", "tables", "said"),
    [
        (readiness, "hot_spots", ("hot_spot",), "hot_spots.none"),
        (readiness, "activities", (), "threats.nothing"),
        (transition, "deployments", ("handover",), "transition.no_handover"),
        (budget, "activity_plan", ("work_plan",), "budget.nothing"),
        (data_quality, "reporting_returns", ("quality_score", "return_status"), "score.none"),
    ],
)
def test_pages_say_what_never_came_and_not_that_there_was_none(
    tmp_path: Path, page: ModuleType, source: str, tables: tuple[str, ...], said: str
) -> None:
    none: dict[str, list[dict[str, object]]] = {table: [] for table in tables}
    check = next(iter(mart_rows()["quality_check"]))
    state = {"check_name": f"{source}.has_rows", "source": source}
    words = message(f"page.{said}", "en", year="2026/27", quarter="Q3 2026")
    for status, is_said in (("passed", True), ("failed", False)):
        context = _context(
            tmp_path / status, quality_check=[check | state | {"status": status}], **none
        )
        text = text_of(page.body(context))
        assert (words in text) == is_said, text[:2000]


def test_of_alerts_one_indicator_alone_has_its_line(tmp_path: Path) -> None:
    code = "P2-OC-02"
    chosen = [row for row in mart_rows()["indicator"] if row["indicator"] == code]
    text = text_of(alerts.body(_context(tmp_path, indicator=chosen)))
    of_the_clock = text[text.index(message("page.alerts.clock_title", "en")) :]
    assert str(chosen[0]["short_en"]) in of_the_clock[:400]


def test_a_first_release_is_called_so_and_not_one_that_revised_nothing(tmp_path: Path) -> None:
    assert "revised since" in text_of(missions.body(_context(tmp_path / "later")))
    folder = write_release(tmp_path / "first")
    with duckdb.connect(str(folder / "mission/poclens.duckdb")) as connection:
        connection.execute("CREATE OR REPLACE VIEW mart.release AS SELECT NULL AS previous_release")
    context = read_context(tmp_path / "first", "mission", Address.parse("/missions", ""))
    assert context is not None and "the first release" in text_of(missions.body(context))


def test_a_figure_that_was_suppressed_or_published_again_is_nowhere_counted_as_revised(
    tmp_path: Path,
) -> None:
    revised = next(iter(mart_rows()["revision"]))
    others = [revised | {"reason": reason, "area": "MT01"} for reason in ("withheld", "released")]
    context = _context(tmp_path, revision=[revised, *others])
    assert "1 figure revised since the last release" in text_of(overview.body(context))
    assert "figures revised since the last release: 1 " in f"{text_of(missions.body(context))} "


def test_tables_that_never_came_are_one_line_of_the_checks(tmp_path: Path) -> None:
    check = next(iter(mart_rows()["quality_check"])) | {"status": "failed"}
    said = {"sentence_en": "Not so: there are rows."}
    empty = [
        check | said | {"check_name": f"{source}.has_rows", "source": source}
        for source in ("alerts", "training")
    ]
    other = check | {"check_name": "alerts.other", "sentence_en": "Something else."}
    text = text_of(data_quality.body(_context(tmp_path, quality_check=[*empty, other])))
    assert said["sentence_en"] not in text and other["sentence_en"] in text
    assert text.count("nothing has come for “Alerts, Training”") == 1


def test_of_areas_without_a_patrol_log_no_patrol_is_missed(tmp_path: Path) -> None:
    """None came, or no file of the mission feeds the log and so no check asks for it."""
    check = next(iter(mart_rows()["quality_check"]))
    asked = check | {"check_name": "activities.has_rows", "source": "activities"}
    other = check | {"check_name": "incidents.has_rows", "source": "incidents", "status": "passed"}
    days = [row for row in mart_rows()["protection_gap"] if "patrol" not in row["component"]]
    cases = {
        "came": (asked | {"status": "passed"}, True),
        "empty": (asked | {"status": "failed"}, False),
        "not fed": (other, False),
    }
    for name, (row, is_said) in cases.items():
        context = _context(tmp_path / name, quality_check=[row], protection_gap=days)
        assert ("for over two weeks" in map.sentence(context)) == is_said, name
        assert ("no patrol recorded" in text_of(overview.body(context))) == is_said, name
        assert any(one.path == "/map" for one in decisions(context)) == is_said, name


def test_without_outlines_the_list_stands_alone(tmp_path: Path) -> None:
    areas = [row | {"geometry": None} for row in mart_rows()["area"]]
    text = text_of(map.body(_context(tmp_path, area=areas)))
    assert "no outlines" in text and "Lomara" in text


def test_a_mission_with_yearly_figures_opens_at_its_fullest_year(tmp_path: Path) -> None:
    quarter = next(row for row in mart_rows()["indicator_value"] if row["period"] == "2026-Q3")
    names = ("2024", "2025")
    values = [
        row | {"period_type": "A", "period": row["period"][:4]}
        for row in mart_rows()["indicator_value"]
        if row["period"] in ("2024-Q4", "2025-Q4") and row["area"] == COUNTRY
    ]
    context = _context(tmp_path, indicator_value=[*values, quarter])
    assert context.period.name == names[-1]


def test_a_definition_of_before_the_missions_first_figure_has_not_changed(tmp_path: Path) -> None:
    title = message("page.releases.definitions", "en")
    assert title in text_of(releases.body(_context(tmp_path / "long")))
    rows = mart_rows()["indicator"]
    changed = max(one["effective_from"] for one in rows if one["version"] == 2)
    young = [one | {"known_from": changed} for one in rows]
    assert title not in text_of(releases.body(_context(tmp_path / "young", indicator=young)))


def test_too_few_quarters_lead_to_the_months(tmp_path: Path) -> None:
    path, values = "/indicators/P1-OP-02", mart_rows()["indicator_value"]
    assert "month by month" not in text_of(indicator.body(_context(tmp_path / "many", path)))
    few = [one for one in values if "Q" not in one["period"] or one["period"] == "2026-Q3"]
    text = text_of(indicator.body(_context(tmp_path / "few", path, indicator_value=few)))
    assert "no line is drawn." in text and "See it month by month" in text


def test_rejected_rows_are_counted_once_and_versions_apart_from_files(tmp_path: Path) -> None:
    unit = {"mission": "minutam", "source": "activities", "file": "activities_0826.xlsx"}
    context = _context(tmp_path, rejected_row=[unit | {"unit_code": "IPO01", "rows": 3}])
    text = text_of(data_quality.body(context))
    assert "3 rejected rows with 37 errors in 3 files" in text
    assert "3 files, and 1 version that a later one replaced" in text
