"""A real server under large questions and requests that never end: it goes on answering others."""

import gzip
import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import duckdb
import psutil
import pytest

from dashboards.api import availability, batches
from dashboards.api.query import cell_query
from dashboards.reading import releases
from dashboards.reading.releases import current_release
from dashboards.serving.server import HEADERS_SECONDS, THREADS, processes
from tests.worlds.release import MISSION, RELEASE
from tests.worlds.server import serving

DATA = "/api/sdmx/data/dataflow/POCLENS/POC_INDICATORS/1.0.0"
_ROWS = 150_000
_MB_MORE = 200
_QUESTIONS = 8


@pytest.fixture(scope="module")
def large(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release with as many stored figures as an answer may hold: the same in other years."""
    folder = tmp_path_factory.mktemp("large") / "workspace"
    shutil.copytree(home, folder, ignore=shutil.ignore_patterns("records.db*"))
    path = folder / "releases" / MISSION / RELEASE / "mission" / "poclens.duckdb"
    path.chmod(0o600)
    with duckdb.connect(str(path)) as connection:
        stored = connection.execute("SELECT count(*) FROM mart.indicator_value").fetchone()
        assert stored is not None
        connection.execute(
            f"""INSERT INTO stored.indicator_value SELECT own.* REPLACE (
              period_start - to_years(years) AS period_start,
              period_end - to_years(years) AS period_end)
            FROM stored.indicator_value AS own, range(1, {_ROWS // stored[0]}) AS other(years)"""
        )
    return folder


@pytest.fixture(scope="module")
def server(large: Path) -> Iterator[tuple[int, psutil.Process]]:
    """Its port, and the first of its processes: one for all tests, as readers share one."""
    with serving("dashboards", "--home", str(large), "--port") as (port, process):
        yield port, psutil.Process(process.pid)


def ask(port: int, path: str, timeout: float = 300, **headers: str) -> bytes:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(asked, timeout=timeout) as answer:
        return bytes(answer.read())


def peak_mb(process: psutil.Process) -> float:
    """The most memory that a process has held so far."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


@pytest.mark.soak
def test_large_questions_hold_up_no_page_and_take_bounded_memory(
    server: tuple[int, psutil.Process],
) -> None:
    port, first = server
    ask(port, f"{DATA}?limit=1")
    workers = first.children()
    assert len(workers) == processes()
    before = [peak_mb(one) for one in workers]
    packed = {"Accept-Encoding": "gzip"}
    with ThreadPoolExecutor(_QUESTIONS) as pool:
        asked: list[Future[bytes]] = [
            pool.submit(ask, port, f"{DATA}?offset={number}&limit=50000", **packed)
            for number in range(_QUESTIONS)
        ]
        answered = 0
        while not all(one.done() for one in asked):
            assert ask(port, "/health", timeout=30)
            time.sleep(0.1)  # the server bounds how often one reader may ask
            answered += sum(not one.done() for one in asked) > 0
        lines = [gzip.decompress(one.result()).count(b"\r\n") for one in asked]
    assert lines == [50_001] * _QUESTIONS
    assert answered > _QUESTIONS  # again and again, while questions waited for one another
    grown = [peak_mb(one) - mb for one, mb in zip(workers, before, strict=True)]
    assert max(grown) < _MB_MORE, grown


@pytest.mark.parametrize(
    "sent", [b"GET /hea", b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half"]
)
def test_half_sent_requests_stop_nobody_and_are_closed(
    server: tuple[int, psutil.Process], sent: bytes
) -> None:
    port, _ = server
    number = 3 * THREADS * processes()
    half = [socket.create_connection(("127.0.0.1", port)) for _ in range(number)]
    for one in half:
        one.sendall(sent)
    assert all(ask(port, "/health", timeout=30) for _ in range(5))
    for one in half:
        one.settimeout(6 * HEADERS_SECONDS)
        assert one.recv(100) == b""  # closed by the server
        one.close()


def test_who_does_not_read_an_answer_holds_up_nobodys_question(
    server: tuple[int, psutil.Process],
) -> None:
    port, _ = server
    deaf = [socket.create_connection(("127.0.0.1", port)) for _ in range(2 * processes())]
    for one in deaf:
        one.sendall(f"GET {DATA}?limit=50000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert ask(port, f"{DATA}?limit=2").count(b"\r\n") == 3
    for one in deaf:
        one.close()


def test_a_body_beyond_what_any_form_takes_is_refused_before_it_is_read(
    server: tuple[int, psutil.Process],
) -> None:
    port, _ = server
    with socket.create_connection(("127.0.0.1", port)) as asking:
        asking.sendall(
            b"POST /records/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99000000\r\n\r\n"
        )
        asking.settimeout(30)
        assert b"413" in asking.recv(100)


def test_a_batch_that_needs_more_memory_than_there_is_is_halved(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(releases._OF_A_QUESTION, "memory_limit", "96MB")
    release = current_release(large, MISSION, "mission")
    assert release is not None
    query = cell_query("*", {})
    columns = "indicator, period_start, period_end, area"  # of other years: the same in all else
    small = list(batches.batches(release, query))
    told = availability._of_all(small)
    (whole,) = batches.batches(release, query, 10 * _ROWS)
    with pytest.raises(duckdb.OutOfMemoryException):
        list(whole.select(columns))
    number = whole.count()
    assert number == sum(batch.count() for batch in small) == told[-1]
    assert availability._of_all([whole]) == told
    skipped, taken = number // 3, number // 2  # from one half into the other
    expected = [row for batch in small for row in batch.select(columns)]
    assert list(whole.rows(columns, taken, skipped)) == expected[skipped : skipped + taken]
