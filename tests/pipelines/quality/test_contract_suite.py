"""A contract's suite, run by Great Expectations on a core table: what it finds and what it is."""

import pytest

from indicators.definitions.contracts import Contract, contracts
from pipelines.quality.check_results import CheckResult
from pipelines.quality.checks import checks_of_table
from pipelines.quality.suites.expectations import suite_of
from tests.worlds.mission.figures import add


def result(results: list[CheckResult], check: str) -> CheckResult:
    return {entry.check: entry for entry in results}[check]


def changed(contract: Contract, **changes: object) -> Contract:
    return Contract.model_validate(contract.model_dump() | changes)


def test_good_rows_pass_every_expectation(warehouse, mission) -> None:
    add(warehouse, "units", *({"strength_count": count} for count in (140, 160)))
    results = checks_of_table(warehouse, contracts()["units"], mission)
    assert [entry.check for entry in results if entry.status != "passed"] == []
    assert {entry.name for entry in suite_of(contracts()["units"])} <= {r.check for r in results}


@pytest.mark.parametrize(
    ("row", "check"),
    [
        ({"unit_code": None}, "units.unit_code.not_null"),
        ({"unit_type": "TANK"}, "units.unit_type.codes"),
        ({"strength_count": -3}, "units.strength_count.range"),
    ],
)
def test_a_broken_column_rule_is_found_under_its_name(warehouse, mission, row, check) -> None:
    add(warehouse, "units", {}, row)
    found = result(checks_of_table(warehouse, contracts()["units"], mission), check)
    assert (found.status, found.severity, found.rows_failed) == ("failed", "blocking", 1)
    assert found.stops_release


def test_a_list_of_codes_is_checked_code_by_code(warehouse, mission) -> None:
    good, bad = ["military", "justice"], ["military", "choir"]
    add(warehouse, "activities", *({"partner_components": codes} for codes in (good, bad, None)))
    results = checks_of_table(warehouse, contracts()["activities"], mission)
    assert result(results, "activities.partner_components.codes").rows_failed == 1


def test_a_key_that_stands_twice_is_found(warehouse, mission) -> None:
    add(warehouse, "areas", {"area_code": "BK"}, {"area_code": "BK"})
    results = checks_of_table(warehouse, contracts()["areas"], mission)
    unique = [entry for entry in results if "Unique" in expectation_of(entry.check)]
    assert [(entry.status, entry.rows_failed) for entry in unique] == [("failed", 3)]


def expectation_of(check: str) -> str:
    planned = {entry.name: entry.expectation for entry in suite_of(contracts()["areas"])}
    return planned.get(check, "")


@pytest.mark.parametrize(
    "declared",
    [
        {"expectation": "ExpectColumnValuesToBeUnique", "arguments": {"column": "no_such_column"}},
        {"expectation": "ExpectNoSuchThing", "arguments": {"column": "unit_code"}},
        {"expectation": "ExpectColumnValuesToBeUnique", "arguments": {"colum": "unit_code"}},
    ],
)
def test_a_check_that_crashes_is_an_error_and_not_a_finding(warehouse, mission, declared) -> None:
    words = {"title": {"en": "Broken", "fr": "Cassé"}, "severity": "blocking"}
    contract = changed(contracts()["units"], expectations={"broken": declared | words})
    add(warehouse, "units", {})
    results = checks_of_table(warehouse, contract, mission)
    crashed = result(results, "units.broken")
    assert (crashed.status, crashed.rows_failed) == ("error", 0)
    assert crashed.observed
    assert {entry.status for entry in results if entry is not crashed} == {"passed"}


def test_results_hold_no_raw_values(warehouse, mission) -> None:
    add(warehouse, "units", {"unit_name": "Sergeant Example", "unit_type": "Sergeant Example"})
    results = checks_of_table(warehouse, contracts()["units"], mission)
    assert result(results, "units.unit_type.codes").status == "failed"
    assert not [entry for entry in results if "Sergeant Example" in str(entry)]


def test_an_empty_table_that_a_source_feeds_is_told_so(warehouse, mission) -> None:
    results = checks_of_table(warehouse, contracts()["alerts"], mission)
    assert [entry.check for entry in results if entry.status != "passed"] == ["alerts.has_rows"]
