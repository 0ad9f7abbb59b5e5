"""What a selection needs: columns behind derived columns, questions, returns, population."""

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.checks.coverage import Requirements, requirements
from indicators.definitions.contracts import contracts


def needed(*codes: str) -> Requirements:
    catalogue = load_catalogue()
    return requirements([catalogue[code] for code in codes])


def test_derived_columns_are_followed_to_the_tables_that_they_look_at() -> None:
    columns = needed("P2-OP-15").columns
    assert {"latitude", "longitude", "from_on", "to_on"} <= set(columns["deployments"])
    assert {"confirmed_at", "level", "received_at", "closed_at"} <= set(columns["alerts"])
    assert {"incident_code", "completed_on"} <= set(columns["after_action_reviews"])
    assert "km_to_nearest_base" not in columns["incidents"]
    assert "site_code" not in columns["incidents"]


def test_columns_without_which_a_row_is_refused_go_with_their_table() -> None:
    found = set(needed("P2-OP-03").columns["activities"])
    required = {name for name, c in contracts()["activities"].columns.items() if c.required}
    assert required < found and "patrol_mode" in found and "channel" not in found


def test_a_survey_needs_its_design_its_weight_and_its_questions() -> None:
    found = needed("P2-OC-06", "P2-OC-09")
    assert found.questions == (
        "safe_in_site_day",
        "safe_in_site_night",
        "trip_days_prevented",
        "trip_planned",
    )
    person = needed("X-IM-01").columns["survey_respondents"]
    household = needed("P2-OC-06").columns["survey_respondents"]
    assert {"stratum", "psu", "weight_person"} <= set(person)
    assert "weight_household" in household and "weight_person" not in household


def test_a_rate_needs_population_and_a_reported_source_its_returns() -> None:
    found = needed("X-IM-03", "P2-OC-08", "P3-OC-03")
    assert "persons" in found.columns["population"]
    assert "harm_checked" in found.columns["reporting_returns"]
    assert found.returns == ("incidents", "rights_monitoring")


def test_the_whole_list_needs_every_table_that_contracts_give_to_indicators() -> None:
    listed = [code for code in load_catalogue() if not code.startswith("D-")]
    without = contracts().keys() - needed(*listed).columns.keys()
    # read by plans, threats, what residents say, transition and what people write alone
    assert without == {
        "activity_plan", "threat_assessments", "community_feedback", "benchmarks",
        "assessments", "recommendations",
    }  # fmt: skip
