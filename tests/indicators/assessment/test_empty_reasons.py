"""Every combination of statuses has its one sentence, in both languages, and none shares one."""

from itertools import product

import duckdb
import pytest

from indicators.assessment.empty_reasons import (
    ADDED_COLUMNS,
    EMPTIES,
    UNTESTED,
    Facts,
    Said,
    facts_sql,
    statement,
)
from indicators.foundation import mart_tables
from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.messages import LANGUAGES, message_catalogue

STATUSES = (None, "A", "P", "O", "L", "M", "U")
DISCLOSURES = ("exact", "rounded_5", "below_8", "suppressed")
CLASSES = ("institutional", "event", "person", "survey", "protected")
BOOLEANS = (False, True)


def all_facts() -> list[Facts]:
    """Each status, disclosure and class with each state of calendar, grid, survey and target."""
    calendars = [
        {
            "returns_due": due,
            "returns_received": received,
            "is_running": running,
            **record,
        }
        for (due, received), running, record in product(
            ((None, None), (0.0, 0.0), (3.0, 0.0), (3.0, 2.0), (3.0, 3.0)),
            BOOLEANS,
            (
                {},
                {"is_part_known": True},
                {"is_part_known": True, "is_before_record": True},
                {"is_part_known": True, "is_after_record": True},
            ),
        )
    ]
    calendars.append({"not_recorded": "incidents.circumstance|incidents.site_code"})
    surveys = [{"is_survey": False}, *({"is_survey": True, "had_wave": held} for held in BOOLEANS)]
    targets = [
        {"rating": rating, "direction": direction, "has_target": has, "is_held": has and held}
        for rating, direction, has, held in (
            (None, "neutral", False, False),
            (None, "up", False, False),
            (None, "up", True, False),
            (None, "up", True, True),
            ("not_enough_data", "up", True, True),
        )
    ]
    grids = [{}, {"published": {"area_level": ("country", "admin1")}}]
    found = []
    for status, disclosure, kind, value in product(
        STATUSES, DISCLOSURES, CLASSES, (None, 0.0, 4.0)
    ):
        is_hidden = disclosure in ("below_8", "suppressed")
        if (is_hidden or status in (None, "O", "L", "M", "U")) and value is not None:
            continue
        conf = "C" if is_hidden else "F"
        for calendar, survey in product(calendars, surveys):
            base = {**calendar, **survey, "conf_status": conf, "disclosure": disclosure}
            base |= {"confidentiality": kind, "value": value, "obs_status": status, "n": 30.0}
            found.append(Facts(**base))
        found += [Facts(**base, **target, **grid) for target, grid in product(targets, grids)]
    return found


def parts_of(facts: Facts) -> list[Said]:
    said = statement(facts)
    return [part for part in (said.empty, *said.beside, said.unrated) if part is not None]


def test_each_combination_has_a_sentence_and_no_zero_stands_for_an_empty() -> None:
    for facts in all_facts():
        said = statement(facts)
        assert (said.empty is None) == (facts.value is not None), facts
        for language in LANGUAGES:
            texts = [part.words(language) for part in parts_of(facts)]
            assert all(texts) and not any("{" in text or "None" in text for text in texts)
            if said.empty:
                assert said.empty.words(language, "table").strip() not in ("", "0")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_reasons_share_a_sentence(language: str) -> None:
    codes: dict[str, set[tuple[str, str]]] = {}
    for facts in all_facts():
        for part in parts_of(facts):
            codes.setdefault(part.words(language), set()).add((part.family, part.code))
    assert {text: sorted(found) for text, found in codes.items() if len(found) > 1} == {}


def test_every_reason_occurs_and_every_message_is_one_of_a_reason() -> None:
    found = {(part.family, part.code) for facts in all_facts() for part in parts_of(facts)}
    zero = {"value": 0.0, "obs_status": "A", "area_due": 3.0, "area_received": 0.0}
    for closed in (0.0, 3.0):
        found |= {(p.family, p.code) for p in parts_of(Facts(**zero, area_no_access=closed))}
    families = ("empty.", "beside.", "unrated.")
    keys = {key for key in message_catalogue() if key.startswith(families)}
    assert {f"{family}.{code}" for family, code in found} == keys - {"empty.below_8.table"}
    assert {code for family, code in found if family == "empty"} == set(EMPTIES)


# Trends -----------------------------------------------------------------------------------------


def trend_facts() -> list[Facts]:
    """Each reason, and each way in which something can be lacking."""
    counts = [(34.0, 35.0, 63.0, 105.0), (35.0, 35.0, 63.0, 105.0), (1.0, 1.0, 2.0, 3.0)]
    names = ("trend_areas", "trend_areas_due", "trend_months", "trend_months_due")
    lacking = [dict(zip(names, count, strict=True)) for count in counts]
    found = [
        Facts("P", value=4.0, trend="no_clear_change", is_running=running, **basis)
        for running, basis in product(BOOLEANS, lacking)
    ]
    few = [{**basis, "trend_months": 1.0} for basis in lacking]
    found += [Facts("P", value=4.0, trend_reason="reports_missing", **basis) for basis in few]
    return found + [Facts("A", value=4.0, trend_reason=code) for code in UNTESTED[2:]]


def test_what_is_said_with_a_trend_is_said_once_and_in_both_languages() -> None:
    doubted = Facts("P", value=4.0, trend="no_clear_change", trend_reason="fall_in_doubt")
    said = {one for facts in [*trend_facts(), doubted] for one in _trend_words(facts)}
    keys = {key for key in message_catalogue() if key.startswith("trend.")}
    assert {f"trend.{code}" for code, _, _ in said} == keys
    for at in (1, 2):
        assert len({one[at] for one in said}) == len(said)
        assert not any("{" in one[at] or "None" in one[at] for one in said)


def _trend_words(facts: Facts) -> list[tuple[str, str, str]]:
    return [(one.code, one.words("en"), one.words("fr")) for one in statement(facts).trend]


def test_nothing_is_said_with_a_trend_where_nothing_is_lacking() -> None:
    whole = {"trend_areas": 35.0, "trend_areas_due": 35.0}
    whole |= {"trend_months": 105.0, "trend_months_due": 105.0}
    for facts in (
        Facts("A", value=4.0, trend="improving"),
        Facts("P", value=4.0, trend="improving", **whole),
        Facts("O", trend_reason="reports_missing", **whole),
    ):
        assert statement(facts).trend == ()
    so_far = statement(Facts("P", value=4.0, trend="improving", is_running=True, **whole)).trend
    assert [one.words("en") for one in so_far] == [
        "on 105 of 105 months, all areas together so far"
    ]


@pytest.mark.parametrize(
    ("facts", "english", "french"),
    [
        (Facts("O", returns_due=3.0), "not reported", "non communiqué"),
        (Facts("O", returns_due=0.0), "no report due", "aucun rapport attendu"),
        (Facts("O", is_running=True), "period not over", "période en cours"),
        (Facts("O", is_running=True, returns_due=2.0), "not reported", "non communiqué"),
        (
            Facts("O", is_before_record=True),
            "before the record begins",
            "avant le début de l’enregistrement",
        ),
        (
            Facts("O", is_after_record=True),
            "after the record ends",
            "après la fin de l’enregistrement",
        ),
        (Facts("O", is_after_record=True, is_running=True), "period not over", "période en cours"),
        (Facts("L", is_before_record=True), "no access", "zone inaccessible"),
        (Facts("O", is_survey=True), "no survey in this period", "pas d’enquête sur la période"),
        (Facts("O", is_survey=True, had_wave=True), "not asked", "question non posée"),
        (Facts("M"), "not applicable: no cases", "sans objet\u00a0: aucun cas"),
        (Facts("U"), "not published: unreliable", "non diffusé\u00a0: peu fiable"),
        (Facts("A", "C", "below_8"), "fewer than 8", "moins de 8"),
        (
            Facts("A", "C", "suppressed", is_survey=True),
            "suppressed: fewer than 25 answers",
            "non diffusé\u00a0: moins de 25 réponses",
        ),
        (
            Facts("A", "C", "suppressed"),
            "suppressed: fewer than 25 cases",
            "non diffusé\u00a0: moins de 25 cas",
        ),
        (
            Facts("A", "C", "suppressed", confidentiality="protected"),
            "restricted",
            "diffusion restreinte",
        ),
        (
            Facts(published={"area_level": ("country", "admin1")}),
            "published for mission area, administrative level 1 only",
            "publié pour zone de la mission, niveau administratif 1 seulement",
        ),
        (
            Facts(published={"period_type": ("Q",)}),
            "published for quarters only",
            "publié pour trimestres seulement",
        ),
        (Facts(), "not in this copy", "absent de cet exemplaire"),
    ],
)
def test_why_a_cell_is_empty(facts: Facts, english: str, french: str) -> None:
    empty = statement(facts).empty
    assert empty is not None
    assert (empty.words("en"), empty.words("fr")) == (english, french)


@pytest.mark.parametrize(
    ("facts", "english"),
    [
        (Facts("A", value=3.0), []),
        (
            Facts("P", value=3.0, returns_due=187.0, returns_received=118.0),
            ["provisional: 118 of 187 reports"],
        ),
        (Facts("P", value=3.0, is_running=True), ["provisional: the period is not over"]),
        (
            Facts("P", value=3.0, is_part_known=True),
            ["provisional: the record covers part of the period"],
        ),
        (Facts("P", value=3.0), ["provisional"]),
        (Facts("A", disclosure="rounded_5", value=15.0), ["rounded to 5"]),
        (Facts("A", value=41.0, is_survey=True, n=25.0), ["use with caution: 25–49 answers"]),
        (Facts("A", value=41.0, is_survey=True, n=49.0), ["use with caution: 25–49 answers"]),
        (Facts("A", value=41.0, is_survey=True, n=50.0), []),
        (
            Facts("A", value=0.0, area_due=15.0, area_received=0.0, area_no_access=15.0),
            ["no access to the area in this period"],
        ),
        (
            Facts("A", value=0.0, area_due=15.0, area_received=0.0, area_no_access=1.0),
            ["no report received from the area"],
        ),
        (Facts("A", value=0.0, area_due=15.0, area_received=1.0, area_no_access=14.0), []),
    ],
)
def test_what_stands_beside_a_value(facts: Facts, english: list[str]) -> None:
    said = statement(facts)
    assert said.empty is None and [part.words("en") for part in said.beside] == english


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (Facts("A", value=3.0), "no_target"),
        (Facts("A", value=3.0, direction="neutral"), "neutral"),
        (Facts("A", value=3.0, has_target=True), "target_elsewhere"),
        (Facts("O", has_target=True, is_held=True), "no_figure"),
        (Facts("A", value=3.0, has_target=True, is_held=True, rating="not_enough_data"), None),
    ],
)
def test_why_there_is_no_rating(facts: Facts, code: str | None) -> None:
    unrated = statement(facts).unrated
    assert (unrated.code if unrated else None) == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (
            Facts(mart_tables.NOT_COMPUTABLE, area_due=3.0, area_received=0.0, area_no_access=3.0),
            "no_access",
        ),
        (
            Facts(mart_tables.NOT_COMPUTABLE, area_due=3.0, area_received=1.0, area_no_access=2.0),
            "no_cases",
        ),
        (Facts("O", area_due=3.0, area_received=0.0, area_no_access=3.0), "no_access"),
        (Facts("O", area_due=3.0, area_received=0.0, area_no_access=2.0), "not_reported"),
        (Facts("O", is_survey=True, had_wave=True, area_due=3.0, area_no_access=3.0), "not_asked"),
    ],
)
def test_an_area_without_access_says_so_where_its_own_source_owes_no_report(
    facts: Facts, code: str
) -> None:
    said = statement(facts).empty
    assert said is not None and said.code == code


def _mart() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA mart")
    for table in (
        "indicator",
        "indicator_value",
        "mission",
        "area",
        "return_status",
        "survey_response",
    ):
        columns = MART_TABLES[table]
        body = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"CREATE TABLE mart.{table} ({body})")
    return connection


def test_the_facts_of_a_cell_are_read_from_the_mart() -> None:
    with _mart() as connection:
        connection.execute(
            """
            INSERT INTO mart.mission BY NAME SELECT 'm' AS mission, 'C' AS country_area,
              DATE '2026-09-30' AS as_of;
            INSERT INTO mart.area BY NAME FROM (VALUES ('m', 'C', NULL), ('m', 'N', 'C'),
              ('m', 'N1', 'N')) AS a(mission, area_code, parent_area_code);
            INSERT INTO mart.indicator BY NAME FROM (VALUES
              ('m', 'DEATHS', 1, 'casualties', 'event', 'down', 5.0, NULL),
              ('m', 'SAFE', 1, 'survey_respondents', 'survey', 'up', NULL, NULL),
              ('m', 'PATROLS', 1, 'activities', 'institutional', 'up', NULL, DATE '2026-08-01')
            ) AS i(mission, indicator, version, source, confidentiality, direction, target,
              known_from);
            INSERT INTO mart.return_status BY NAME FROM (VALUES
              ('m', 'activities', 'N1', DATE '2026-08-01', 'no_access'),
              ('m', 'activities', 'N1', DATE '2026-09-01', 'submitted')
            ) AS r(mission, source, area, month, status);
            INSERT INTO mart.survey_response BY NAME
              SELECT 'm' AS mission, DATE '2026-08-20' AS last_on;
            INSERT INTO mart.indicator_value BY NAME FROM (VALUES
              ('DEATHS', DATE '2026-08-01', DATE '2026-08-31', 'N', 0.0, 'A', NULL),
              ('DEATHS', DATE '2026-09-01', DATE '2026-09-30', 'N', 0.0, 'A', NULL),
              ('PATROLS', DATE '2026-07-01', DATE '2026-07-31', 'N', NULL, 'O', 0),
              ('PATROLS', DATE '2026-10-01', DATE '2026-10-31', 'N', NULL, 'O', 0),
              ('SAFE', DATE '2026-08-01', DATE '2026-08-31', 'N', NULL, 'O', NULL),
              ('SAFE', DATE '2026-07-01', DATE '2026-07-31', 'N', NULL, 'O', NULL)
            ) AS v(indicator, period_start, period_end, area, value, obs_status, returns_due);
            UPDATE mart.indicator_value SET mission = 'm', indicator_version = 1,
              conf_status = 'F', disclosure = 'exact';
            """
        )
        cells = connection.execute(
            facts_sql("SELECT * FROM mart.indicator_value") + " ORDER BY indicator, period_start"
        ).df()
    assert set(ADDED_COLUMNS) <= set(cells.columns) and len(cells) == 6
    found = [
        " ".join(part.words("en") for part in ([said.empty] if said.empty else said.beside))
        for said in (statement(Facts.of(row)) for row in cells.to_dict("records"))
    ]
    assert found == [
        "no access to the area in this period",
        "",
        "before the record begins",
        "period not over",
        "no survey in this period",
        "not asked",
    ]
