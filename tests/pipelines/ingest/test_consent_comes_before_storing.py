"""A referral without consent or assessment is counted by month; nothing of it is kept."""

from pathlib import Path

import pytest

from indicators.definitions.contracts import contracts
from pipelines.ingest.inbox import ingest
from pipelines.quality.rejects.workbook import open_rejects
from pipelines.workspace.warehouse.connection import open_warehouse
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
    good = base_rows()["referrals"].row
    rows = [
        good | {"referral_code": "kept"},
        good | {"referral_code": f"{SECRET}-a", "consent_given": "false"},
        good | {"referral_code": f"{SECRET}-b", "consent_given": "", "referral_kind": "mara"},
        good | {"referral_code": f"{SECRET}-c", "protection_risk_assessed": "", "sex": SECRET},
        good | {"referral_code": f"{SECRET}-d", "consent_given": "?", "referred_on": "2026-04-31"},
        good | {"referral_code": "unknown sex", "sex": "woman"},
    ]
    path = home / "referrals.september.csv"
    write_rows(path, rows, contracts()["referrals"])
    (report,) = ingest(workspace, mission, [path]).files
    assert (report.rows_read, report.rows_loaded, report.rows_rejected) == (6, 1, 1)
    assert report.not_kept == {"no_consent": 3, "not_assessed": 1}
    return workspace.warehouse("faulty")


def test_the_warehouse_counts_them_by_month_and_reason(home: Path) -> None:
    with open_warehouse(home) as connection:
        counted = connection.execute(
            "SELECT CAST(month AS VARCHAR), reason, rows_count FROM ops.rows_not_kept ORDER BY ALL"
        ).fetchall()
        raw = connection.execute("SELECT referral_code FROM raw.referrals ORDER BY 1").fetchall()
    assert counted == [
        ("2026-03-01", "no_consent", 2),
        ("2026-03-01", "not_assessed", 1),
        (None, "no_consent", 1),
    ]
    assert raw == [("kept",), ("unknown sex",)], "other rejected rows keep their text"


def test_no_byte_of_them_is_in_warehouse_or_archive(home: Path) -> None:
    files = [*home.parent.glob("*"), *home.parents[1].glob("archive/*/*")]
    assert len(files) >= 5
    assert [path.name for path in files if SECRET.encode() in path.read_bytes()] == []


def test_only_other_rows_are_rejects_to_correct(home: Path) -> None:
    with open_warehouse(home) as connection:
        rejects = open_rejects(connection)
    assert [(reject.row_number, reject.rule, reject.raw_value) for reject in rejects] == [
        (7, "code", "woman")
    ]
