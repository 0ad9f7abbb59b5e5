"""The command line as a person uses it: what it says and its exit code, a few in a real process."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from indicators.compiler.explanation.figure_sql import indicator_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.data_folder import data_folder
from indicators.foundation.messages import message
from pipelines.cli import doctor_command
from pipelines.cli.diff_command import _summary
from pipelines.cli.main import COMMANDS, main
from pipelines.cli.publish_command import earlier_shown
from tests.pipelines.cli.called import poclens


def process_of_poclens(
    home: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli.main", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"POCLENS_HOME": str(home), "POCLENS_LANGUAGE": "en"} | environment,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the profile of Mali, made once."""
    home = tmp_path_factory.mktemp("installed") / "workspace"
    assert poclens(home, "init", str(home), "--profile", "mali").returncode == 0
    return home


@pytest.fixture
def mali(installed: Path, tmp_path: Path) -> Path:
    """The same for one test alone."""
    return shutil.copytree(installed, tmp_path / "workspace")


def test_help_names_every_command_in_both_languages(tmp_path: Path) -> None:
    english = process_of_poclens(tmp_path, "--help").stdout
    french = poclens(tmp_path, "--help", POCLENS_LANGUAGE="fr").stdout
    assert all(f"\n    {command} " in english for command in COMMANDS)
    assert "Codes de sortie" in french and "Exit codes" not in french


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, pipelines.cli.main as m\n"
        "m.build_parser('en').format_help()\n"
        "heavy = {'dagster', 'dash', 'great_expectations', 'pandas', 'duckdb', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert shown.strip() == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--language", "en", command, "--help"])
    assert ended.value.code == 0
    assert f"poclens {command}" in capsys.readouterr().out.split("Example:")[1]


def test_an_unknown_command_is_wrong_use(tmp_path: Path) -> None:
    refused = process_of_poclens(tmp_path, "refrsh")
    assert refused.returncode == 2
    assert "refrsh" in refused.stderr and "Traceback" not in refused.stderr


def test_a_workspace_without_missions_says_how_to_make_one(tmp_path: Path) -> None:
    refused = poclens(tmp_path, "refresh")
    assert refused.returncode == 2
    assert "poclens sample" in refused.stderr


def test_an_unknown_mission_names_the_known_ones(mali: Path) -> None:
    refused = process_of_poclens(mali, "refresh", "--mission", "mlai")
    assert refused.returncode == 2
    assert "mlai" in refused.stderr and "mali" in refused.stderr


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = poclens(tmp_path, "serve", "--port", str(port))
    assert refused.returncode == 2
    assert str(port) in refused.stderr and len(refused.stderr.splitlines()) == 1


def test_the_server_speaks_the_language_of_the_command(tmp_path: Path) -> None:
    for language in ("en", "fr"):
        refused = process_of_poclens(tmp_path / "none", "--language", language, "serve")
        said = message("page.serve.no_home", language, home=tmp_path / "none")
        assert (refused.returncode, refused.stderr.strip()) == (2, said)


def test_who_ends_the_command_ends_the_server(tmp_path: Path) -> None:
    """By the signal of a service manager, not of a keyboard: nothing goes on holding the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pipelines.cli.main", "serve", "--port", str(port)]
    environment = os.environ | {"POCLENS_HOME": str(tmp_path), "POCLENS_LANGUAGE": "en"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as serving:
        assert serving.stdout is not None
        try:
            assert str(port) in serving.stdout.readline(), "it says where it is once it listens"
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
                assert answer.status == 200
            serving.terminate()
            assert serving.wait(timeout=60) == 0
        finally:
            serving.kill()  # what does not end when told is not waited for
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_a_plan_is_written_as_a_table_only(mali: Path) -> None:
    refused = poclens(mali, "evidence", "plan", "--to", "plan.docx")
    assert refused.returncode == 2
    assert "plan.docx" in refused.stderr and ".xlsx" in refused.stderr


def test_a_fault_is_told_where_the_workspace_takes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("in the place of a folder")
    monkeypatch.setenv("POCLENS_HOME", str(tmp_path))
    monkeypatch.setattr(doctor_command, "run", lambda _: [][0])
    assert main(["--language", "en", "doctor"]) == 3
    told = capsys.readouterr().err
    (place,) = re.findall(r"details are in (\S+\.txt)\.", told)
    assert "IndexError" in Path(place).read_text(encoding="utf-8")
    shutil.rmtree(Path(place).parent)


def test_json_is_one_object(tmp_path: Path) -> None:
    shown = process_of_poclens(tmp_path, "catalogue", "list", "--json")
    assert "P2-OP-01" in json.loads(shown.stdout)


def test_a_profile_with_a_misspelt_key_is_refused_with_file_and_key(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "mission.yaml").write_text("missoin: here\n", encoding="utf-8")
    refused = poclens(tmp_path, "init", str(tmp_path / "home"), "--profile", str(profile))
    assert refused.returncode == 2
    assert "mission.yaml" in refused.stderr and "missoin" in refused.stderr
    assert not (tmp_path / "home" / "missions" / "here").exists()


@pytest.mark.parametrize("period", ["2026Q3", "2026-07", "2044-Q3"])
def test_what_is_no_quarter_of_the_mission_is_wrong_use(mali: Path, period: str) -> None:
    refused = poclens(mali, "publish", "--mission", "mali", "--period", period)
    assert refused.returncode == 2
    assert period in refused.stderr and len(refused.stderr.splitlines()) == 1


def test_nothing_is_published_before_the_first_refresh(mali: Path) -> None:
    refused = poclens(mali, "publish", "--mission", "mali", "--period", "2024-Q3")
    assert refused.returncode == 2
    assert refused.stderr.startswith("mali has no figures yet")


def test_a_mission_is_not_seen_before_its_first_day(mali: Path) -> None:
    refused = poclens(mali, "refresh", "--mission", "mali", "--as-of", "1999-12-31")
    assert refused.returncode == 2
    assert refused.stderr.startswith("1999-12-31 is before the mission")


@pytest.mark.parametrize("action", ["show", "sql", "requirements", "gaps"])
def test_an_unknown_indicator_is_refused_where_it_was_typed(tmp_path: Path, action: str) -> None:
    refused = poclens(tmp_path, "catalogue", action, "P2-OP-0X")
    assert refused.returncode == 2
    assert refused.stderr.startswith("The catalogue has no indicator P2-OP-0X; the nearest is P2-O")


@pytest.mark.parametrize("action", ["show", "sql"])
@pytest.mark.parametrize("codes", [[], ["P2-OP-01", "P2-OP-02"]])
def test_one_indicator_is_shown_at_a_time(tmp_path: Path, action: str, codes: list[str]) -> None:
    refused = poclens(tmp_path, "catalogue", action, *codes)
    assert refused.returncode == 2
    assert refused.stderr.startswith("Name one indicator")


def test_an_indicator_is_shown_in_words_and_its_sql_is_printed(tmp_path: Path) -> None:
    shown = poclens(tmp_path, "--language", "fr", "catalogue", "show", "P2-OP-02").stdout
    entry = load_catalogue()["P2-OP-02"]
    assert entry.definition.fr in shown and "(`activities`)" in shown and ".md" not in shown
    whole = json.loads(poclens(tmp_path, "catalogue", "show", "P2-OP-02", "--json").stdout)
    assert whole["definition"] == {"en": entry.definition.en, "fr": entry.definition.fr}
    printed = poclens(tmp_path, "catalogue", "sql", "P2-OP-02").stdout
    assert printed.rstrip() == f"-- P2-OP-02, version 1\n{indicator_sql(entry)}".rstrip()


def test_the_language_option_holds_for_help_and_complaints(tmp_path: Path) -> None:
    assert "Codes de sortie" in poclens(tmp_path, "--language", "fr", "--help").stdout
    refused = poclens(tmp_path, "--language=fr", "refresh", "--as-of", "31.12.2026")
    assert refused.returncode == 2
    assert "n’est pas un jour" in refused.stderr and "explique son emploi" in refused.stderr


# Every fault of use that a command of ours can meet, and whose words of the library it shows.
WRONG_USE = (
    ["--help"],
    [],
    ["refrsh"],
    ["tokens"],
    ["tokens", "list", "--no-such-option"],
    ["refresh", "--explain=1"],
    ["publish", "--period"],
    ["serve", "--port", "abc"],
    ["rejects", "--t", "x"],
    ["duplicates", "decide", "--separate", "--undecided"],
    ["hq", "pull", "--to"],
)


@pytest.mark.parametrize("words", WRONG_USE, ids=" ".join)
def test_the_library_of_the_command_line_speaks_french_too(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    shown = {}
    for language in ("en", "fr"):
        with pytest.raises(SystemExit):
            main(["--language", language, *words])
        shown[language] = "".join(capsys.readouterr())
    own = (
        "usage: |positional|this help|argument |required|unrecog|ambiguous|expected|invalid|ignored"
    )
    english = re.findall(own, shown["en"])
    assert english and not any(word in shown["fr"] for word in english)


PROFILE_FAULTS = {
    "mission.yaml": ("time_zone:", "time_zoen:", "time_zoen"),
    "framework.yaml": ("hypothesis:", "hypothesys:", "hypothesys"),
    "sources/radpko.yaml": ("table:", "tabel:", "tabel"),
}


@pytest.mark.parametrize("file", PROFILE_FAULTS)
def test_a_fault_in_any_file_of_a_profile_is_told_before_it_is_installed(
    tmp_path: Path, file: str
) -> None:
    right, wrong, named = PROFILE_FAULTS[file]
    profile = tmp_path / "profile"
    shutil.copytree(data_folder() / "missions" / "mali", profile)
    text = (profile / file).read_text(encoding="utf-8")
    assert right in text
    (profile / file).write_text(text.replace(right, wrong), encoding="utf-8")
    refused = poclens(tmp_path, "init", str(tmp_path / "home"), "--profile", str(profile))
    assert refused.returncode == 2
    assert Path(file).name in refused.stderr and named in refused.stderr
    assert not (tmp_path / "home").exists()


def test_the_doctor_names_what_is_wrong_in_an_installed_profile(mali: Path) -> None:
    assert poclens(mali, "doctor").returncode == 0
    source = mali / "missions" / "mali" / "sources" / "radpko.yaml"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("table:", "tabel:"), encoding="utf-8")
    found = poclens(mali, "doctor")
    assert found.returncode == 2
    assert "radpko.yaml" in found.stdout and "tabel" in found.stdout


def test_requirements_and_gaps_of_a_missions_selection(mali: Path) -> None:
    shown = poclens(mali, "catalogue", "requirements", "--mission", "mali", "--json")
    found = json.loads(shown.stdout)
    assert "survey_answers" in found["columns"] and "activities" not in found["columns"]
    named = poclens(mali, "catalogue", "requirements", "P2-OP-03", "P2-OC-01")
    assert "patrol_mode" in named.stdout and "saw_unpol_patrol" in named.stdout
    gaps = json.loads(poclens(mali, "catalogue", "gaps", "--mission", "mali", "--json").stdout)
    assert {"tier", "phase", "unit_type", "outputs"} <= gaps["gaps"][0].keys()


def test_a_comparison_opens_with_its_causes_and_their_sources() -> None:
    lines = [
        {"indicator": indicator, "reason": reason}
        for indicator, reason in [
            ("P2-OC-07", "late_data"),
            ("P2-OP-01", "late_data"),
            ("P2-OC-07", "late_data"),
            ("P2-OC-07", "correction"),
        ]
    ]
    assert list(_summary(lines, "en")) == [
        "  late reports: 3 (figures of Incidents 2, Activities 1)",
        "  corrected file: 1 (figures of Incidents 1)",
    ]


def test_a_release_of_an_earlier_quarter_says_that_the_pages_show_it_now() -> None:
    releases = ["2026-Q2-r01", "2026-Q2-r02", "2026-Q3-r01"]
    (said,) = earlier_shown("2026-Q2-r02", releases, "en")
    assert "now show 2026-Q2-r02" in said and "2026-Q3-r01" in said
    assert earlier_shown("2026-Q3-r01", releases, "en") == []
