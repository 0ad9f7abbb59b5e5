"""A command line called in this process: what it wrote, and the code that it ends with.

A process of its own costs two seconds, its libraries; where the process itself is tested there is
one (`test_main.py`).
"""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.cli.main import main


@dataclass(frozen=True)
class Called:
    """What a shell would be given."""

    returncode: int
    stdout: str
    stderr: str


def poclens(home: Path, *words: str, typed: str = "", **environment: str) -> Called:
    """`poclens WORDS` on a workspace; `typed`: what it reads."""
    out, complaints = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"HOME": str(home), "LANGUAGE": "en"}.items():
            patch.setenv(f"POCLENS_{name}", value)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr("sys.stdin", io.StringIO(typed))
        with redirect_stdout(out), redirect_stderr(complaints):
            try:
                code = main(words)
            except SystemExit as ended:
                code = int(ended.code or 0)
    return Called(code, out.getvalue(), complaints.getvalue())
