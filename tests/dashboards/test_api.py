"""The API as its clients use it: pysdmx unchanged, files in parts, errors as problem details."""

import base64
import csv
import gzip
import io
import json
import shutil
import urllib.error
import urllib.request
from datetime import date

import duckdb
import pytest
from pysdmx.api.dc.pd import PandasConnector
from pysdmx.api.dc.rest import SdmxConnector
from pysdmx.io import read_sdmx
from pysdmx.model import DataStructureDefinition

from dashboards.serving.app import create_app
from indicators.foundation.mart_tables import DIMENSIONS
from records.people import accounts
from records.store import Store, utc_now
from tests.worlds import headquarters
from tests.worlds.headquarters import rows_of_a_mission
from tests.worlds.release import MISSION, RELEASE, write_release
from tests.worlds.server import served

FLOW = "POCLENS:POC_INDICATORS(1.0.0)"
PATROLS, SAFE = "P2-OP-01", "P2-OC-05"
DATA = "/api/sdmx/data/dataflow/POCLENS/POC_INDICATORS/1.0.0"
_PERIODS = {"M": "P1M", "Q": "P3M"}


@pytest.fixture(scope="module")
def server(home):
    with served(home) as address:
        yield address


@pytest.fixture(scope="module")
def client(home):
    return create_app(home).server.test_client()


@pytest.fixture(scope="module")
def values(home, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], tuple]:
    """Value, interval and n of the stored cells by indicator, area, period and dimensions.

    Of a copy: a page that this process made before holds the file open in a way of its own.
    """
    stored = home / "releases" / MISSION / RELEASE / "mission" / "poclens.duckdb"
    path = shutil.copy(stored, tmp_path_factory.mktemp("values"))
    listed = ", ".join(DIMENSIONS)
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            f"""SELECT indicator, area, period_type, CAST(period_start AS VARCHAR), {listed},
            value, ci_low, ci_high, n, obs_status FROM mart.indicator_value"""
        ).fetchall()
    return {
        (row[0], row[1], f"{row[3]}/{_PERIODS[row[2]]}", *row[4:11]): tuple(row[11:])
        for row in rows
    }


def key_of(row: dict[str, str]) -> tuple[str, ...]:
    names = ("INDICATOR", "REF_AREA", "TIME_PERIOD", *(name.upper() for name in DIMENSIONS))
    return tuple(row[name] for name in names)


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def number(text: str) -> float | None:
    return float(text) if text else None


# Data ---------------------------------------------------------------------------------------------


def test_pysdmx_reads_flow_structure_and_the_same_figures_as_the_mart(server, values) -> None:
    connector = SdmxConnector(f"{server}/api/sdmx")
    (flow,) = connector.dataflows()
    assert (flow.id, flow.agency) == ("POC_INDICATORS", "POCLENS")
    known = connector.dataflow(flow, f"INDICATOR='{SAFE}'")
    found = list(connector.data(flow, f"INDICATOR='{SAFE}'"))
    assert known.obs_count == len(found)
    numbers = ("OBS_VALUE", "CI_LOW", "CI_HIGH", "N")
    told = {
        key_of(row): (*(number(row[name]) for name in numbers), row["OBS_STATUS"]) for row in found
    }
    own = {key: value for key, value in values.items() if key[0] == SAFE}
    assert len(own) > 100 and own.items() <= told.items()
    assert any(value[0] is None for value in own.values())
    for component in known.components.dimensions:
        if component.enumeration:
            codes = {code.id for code in component.enumeration}
            assert {row[component.id] for row in found} <= codes


def test_pysdmx_gives_a_frame_with_types_and_names(server) -> None:
    connector = PandasConnector(f"{server}/api/sdmx")
    filters = f"INDICATOR='{PATROLS}' AND FREQ='Q' AND TIME_PERIOD>='2026-01' AND SEX='_T'"
    frame = connector.data(FLOW, filters, labels="name")
    assert set(frame["INDICATOR"]) == {"Patrols conducted by UN police"}
    assert frame["OBS_VALUE"].dtype.kind == "f"
    assert {period for _, period in frame.index} == {
        f"2026-{month}-01/P3M" for month in ("01", "04", "07")
    }


def test_the_whole_structure_is_valid_in_both_forms(client) -> None:
    address = "/api/sdmx/structure/dataflow/POCLENS/POC_INDICATORS?references=all"
    for accepted in ("+json;version=2.0.0", "+xml;version=3.0.0"):
        headers = {"Accept": f"application/vnd.sdmx.structure{accepted}"}
        found = read_sdmx(client.get(address, headers=headers).text, validate=True).structures
        (definition,) = (one for one in found or () if isinstance(one, DataStructureDefinition))
        assert len(definition.components) == 29


def test_a_budget_year_is_told_from_a_calendar_year(tmp_path) -> None:
    """Both are years: by where they begin, in the period and in a column to filter by."""
    first_days = {"A": date(2025, 1, 1), "B": date(2025, 7, 1)}

    def years(tables) -> None:
        values = tables["indicator_value"]
        country = (values["indicator"] == PATROLS) & (values["area"] == "BK")
        for kind, at in zip(first_days, values.index[country], strict=False):
            values.loc[at, ["period_type", "period_start"]] = [kind, first_days[kind]]

    headquarters.write_release(tmp_path, "alpha", rows_of_a_mission(), years)
    client = create_app(tmp_path, "hq").server.test_client()
    both = rows_of(client.get(f"{DATA}?c[FREQ]=A"))
    told = {row["TIME_PERIOD"]: row["REPORTING_YEAR_START_DAY"] for row in both}
    assert told == {"2025-01-01/P1Y": "--01-01", "2025-07-01/P1Y": "--07-01"}
    for period, start in told.items():
        (row,) = rows_of(client.get(f"{DATA}?c[FREQ]=A&c[REPORTING_YEAR_START_DAY]={start}"))
        assert row["TIME_PERIOD"] == period


def test_pages_put_together_are_the_whole(client) -> None:
    address = f"{DATA}?c[INDICATOR]={PATROLS}&c[FREQ]=Q"
    whole = rows_of(client.get(address))
    pages = [
        rows_of(client.get(f"{address}&offset={at}&limit=70")) for at in range(0, len(whole), 70)
    ]
    assert len(pages) > 2 and [row for page in pages for row in page] == whole


FILTERS = {
    "c[SEX]=F,M": lambda row: row["SEX"] in "FM",
    "c[SEX]=ne:_T": lambda row: row["SEX"] != "_T",
    "c[REF_AREA]=sw:MT02": lambda row: row["REF_AREA"].startswith("MT02"),
    "c[OBS_VALUE]=ge:50%2Blt:60": lambda row: 50 <= float(row["OBS_VALUE"] or 0) < 60,
    "c[OBS_STATUS]=O,L": lambda row: row["OBS_STATUS"] in ("O", "L"),
    "c[TIME_PERIOD]=ge:2026-Q1%2Ble:2026-Q2": lambda row: (
        row["TIME_PERIOD"][:7] in "2026-01 2026-04"
    ),
    "c[TIME_PERIOD]=2026-07-01/P3M": lambda row: row["TIME_PERIOD"] == "2026-07-01/P3M",
    "c[TIME_PERIOD]=lt:2025": lambda row: row["TIME_PERIOD"] < "2025",
    "c[CONF_STATUS]=C": lambda row: row["CONF_STATUS"] == "C",
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_keeps_what_it_says(client, text) -> None:
    whole = rows_of(client.get(f"{DATA}?c[INDICATOR]={SAFE}&c[FREQ]=Q"))
    kept = [row for row in whole if FILTERS[text](row)]
    assert 0 < len(kept) < len(whole)
    assert rows_of(client.get(f"{DATA}?c[INDICATOR]={SAFE}&c[FREQ]=Q&{text}")) == kept


def test_a_key_is_the_same_as_its_filters(client) -> None:
    keys = f"Q.{PATROLS}.MT.._T..._T...,Q.{SAFE}.MT........"
    told = rows_of(client.get(f"{DATA}/{keys}"))
    both = rows_of(client.get(f"{DATA}?c[INDICATOR]={PATROLS},{SAFE}&c[FREQ]=Q&c[REF_AREA]=MT"))
    wanted = [
        row
        for row in both
        if row["INDICATOR"] == SAFE or (row["UNIT_TYPE"] == "_T" and row["SEX"] == "_T")
    ]
    assert told == wanted and {row["INDICATOR"] for row in told} == {PATROLS, SAFE}


def test_one_release_is_read_below_its_own_address(client) -> None:
    below = f"/api/releases/{MISSION}/{RELEASE}/sdmx/data"
    query = f"?c[INDICATOR]={PATROLS}&c[FREQ]=Q"
    assert client.get(below + query).text == client.get(DATA + query).text
    assert client.get(f"/api/releases/{MISSION}/2020-Q1-r01/sdmx/data").status_code == 404


def test_all_missions_of_a_server_are_in_one_answer(tmp_path) -> None:
    own = write_release(tmp_path)
    other = tmp_path / "releases" / "zanka" / RELEASE
    shutil.copytree(own.parent, other.parent)
    for audience in ("mission", "hq"):
        with duckdb.connect(str(other / audience / "poclens.duckdb")) as connection:
            listed = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'stored'"
            for (table,) in connection.execute(listed).fetchall():
                connection.execute(f"UPDATE stored.{table} SET mission = 'zanka'")
            connection.execute("UPDATE stored.mission SET name_en = 'Mission in Zanka'")
    both = create_app(tmp_path, "hq").server.test_client()
    rows = rows_of(both.get(f"{DATA}?c[INDICATOR]={SAFE}&c[FREQ]=Q&c[TIME_PERIOD]=2026-Q3"))
    missions = [row["MISSION"] for row in rows]
    assert missions == sorted(missions) and set(missions) == {MISSION, "zanka"}
    assert missions.count("zanka") == missions.count(MISSION)
    alone = rows_of(both.get(f"{DATA}?c[INDICATOR]={SAFE}&c[FREQ]=Q&c[MISSION]=zanka"))
    assert {row["MISSION"] for row in alone} == {"zanka"}
    start = missions.index("zanka") - 3
    page = f"{DATA}?c[INDICATOR]={SAFE}&c[FREQ]=Q&c[TIME_PERIOD]=2026-Q3&offset={start}&limit=6"
    assert rows_of(both.get(page)) == rows[start : start + 6]
    codes = both.get("/api/sdmx/structure/codelist/POCLENS/CL_MISSION").get_json(force=True)
    assert [one["name"] for one in codes["data"]["codelists"][0]["codes"]] == [
        *("MINUTAM (fictional)", "Mission in Zanka")
    ]


def test_a_release_of_an_earlier_version_is_answered_with_what_it_has(tmp_path) -> None:
    """Some tables and a column that the query reads are not in these releases."""
    stored = rows_of_a_mission()
    headquarters.write_release(tmp_path, "alpha", stored)
    headquarters.write_release(tmp_path, "bravo", stored, columns_left_out=["trend_reason"])
    both = create_app(tmp_path, "hq").server.test_client()
    rows = rows_of(both.get(f"{DATA}?c[INDICATOR]={PATROLS}&c[REF_AREA]=BK"))
    assert {(row["MISSION"], row["OBS_VALUE"]) for row in rows if row["BREAKDOWN"] == "_T"} == {
        ("alpha", "60"),
        ("bravo", "60"),
    }
    for kind in ("availability", "structure"):
        assert both.get(f"/api/sdmx/{kind}").status_code == 200
    assert both.get(f"{DATA}?c[SEX]=F").get_json()["type"] == "urn:poclens:problem:no_data"


def test_only_the_asked_columns_are_sent(client) -> None:
    query = f"?c[INDICATOR]={PATROLS}&limit=1&attributes=OBS_STATUS&measures=none"
    (row,) = rows_of(client.get(DATA + query))
    assert list(row)[-2:] == ["TIME_PERIOD", "OBS_STATUS"]


def test_an_answer_is_packed_and_not_sent_twice(client) -> None:
    address = f"{DATA}?c[INDICATOR]={PATROLS}"
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data and len(packed.data) * 5 < len(plain.data)
    again = client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


# Files --------------------------------------------------------------------------------------------


def test_a_file_has_its_checksum_as_tag_and_is_sent_in_parts(server, home) -> None:
    files = json.load(urllib.request.urlopen(f"{server}/api/releases/{MISSION}/{RELEASE}/files"))
    (entry,) = (one for one in files["files"] if one["path"].endswith(".csv"))
    whole = urllib.request.urlopen(server + entry["href"])
    assert whole.headers["ETag"] == f'"{entry["sha256"]}"'
    content = whole.read()
    asked = urllib.request.Request(server + entry["href"], headers={"Range": "bytes=3-"})
    part = urllib.request.urlopen(asked)
    assert (part.status, part.read()) == (206, content[3:])
    known = {"If-None-Match": whole.headers["ETag"]}
    with pytest.raises(urllib.error.HTTPError, match="304"):
        urllib.request.urlopen(urllib.request.Request(server + entry["href"], headers=known))


def test_the_checksum_is_that_of_the_manifest(client, home) -> None:
    manifest = json.loads(
        (home / "releases" / MISSION / RELEASE / "manifest.json").read_text(encoding="utf-8")
    )
    own = {one["path"]: one["sha256"] for one in manifest["files"]}
    told = client.get(f"/api/releases/{MISSION}/{RELEASE}/files").json["files"]
    assert told and all(own[one["path"]] == one["sha256"] for one in told)
    assert not [one for one in told if not one["path"].startswith("mission/")]
    digest = base64.b64encode(bytes.fromhex(told[0]["sha256"])).decode()
    assert client.get(told[0]["href"]).headers["Repr-Digest"] == f"sha-256=:{digest}:"


@pytest.mark.parametrize("path", ["hq/poclens.duckdb", "../current", "mission/x"])
def test_no_other_file_is_sent(client, path) -> None:
    answer = client.get(f"/api/releases/{MISSION}/{RELEASE}/files/{path}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


# Problems -----------------------------------------------------------------------------------------

WRONG = {
    "data/nothing": (400, "unknown_value"),
    "data/dataflow/OTHER": (404, "no_data"),
    "data/dataflow/POCLENS/POC_INDICATORS/2.0.0": (404, "no_data"),
    "data/dataflow/POCLENS/POC_INDICATORS/1.0.0/Q.X": (400, "bad_key"),
    "data?c[INDICATOR]=none": (404, "no_data"),
    "data?c[NONE]=1": (400, "unknown_component"),
    "data?c[TIME_PERIOD]=soon": (400, "bad_period"),
    "data?c[OBS_VALUE]=gt:much": (400, "bad_number"),
    "data?limit=0": (400, "bad_number"),
    "data?foo=1": (400, "unknown_parameter"),
    "data?includeHistory=true": (501, "not_implemented"),
    "structure/nothing": (400, "unknown_value"),
    "structure/hierarchy": (404, "no_artefact"),
    "structure/dataflow?references=nothing": (400, "unknown_value"),
    "availability/dataflow/POCLENS/POC_INDICATORS/1.0.0/*/X": (400, "unknown_component"),
    "nothing": (404, "not_found"),
}


@pytest.mark.parametrize("address", WRONG)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_wrong_is_told_as_a_problem_in_both_languages(client, address, language) -> None:
    answer = client.get(f"/api/sdmx/{address}", headers={"Accept-Language": language})
    told = answer.get_json(force=True)
    assert (answer.status_code, told["status"]) == (WRONG[address][0],) * 2
    assert answer.mimetype == "application/problem+json"
    assert told["type"] == f"urn:poclens:problem:{WRONG[address][1]}"
    assert answer.headers["Content-Language"] == language and told["title"] and told["detail"]


def test_another_method_or_form_is_refused(client) -> None:
    posted = client.post("/api/sdmx/data")
    assert (posted.status_code, posted.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    other = client.get(DATA, headers={"Accept": "image/png"})
    assert (other.status_code, other.mimetype) == (406, "application/problem+json")


def test_where_accounts_are_required_nobody_else_is_answered(tmp_path) -> None:
    write_release(tmp_path)
    store = Store.of_workspace(tmp_path)
    accounts.add(store, "boss", "administrator", "amber-fjord-tundra-91", "local", utc_now())
    accounts.require(store, True, "chief", utc_now())
    answer = create_app(tmp_path).server.test_client().get("/api/releases")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
