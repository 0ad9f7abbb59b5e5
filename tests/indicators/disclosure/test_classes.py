"""What each figure is about, by the tables of source_tables.md §9 and what the catalogue adds."""

from pathlib import Path

import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.checks.catalogue_checks import entry_problems
from indicators.definitions.checks.columns_read import class_of_part, class_of_total
from indicators.definitions.contracts import CLASSES, contracts
from indicators.definitions.indicator import Raised
from indicators.definitions.measures import Measure, Part
from indicators.definitions.sharing.confidentiality import class_by_source
from indicators.definitions.vocabularies import read_vocabularies, vocabularies
from indicators.disclosure.pooling import pooled_kinds
from indicators.foundation.errors import WrongUse

# source_tables.md §9: of a table's rows in total, where nothing else is said of them
TOTALS = {
    "institutional": {
        *("areas", "population", "units", "deployments", "reporting_returns", "registers"),
        *("hot_spots", "route_days", "activities", "activity_plan", "un_personnel", "training"),
        *("custody_visits", "police_census", "police_posts", "local_agreements", "commitments"),
        *("threat_assessments", "after_action_reviews", "hrddp_assessments"),
        *("operations", "preparedness", "benchmarks", "assessments", "recommendations"),
    },
    "event": {"incidents", "displacement_events", "alerts"},
    "person": {
        *("activity_participants", "incident_victims", "un_detentions", "justice_cases"),
        *("police_complaints", "community_feedback"),
    },
    "survey": {"survey_respondents", "survey_answers"},
    "protected": {"rights_monitoring", "referrals"},
}
# The same section: what is described by these columns
PARTS = {
    "displacement_events": {"sex": "person", "age_group": "person"},
    "un_personnel": {"sex": "person"},
    "training": {"sex": "person"},
    "police_census": {"sex": "person", "rank_group": "person"},
    "custody_visits": {"sex": "person", "detainees_past_limit": "person"},
    "incidents": {"victim_sexes": "person", "victim_age_groups": "person"},
    "alerts": {"source_type": "protected", "source_sex": "protected", "threat_type": "event"},
    "hrddp_assessments": {"risk": "protected", "decision": "protected"},
    "survey_respondents": {"sex": "survey", "ethnic_group": "protected"},
}


def test_tables_in_total() -> None:
    found = {name: {t for t, c in contracts().items() if c.confidentiality.total == name}
             for name in CLASSES}  # fmt: skip
    assert found == TOTALS


@pytest.mark.parametrize("table", PARTS)
def test_what_a_column_describes(table: str) -> None:
    told = contracts()[table].confidentiality
    assert {name: told.of_column(name) for name in PARTS[table]} == PARTS[table]


def test_a_column_taken_from_another_table_keeps_its_class() -> None:
    """Else a derived column would show by incident what its victims' table may not."""
    for contract in contracts().values():
        for name, derived in contract.derived.items():
            if derived.table and derived.take:
                source = contracts()[derived.table]
                own = contract.confidentiality.of_column(name)
                told = source.confidentiality.of_column(derived.take)
                if told in ("person", "protected"):
                    assert CLASSES.index(own) >= CLASSES.index(told), (contract.table, name)


@pytest.mark.parametrize(
    ("code", "total", "parts"),
    [
        ("P2-OP-01", "institutional", {"unit_type": "institutional"}),
        ("P1-OP-08", "institutional", {"support_type": "institutional"}),
        ("P2-OC-07", "event", {"sex": "person", "age_group": "person", "incident_type": "event"}),
        ("P2-OC-08", "event", {"sex": "person", "operation_type": "event"}),
        ("P2-OP-09", "event", {"sex": "protected", "alert_source": "protected"}),
        ("P2-OC-02", "event", {"threat_type": "event"}),
        ("P1-OC-03", "event", {"violation_type": "event"}),  # mechanism human_rights alone
        ("X-IM-03", "event", {"sex": "person", "actor": "event"}),
        ("X-IM-04", "protected", {"sex": "protected"}),
        ("X-IM-05", "protected", {"actor": "protected"}),
        ("P3-OP-01", "institutional", {"sex": "person", "course_topic": "institutional"}),
        ("P3-OP-02", "person", {"course_topic": "person"}),  # the share of women is by sex
        ("P3-OC-05", "person", {"facility_type": "person"}),  # counts detainees, not visits
        ("P3-OP-06", "institutional", {"visiting_component": "institutional"}),
        ("P3-OC-07", "person", {"actor": "person"}),
        ("P3-OP-08", "protected", {"sex": "protected"}),
        ("X-IM-01", "survey", {"sex": "survey"}),
    ],
)
def test_indicators(code: str, total: str, parts: dict[str, str]) -> None:
    indicator = load_catalogue()[code]
    assert class_of_total(indicator) == total
    assert {name: class_of_part(indicator, name) for name in parts} == parts


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ("mechanism = 'human_rights'", "event"),
        ("sex is not null and mechanism = 'human_rights'", "event"),
        ("mechanism = 'human_rights' or true", "protected"),
        ("mechanism <> 'human_rights'", "protected"),
        ("mechanism in ('human_rights', 'mara')", "protected"),
        (None, "protected"),
    ],
)
def test_rows_are_of_a_lower_class_only_where_the_filter_keeps_no_others(
    where: str | None, wanted: str
) -> None:
    measure = Measure(kind="count", where=where)
    assert class_by_source(contracts()["rights_monitoring"], measure) == wanted


def test_what_a_part_reads_raises_the_total() -> None:
    women = Part(where="sex = 'F'")
    measure = Measure(kind="ratio", numerator=women)
    assert class_by_source(contracts()["un_personnel"], measure) == "person"
    filled = Measure(kind="count", where="victim_sexes is not null")
    assert class_by_source(contracts()["incidents"], filled) == "event"


@pytest.mark.parametrize(
    "raised", [{"total": "institutional"}, {"breakdowns": {"alert_source": "person"}}]
)
def test_an_entry_may_raise_its_class_and_never_lower_it(raised: dict[str, object]) -> None:
    alerts = load_catalogue()["P2-OP-09"]
    lower = alerts.model_copy(update={"confidentiality": Raised.model_validate(raised)})
    (problem,) = entry_problems(lower)
    assert problem.rule == "catalogue_confidentiality"
    higher = alerts.model_copy(update={"confidentiality": Raised(total="protected")})
    assert entry_problems(higher) == []
    assert class_of_total(higher) == class_of_part(higher, "threat_type") == "protected"


# Pooled codes -------------------------------------------------------------------------------------


def test_every_kind_of_sexual_violence_is_pooled_in_every_list() -> None:
    for name in ("incident_type", "harm", "violation_type", "threat_type", "case_type"):
        assert "sexual_violence" in vocabularies()[name].protected
    for one in vocabularies().values():
        assert one.protected <= set(one.pooled_as)
        assert not set(one.pools) & set(one.codes)  # no source may write a pooled code
        for pool in one.pools:
            open_ones = {kind for kind, at in one.pooled_as.items() if at == pool} - one.protected
            assert open_ones - {"other"}, (one.name, pool)


def test_a_pool_within_an_indicator_still_has_a_kind_that_is_not_protected() -> None:
    for code, indicator in load_catalogue().items():
        for dimension, codes in pooled_kinds(indicator).items():
            column = indicator.disaggregate[dimension]
            one = vocabularies()[contracts()[indicator.source].columns[column].vocabulary]
            counted = [kind for kind in codes if _counts(indicator.measure.where, column, kind)]
            if class_of_total(indicator) != "protected" and set(counted) & one.protected:
                assert set(counted) - one.protected, (code, dimension)


def _counts(where: str | None, column: str, kind: str) -> bool:
    """Whether the filter names the code, or names none of the column."""
    return not where or column not in where or f"'{kind}'" in where


@pytest.mark.parametrize(
    "codes",
    [
        "{a: {en: A, fr: A, pooled_as: p, protected: true}}",  # holds nothing else
        "{a: {en: A, fr: A, protected: true}}",  # stands alone
        "{a: {en: A, fr: A, pooled_as: q}}",  # a pool without words
    ],
)
def test_a_pool_of_protected_kinds_alone_is_refused(tmp_path: Path, codes: str) -> None:
    path = tmp_path / "kinds.yaml"
    path.write_text(f"kinds:\n  codes: {codes}\n  pools: {{p: {{en: P, fr: P}}}}\n")
    with pytest.raises(WrongUse, match="kinds"):
        read_vocabularies(path)
