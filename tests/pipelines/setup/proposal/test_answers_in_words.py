"""What a person types at a terminal: titles and labels as well as codes, and nothing else."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.main import main
from pipelines.workspace.paths import Workspace

ROWS = ("Ref;Date;Sort of thing;County", "A-1;2026-04-13 08:30;patrol;Bor",
        "A-2;2026-04-14 09:30;long walk;Akobo")  # fmt: skip

Map = Callable[..., tuple[int, str]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def mapped(
    workspace: Workspace,
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Map:
    """`poclens map` of the log: its exit code and all that it prints."""
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))

    def mapped(*options: str, language: str = "en") -> tuple[int, str]:
        code = main(["--language", language, "map", str(log), "--mission", "faulty", *options])
        told = capsys.readouterr()
        return code, (told.out + told.err).replace("\u00a0", " ").replace("\u202f", " ")

    return mapped


@pytest.fixture
def typed(mapped: Map, monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[str]], list[str]]:
    """What a person is told who types these texts, and Enter after them; the questions too."""

    def typed(texts: Sequence[str], *options: str) -> list[str]:
        given, told = iter(texts), []
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr("builtins.input", lambda asked: told.append(asked) or next(given, ""))
        _, printed = mapped(*options)
        assert list(given) == []
        return [*told, printed]

    return typed


def read(printed: str) -> dict[str, Any]:
    found = json.loads(printed)["mapping"]["tables"][0]
    assert isinstance(found, dict)
    return found


def test_options_take_titles_and_labels_as_well_as_names_and_codes(mapped: Map) -> None:
    by_code = ("--table=activities", "--set=tier=II", "--set=unit_code=FPU",
               "--column=activity_type=Sort of thing", "--answer=replaces=all",
               "--answer=code.activity_type.long walk=patrol")  # fmt: skip
    code, printed = mapped("--json", *by_code)
    assert code == 0
    in_words = ("--table=Activities", "--set=TIER=Tier II", "--set=Lead unit=FPU",
                "--column=Activity type=Sort of thing",
                "--answer=A later file takes the place of=all earlier ones: each holds everything",
                "--answer=code.Activity type.long walk=Patrol")  # fmt: skip
    code, words = mapped("--json", *in_words)
    assert code == 0 and json.loads(words)["mapping"] == json.loads(printed)["mapping"]
    entry = read(words)["columns"]
    assert entry["tier"] == {"constant": "II"}
    assert entry["activity_type"]["recode"]["long walk"] == "patrol"
    assert json.loads(words)["mapping"]["supersedes"] == "all"


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--set=tier=Teir II", ("'Teir II' is no answer to", "Tier II (II)")),
        ("--set=teir=II", ("'teir' is nothing that is asked here. Nearest: Tier.",)),
        ("--answer=replases=all", ("'replases' is nothing that is asked", "replaces")),
        ("--answer=replaces=everything", ("'everything' is no answer", "(all)")),
        ("--answer=header_row=first", ("'first' is no answer to “Row of the names",)),
        ("--answer=also.tier=II", ("'also.tier' is nothing that is asked",)),
        ("--column=activity_type=Sort of things", ("no column of the file",)),
    ],
)
def test_an_option_that_says_nothing_is_refused_with_what_is_near(
    mapped: Map, option: str, told: tuple[str, ...]
) -> None:
    code, printed = mapped("--json", "--table=activities", option)
    assert code == 2
    assert [part for part in told if part not in printed] == []


def test_a_name_or_value_that_cannot_be_said_is_refused_at_once_and_asked_again(
    typed: Callable[..., list[str]],
) -> None:
    wrong = ["replases=all", "replaces=al", "replaces", "header.activity_type=Sort of thin"]
    *_, printed = typed([*wrong, "A later file takes the place of=all"], "--table=activities")
    assert "'replases' is nothing that is asked here. Nearest: A later file" in printed
    assert "'al' is no answer to “A later file takes the place of”" in printed
    assert "'replaces' is not COLUMN=TEXT" in printed
    assert (
        "'Sort of thin' is no answer to “Activity type”" in printed
        and "Nearest: Sort of thing." in printed
    )
    assert "all earlier ones: each holds everything (all)   [" in printed


def test_open_columns_and_codes_are_asked_and_answered_in_words(
    typed: Callable[..., list[str]],
) -> None:
    column = "--column=activity_type=Sort of thing"
    texts = ["", "long stroll", "Patrol", "completed", "=Refs", "=Ref", "Teir II", "tier ii"]
    *asked, printed = typed(texts, "--table=activities", column)
    of_code = [one for one in asked if "What is 'long walk'" in one]
    assert len(of_code) == 2 and "in Activity type (activity_type)" in of_code[0]
    of_tier = [one for one in asked if "Tier (tier), one of Tier I (I)" in one]
    assert len(of_tier) == 2
    assert "Teir II is not among them; near it: Tier II (II)" in printed
    assert "'Refs' is no column of the file" in printed


def test_what_stands_is_listed_by_title_and_code(mapped: Map) -> None:
    column = "--column=activity_type=Sort of thing"
    _, printed = mapped("--table=activities", column, "--set=tier=II")
    assert "Sort of thing → Activity type (activity_type)" in printed
    assert "always 'Tier II (II)' → tier" in printed
    assert "A later file takes the place of (replaces): the file of the same name (name)" in printed
    _, printed = mapped("--table=activities", column, "--set=tier=II", language="fr")
    assert "Type d’activité (activity_type)" in printed
    assert "toujours « Niveau II (II) »" in printed


def test_a_code_that_is_said_of_a_column_is_the_same_in_each_row(
    mapped: Map, typed: Callable[..., list[str]]
) -> None:
    code, printed = mapped("--json", "--table=activities", "--answer=Status=Completed")
    assert code == 0 and read(printed)["columns"]["status"] == {"constant": "completed"}
    *_, told = typed(["Status=Completed"], "--table=activities")
    assert "always 'Completed' → status" in told
