"""What setting up refuses in one line, with what to do, and what it leaves out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

SCRIPT = REPOSITORY / ".ci" / "check_python.py"


def check_python(before: str) -> subprocess.CompletedProcess[str]:
    """Runs the script in a Python that was made to look different."""
    code = f"import runpy, sys\n{before}\nrunpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_this_python_passes_in_silence() -> None:
    done = check_python("")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 14, 0)])
def test_another_python_is_refused(version: tuple[int, int, int]) -> None:
    done = check_python(f"sys.version_info = {version}")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"{version[0]}.{version[1]}" in done.stderr and "PYTHON=python3.11" in done.stderr


def test_a_missing_venv_says_what_to_install() -> None:
    done = check_python("sys.modules['ensurepip'] = None")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "python3-venv" in done.stderr


def test_what_no_command_reads_is_left_out_of_an_environment(tmp_path: Path) -> None:
    kept = ["thing/a.py", "thing/b.js", "tests/of_its_own.py", "other/tests/c.py"]
    gone = ["thing/tests/test_a.py", "thing/part/tests/data/rows.csv", "thing/b.js.map"]
    for name in (*kept, *gone):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for name, files in (("thing", [*kept[:3], *gone]), ("other", kept[3:])):
        about = tmp_path / f"{name}-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (about / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    locked = tmp_path / "requirements.txt"  # locks one of the two, and one of another system
    locked.write_text("thing==1 \\\n    --hash=sha256:00\nelsewhere==2\n")
    command = [sys.executable, REPOSITORY / ".ci" / "leave_out.py", locked]
    for _ in range(2):  # again, there is nothing left to remove
        environment = os.environ | {"PYTHONPATH": str(tmp_path)}
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        assert all((tmp_path / name).exists() for name in kept)
        assert not any((tmp_path / name).exists() for name in gone)
