"""A server that is killed while people save: what it has answered is written, whole."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

from records.kinds import Assessment
from records.store import Store
from tests.worlds.release import MISSION, write_release

FORM = "/records/assess?indicator=P2-OC-05&period=2026-Q3"
KEY = "P2-OC-05/MT/2026-Q3"
START_SECONDS = 60


def started(home: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A server with all its processes in a group of their own, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "dashboards", "--home", str(home), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    for _ in range(START_SECONDS * 10):
        try:
            requests.get(f"{address}/health", timeout=5)
            return server, address
        except requests.ConnectionError:
            time.sleep(0.1)
    killed(server)
    raise AssertionError("the server did not answer in time")


def killed(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


class Writer(threading.Thread):
    """Saves one assessment over and over; `answered`: the texts that the server said it kept."""

    def __init__(self, address: str, first: int) -> None:
        super().__init__()
        self.address, self.number = address, first
        self.answered: list[str] = []
        self.session = requests.Session()

    def run(self) -> None:
        try:
            page = self.session.get(f"{self.address}{FORM}", timeout=20).text
            token = re.search(r'name="token" value="([^"]+)"', page)
            assert token is not None
            while True:
                text = f"Text number {self.number + 1}."
                sent = {
                    "token": token[1], "based_on": self.number, "step": "save",
                    "rating": "on_track", "reason": "So we think.", "narrative": text,
                }  # fmt: skip
                answer = self.session.post(
                    f"{self.address}{FORM}", data=sent, allow_redirects=False, timeout=20
                )
                if answer.status_code != 303:
                    return
                self.answered.append(text)
                self.number += 1
        except requests.RequestException:
            return  # the server is gone


def written(home: Path) -> list[str]:
    store = Store.of_workspace(home)
    if not store.exists():
        return []
    return [one.record.narrative for one in store.versions(MISSION, Assessment, KEY)]


def test_what_was_answered_is_there_after_each_kill(tmp_path: Path) -> None:
    write_release(tmp_path)
    for wanted in (2, 7):
        before = written(tmp_path)
        server, address = started(tmp_path)
        writer = Writer(address, len(before))
        try:
            writer.start()
            until = time.monotonic() + START_SECONDS
            while len(writer.answered) < wanted and time.monotonic() < until:
                time.sleep(0.01)
        finally:
            killed(server)
        writer.join()
        assert len(writer.answered) >= wanted
        found = written(tmp_path)
        # the save that was under way is there whole or not at all
        assert found[: len(before) + len(writer.answered)] == [*before, *writer.answered]
        assert len(found) <= len(before) + len(writer.answered) + 1
        assert found == [f"Text number {number}." for number in range(1, len(found) + 1)]
        assert Store.of_workspace(tmp_path).first_broken_entry() is None
