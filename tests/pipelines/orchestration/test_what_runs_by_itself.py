"""Notices of blocking checks, retries of what can pass, the quarter's schedule, the history."""

import errno
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from email import message_from_string
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import pytest

from dashboards.forms.missions.steps import RUN_ROUTE
from dashboards.pages import path_of
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from indicators.foundation.periods import period_of
from pipelines.cli.main import main
from pipelines.orchestration.build import build_definitions
from pipelines.orchestration.runs.abandoned import process_tag
from pipelines.orchestration.runs.backfill import backfill, quarters_to_fill
from pipelines.orchestration.runs.failures import as_raised, in_words
from pipelines.orchestration.triggers.notices import PAGES, Notice, send_notices
from pipelines.sample.cycle import write_cycle
from pipelines.workspace.installation import install_profile, make_workspace
from pipelines.workspace.paths import Workspace
from records.kinds import Recommendation
from records.store import Store
from tests.worlds.mission.patrols import MISSION, PatrolMission, as_csv, month_of_patrols

CELL = "Mariam-4711"
TOLD = Notice("bako", "check_blocks", {"tables": ["units"], "checks": ["units.unit_type.codes"]})


@contextmanager
def web_server() -> Iterator[tuple[str, list[bytes]]]:
    """A server of this machine, and what was posted to it."""
    posted: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing on the console."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", posted
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def mail_server() -> Iterator[tuple[str, list[str]]]:
    """A mail server that takes one message, and the lines that it got."""
    lines: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rw", newline="\r\n") as talk:
            is_text = False
            talk.write("220 here\n")
            talk.flush()
            for line in talk:
                lines.append(line.rstrip())
                if line.lower().startswith("quit"):
                    return
                if is_text and line.rstrip() != ".":
                    continue
                is_text = line.lower().startswith("data")
                talk.write("354 go on\n" if is_text else "250 fine\n")
                talk.flush()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"127.0.0.1:{listening.getsockname()[1]}", lines
    thread.join()
    listening.close()


def test_nothing_is_sent_until_somebody_says_where_to() -> None:
    assert list(send_notices(TOLD)) == []


def test_a_webhook_and_a_mail_name_checks_and_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    with web_server() as (address, posted), mail_server() as (host, lines):
        monkeypatch.setenv("POCLENS_NOTICE_URL", address)
        monkeypatch.setenv("POCLENS_NOTICE_EMAIL", "duty@example.org, chief@example.org")
        monkeypatch.setenv("POCLENS_SMTP", host)
        assert list(send_notices(TOLD)) == ["notice sent", "notice sent"]
    (body,) = map(json.loads, posted)
    assert (body["mission"], body["checks"]) == ("bako", ["units.unit_type.codes"])
    assert set(body["text"]) == {"en", "fr"} and "units.unit_type.codes" in body["text"]["fr"]
    assert body["tables"] == ["units"] and "Tables\u00a0: Unités." in body["text"]["fr"]
    assert {"rcpt TO:<duty@example.org>", "rcpt TO:<chief@example.org>"} <= set(lines)
    mail = message_from_string("\n".join(lines[lines.index("data") + 1 :]), policy=default)
    assert mail["Subject"].startswith("bako: blocking checks failed / des contrôles bloquants")
    assert mail["Date"].datetime.utcoffset() is not None and mail["Message-ID"]
    assert "Tables\u00a0: Unités." in mail.get_content()


def test_a_notice_leads_to_the_page_that_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "http" not in TOLD.sentences()["en"]
    monkeypatch.setenv("POCLENS_NOTICE_LINK", "https://poc.example.org/")
    (*_, link) = TOLD.sentences()["fr"].splitlines()
    assert link == f"https://poc.example.org{RUN_ROUTE}?mission=bako&lang=fr"
    assert {*PAGES.values()} == {RUN_ROUTE, path_of("accountability")}


def test_a_reminder_names_keys_and_roles_and_not_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POCLENS_HOME", str(tmp_path))
    install_profile(Workspace(tmp_path), "sample")
    write_cycle(tmp_path)
    command = ["--language", "en", "remind", "--mission", "sample"]
    assert main([*command, "--as-of", "2025-01-01"]) == 0
    assert "No recommendation is overdue" in capsys.readouterr().out
    late = [*command, "--as-of", "2026-11-23"]
    assert main(late) == 0
    assert "neither POCLENS_NOTICE_URL" in capsys.readouterr().out
    with web_server() as (address, posted):
        monkeypatch.setenv("POCLENS_NOTICE_URL", address)
        assert main(late) == 0
    told = json.loads(posted[0])
    assert "R-0005" in told["recommendations"] and "force_commander" in told["roles"]
    assert "Force Commander" in told["text"]["en"] and "_" not in told["text"]["fr"]
    written = Store.of_workspace(tmp_path).all("sample", Recommendation)
    assert [one for one in written if one.record.text in posted[0].decode()] == []
    assert main(late) == 1  # nobody takes it any more


def test_a_notice_that_cannot_be_sent_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("POCLENS_NOTICE_URL", f"http://127.0.0.1:{port}/")
    (said,) = send_notices(TOLD)
    assert said.startswith("notice not sent")
    monkeypatch.setenv("POCLENS_NOTICE_URL", "file:///etc/passwd")
    assert list(send_notices(TOLD)) == ["notice not sent: ValueError"]


@pytest.mark.parametrize(
    ("error", "tags", "tries"),
    [
        (WrongUse(Problem("warehouse_locked", "a.duckdb")), {}, 3),
        (OSError(errno.EIO, "share"), {}, 3),
        (WrongUse(Problem("empty_file", "a.csv")), {}, 1),
        (WrongUse(Problem("warehouse_locked", "a.duckdb")), process_tag(), 1),
    ],
)
def test_what_can_pass_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception, tags: dict[str, str], tries: int
) -> None:
    monkeypatch.setattr("pipelines.orchestration.runs.failures.SECONDS", 0)
    tried = []

    @dg.asset
    def of_a_share(context: dg.AssetExecutionContext) -> None:
        with in_words(context):
            tried.append(1)
            if len(tried) < 3:
                raise error

    with dg.DagsterInstance.ephemeral() as instance, as_raised():
        result = dg.materialize([of_a_share], instance=instance, tags=tags, raise_on_error=False)
    assert len(tried) == tries and result.success == (tries == 3)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    make_workspace(workspace)
    for name in ("sample", "mali"):
        install_profile(workspace, name)
    return workspace


def asked(workspace: Workspace, day: datetime) -> list[str]:
    definitions = build_definitions(workspace)
    schedule = definitions.resolve_schedule_def("quarter_end")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=day,
            repository_def=definitions.get_repository_def(),
        )
        requests = schedule.evaluate_tick(context).run_requests
    return sorted(str(request.partition_key) for request in requests or [])


def test_a_quarter_that_is_over_is_published_once_for_missions_that_were_in_it(
    workspace: Workspace,
) -> None:
    day = datetime(2026, 10, 16, 3, tzinfo=UTC)
    assert asked(workspace, day) == ["sample|2026-Q3"]  # the other mission had ended
    assert asked(workspace, datetime(2022, 1, 16, 3, tzinfo=UTC)) == ["mali|2021-Q4"]
    release = workspace.releases("sample") / "2026-Q3-r01"
    release.mkdir(parents=True)
    assert asked(workspace, day) == []
    release.rmdir()


def test_quarters_of_the_history(workspace: Workspace) -> None:
    def names(first: str | None, last: str | None) -> list[str]:
        return [one.name for one in quarters_to_fill(workspace, "mali", first, last)]

    assert names("2021-Q3", "2022-Q2") == ["2021-Q3", "2021-Q4", "2022-Q1", "2022-Q2"]
    whole = names(None, None)
    first = read_mission(workspace.profile("mali")).starts_on
    assert (
        whole[0] == period_of(first, "Q").name and whole == sorted(whole) and whole[-1] < "2024-Q2"
    )
    release = workspace.releases("mali") / "2022-Q1-r01"
    release.mkdir(parents=True)
    (release.parent / "current").write_text("2022-Q1-r01\n", encoding="utf-8")
    with pytest.raises(WrongUse, match="2021-Q4") as raised:
        names("2021-Q4", "2022-Q2")
    assert [problem.rule for problem in raised.value.problems] == ["backfill_behind"]
    assert names("2022-Q1", "2022-Q2") == ["2022-Q1", "2022-Q2"]
    with pytest.raises(WrongUse):
        names("2021", None)
    assert Path(release).is_dir()


def test_a_quarter_of_before_the_first_fact_is_passed_over(tmp_path: Path) -> None:
    mission = PatrolMission.made(tmp_path / "home")
    make_workspace(mission.workspace)
    mission.deliver("patrols_07.csv", as_csv(month_of_patrols(7, 30, seed=1)))
    quarters = quarters_to_fill(mission.workspace, MISSION, "2026-Q2", "2026-Q3")
    filled = list(backfill(mission.workspace, MISSION, quarters))
    assert [(one.period, one.release, one.status) for one in filled] == [
        ("2026-Q2", "", "empty"),
        ("2026-Q3", "2026-Q3-r01", "published"),
    ]
    for one in filled:
        assert one.period in message(f"cli.backfill.{one.status}", "fr", **asdict(one))
    written = mission.workspace.warehouse(MISSION).stat().st_mtime_ns
    kept = list(backfill(mission.workspace, MISSION, quarters[1:]))
    assert [one.status for one in kept] == ["kept"]
    assert mission.workspace.warehouse(MISSION).stat().st_mtime_ns == written
