"""A full disk, a closed inbox, a clock that goes back: nothing is lost, nothing doubled."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.worlds.mission.delivered import SmallMission

POPULATION = "area,day,sex,persons\n" + "".join(
    f"XX0{1 + number % 2},20{20 + number % 6:02d}-{1 + number // 12 % 12:02d}-"
    f"{1 + number // 144 % 28:02d},{'FM'[number // 6 % 2]},{number}\n"
    for number in range(4000)
)
INGEST = """
import encodings.utf_8_sig, os, resource, signal, sys
from pathlib import Path
from pipelines.cli.main import main
from pipelines.ingest import inbox
from pipelines.ingest.readers import readers; readers()  # while their modules can be read
home = Path(os.environ["POCLENS_HOME"])
{trouble}
sys.exit(main(["ingest", "--mission", "small"]))
"""
FULL_DISK = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most = 120_000  # bytes of one file: room for the archive's copy, none for the rows
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
"""
CLOSED_INBOX = """
if os.geteuid() == 0:  # whom no rights bind
    for path in [home, *home.rglob("*")]:
        os.chown(path, 65534, 65534)
    os.setgid(65534)
    os.setuid(65534)
(home / "inbox" / "small").chmod(0o555)
"""


def ingest_in(small: SmallMission, trouble: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"POCLENS_HOME": str(small.workspace.home), "POCLENS_LANGUAGE": "en"}
    return subprocess.run(
        [sys.executable, "-c", INGEST.format(trouble=trouble)],
        env=environment, text=True, capture_output=True, check=False, cwd=REPOSITORY,
    )  # fmt: skip


def rows(small: SmallMission) -> int:
    ((count,),) = small.query("SELECT count(*) FROM core.population")
    return int(count)


def test_a_full_disk_is_told_and_the_file_waits(small: SmallMission) -> None:
    small.drop("population.csv", POPULATION)
    ran = ingest_in(small, FULL_DISK)
    assert ran.returncode == 2
    assert "disk" in ran.stderr and "Traceback" not in ran.stderr + ran.stdout
    assert [path.name for path in small.workspace.inbox("small").iterdir()] == ["population.csv"]
    assert rows(small) == 0
    (report,) = small.ingest().files
    assert (report.status, rows(small)) == ("loaded", report.rows_loaded)
    assert report.rows_loaded > 3000


def test_an_inbox_that_cannot_be_written_keeps_its_files_and_doubles_nothing(
    small: SmallMission, tmp_path: Path
) -> None:
    small.drop("population.csv", POPULATION)
    for folder in (tmp_path, *tmp_path.parents):
        if os.geteuid() == 0 and folder.stat().st_uid == 0 and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o055)
    for status in ("loaded", "unchanged"):
        ran = ingest_in(small, CLOSED_INBOX)
        assert ran.returncode == 0, ran.stderr
        assert f"population.csv: {status}" in ran.stdout
        assert "cannot be removed from the inbox" in ran.stdout
    small.workspace.inbox("small").chmod(0o755)
    before = rows(small)
    (report,) = small.ingest().files
    assert (report.status, rows(small)) == ("unchanged", before)
    assert list(small.workspace.inbox("small").iterdir()) == []


@pytest.mark.parametrize("days", [1, -400])
def test_a_clock_that_goes_back_changes_no_order(small: SmallMission, days: int) -> None:
    """What came last counts, whatever the files' times say."""
    header = "area,day,sex,persons\n"
    for persons, moment in ((5, time.time() + 86_400 * days), (7, time.time() - 86_400 * days)):
        path = small.drop("population.csv", f"{header}XX01,2024-01-01,F,{persons}\n")
        os.utime(path, (moment, moment))
        (report,) = small.ingest(settled=0.2).files
        assert report.status == "loaded"
    assert small.query("SELECT persons FROM core.population") == [(7,)]


def test_a_link_in_the_inbox_is_not_followed(small: SmallMission, tmp_path: Path) -> None:
    elsewhere = tmp_path / "secret.csv"
    elsewhere.write_text("area,day,sex,persons\nXX01,2024-01-01,F,3\n")
    (small.workspace.inbox("small") / "population.csv").symlink_to(elsewhere)
    ran = ingest_in(small, "")
    assert ran.returncode == 2 and "population.csv: This is a link" in ran.stderr
    assert rows(small) == 0 and elsewhere.exists()


@pytest.mark.parametrize(
    "name",
    ["population'; DROP TABLE core.areas; --.csv", "population\n..csv", "population$(id).csv",
     "population \u202evsc.csv", "population%00.csv", "POPULATION" + "x" * 200 + ".csv"],
)  # fmt: skip
def test_a_name_that_would_do_something_is_only_a_name(small: SmallMission, name: str) -> None:
    report = small.deliver(name, "area,day,sex,persons\nXX01,2024-01-01,F,3\n")
    assert (report.name, report.status) == (name, "loaded")
    assert small.query("SELECT count(*) FROM core.areas") == [(3,)]
    assert small.query("SELECT name FROM ops.input_file ORDER BY sequence")[-1] == (name,)
