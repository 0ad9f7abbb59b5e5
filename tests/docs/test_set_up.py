"""A Python that will not do, or one without venv, is said in one line with what to do."""

import subprocess
import sys

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
