"""A survivor's referral without consent is counted and told, and nothing of it is kept."""

from pathlib import Path

import pytest

from indicators.definitions.contracts import contracts
from pipelines.ingest.inbox import ingest
from pipelines.quality.rejects.workbook import open_rejects
from pipelines.warehouse.connection import open_warehouse
from tests.faults.fault_rows import base_rows, write_rows
from tests.worlds.mission.own_names import make_workspace

SECRET = "survivor-77"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    workspace, mission = make_workspace(home)
    for table in ("areas", "units"):
        parent = home / f"{table}.parent.csv"
        write_rows(parent, [base_rows()[table].row], contracts()[table])
        ingest(workspace, mission, [parent])
    good = base_rows()["referrals"].row | {
        "referral_kind": "survivor_services",
        "service_type": "medical",
        "consent_given": "true",
    }
    rows = [
        good | {"referral_code": "kept"},
        good | {"referral_code": f"{SECRET}-a", "consent_given": "false"},
        good | {"referral_code": f"{SECRET}-b", "consent_given": ""},
        good | {"referral_code": f"{SECRET}-c", "consent_given": "", "sex": SECRET},
        good | {"referral_code": "unknown sex", "sex": "woman"},
    ]
    path = home / "referrals.september.csv"
    write_rows(path, rows, contracts()["referrals"])
    (report,) = ingest(workspace, mission, [path]).files
    assert (report.rows_read, report.rows_loaded, report.rows_rejected) == (5, 1, 4)
    return workspace.warehouse("faulty")


def test_no_table_holds_a_word_of_them(home: Path) -> None:
    with open_warehouse(home) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema <> 'information_schema'"
        ).fetchall()
        holding = [
            f"{schema}.{table}"
            for schema, table in tables
            if SECRET in str(connection.execute(f'FROM {schema}."{table}"').fetchall())
        ]
        raw = connection.execute("SELECT referral_code FROM raw.referrals ORDER BY 1").fetchall()
    assert holding == []
    assert raw == [("kept",), ("unknown sex",)], "other rejected rows keep their text"


def test_the_officer_is_told_place_and_rule(home: Path) -> None:
    with open_warehouse(home) as connection:
        rejects = open_rejects(connection)
    told = {(reject.row_number, reject.rule): reject for reject in rejects}
    assert {(3, "survivor_consents"), (4, "required"), (5, "required"), (5, "code")} <= set(told)
    assert told[3, "survivor_consents"].raw_value is None
    assert told[6, "code"].raw_value == "woman"
    for reject in rejects:
        assert reject.sentence("en") and reject.sentence("fr")
