"""Contracts hold the columns that were agreed, and say what is wrong where they do not."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot

from indicators.definitions.contracts import Rule, contracts, load_order, read_contract
from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import LANGUAGES, has_message, message
from indicators.linkage.framework.causal_language import causal_term_in
from tests.conftest import SPECIFICATION

REPOSITORY = Path(__file__).parents[3]
# Columns of the tables of §1 to §7 that these do not have: `violence_type` and `circumstance` are
# ours, the conditions of a benchmark too, the others are of §8.
OURS = {
    "activities": {
        "threat_type", "national_caveat", "answers_alert_code", "operation_code", "forum",
    },
    "activity_plan": {"plan_version", "approved_on", "change_reason", "threat_type"},
    "after_action_reviews": {
        "operation_code", "perceptions_heard", "lessons", "tier", "phase", "threat_type",
        "for_headquarters",
    },
    "benchmarks": {
        "condition_en", "condition_fr", "threshold", "direction", "held_for_months", "reason",
    },
    "incidents": {"violence_type", "near_base", "circumstance"},
    "referrals": {"protection_risk_assessed"},
}  # fmt: skip
REQUIRED_BY_SECTION_8 = {
    "activity_plan": {"plan_version"},
    "referrals": {"observed_on", "protection_risk_assessed"},
}
# What people write in the records store, as tables: beside the list.
WRITTEN = {"assessments", "recommendations"}
OPTIONAL_BY_SECTION_8 = {"after_action_reviews": {"incident_code"}}
# codes by survey, by item and of the catalogue: text with a form or a row rule
OPEN_CODES = {"wave", "answer", "evidence_indicator"}
OPEN_ARROWS = {("activities", "network_code")}  # until the sample mission fills `registers`
TABLES = sorted(set(contracts()) - WRITTEN)
RULE_KINDS = sorted(
    {rule.kind for contract in contracts().values() for rule in contract.rules()}
    - {name for contract in contracts().values() for name in contract.row_rules}
)


@dataclass(frozen=True)
class Agreed:
    """What the agreed list says of one column; the type is empty where it was given before."""

    required: bool
    type: str
    refers_to: str | None


COLUMN = re.compile(
    r"\s*(?P<name>[a-z][a-z0-9_]*)(?P<required>\*?)(→(?P<refers_to>\w+))?"
    r"( (?P<type>text|code|int|dec|bool|date|time|list<code))?"
)


def agreed_columns(text: str) -> dict[str, dict[str, Agreed]]:
    """Columns of each table: separated by semicolons, inside back quotes, below its name."""
    tables: dict[str, dict[str, Agreed]] = {}
    table = ""
    for line in text.splitlines():
        heading = re.match(r"\*\*(\w+)\*\* ·", line)
        if line.startswith("**"):
            table = heading[1] if heading else ""
        if table and not line.startswith(("Derived:", "| derived")):
            tables.setdefault(table, {}).update(columns_of_line(line))
    return tables


def columns_of_line(line: str) -> dict[str, Agreed]:
    """A key has commas and a list of columns semicolons."""
    lists = [quoted for quoted in re.findall(r"`([^`]*)`", line) if ";" in quoted]
    found = [COLUMN.match(part) for quoted in lists for part in quoted.split(";")]
    return {
        column["name"]: Agreed(bool(column["required"]), column["type"] or "", column["refers_to"])
        for column in found
        if column
    }


@pytest.fixture(scope="module")
def agreed() -> dict[str, dict[str, Agreed]]:
    text = (SPECIFICATION / "source_tables.md").read_text(encoding="utf-8")
    added = text.split("\nNew tables: ")[1].split("\n")[0].replace(". **", "\n**")
    return agreed_columns(text.split("\n## 8.")[0] + "\n" + added)


@pytest.mark.parametrize("table", TABLES)
def test_a_contract_has_every_agreed_column_and_no_other(
    table: str, agreed: dict[str, dict[str, Agreed]]
) -> None:
    assert len(agreed[table]) > 3
    assert set(contracts()[table].columns) - OURS.get(table, set()) == set(agreed[table])


@pytest.mark.parametrize("table", TABLES)
def test_a_contract_requires_what_was_agreed_to_be_required(
    table: str, agreed: dict[str, dict[str, Agreed]]
) -> None:
    columns = contracts()[table].columns
    ours = {name for name, column in columns.items() if column.required}
    required = {name for name, column in agreed[table].items() if column.required}
    required |= REQUIRED_BY_SECTION_8.get(table, set())
    assert ours == required - OPTIONAL_BY_SECTION_8.get(table, set())


@pytest.mark.parametrize("table", TABLES)
def test_a_contract_has_the_agreed_types(table: str, agreed: dict[str, dict[str, Agreed]]) -> None:
    columns = contracts()[table].columns
    for name, column in agreed[table].items():
        if column.type and name not in OPEN_CODES:
            assert columns[name].type.startswith(column.type), name


def test_every_agreed_table_has_a_contract_and_no_other(
    agreed: dict[str, dict[str, Agreed]],
) -> None:
    assert len(agreed) == 36
    assert set(contracts()) == set(agreed) | WRITTEN


@pytest.mark.parametrize("table", TABLES)
def test_an_agreed_arrow_is_a_reference(table: str, agreed: dict[str, dict[str, Agreed]]) -> None:
    known = {name: other for name, other, _ in contracts()[table].references()}
    arrows = {name: column.refers_to for name, column in agreed[table].items() if column.refers_to}
    open_arrows = {name for other, name in OPEN_ARROWS if other == table}
    assert arrows.items() - known.items() == {(name, arrows[name]) for name in open_arrows}


@pytest.mark.parametrize("table", TABLES)
def test_every_area_and_unit_is_one_that_is_known(table: str) -> None:
    for name, column in contracts()[table].columns.items():
        if name.endswith("area_code") and table != "areas":
            assert column.reference == "areas.area_code", name
        if name.endswith("unit_code") and table != "units":
            assert column.reference == "units.unit_code", name


@pytest.mark.parametrize("table", TABLES)
def test_every_reference_names_a_column_that_there_is(table: str) -> None:
    contract = contracts()[table]
    for _, other, column in contract.references():
        assert column in contracts()[other].columns
    for reference in contract.composite_references:
        assert set(reference.to_columns) <= set(contracts()[reference.table].columns)
        assert len(reference.columns) == len(reference.to_columns)


def test_a_table_is_loaded_after_the_tables_it_refers_to() -> None:
    order = load_order(contracts())
    for table, contract in contracts().items():
        for other in contract.referenced_tables() - {table}:
            assert order.index(other) < order.index(table), (table, other)


def test_referrals_of_every_kind_need_consent_and_an_assessment_of_the_risk() -> None:
    contract = contracts()["referrals"]
    needed = {"no_consent": "consent_given", "not_assessed": "protection_risk_assessed"}
    assert contract.kept_only_if == needed
    assert all(contract.columns[name].required for name in needed.values())


def test_the_grave_violations_of_the_rule_are_the_first_six_of_the_list() -> None:
    for number, violation in enumerate(vocabulary("violation_type").codes):
        found = holds(
            "rights_monitoring",
            "grave_violation_of_mrm",
            mechanism="mrm",
            violation_type=violation,
        )
        assert found is (number < 6), violation


def test_answers_refer_to_the_interview_by_all_three_columns() -> None:
    answers = contracts()["survey_answers"]
    assert answers.referenced_tables() == {"survey_respondents"}
    assert Rule("survey_answers", "respondent_key", "reference") in list(answers.rules())


def test_rule_names_are_unique() -> None:
    names = [rule.name for contract in contracts().values() for rule in contract.rules()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("source", [t for t, c in contracts().items() if c.calendar])
def test_a_source_with_a_calendar_can_be_named_in_a_return(source: str) -> None:
    for language in LANGUAGES:
        title = contracts()[source].title.in_language(language)
        assert vocabulary("source").label(source, language) == title


# Words


PARAMETERS: dict[str, Any] = {
    "nearest": "police",
    "hint": "June has 30 days. ",
    "format": "31.07.2026",
    "minimum": 0,
    "maximum": 90,
    "example": "2025/26",
    "table": "areas",
    "found_en": "Activity code = A1",
    "found_fr": "Code de l’activité = A1",
    "starts_on": "2024-01-01",
    "ends_on": "2026-12-31",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", RULE_KINDS)
def test_every_kind_of_rule_has_a_sentence_that_says_what_to_do(kind: str, language: str) -> None:
    sentence = Problem(kind, "f.xlsx", "Patrols", 3, "month", "31.06", PARAMETERS).sentence(
        language
    )
    mend = {"en": "resubmit th", "fr": "renvoyez"}[language]
    assert mend in sentence
    assert has_message(f"rule.{kind}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_rule_speaks_with_its_own_words_and_the_values_found(language: str) -> None:
    contract = contracts()["deployments"]
    rule = contract.row_rules["dates_ordered"]
    found = {"to_on": "2026-01-01", "from_on": None}
    parameters = contract.row_rule_parameters("dates_ordered", found)
    sentence = message("problem.row_rule", language, **parameters)
    assert rule.title.in_language(language) in sentence
    assert rule.mend.in_language(language) in sentence
    last, first = (contract.columns[name].title.in_language(language) for name in found)
    day = {"en": "1 Jan 2026", "fr": "1er janv. 2026"}[language].replace(" ", "\u00a0")
    assert f"{last} = {day}, {first} = –" in sentence


@pytest.mark.parametrize("folder", ["contracts", "vocabularies"])
def test_no_causal_word_stands_in_a_contract_or_code_list(folder: str) -> None:
    for path in sorted((data_folder() / folder).glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        words = re.sub(r"^  cause:", "", text, flags=re.MULTILINE)  # an agreed column's name
        for language in LANGUAGES:
            assert causal_term_in(words, language) is None, path.name


# Wrong contracts


def refused(text: str, tmp_path: Path) -> str:
    path = tmp_path / "patrols.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUse) as error:
        read_contract(path)
    return str(error.value)


GOOD = """
table: patrols
title: {en: Patrols, fr: Patrouilles}
grain: {en: One patrol, fr: Une patrouille}
confidentiality: {total: institutional}
key: [patrol_code]
columns:
  patrol_code: {type: text, required: true, title: {en: Code, fr: Code}}
  made_on: {type: date, title: {en: Made on, fr: Faite le}}
row_rules:
  dated:
    expression: made_on IS NOT NULL
    columns: [made_on]
    title: {en: It has no date, fr: Elle n’a pas de date}
    mend: {en: Give the date., fr: Indiquez la date.}
"""


def test_the_contract_that_the_wrong_ones_are_made_from_is_right(tmp_path: Path) -> None:
    path = tmp_path / "patrols.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_contract(path).table == "patrols"


def test_a_misspelt_key_is_refused_with_file_key_and_nearest_key(tmp_path: Path) -> None:
    sentence = refused(GOOD.replace("required: true", "requierd: true"), tmp_path)
    assert "patrols.yaml" in sentence
    assert "columns.patrol_code.requierd" in sentence
    assert "nearest known key is required" in sentence


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("key: [patrol_code]", "key: [patrol_cod]", "patrol_cod"),
        ("type: date", "type: day", "unknown type day"),
        ("type: date", "type: code", "codes or its vocabulary"),
        ("type: date", "type: text, pattern: '^[0-9]$', example: x", "example that fits"),
        ("columns: [made_on]", "columns: [made]", "made"),
        ("    expression: made_on IS NOT NULL\n", "", "an expression or answers_of"),
        ("fr: Faite le", "de: Gemacht am", "made_on.title.fr"),
    ],
)
def test_a_wrong_contract_is_refused_with_its_key(
    right: str, wrong: str, said: str, tmp_path: Path
) -> None:
    assert right in GOOD
    assert said in refused(GOOD.replace(right, wrong), tmp_path)


def test_the_contract_shown_in_the_documentation_is_right(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs/contracts.md").read_text(encoding="utf-8")
    shown = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert shown
    path = tmp_path / "patrols.yaml"
    path.write_text(shown[1], encoding="utf-8")
    assert "far_by_vehicle" in read_contract(path).row_rules


# Row rules


def holds(table: str, rule: str, **values: object) -> bool | None:
    """What a row rule says of one row in which the columns not given are empty."""
    contract = contracts()[table]
    columns = ", ".join(
        f'CAST(${name} AS {column.sql_type}) AS "{name}"'
        for name, column in contract.columns.items()
    )
    row = dict.fromkeys(contract.columns) | values
    with duckdb.connect() as connection:
        expression = contract.row_rules[rule].expression
        query = f"SELECT {expression} FROM (SELECT {columns})"
        found = connection.execute(query, row).fetchone()
    assert found is not None
    return found[0]


ROW_RULES = [
    (table, name) for table, contract in contracts().items() for name in contract.row_rules
]


@pytest.mark.parametrize(("table", "rule"), ROW_RULES)
def test_a_row_rule_names_the_columns_that_it_asks(table: str, rule: str) -> None:
    entry = contracts()[table].row_rules[rule]
    tree = sqlglot.parse_one(entry.expression, read="duckdb")
    assert {column.name for column in tree.find_all(sqlglot.exp.Column)} == set(entry.columns)


@pytest.mark.parametrize("table", TABLES)
def test_a_row_rule_is_silent_on_columns_that_are_not_required(table: str) -> None:
    contract = contracts()[table]
    # the mission area: the one row that needs no more; a review needs one of two codes
    filled = {"area_level": "country", "incident_code": "IN-1"}
    given = {name: filled.get(name) for name in contract.columns}
    for rule in contract.row_rules:
        assert holds(table, rule, **given) is not False


@pytest.mark.parametrize(
    ("table", "rule", "good", "bad"),
    [
        (
            "areas",
            "validity_ordered",
            {"valid_from": "2026-01-01", "valid_to": "2026-01-01"},
            {"valid_to": "2025-12-31"},
        ),
        (
            "areas",
            "parent_given",
            {"area_level": "admin2", "parent_area_code": "A"},
            {"parent_area_code": None},
        ),
        (
            "areas",
            "coordinates_not_zero",
            {"latitude": 0, "longitude": 9.5},
            {"longitude": 0},
        ),
        (
            "population",
            "bounds_ordered",
            {"persons": 5, "persons_low": 5, "persons_high": 6},
            {"persons_low": 6},
        ),
        (
            "units",
            "type_of_component",
            {"component": "police", "unit_type": "FPU"},
            {"unit_type": "MIL"},
        ),
        (
            "deployments",
            "women_within_personnel",
            {"personnel_count": 2.5, "women_count": 2.5},
            {"women_count": 2.6},
        ),
        (
            "reporting_returns",
            "month_is_first_day",
            {"month": "2026-07-01"},
            {"month": "2026-07-02"},
        ),
        (
            "reporting_returns",
            "reason_only_without_access",
            {"return_status": "no_access", "no_access_reason": "road"},
            {"return_status": "nil"},
        ),
        (
            "activity_plan",
            "month_in_budget_year",
            {"budget_year": "2025/26", "month": "2026-06-01"},
            {"month": "2026-07-01"},
        ),
        (
            "incidents",
            "deaths_ordered",
            {"deaths_low": 1, "deaths_best": 2, "deaths_high": 2},
            {"deaths_high": 1},
        ),
        ("incidents", "coordinates_complete", {"latitude": 5, "longitude": 5}, {"longitude": None}),
        (
            "alerts",
            "merged_not_into_itself",
            {"alert_code": "A", "merged_into": "B"},
            {"merged_into": "A"},
        ),
        (
            "survey_respondents",
            "weight_given",
            {"instrument": "household", "result": "complete", "weight_person": 1.2},
            {"weight_person": None},
        ),
        (
            "survey_respondents",
            "weight_positive",
            {"weight_person": 0.000001},
            {"weight_person": 0},
        ),
        (
            "survey_respondents",
            "answers_need_consent",
            {"result": "partial", "consent_given": True},
            {"consent_given": False},
        ),
        (
            "survey_respondents",
            "adult_fits_age",
            {"is_adult": False, "age_group": "Y0T17"},
            {"is_adult": True},
        ),
        (
            "police_census",
            "vetted_within_officers",
            {"officers_count": 2, "officers_vetted_count": 2},
            {"officers_vetted_count": 3},
        ),
        (
            "registers",
            "facility_type_given",
            {"register_code": "detention_facility", "facility_type": "prison"},
            {"facility_type": None},
        ),
        (
            "hot_spots",
            "validity_ordered",
            {"valid_from": "2026-01-01", "valid_to": "2026-01-01"},
            {"valid_to": "2025-12-31"},
        ),
        (
            "referrals",
            "referred_after_observed",
            {"observed_on": "2026-03-05", "referred_on": "2026-03-05"},
            {"referred_on": "2026-03-04"},
        ),
        (
            "un_detentions",
            "handover_actor_named",
            {"detention_end": "handed_over", "handover_actor": "police"},
            {"handover_actor": None},
        ),
        (
            "rights_monitoring",
            "grave_violation_of_mrm",
            {"mechanism": "mrm", "violation_type": "abduction"},
            {"violation_type": "torture"},
        ),
        (
            "rights_monitoring",
            "sexual_violence_of_mara",
            {"mechanism": "mara", "violation_type": "rape"},
            {"violation_type": "killing"},
        ),
        (
            "rights_monitoring",
            "child_of_mrm",
            {"mechanism": "mrm", "age_group": "_U"},
            {"age_group": "Y18T29"},
        ),
        (
            "rights_monitoring",
            "verified_within_reported",
            {"allegations_reported": 2, "allegations_verified": 2},
            {"allegations_verified": 3},
        ),
        (
            "training",
            "passed_only_if_taken",
            {"test_taken": True, "test_passed": True},
            {"test_taken": None},
        ),
        (
            "training",
            "observation_complete",
            {"observed_on": "2026-06-05", "skill_applied": False},
            {"observed_on": None},
        ),
        (
            "custody_visits",
            "past_limit_within_dated",
            {"detainees_with_arrest_date": 2, "detainees_past_limit": 2},
            {"detainees_past_limit": 3},
        ),
        (
            "police_posts",
            "open_only_if_staffed",
            {"staffed": False, "open_days_per_week": 0},
            {"open_days_per_week": 0.5},
        ),
        (
            "police_complaints",
            "finding_only_if_closed",
            {"has_written_finding": True, "closed_on": "2026-03-05"},
            {"closed_on": None},
        ),
        (
            "commitments",
            "verifier_named",
            {"verified_on": "2026-03-05", "verifier_role": "human_rights"},
            {"verifier_role": None},
        ),
    ],
)
def test_a_row_rule_passes_the_good_row_and_only_it(
    table: str, rule: str, good: dict[str, object], bad: dict[str, object]
) -> None:
    assert holds(table, rule, **good) is True
    assert holds(table, rule, **good | bad) is False


@pytest.mark.parametrize(
    ("item", "answer", "allowed"),
    [
        ("safety_overall", "very_good", True),
        ("safety_overall", "very_safe", False),
        ("safety_overall", "refused", True),
        ("safety_overall", "3", False),
        ("trip_days_prevented", "3", True),
        ("trip_days_prevented", "three", False),
        ("trip_days_prevented", "dont_know", True),
        ("trip_planned", "yes", True),
    ],
)
def test_an_item_takes_its_own_answers(item: str, answer: str, allowed: bool) -> None:
    assert holds("survey_answers", "answer_of_item", item=item, answer=answer) is allowed
