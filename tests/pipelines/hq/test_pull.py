"""Releases fetched from five real servers on loopback, of which some are faulty."""

import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from indicators.foundation.errors import WrongUse
from indicators.foundation.stored.published_tables import MANIFEST, PUBLICATION
from pipelines.hq.pull import Pulled, pull, read_pulls
from pipelines.hq.rollup import rollup
from pipelines.hq.settings import read_settings
from pipelines.release.files import sha256_of, write_json
from pipelines.release.naming import current_name
from pipelines.release.signed.verification import verify
from pipelines.workspace.keys import public_text
from pipelines.workspace.paths import Workspace
from tests.worlds.headquarters import (
    KEY,
    OTHER_KEY,
    Application,
    application,
    serving,
    settings_of,
    write_publication,
    write_release,
)
from tests.worlds.mission.profile import write_yaml

Wrap = Callable[[Application], Application]
DATABASE = "/hq/poclens.duckdb"


def cut_off(served: Application, most: int, times: int = 10**6) -> Application:
    """Answers about the database end after so many bytes, though more were announced."""
    left = {"times": times}

    def wrapped(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        body = served(environ, start)
        if not environ["PATH_INFO"].endswith(DATABASE) or left["times"] <= 0:
            return body
        left["times"] -= 1
        return _first(body, most)

    return wrapped


def _first(body: Iterable[bytes], most: int) -> Iterator[bytes]:
    for chunk in body:
        yield chunk[:most]
        most -= len(chunk)
        if most <= 0:
            return


def trickling(served: Application) -> Application:
    """The database comes byte by byte, without an end in sight."""

    def wrapped(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        body = served(environ, start)
        return _slowly(body) if environ["PATH_INFO"].endswith(DATABASE) else body

    return wrapped


def _slowly(body: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in body:
        for byte in chunk:
            time.sleep(0.05)
            yield bytes([byte])


def altered(served: Application) -> Application:
    """One byte of the database is another one."""

    def wrapped(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        body = served(environ, start)
        if not environ["PATH_INFO"].endswith(DATABASE):
            return body
        whole = bytearray(b"".join(body))
        whole[len(whole) // 2] ^= 1
        return [bytes(whole)]

    return wrapped


def busy(times: int) -> Wrap:
    """The first answers are 503."""

    def wrap(served: Application) -> Application:
        left = {"times": times}

        def wrapped(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            if left["times"] <= 0:
                return served(environ, start)
            left["times"] -= 1
            start("503 Service Unavailable", [("Retry-After", "0")])
            return [b""]

        return wrapped

    return wrap


def other_page(served: Application) -> Application:
    """Every address answers with a page for people."""

    def wrapped(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/html")])
        return [b"<html>Sign in</html>"]

    return wrapped


FAULTS: Mapping[str, tuple[Wrap, str]] = {
    "cut off each time": (lambda served: cut_off(served, 2000), "pull_cut_off"),
    "trickling": (trickling, "pull_too_slow"),
    "altered": (altered, "pull_wrong_hash"),
    "busy for good": (busy(10**6), "pull_refused"),
    "another page": (other_page, "pull_no_json"),
}


def told(results: list[Pulled]) -> str:
    return "\n".join(
        f"{one.mission:8} {one.outcome:9} {one.rule or '':22} {one.files:3} files "
        f"{one.bytes:8} bytes {one.retries} retries {one.resumed} resumed {one.seconds} s"
        for one in results
    )


def test_five_missions_of_which_two_are_faulty(homes: dict[str, Path], tmp_path: Path) -> None:
    wraps: dict[str, Wrap] = {
        "bravo": lambda served: cut_off(served, 100_000, times=2),  # comes whole in three parts
        "charlie": lambda served: cut_off(served, 2000),
        "echo": busy(2),
    }
    workspace = Workspace(tmp_path / "headquarters")
    with ExitStack() as running:
        urls = {
            name: running.enter_context(serving(wraps.get(name, lambda s: s)(application(home))))
            for name, home in homes.items()
        }
        with serving(application(homes["delta"])) as gone:
            urls["delta"] = gone  # and then it is
        results = pull(workspace, settings_of(urls), pause=0.01)
    print(told(results))
    found = {one.mission: one for one in results}
    assert {name: one.outcome for name, one in found.items()} == {
        "alpha": "fetched",
        "bravo": "fetched",
        "charlie": "failed",
        "delta": "failed",
        "echo": "fetched",
    }
    assert (found["charlie"].rule, found["delta"].rule) == ("pull_cut_off", "pull_not_reached")
    assert found["bravo"].resumed == 2 and found["echo"].retries == 2
    published = sorted(path.parent.name for path in workspace.home.glob("releases/*/current"))
    assert published == ["alpha", "bravo", "echo"]
    for name in published:
        release = workspace.releases(name) / "2026-Q3-r01"
        state = verify(release, public_text(KEY.public_key()))
        assert state.is_good and state.signature == "signed" and state.tables == 6
        theirs = homes[name] / "releases" / name / "2026-Q3-r01"
        assert _bytes_of(release) == _bytes_of(theirs)
    assert {name: one["outcome"] for name, one in read_pulls(workspace.home).items()} == {
        name: one.outcome for name, one in found.items()
    }


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_by_its_name_and_stops_nobody_else(
    homes: dict[str, Path], tmp_path: Path, fault: str
) -> None:
    wrap, rule = FAULTS[fault]
    workspace = Workspace(tmp_path / "headquarters")
    whole, faulty = application(homes["alpha"]), wrap(application(homes["bravo"]))
    with serving(whole) as good, serving(faulty) as bad:
        settings = settings_of({"alpha": good, "bravo": bad})
        results = pull(workspace, settings, patience=2.0, pause=0.01)
    print(told(results))
    assert [(one.outcome, one.rule) for one in results] == [("fetched", None), ("failed", rule)]
    problem = results[1].problem()
    assert problem is not None and "{" not in problem.sentence("en") + problem.sentence("fr")
    assert not (workspace.releases("bravo")).exists()


@pytest.mark.parametrize("place", ["token_file", "token_environment"])
def test_a_token_that_is_not_there_is_named(tmp_path: Path, place: str) -> None:
    """A file without a folder is looked for beside hq.yaml, wherever the command runs."""
    workspace = Workspace(tmp_path / "headquarters")
    server = {"mission": "alpha", "url": "http://127.0.0.1:1", place: "ALPHA_TOKEN"}
    server["public_key"] = public_text(KEY.public_key())
    write_yaml(workspace.home / "hq.yaml", {"missions": [server]})
    (result,) = pull(workspace, read_settings(workspace), pause=0.01)
    named = workspace.home / "ALPHA_TOKEN" if place == "token_file" else "ALPHA_TOKEN"
    problem = result.problem()
    assert result.rule == "no_token" and problem is not None
    for language in ("en", "fr"):
        assert f" {named}," in problem.sentence(language)


def test_the_next_pull_goes_on_from_what_came(homes: dict[str, Path], tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "headquarters")
    with serving(cut_off(application(homes["alpha"]), 60_000)) as url:
        (first,) = pull(workspace, settings_of({"alpha": url}), pause=0.01)
    assert first.outcome == "failed" and current_name(workspace, "alpha") is None
    with serving(application(homes["alpha"])) as url:
        (second,) = pull(workspace, settings_of({"alpha": url}), pause=0.01)
        (third,) = pull(workspace, settings_of({"alpha": url}), pause=0.01)
    size = (homes["alpha"] / "releases" / "alpha" / "2026-Q3-r01" / "hq" / "poclens.duckdb").stat()
    assert second.outcome == "fetched" and second.resumed == 1
    assert second.bytes < size.st_size
    assert third.outcome == "unchanged" and third.bytes < 10_000


def _truncated(release: Path) -> None:
    path = release / "hq" / "poclens.duckdb"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:50_000])


DAMAGES: Mapping[str, Callable[[Path], None]] = {
    "database cut off": _truncated,
    "database gone": lambda release: (release / "hq" / "poclens.duckdb").unlink(),
    "manifest gone": lambda release: (release / MANIFEST).unlink(),
    "copy gone": lambda release: shutil.rmtree(release / "hq"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_kept_release_that_was_damaged_is_rolled_up_by_nobody_and_fetched_again(
    homes: dict[str, Path], tmp_path: Path, damage: str
) -> None:
    workspace = Workspace(tmp_path / "headquarters")
    with serving(application(homes["alpha"])) as url:
        settings = settings_of({"alpha": url})
        pull(workspace, settings, pause=0.01)
        release = workspace.releases("alpha") / "2026-Q3-r01"
        DAMAGES[damage](release)
        with pytest.raises(WrongUse) as refused:
            rollup(workspace)
        assert "alpha/2026-Q3-r01" in refused.value.problems[0].sentence("fr")
        (again,) = pull(workspace, settings, pause=0.01)
    assert again.outcome == "fetched" and verify(release).is_good
    made = rollup(workspace)
    made.path.write_bytes(made.path.read_bytes()[:20_000])  # the roll-up itself is made anew
    assert rollup(workspace).missions == ("alpha",)


def lead_outside(folder: Path) -> None:
    """The mission itself names, and signs, a file that lies outside of its release."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"][0]["path"] = "hq/../../../outside.parquet"
    write_json(folder / MANIFEST, manifest)
    told = json.loads((folder / PUBLICATION).read_text(encoding="utf-8"))
    told = {name: told[name] for name in told if name != "signature"}
    write_publication(folder, told | {"manifest_sha256": sha256_of(folder / MANIFEST)}, KEY)


CASES = {
    "unsigned": "pull_unsigned",
    "another key": "pull_wrong_signature",
    "another release": "pull_other_content",
    "old tables": "pull_old_tables",
    "leads outside": "pull_bad_path",
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_to_be_trusted_or_read_is_not_kept(
    rows: Mapping[str, pa.Table], tmp_path: Path, case: str
) -> None:
    keys = {"unsigned": None, "another key": OTHER_KEY}
    without = ("trend_reason",) if case == "old tables" else ()
    home = tmp_path / "mission"
    folder = write_release(home, "alpha", rows, key=keys.get(case, KEY), columns_left_out=without)
    if case == "another release":  # an older release of the mission under a newer name
        folder.rename(folder.with_name("2026-Q4-r01"))
    if case == "leads outside":
        lead_outside(folder)
    workspace = Workspace(tmp_path / "headquarters")
    with serving(application(home)) as url:
        (result,) = pull(workspace, settings_of({"alpha": url}), pause=0.01)
    assert (result.outcome, result.rule) == ("failed", CASES[case])
    assert not workspace.releases("alpha").exists()
    assert not list(tmp_path.rglob("outside.*"))


def test_current_moves_forward_only_and_a_failure_keeps_the_last_good_one(
    rows: Mapping[str, pa.Table], tmp_path: Path
) -> None:
    workspace, home = Workspace(tmp_path / "headquarters"), tmp_path / "mission"
    write_release(home, "alpha", rows, name="2026-Q3-r02")
    write_release(home, "alpha", rows, name="2026-Q2-r01")
    with serving(application(home)) as url:
        settings = settings_of({"alpha": url})
        (newest,) = pull(workspace, settings, pause=0.01)
        (asked,) = pull(workspace, settings, period="2026-Q2", pause=0.01)
    assert (newest.release, asked.release) == ("2026-Q3-r02", "2026-Q2-r01")
    assert current_name(workspace, "alpha") == "2026-Q3-r02"
    (failed,) = pull(workspace, settings, pause=0.01)
    assert failed.rule == "pull_not_reached"
    assert failed.last_good is not None and failed.last_good["release"] == "2026-Q2-r01"
    assert json.loads((workspace.home / "hq" / "pulls.json").read_text())["alpha"]["last_good"]
