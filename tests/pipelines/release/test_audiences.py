"""What headquarters may not see is in no file of its folder and in no answer of its server."""

import csv
import json
import re
from datetime import date
from functools import cache
from urllib.parse import unquote

import duckdb
import flask
import pytest
import yaml
from flask import Flask

from dashboards.api import openapi, routes
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import WrongUse
from pipelines.quality.input_files import write_input_files
from pipelines.release.candidate import build_candidate
from pipelines.release.naming import CANDIDATE_PREFIX
from pipelines.release.publishing import publish
from tests.worlds.artefacts import files_below, text_of
from tests.worlds.mission.figures import (
    BASE_PLANS,
    MISSION,
    PATROLS,
    PERIOD,
    SAFE,
    add_contribution,
    add_definition,
    add_figure,
    add_file,
    insert,
    make_workspace,
    workspace_warehouse,
    write_profile,
)

HIDDEN = (
    *("Camp Secret", "FPU-HIDDEN", "Unit Hidden", "Patrouille-Brute"),
    *("Judgement-Hidden", "Lesson-Hidden", "Camp Secret Left", "theme-941"),
    *("Camp Secret North", "Camp Secret South"),
)
_FOUR_DIGITS = re.compile(r"(?<![0-9A-Fa-f.])\d{4}(?![0-9A-Fa-f])")


# The same, numbered within their area in the order of names
NUMBERED_PLANS = (
    ("BK-1", "1", "evacuation"),
    ("BK-1", "1", "rapid_reaction"),
    ("BK-1", "2", "evacuation"),
    ("BK-2", "1", "evacuation"),
)


@pytest.fixture
def release(read_only):
    return read_only[1]


def rows(release, audience: str, query: str) -> list[tuple]:
    path = str(release.path / audience / "poclens.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("word", HIDDEN)
def test_no_byte_of_the_hq_folder_holds_what_stays_with_the_mission(release, word) -> None:
    assert holds(release.path / "mission", word)
    assert not holds(release.path / "hq", word)


def test_headquarters_gets_the_plans_of_bases_by_area_and_not_their_names(release) -> None:
    query = "SELECT area, base_name, plan_kind, is_current FROM mart.base_plan ORDER BY ALL"
    named = [(area, name, kind, True) for area, name, kind in BASE_PLANS]
    assert rows(release, "mission", query) == sorted(named)
    numbered = [(area, number, kind, True) for area, number, kind in NUMBERED_PLANS]
    assert rows(release, "hq", query) == sorted(numbered)


def test_findings_of_due_diligence_and_what_was_passed_on_stay_with_the_mission(release) -> None:
    query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mart'"
    protected = {"due_diligence_finding", "monitoring_referral"}
    assert protected <= {name for (name,) in rows(release, "mission", query)}
    assert not protected & {name for (name,) in rows(release, "hq", query)}


def test_a_judgement_that_is_for_headquarters_is_there(release) -> None:
    assert holds(release.path / "hq", "Judgement-Shown")
    assert holds(release.path / "hq", "Lesson-Shown")


def test_what_residents_said_is_displayed_to_headquarters_and_exact_to_the_mission(release) -> None:
    query = """SELECT breakdown_value, said, disclosure FROM mart.community_feedback
        WHERE area = 'BK' ORDER BY ALL"""
    own = [("theme-12", 12, "exact"), ("theme-7", 7, "exact")]
    assert rows(release, "mission", query) == own
    displayed = [("theme-12", 10, "rounded_5"), ("theme-7", None, "below_8")]
    assert rows(release, "hq", query) == displayed


def holds(folder, word: str) -> bool:
    """Whether any file below says the word, in its rows, its text or its bytes."""
    return any(word in said(path) for path in files_below(folder))


@cache
def said(path) -> str:
    return text_of(path)


def test_answers_of_fewer_than_25_people_are_told_to_the_mission_alone(release) -> None:
    query = "SELECT area, sampled, answered FROM mart.survey_response ORDER BY area"
    large = [("BK", 412, 307), ("BK-1", 400, 300)]
    assert rows(release, "mission", query) == [*large, ("BK-3", 12, 7)]
    assert rows(release, "hq", query) == [*large, ("BK-3", None, None)]
    results = "SELECT complete, partial, refusal, no_contact, ineligible FROM mart.survey_result"
    for audience in ("mission", "hq"):
        assert rows(release, audience, results) == [(300, 7, 60, 45, 7)]


def test_few_activities_are_exact_for_everybody(release) -> None:
    query = f"""SELECT value, n, conf_status, disclosure FROM mart.indicator_value
    WHERE indicator = '{PATROLS}' AND area = 'BK-3'"""
    for audience in ("mission", "hq"):
        assert rows(release, audience, query) == [(7.0, 7, "F", "exact")]
        assert (7,) in rows(release, audience, "SELECT rows FROM mart.contribution")


def test_the_unit_is_not_named_and_the_return_is_still_counted(release) -> None:
    query = "SELECT unit_code, unit_name, area, status FROM mart.return_status"
    assert rows(release, "hq", query) == [(None, None, "BK-1", "submitted")]


def test_the_contributing_country_is_for_headquarters_only(release) -> None:
    query = "SELECT count(*) FROM mart.indicator_value WHERE breakdown = 'contributing_country'"
    assert rows(release, "mission", query) == [(0,)]
    assert rows(release, "hq", query) == [(1,)]


def test_rejects_keep_their_place_and_lose_their_value(release) -> None:
    query = "SELECT sheet, first_row, rule, raw_value FROM mart.reject_summary"
    assert rows(release, "hq", "SELECT DISTINCT unit_code FROM mart.reject_summary") == [(None,)]
    assert rows(release, "mission", query) == [("Patrols", 214, "code", "Patrouille-Brute")]
    assert rows(release, "hq", query) == [("Patrols", 214, "code", None)]


def test_a_period_that_still_runs_is_in_both_copies(tmp_path) -> None:
    workspace = make_workspace(tmp_path)
    running = {"period_type": "A", "period": "2026", "period_end": date(2026, 12, 31)}
    with workspace_warehouse(workspace) as connection:
        add_figure(connection, obs_status="P", **running)
        release = publish(workspace, MISSION, PERIOD, connection)
    query = "SELECT obs_status FROM mart.indicator_value WHERE period = '2026'"
    for audience in ("mission", "hq"):
        assert rows(release, audience, query) == [("P",)]


# Planted values -----------------------------------------------------------------------------------

PERSONS, ALERTS, REFERRALS = "P2-OP-14", "P2-OP-09", "P3-OP-08"
# Counts of persons that only exact figures hold, by where they were planted
PLANTED = {"total": 4321, "month": 4322, "by sex": 4323, "rows of a file": 4324, "file": 4326}
# Numbers of rows of a protected table: of a file of a mapping with a name of its own that no figure
# rests on, and in what a check found
PLANTED |= {"another file": 4327, "found": 4328, "usual": 4329, "failed": 4330}
BY_SOURCE, REFERRED = 4333, 4331
# What partners may have, by indicator, and what their grid or the list of presence leaves out
MEETINGS, APPROVER = "P1-OP-01", "Head of Mission (2026-10-20)"
FOR_PARTNERS = {"alerts": 4341, "patrols in the quarter": 4342}
FOR_THE_PUBLIC = {"patrols one quarter later": 4342, "persons, displayed": 4360}
NOT_FOR_THE_PUBLIC = {"alerts of this quarter": 4341, "persons, exact": 4361}
NOT_FOR_PARTNERS = {"meetings": 4351, "patrols in a month": 4352, "patrols at a site": 4353}
SITE = "Site-Hidden"


@pytest.fixture(scope="module")
def planted_twice(tmp_path_factory):
    """A mission with counts of persons, alerts by source and referrals in it, published with an
    approved partner copy; and the audiences of the same candidate that nobody had approved."""
    workspace = make_workspace(tmp_path_factory.mktemp("planted"))
    named = [PATROLS, SAFE, ALERTS, MEETINGS, PERSONS, REFERRALS]
    agreed = {"agreed_by": "Chief of Staff", "agreed_on": "2026-07-01", "indicators": named}
    write_profile(workspace, disclosure={"partner": agreed, "public": agreed})
    with workspace_warehouse(workspace) as connection:
        add_definition(connection, PERSONS, source="un_detentions", confidentiality="person")
        told = {"source": "alerts", "confidentiality": "event"}
        parts = {"confidentiality_of_parts": "sex=protected|alert_source=protected"}
        add_definition(connection, ALERTS, **told, **parts)
        add_definition(connection, REFERRALS, source="referrals", confidentiality="protected")
        add_definition(connection, MEETINGS)
        _plant_for_partners(connection)
        detained = {"indicator": PERSONS}
        _count(connection, PLANTED["total"], **detained)
        _count(connection, PLANTED["month"], **detained, period_type="M", period="2026-09")
        _count(connection, PLANTED["by sex"], **detained, sex="F")
        for few in range(1, 8):
            place = {"area": f"BK-{few}", "area_level": "admin1"}
            _count(connection, few, **detained, **place)
        by_source = {"breakdown": "alert_source", "breakdown_value": "clo"}
        _count(connection, BY_SOURCE, indicator=ALERTS, **by_source)
        _count(connection, REFERRED, indicator=REFERRALS)
        rows = PLANTED["file"]
        sha256 = add_file(connection, "held.xlsx", source="un_detentions", rows_loaded=rows)
        add_contribution(connection, sha256, "held.xlsx", PLANTED["rows of a file"], **detained)
        _plant_protected_rows(connection)
        write_input_files(connection, read_mission(workspace.profile(MISSION)))
        build_candidate(connection, workspace, read_mission(workspace.profile(MISSION)), PERIOD)
        candidate = workspace.releases(MISSION) / f"{CANDIDATE_PREFIX}{PERIOD}-r01"
        without_approval = sorted(path.name for path in candidate.iterdir() if path.is_dir())
        release = publish(workspace, MISSION, PERIOD, connection, APPROVER)
    return release, without_approval


@pytest.fixture(scope="module")
def planted(planted_twice):
    return planted_twice[0]


def _plant_protected_rows(connection) -> None:
    passed_on = {"source": "field_office", "status": "superseded"}
    sha256 = add_file(connection, "north.csv", rows_loaded=PLANTED["another file"], **passed_on)
    insert(connection, "quarantine.referrals", {"file": "north.csv", "file_sha256": sha256})
    found, usual = PLANTED["found"], PLANTED["usual"]
    told = {"observed": str(found), "expected": f"{usual} … 9999", "rows_failed": PLANTED["failed"]}
    for name, status in (("volume", "passed"), ("key", "failed")):
        row = {"mission": MISSION, "check_name": f"referrals.{name}", "source": "referrals"}
        row |= {"severity": "warning", "status": status}
        words = {"sentence_en": f"{found} rows, {usual}", "sentence_fr": f"{found} lignes, {usual}"}
        insert(connection, "mart.quality_check", row | told | words)


def _plant_for_partners(connection) -> None:
    quarter = {"period_type": "Q", "period": "2026-Q2"}
    quarter |= {"period_start": date(2026, 4, 1), "period_end": date(2026, 6, 30)}
    site = {"area": SITE, "area_level": "site"}
    month = {"period_type": "M", "period": "2026-07"}
    _count(connection, FOR_PARTNERS["alerts"], indicator=ALERTS)
    _count(connection, NOT_FOR_THE_PUBLIC["persons, exact"], indicator=PERSONS, **quarter)
    _count(connection, FOR_PARTNERS["patrols in the quarter"], **quarter)
    _count(connection, NOT_FOR_PARTNERS["meetings"], indicator=MEETINGS)
    _count(connection, NOT_FOR_PARTNERS["patrols in a month"], **month)
    _count(connection, NOT_FOR_PARTNERS["patrols at a site"], **site)
    place = {"mission": MISSION, "area_code": SITE, "parent_area_code": "BK-1"}
    names = {"area_level": "site", "name_en": SITE, "name_fr": SITE}
    insert(connection, "mart.area", place | names)


def _count(connection, number: int, **facts) -> None:
    add_figure(connection, value=number, numerator=number, n=number, **facts)


def numbers(folder) -> set[str]:
    """Every number of four digits in every file below but in the bytes of databases."""
    told = (said(path).partition("DUCK")[0] for path in files_below(folder))
    return {one for text in told for one in _FOUR_DIGITS.findall(text)}


def test_the_mission_has_its_exact_counts_and_what_it_confirmed(planted) -> None:
    told = numbers(planted.path / "mission")
    assert {str(number) for number in PLANTED.values()} <= told
    assert not {str(BY_SOURCE), str(REFERRED)} & told  # nobody confirmed them in this profile


def test_no_file_of_headquarters_holds_an_exact_count_of_persons(planted) -> None:
    told = numbers(planted.path / "hq")
    hidden = {str(number) for number in (*PLANTED.values(), BY_SOURCE, REFERRED)}
    assert not hidden & told
    manifest = (planted.path / "manifest.json").read_text(encoding="utf-8")  # it goes with it
    assert not hidden & set(re.findall(r"\b\d{4}\b", manifest))
    assert {"4320", "4325"} <= told  # they are displayed


def test_what_checks_found_is_json_for_readers_that_know_no_nan(planted) -> None:
    for path in sorted(planted.path.glob("*/quality/*.json")):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)


def test_a_check_of_persons_still_says_whether_it_passed(planted) -> None:
    query = """SELECT status, sentence_en FROM mart.quality_check
    WHERE source = 'referrals' ORDER BY status"""
    (failed, said), (passed, told) = rows(planted, "hq", query)
    assert (failed, passed) == ("failed", "passed")
    assert "referrals.key did not pass" in said and "referrals.volume passed" in told


def test_no_count_of_persons_under_8_is_a_number_anywhere(planted) -> None:
    query = f"""SELECT area, value, n, numerator, disclosure FROM mart.indicator_value
    WHERE indicator = '{PERSONS}' AND area <> 'BK' ORDER BY area"""
    below = [(f"BK-{few}", None, None, None, "below_8") for few in range(1, 8)]
    assert rows(planted, "hq", query) == below
    path = planted.path / "hq" / "extracts" / f"{MISSION}_{PERIOD}.csv"
    lines = [line for line in csv.DictReader(path.open()) if line["INDICATOR"] == PERSONS]
    few = [line for line in lines if line["REF_AREA"] != "BK"]
    assert {(line["OBS_VALUE"], line["N"], line["CONF_STATUS"]) for line in few} == {("", "", "C")}


def test_alerts_by_source_and_referrals_are_not_told(planted) -> None:
    by_source = "SELECT count(*) FROM mart.indicator_value WHERE breakdown = 'alert_source'"
    referred = f"SELECT value, disclosure FROM mart.indicator_value WHERE indicator = '{REFERRALS}'"
    for audience in ("mission", "hq"):
        assert rows(planted, audience, by_source) == [(0,)]
        assert rows(planted, audience, referred) == [(None, "suppressed")]


def test_no_file_of_partners_holds_what_their_classes_leave_out(planted) -> None:
    folder = planted.path / "partner"
    told = numbers(folder)
    hidden = {*PLANTED.values(), *NOT_FOR_PARTNERS.values(), BY_SOURCE, REFERRED}
    assert not {str(number) for number in hidden} & told
    assert {str(number) for number in FOR_PARTNERS.values()} <= told
    for word in (*HIDDEN, SITE, PERSONS, REFERRALS, MEETINGS, "held.xlsx", "Risk-Hidden"):
        assert not holds(folder, word), word
    kinds = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert kinds == {".duckdb", ".parquet", ".csv", ".xlsx", ".json", ".xml"}
    assert {str(number) for number in NOT_FOR_PARTNERS.values()} <= numbers(
        planted.path / "mission"
    )


def test_no_file_of_the_public_holds_what_is_not_for_it(planted) -> None:
    folder = planted.path / "public"
    told = numbers(folder)
    hidden = {*PLANTED.values(), *NOT_FOR_THE_PUBLIC.values(), BY_SOURCE, REFERRED}
    assert not {str(number) for number in hidden} & told
    assert {str(number) for number in FOR_THE_PUBLIC.values()} <= told
    for word in (*HIDDEN, SITE, "held.xlsx", "Risk-Hidden"):
        assert not holds(folder, word), word


def test_every_file_of_a_release_can_be_opened_by_these_tests(planted, release) -> None:
    kinds = {path.suffix for path in files_below(release.path / "hq") if text_of(path)}
    assert kinds == {".duckdb", ".parquet", ".csv", ".xlsx", ".json", ".xml", ".pdf"}
    assert {path.name for path in planted.path.iterdir() if path.is_dir()} == {
        *("mission", "hq", "partner", "public")
    }


# What a server says ------------------------------------------------------------------------------

# What stands in the addresses of the API; one with another part fails `addresses_of`
_ASKED = {"mission": MISSION, "name": "2026-Q3-r01", "rest": ""}
_BELOW = ("", "*/*/*/*/*", "*/*/*/*/*/*", "*?references=all", "*/*/*/*?attributes=all")


def addresses_of(server: Flask, files: list[str]) -> list[str]:
    """Every address below /api that answers to GET, with all that it can be asked for."""
    found = []
    for rule in server.url_map.iter_rules():
        if not rule.rule.startswith("/api") or "GET" not in rule.methods:
            continue
        asked = [{}]
        if rule.arguments >= {"path"}:
            asked = [{"path": path} for path in files]
        elif "rest" in rule.arguments:
            asked = [{"rest": below} for below in _BELOW if below]
        for own in asked:
            values = {name: ({**_ASKED, **own})[name] for name in rule.arguments - set(own)} | own
            _, path = rule.build(values, append_unknown=False)
            found.append(unquote(path))
    return found


@cache
def answers(home, audience: str) -> dict[str, tuple[int, bytes]]:
    """Status and content by address."""
    server = flask.Flask("audience")
    routes.add_routes(server, home, audience)
    folder = home / "releases" / MISSION / "2026-Q3-r01"
    files = [path.relative_to(folder).as_posix() for path in files_below(folder)]
    client = server.test_client()
    found = {one: client.get(one) for one in addresses_of(server, files)}
    return {one: (answer.status_code, answer.data) for one, answer in found.items()}


def said_by(told: dict[str, tuple[int, bytes]]) -> str:
    return " ".join(body.decode("utf-8", "replace") for _, body in told.values())


def test_every_kind_of_answer_of_the_api_is_asked_for(planted) -> None:
    told = answers(planted.path.parents[2], "hq")
    kinds = set(yaml.safe_load(openapi.document())["paths"])
    for kind in kinds:
        fixed = re.sub(r"/\{(agencyID|context|agency).*", "", kind)
        address = re.compile(re.sub(r"\{\w+\}", ".+", fixed))
        assert any(status == 200 for one, (status, _) in told.items() if address.match(one)), kind


def test_the_api_gives_headquarters_no_file_of_the_mission(planted) -> None:
    folder, told = planted.path, answers(planted.path.parents[2], "hq")
    base = f"/api/releases/{MISSION}/{folder.name}/files/"
    given = {one.removeprefix(base): body for one, (status, body) in told.items()
             if status == 200 and one.startswith(base)}  # fmt: skip
    own = {path.relative_to(folder).as_posix() for path in files_below(folder / "hq")}
    assert given.keys() == own | {"manifest.json", "publication.json"}
    for path, body in given.items():  # and so it is what the tests above have opened
        assert body == (folder / path).read_bytes()


def test_no_answer_of_the_api_holds_what_is_not_for_headquarters(planted) -> None:
    home = planted.path.parents[2]
    files = f"/api/releases/{MISSION}/{planted.path.name}/files/"
    told = {
        audience: said_by(
            {one: body for one, body in answers(home, audience).items() if files not in one}
        )
        for audience in ("mission", "hq")
    }
    exact = {str(PLANTED[name]) for name in ("total", "month", "by sex")}
    protected = {str(BY_SOURCE), str(REFERRED)}
    found = {audience: set(_FOUR_DIGITS.findall(text)) for audience, text in told.items()}
    assert exact <= found["mission"] and not protected & found["mission"]
    hidden = {str(number) for number in PLANTED.values()} | protected
    assert not hidden & found["hq"] and {"4320", "4325"} <= found["hq"]
    for word in HIDDEN:
        assert word not in told["hq"], word


def test_partners_get_surveys_by_admin_1_and_quarter(planted) -> None:
    query = f"""SELECT DISTINCT area_level, period_type FROM mart.indicator_value
    WHERE indicator = '{SAFE}' ORDER BY ALL"""
    assert rows(planted, "partner", query) == [("admin1", "Q"), ("country", "Q")]


def test_a_partner_copy_needs_a_named_approver_for_this_release(planted_twice) -> None:
    release, without_approval = planted_twice
    assert without_approval == ["hq", "mission", "public"]
    manifest = json.loads((release.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["partner_copy_approved_by"] == APPROVER
    assert any(entry["path"].startswith("partner/") for entry in manifest["files"])


def test_an_approval_of_a_copy_that_the_profile_has_not_is_refused(workspace) -> None:
    with (
        workspace_warehouse(workspace) as connection,
        pytest.raises(WrongUse, match="partner-approved-by"),
    ):
        publish(workspace, MISSION, PERIOD, connection, APPROVER)
    assert not list(workspace.releases(MISSION).glob("*"))
