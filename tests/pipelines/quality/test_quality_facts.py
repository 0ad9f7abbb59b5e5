"""Quality facts: each on a table that is right and on one that breaks it and only it."""

import re
from datetime import date, datetime, time, timedelta

import pytest

from indicators.definitions.contracts import contracts
from pipelines.quality.check_results import CheckResult
from pipelines.quality.checks import check_values, checks_of_table, run_checks
from pipelines.quality.facts.volumes import partly_covered
from pipelines.quality.rejects.summary import (
    write_reject_summary,
    write_rejected_rows,
    write_waiting_rows,
)
from pipelines.workspace.paths import Workspace
from tests.worlds.mission.figures import (
    MISSION,
    PATROLS,
    SAFE,
    add,
    add_definition,
    add_figure,
    add_file,
    insert,
    memory_warehouse,
    write_profile,
)


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


@pytest.fixture
def mission(workspace):
    return write_profile(workspace)


@pytest.fixture
def warehouse():
    with memory_warehouse() as connection:
        add(connection, "areas", {"area_code": "BK"}, {"area_code": "BK-1"})
        add(connection, "units", {"unit_code": "FPU-1"})
        yield connection


def facts(warehouse, table, mission) -> dict[str, CheckResult]:
    results = checks_of_table(warehouse, contracts()[table], mission)
    return {entry.check.removeprefix(f"{table}."): entry for entry in results}


def returned(month: int, status: str, **facts):
    due = {"source": "activities", "unit_code": "FPU-1", "area_code": "BK-1"}
    return due | {"month": date(2026, month, 1), "return_status": status} | facts


def test_completeness_counts_what_was_due_and_not_what_was_not_due(warehouse, mission) -> None:
    statuses = ["submitted", "nil", "not_submitted", "no_access", "not_due"]
    add(warehouse, "reporting_returns", *(returned(n + 1, s) for n, s in enumerate(statuses)))
    found = facts(warehouse, "reporting_returns", mission)["completeness.activities"]
    assert (found.status, found.observed, found.rows_failed) == ("failed", "2 / 4", 2)


def test_a_return_is_late_after_the_calendars_days(warehouse, mission) -> None:
    days = contracts()["activities"].calendar.due_days
    in_time, late = date(2026, 7, days), date(2026, 7, days + 1)
    add(
        warehouse,
        "reporting_returns",
        returned(6, "submitted", received_on=in_time, area_code="BK"),
        returned(6, "submitted", received_on=late),
    )
    found = facts(warehouse, "reporting_returns", mission)["timeliness.activities"]
    assert (found.status, found.observed) == ("failed", "1 / 2")


@pytest.mark.parametrize(("last_month", "status"), [(20, "passed"), (3, "failed"), (60, "failed")])
def test_a_month_far_from_the_usual_number_of_rows_is_flagged(
    warehouse, mission, last_month, status
) -> None:
    for month, rows in [*((m, 20) for m in range(1, 9)), (9, last_month)]:
        days = [{"occurred_on": date(2026, month, 1 + row % 28)} for row in range(rows)]
        add(warehouse, "incidents", *(day | {"deaths_best": n} for n, day in enumerate(days)))
    found = facts(warehouse, "incidents", mission)["volume"]
    assert (found.status, found.observed) == (status, str(last_month))
    assert found.sentence_en.startswith("September 2026 has")
    assert found.sentence_fr.startswith("En septembre 2026,")


def test_a_month_without_any_row_counts_as_zero_in_the_history(warehouse, mission) -> None:
    months = [1, 8, 9]
    rows = [
        {"occurred_on": date(2026, m, 1 + n), "injured_civilian": n}
        for m in months
        for n in range(20)
    ]
    add(warehouse, "incidents", *rows)
    assert facts(warehouse, "incidents", mission)["volume"].status == "failed"


def test_coarse_dates_say_nothing_of_the_volume_of_a_month(warehouse, mission) -> None:
    for month in range(1, 9):
        rows = [{"occurred_on": date(2026, month, 1 + n)} for n in range(20)]
        add(warehouse, "incidents", *(row | {"date_precision": "day"} for row in rows))
    coarse = {"occurred_on": date(2026, 9, 1), "date_precision": "year"}
    add(warehouse, "incidents", *[coarse] * 90)
    found = facts(warehouse, "incidents", mission)["volume"]
    assert (found.status, found.observed) == ("passed", "20")


def test_look_alike_events_are_flagged_and_stay(warehouse, mission) -> None:
    event = {"latitude": 4.85, "longitude": 31.6, "deaths_best": 3, "date_precision": "day"}
    elsewhere, no_place = event | {"latitude": 4.9}, event | {"latitude": None}
    add(warehouse, "incidents", event, event, elsewhere, no_place, no_place)
    found = facts(warehouse, "incidents", mission)["look_alike_events"]
    assert (found.status, found.severity, found.rows_failed) == ("failed", "warning", 2)
    assert warehouse.execute("SELECT count(*) FROM core.incidents").fetchone() == (5,)


def test_the_same_case_under_two_codes_is_flagged(warehouse, mission) -> None:
    case = {"area_code": "BK-1", "received_at": datetime(2026, 7, 3, 9)}
    add(warehouse, "alerts", case, case, case | {"area_code": "BK"})
    assert facts(warehouse, "alerts", mission)["repeated_content"].rows_failed == 1


def test_an_end_before_its_start_is_counted(warehouse, mission) -> None:
    start = datetime(2026, 7, 1, 8)
    add(
        warehouse,
        "activities",
        {"started_at": start, "ended_at": datetime(2026, 7, 1, 7, 59)},
        {"started_at": start, "ended_at": start},
        {"started_at": start},
    )
    found = facts(warehouse, "activities", mission)["ended_at_not_before_started_at"]
    assert found.rows_failed == 1


def interview(**changes):
    plain = {
        "survey_code": "PS",
        "wave": "1",
        "result": "complete",
        "consent_given": True,
        "psu": "12",
        "weight_person": 1.5,
        "weight_household": 1.0,
        "started_at": datetime(2026, 8, 1, 9),
        "ended_at": datetime(2026, 8, 1, 9, 30),
    }
    return plain | changes


def test_short_interviews_are_counted_and_negative_ones_are_not_among_them(
    warehouse, mission
) -> None:
    add(
        warehouse,
        "survey_respondents",
        interview(),
        interview(ended_at=datetime(2026, 8, 1, 9, 9, 59)),
        interview(ended_at=datetime(2026, 8, 1, 8)),
        interview(ended_at=datetime(2026, 8, 1, 9, 5), instrument="pulse", weight_person=None),
    )
    found = facts(warehouse, "survey_respondents", mission)
    assert found["short_interviews"].rows_failed == 1
    assert found["ended_at_not_before_started_at"].rows_failed == 1


def test_a_wave_without_sampling_units_says_what_its_intervals_rest_on(
    warehouse, workspace
) -> None:
    substitute = {"survey_code": "PS", "wave": "2", "design_effect": 1.9}
    reason = {"reason": {"en": "not released", "fr": "non publié"}}
    mission = write_profile(workspace, survey_substitutes=[substitute | reason])
    waves = [interview(psu=None), interview(psu=None, wave="2")]
    add(warehouse, "survey_respondents", *waves)
    found = facts(warehouse, "survey_respondents", mission)
    assert {found["psu.PS.1"].status, found["psu.PS.2"].status} == {"failed"}
    assert found["psu.PS.1"].sentence_en != found["psu.PS.2"].sentence_en.replace("PS.2", "PS.1")


@pytest.mark.parametrize("weights", [(None, None), (0, 1), (1, 0)])
def test_an_interview_without_a_positive_weight_stops_a_release(
    warehouse, mission, weights
) -> None:
    person, household = weights
    wrong = interview(weight_person=person, weight_household=household)
    refused = interview(weight_person=None, weight_household=None, result="refusal")
    add(warehouse, "survey_respondents", interview(), wrong, refused)
    found = facts(warehouse, "survey_respondents", mission)["weights.PS.1"]
    assert (found.stops_release, found.observed) == (True, "1 / 2")


def test_one_answer_that_outweighs_ten_is_flagged(warehouse, mission) -> None:
    rows = [interview(), interview(), interview(weight_person=16)]
    add(warehouse, "survey_respondents", *rows)
    found = facts(warehouse, "survey_respondents", mission)["weight_ratio.PS.1"]
    assert (found.status, found.severity) == ("failed", "warning")


def test_a_row_with_coordinates_outside_all_outlines_is_told(warehouse, mission) -> None:
    place = {"latitude": 4.85, "longitude": 31.6}
    add(
        warehouse,
        "incidents",
        place | {"area_code": "BK", "location_precision": "exact"},
        place | {"area_code": "BK", "location_precision": "country"},
        place | {"area_code": "BK-1", "location_precision": "exact"},
    )
    assert facts(warehouse, "incidents", mission)["unmapped_rows"].rows_failed == 1


def test_a_reference_to_nothing_stops_a_release(warehouse, mission) -> None:
    add(warehouse, "activities", {"unit_code": "FPU-1"}, {"unit_code": "FPU-9"})
    found = facts(warehouse, "activities", mission)["unit_code.reference"]
    assert (found.stops_release, found.rows_failed) == (True, 1)


def published(workspace, **years):
    write_profile(workspace)
    path = workspace.profile(MISSION) / "published.csv"
    lines = ["country,year,civilians,others"]
    lines += [f"Bako,{year.removeprefix('y')},{total - 1},1" for year, total in years.items()]
    lines += [f"Elsewhere,{year.removeprefix('y')},900,0" for year in years]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    total = {
        "name": {"en": "Deaths", "fr": "Morts"},
        "table": "incidents",
        "sum_column": "deaths_best",
        "file": "published.csv",
        "year_column": "year",
        "value_columns": ["civilians", "others"],
        "where": {"country": "Bako"},
        "source": "UCDP",
    }
    return write_profile(workspace, published_totals=[total])


def test_sums_are_held_against_published_figures_year_by_year(warehouse, workspace) -> None:
    mission = published(workspace, y2023=5, y2024=7, y2025=7, y2026=7)
    for year, deaths in ((2024, 7), (2025, 6), (2026, 9)):
        add(warehouse, "incidents", {"occurred_on": date(year, 5, 1), "deaths_best": deaths})
    results = run_checks(warehouse, mission, workspace.profile(MISSION))
    compared = {r.check.rpartition(".")[2]: r for r in results if "published_total." in r.check}
    assert {year: r.status for year, r in compared.items()} == {
        "2024": "passed",
        "2025": "failed",
        "2026": "failed",
    }
    for year, ours in (("2025", "6"), ("2026", "9")):
        assert (compared[year].severity, compared[year].observed) == ("warning", ours)
        assert ours in compared[year].sentence_fr and "7" in compared[year].sentence_fr
    assert "below" in compared["2025"].sentence_en and "above" in compared["2026"].sentence_en


def test_a_year_without_a_row_is_compared_and_one_that_is_covered_in_part_is_not(
    warehouse, workspace
) -> None:
    mission = published(workspace, y2024=7, y2025=7, y2026=7, y2027=7)
    add(warehouse, "incidents", {"occurred_on": date(2025, 5, 1), "deaths_best": 7})
    warehouse.execute(
        """INSERT INTO ops.covered_span
        VALUES (?, 'incidents', DATE '2024-06-01', DATE '2026-12-31', 'day')""",
        [add_file(warehouse, "events.csv")],
    )
    results = run_checks(warehouse, mission, workspace.profile(MISSION))
    compared = {r.check.rpartition(".")[2]: r for r in results if "published_total." in r.check}
    assert {year: (r.status, r.observed) for year, r in compared.items()} == {
        "2025": ("passed", "7"),
        "2026": ("failed", "0"),
    }


def test_a_published_file_that_cannot_be_read_is_an_error(warehouse, workspace) -> None:
    mission = published(workspace, y2026=7)
    (workspace.profile(MISSION) / "published.csv").write_text("country,years\n", encoding="utf-8")
    add(warehouse, "incidents", {"deaths_best": 7})
    results = run_checks(warehouse, mission, workspace.profile(MISSION))
    assert [r.status for r in results if r.table == "published_totals"] == ["error"]


@pytest.mark.parametrize(
    ("months", "more", "told"),
    [
        (range(2, 9), {}, {"activities": "failed"}),  # to August: September is missing
        (range(2, 10), {}, {"activities": "passed"}),
        (range(4, 9), {}, {}),  # five months are no habit
        ((1, 2, 3, 4, 5, 8), {}, {}),
        (range(2, 9), {"return_status": "nil"}, {"activities": "passed"}),  # nothing was, and said
        (range(2, 9), {"return_status": "not_submitted"}, {"activities": "failed"}),
    ],
)
def test_a_source_that_ends_before_the_quarter_does_is_told(
    warehouse, workspace, mission, months, more, told
) -> None:
    insert(warehouse, "mart.mission", {"mission": MISSION, "as_of": date(2026, 10, 15)})
    add(warehouse, "activities", *({"started_at": datetime(2026, m, 9, 12)} for m in months))
    if more:
        add(warehouse, "reporting_returns", returned(9, more["return_status"]))
    found = {
        one.table: one for one in check_values(warehouse, mission) if one.expected == "2026-Q3"
    }
    assert {name: one.status for name, one in found.items()} == told
    is_partly = told.get("activities") == "failed"
    assert (*partly_covered(warehouse, "2026-Q3"),) == (("activities",) if is_partly else ())
    assert not partly_covered(warehouse, "2026-Q2")
    if is_partly:
        assert "août 2026" in found["activities"].sentence_fr


def test_sentences_name_tables_as_their_readers_do(warehouse, workspace, mission) -> None:
    add(warehouse, "reporting_returns", returned(1, "submitted", received_on=date(2026, 2, 1)))
    results = run_checks(warehouse, mission, workspace.profile(MISSION))
    written_apart = {name for name in contracts() if "_" in name}  # none of these is a word
    for found in results:
        words = {*re.findall(r"\w+", f"{found.sentence_en} {found.sentence_fr}")}
        assert not words & written_apart, found
    told = {found.check: found for found in results}
    assert "dans la table «\u00a0Zones\u00a0»" in told["units.home_area_code.reference"].sentence_fr
    assert "“Activities”" in told["reporting_returns.completeness.activities"].sentence_en


def test_a_ledger_that_does_not_add_up_stops_a_release(warehouse, workspace, mission) -> None:
    add_file(
        warehouse, "whole.xlsx", rows_read=10, rows_loaded=7, rows_rejected=2, rows_unchanged=1
    )
    add_file(warehouse, "short.xlsx", rows_read=10, rows_loaded=7, rows_rejected=2)
    add_file(warehouse, "held.xlsx", status="held", rows_loaded=0)
    results = run_checks(warehouse, mission, workspace.profile(MISSION))
    intake = {r.check: r for r in results if r.table == "input_file"}
    assert intake["input_file.ledger"].stops_release
    assert intake["input_file.ledger"].rows_failed == 1
    assert intake["input_file.rejected_rows"].observed == "4 / 20"
    assert "held.xlsx" in intake["input_file.held_files"].sentence_en


def test_neighbouring_rejects_of_one_fault_become_one_line(warehouse, workspace, mission) -> None:
    parameters = '{"field": "unit_type", "nearest": "FPU"}'
    for row in [12, 13, 14, 16]:
        fault = {"column_name": "Type", "raw_value": "FPX", "rule": "code"}
        place = {"file": "units.xlsx", "file_sha256": "a" * 64, "sheet": "S", "row_number": row}
        insert(warehouse, "quarantine.units", place | fault | {"parameters": parameters})
    insert(warehouse, "quarantine.units", place | fault | {"rule": "required", "raw_value": None})
    run_checks(warehouse, mission, workspace.profile(MISSION))
    lines = warehouse.execute(
        "SELECT source, first_row, last_row, rows, rule FROM mart.reject_summary ORDER BY ALL"
    ).fetchall()
    assert lines == [
        ("units", 12, 14, 3, "code"),
        ("units", 16, 16, 1, "code"),
        ("units", 16, 16, 1, "required"),
    ]
    words = warehouse.execute(
        "SELECT sentence_en, sentence_fr FROM mart.reject_summary WHERE rows = 3"
    ).fetchone()
    assert all("FPX" in sentence and "FPU" in sentence for sentence in words)


def test_a_row_rejected_for_each_of_its_answers_is_one_line(warehouse, workspace, mission) -> None:
    fault = {"column_name": "survey_code", "raw_value": "PULSE", "rule": "duplicate_key"}
    place = {"file": "pulse.csv", "file_sha256": "a" * 64, "sheet": ""}
    for row in (8, 7):
        for item in ("trusts", "feels_safe", "was_asked"):
            parameters = f'{{"key": "respondent_key = P-{row}, item = {item}"}}'
            place["row_number"] = row
            insert(
                warehouse, "quarantine.survey_answers", place | fault | {"parameters": parameters}
            )
    run_checks(warehouse, mission, workspace.profile(MISSION))
    lines = warehouse.execute(
        "SELECT first_row, last_row, rows, sentence_en FROM mart.reject_summary ORDER BY first_row"
    ).fetchall()
    assert [line[:3] for line in lines] == [(7, 7, 1), (8, 8, 1)]
    assert "P-7, item = feels_safe" in lines[0][3]
    assert "P-8, item = feels_safe" in lines[1][3]


def test_results_are_replaced_and_not_heaped_up(warehouse, workspace, mission) -> None:
    """Values are checked at each refresh and once more before they are published."""
    add_figure(warehouse)
    add_definition(warehouse, PATROLS)
    for _ in range(2):
        results = run_checks(warehouse, mission, workspace.profile(MISSION))
        check_values(warehouse, mission)
        of_values = check_values(warehouse, mission)
    stored = warehouse.execute("SELECT check_name FROM mart.quality_check").fetchall()
    assert sorted(name for (name,) in stored) == sorted(r.check for r in [*results, *of_values])


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        ({"value": None}, "empty_with_reason"),
        ({"obs_status": "O"}, "empty_with_reason"),
        ({"conf_status": "X"}, "empty_with_reason"),
        ({"indicator": SAFE, "value": 100.5}, "percent_range"),
        ({"ci_low": 41.0, "ci_high": 50.0}, "interval_holds_value"),
        ({}, "repeated_keys"),
    ],
)
def test_a_figure_that_cannot_be_right_stops_a_release(warehouse, mission, wrong, check) -> None:
    add_definition(warehouse, PATROLS)
    add_definition(warehouse, SAFE, unit_of_measure="percent", measure="proportion")
    add_figure(warehouse)
    add_figure(warehouse, indicator=SAFE)
    assert {entry.status for entry in check_values(warehouse, mission)} == {"passed"}
    other_area = {"area": "BK-1"} if wrong else {}
    add_figure(warehouse, **(other_area | wrong))
    stopping = [r.check for r in check_values(warehouse, mission) if r.stops_release]
    assert stopping == [f"indicator_value.{check}"]


def test_a_chosen_indicator_without_any_row_stops_a_release(warehouse, mission) -> None:
    add_definition(warehouse, PATROLS)
    add_figure(warehouse)
    stopping = [r for r in check_values(warehouse, mission) if r.stops_release]
    assert [r.check for r in stopping] == ["indicator_value.every_indicator"]
    assert SAFE in stopping[0].sentence_en


def test_a_rejected_row_is_listed_under_the_known_unit_that_it_names(warehouse, mission) -> None:
    place = {"file": "patrols.xlsx", "file_sha256": "a" * 64, "sheet": "Patrols"}
    fault = {"column_name": "Type", "raw_value": None, "rule": "required"}
    units = {12: "FPU-1", 13: "FPU-1", 14: "FPU-2", 15: "FPX"}  # the last is no unit of the mission
    for row in units:
        insert(warehouse, "quarantine.activities", place | fault | {"row_number": row})
    write_waiting_rows(warehouse, mission, {}, "activities")
    warehouse.execute(
        "INSERT INTO core.units BY NAME SELECT unnest(['FPU-1', 'FPU-2']) AS unit_code"
    )
    for row, unit in units.items():
        named = {"file_sha256": "a" * 64, "sheet": "Patrols", "row_number": row, "unit_code": unit}
        insert(warehouse, "ops.waiting_activities", named)
    write_reject_summary(warehouse, mission, "activities")
    lines = warehouse.execute(
        "SELECT first_row, last_row, unit_code FROM mart.reject_summary ORDER BY first_row"
    ).fetchall()
    assert lines == [(12, 13, "FPU-1"), (14, 14, "FPU-2"), (15, 15, None)]


def test_a_line_that_fills_two_tables_is_one_rejected_row(warehouse, mission) -> None:
    """A line of a survey's file is an interview with its answers; its interview comes first."""
    add_file(warehouse, "wave.csv", file_sha256="a" * 64)
    place = {"file": "wave.csv", "file_sha256": "a" * 64, "rule": "required"}
    for table, rows in (("survey_answers", (1, 2, 3)), ("survey_respondents", (2, 3))):
        for row in rows:
            insert(warehouse, f"quarantine.{table}", place | {"row_number": row})
        write_waiting_rows(warehouse, mission, {}, table)
        warehouse.execute(f"DELETE FROM ops.waiting_{table}")
        for row in rows:
            where = {"file_sha256": "a" * 64, "row_number": row}
            insert(warehouse, f"ops.waiting_{table}", where)
    write_rejected_rows(warehouse, mission)
    found = warehouse.execute('SELECT source, "rows" FROM mart.rejected_row ORDER BY ALL')
    assert found.fetchall() == [("survey_answers", 1), ("survey_respondents", 2)]


def test_no_days_are_counted_from_a_mistyped_date(warehouse, mission) -> None:
    """Neither from one that was rejected nor from one before the mission began."""
    place = {"file": "patrols.xlsx", "file_sha256": "a" * 64, "sheet": "Patrols"}
    add_file(warehouse, "patrols.xlsx", file_sha256="a" * 64)
    begun = mission.starts_on
    days = {1: (begun, ["started_at"]), 2: (begun.replace(year=226), []),
            3: (begun + timedelta(days=40), ["unit_code"])}  # fmt: skip
    for row in days:
        insert(warehouse, "quarantine.activities", place | {"row_number": row, "rule": "code"})
    write_waiting_rows(warehouse, mission, {}, "activities")
    warehouse.execute("DELETE FROM ops.waiting_activities")
    for row, (day, faulty) in days.items():
        told = {"started_at": datetime.combine(day, time(12)), "faulty": faulty}
        where = {"file_sha256": "a" * 64, "sheet": "Patrols", "row_number": row}
        insert(warehouse, "ops.waiting_activities", where | told)
    write_rejected_rows(warehouse, mission)
    found = warehouse.execute('SELECT "rows", oldest_on FROM mart.rejected_row').fetchall()
    assert found == [(3, begun + timedelta(days=40))]
