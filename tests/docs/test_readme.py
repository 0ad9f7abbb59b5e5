"""The README's command blocks do what they say, run in their order as a new user would."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.workspace.paths import Workspace
from tests.conftest import REPOSITORY
from tests.docs.sample_evidence import written
from tests.worlds.sample import keep_first_release, published_once

BLOCKS = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "README.md").read_text("utf-8"), re.DOTALL)
SERVERS = {"poclens serve", "poclens dagster"}
TESTS_THEMSELVES = "make test"
DEMONSTRATION = "make demo\n"
OF_ITS_HISTORY = "poclens backfill"  # needs the earlier quarters of the demonstration


@dataclass(frozen=True)
class NewUser:
    """A folder that looks like a fresh checkout, with a workspace and ports of its own."""

    folder: Path
    environment: dict[str, str]

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=1800,  # of three processes on two cores a whole demonstration takes so long
            check=False,
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def new_user(tmp_path_factory: pytest.TempPathFactory) -> NewUser:
    return fresh_checkout(tmp_path_factory.mktemp("checkout"))


def fresh_checkout(folder: Path) -> NewUser:
    """The repository's files in the folder, by links, with a workspace of its own."""
    for entry in REPOSITORY.iterdir():
        if entry.name not in {"workspace", ".venv", ".git"}:
            (folder / entry.name).symlink_to(entry)
    make_environment(folder / ".venv")
    environment = {
        **os.environ,
        "PATH": f"{folder}/.venv/bin:{os.environ['PATH']}",
        "POCLENS_HOME": str(folder / "workspace"),
        "POCLENS_LANGUAGE": "en",
    }
    return NewUser(folder, environment)


def make_environment(folder: Path) -> None:
    """The environment of these tests under the name that `make` knows, and up to date for it."""
    folder.mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.name != "installed":
            (folder / entry.name).symlink_to(entry)
    (folder / "installed").touch()


@pytest.fixture(scope="module")
def ran(
    new_user: NewUser, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, subprocess.CompletedProcess[str]]:
    """Every block that ends by itself, run once, in the order of the README.

    The demonstration is ended once its first page is there. What it published serves other tests
    of this run as the sample's release.
    """
    blocks = [
        block
        for block in BLOCKS
        if not SERVERS & set(block.splitlines())
        and not block.startswith((TESTS_THEMSELVES, OF_ITS_HISTORY))
    ]
    assert blocks[0] == DEMONSTRATION
    with published_once(tmp_path_factory) as made:
        assert_answers(new_user, DEMONSTRATION.strip(), "PORT=")
        if not made.exists():
            keep_first_release(Workspace(new_user.folder / "workspace"), made)
    return {block: new_user.run(block) for block in blocks[1:]}


def test_the_readme_has_the_officers_round() -> None:
    text = "".join(BLOCKS)
    for command in ("sample", "refresh", "rejects", "publish", "explain", "diff", "extract"):
        assert f"poclens {command}" in text


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(block, id=block.splitlines()[0])
        for block in BLOCKS
        if not block.startswith(OF_ITS_HISTORY)
    ],
)
def test_block_runs(
    block: str, new_user: NewUser, ran: dict[str, subprocess.CompletedProcess[str]]
) -> None:
    if TESTS_THEMSELVES in block:  # these tests are that command: only see that it is there
        assert new_user.run("make -n test").returncode == 0
    elif block in ran:
        assert_done(ran[block])
    elif block != DEMONSTRATION:  # which has answered before any other block ran
        for command in block.splitlines():
            assert_answers(new_user, command, "--port=")


def assert_done(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "Traceback" not in done.stderr


def assert_answers(new_user: NewUser, command: str, option: str) -> None:
    """The server answers on its port of 127.0.0.1, which the option names."""
    port = free_port()
    server = subprocess.Popen(
        [*command.split(), f"{option}{port}"],
        cwd=new_user.folder,
        env=new_user.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert answers(server, port), f"{command} did not answer"
    finally:
        end(server)


def end(server: subprocess.Popen[bytes]) -> None:
    """Asks the server to end as a terminal does, and does not wait for ever on its children."""
    os.killpg(server.pid, signal.SIGINT)
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Whether a page comes, for as long as the command runs; half an hour at most."""
    ends = time.monotonic() + 1800
    while server.poll() is None and time.monotonic() < ends:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.5)
    return False


def test_what_the_blocks_leave(
    new_user: NewUser, ran: dict[str, subprocess.CompletedProcess[str]]
) -> None:
    left = {path.name for path in new_user.folder.iterdir() if not path.is_symlink()}
    assert {"workspace", "rejects.xlsx", "extracts", "forms"} <= left
    current = new_user.folder / "workspace/releases/sample/current"
    assert re.fullmatch(r"2026-Q3-r\d\d\n?", current.read_text())


def test_the_page_on_evidence_tells_the_demonstrations_figures(
    new_user: NewUser, ran: dict[str, subprocess.CompletedProcess[str]]
) -> None:
    release = new_user.folder / "workspace/releases/sample/2026-Q3-r01"
    for name, text in written(release).items():
        kept = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
        assert kept == text, f"{name}: run `python -m tests.docs.sample_evidence {release}`"


@pytest.mark.soak
def test_the_demonstration_revises_what_it_published(tmp_path: Path) -> None:
    """The second quarter brings late reports and corrections, the third a new definition."""
    new_user = fresh_checkout(tmp_path)
    assert_done(new_user.run("make demo SERVE=0"))
    (later_command,) = [block for block in BLOCKS if block.startswith(OF_ITS_HISTORY)]
    assert_done(new_user.run(later_command))
    first, second, third = "2026-Q1-r01", "2026-Q2-r01", "2026-Q3-r02"
    later = revisions(new_user, first, second)
    assert {"late_data", "correction"} <= {line["reason"] for line in later}
    at_sites = [line for line in later if line["indicator"] == "P2-OC-07"]
    assert any(line["part_late_data"] and line["part_correction"] for line in at_sites)
    redefined = [
        line for line in revisions(new_user, second, third) if line["reason"] == "new_definition"
    ]
    assert {line["indicator"] for line in redefined} == {"D-OC-05"}
    assert min(line["period"] for line in redefined) >= "2025/26"


def revisions(new_user: NewUser, old: str, new: str) -> list[dict[str, Any]]:
    done = new_user.run(f"poclens diff --mission sample {old} {new} --json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["revisions"]
    return found
