"""Which figures there are none of where no file has some columns: by what blank would do."""

import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.checks.unrecorded import lacking
from indicators.definitions.contracts import contracts

ALL = {
    table: [name for name, column in contract.columns.items() if not column.required]
    for table, contract in contracts().items()
}
CASES = [
    # indicator, columns that no file has, those without which it has no figure
    ("D-OC-05", ["circumstance"], ["circumstance"]),
    ("P2-OC-08", ["linked_operation", "deaths_civilian"], ["linked_operation"]),
    # the sum of what nobody states, the share of what nobody can have done
    ("P2-OP-02", ["personnel_count"], ["personnel_count"]),
    ("P1-OC-02", ["acted_on"], ["acted_on"]),
    # through a derived column, by a condition on it and by a key into another table
    ("P2-OP-04", ["ended_at"], ["ended_at"]),
    ("P2-OC-02", ["first_action_at", "merged_into"], ["first_action_at"]),
    ("P1-OP-08", ["hrddp_assessment_code"], ["hrddp_assessment_code"]),
    ("P2-OC-07", ["site_code"], ["site_code"]),
    # one of two is enough, and both are named where there is neither
    ("P2-OP-07", ["alert_code"], []),
    ("P2-OP-07", ["alert_code", "hot_spot_code"], ["alert_code", "hot_spot_code"]),
    # blank is an answer: not merged, no deaths beside another harm, no end of the day
    ("P2-OP-09", ["merged_into"], []),
    ("P2-OC-08", ["deaths_civilian", "injured_civilian"], []),
    ("P2-OP-02", ["ended_at"], []),
    # declared: without it all would count
    ("D-OC-06", ["site_code"], ["site_code"]),
    ("P1-OC-06", ["violent_breach_on"], ["violent_breach_on"]),
]


@pytest.mark.parametrize(("code", "blank", "asked"), CASES)
def test_an_indicator_lacks_what_it_can_never_count_without(
    code: str, blank: list[str], asked: list[str]
) -> None:
    indicator = load_catalogue()[code]
    found = lacking(indicator, {indicator.source: blank})
    assert found == [f"{indicator.source}.{name}" for name in asked]


def test_columns_of_other_tables_are_told_as_well() -> None:
    lacks = lacking(load_catalogue()["P1-OC-08"], {"activities": ["answers_alert_code"]})
    assert lacks == ["activities.answers_alert_code"]


def test_a_table_without_any_file_is_named_and_the_own_one_has_its_own_reason() -> None:
    absent = {name: list(contracts()[name].columns) for name in ("after_action_reviews", "alerts")}
    reviewed, warned = load_catalogue()["P2-OP-15"], load_catalogue()["P2-OC-10"]
    assert lacking(reviewed, absent) == ["after_action_reviews.*"]
    assert lacking(warned, absent) == ["alerts.*"]
    assert lacking(load_catalogue()["P2-OP-09"], absent) == []


@pytest.mark.parametrize("code", sorted(load_catalogue()))
def test_nothing_is_lacking_where_files_have_all_else(code: str) -> None:
    indicator = load_catalogue()[code]
    assert lacking(indicator, {}) == []
    for one in lacking(indicator, ALL):
        table, column = one.split(".")
        assert not contracts()[table].columns[column].required
