"""A key that stands twice in a YAML file is refused with both its rows; no file of ours has one."""

from pathlib import Path

import pytest
import yaml

from indicators.definitions.vocabularies import read_vocabularies
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from indicators.foundation.reading.yaml_files import read_yaml
from indicators.foundation.reading.yaml_loader import RepeatedKeyError, StrictLoader
from pipelines.ingest.mapping.model import read_source

FILES = sorted(data_folder().rglob("*.yaml"))


def of_parts(text: str) -> object:
    return yaml.load(text, Loader=StrictLoader)


def test_no_file_of_ours_has_a_key_twice() -> None:
    assert len(FILES) > 100
    twice = []
    for path in FILES:
        try:
            of_parts(path.read_text(encoding="utf-8"))
        except RepeatedKeyError as error:
            twice.append(f"{path.relative_to(data_folder())}: {error.row} {error.key}")
    assert twice == []


@pytest.mark.parametrize("read", [read_yaml, read_vocabularies, read_source])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_reader_names_file_key_and_both_rows(tmp_path: Path, read, language: str) -> None:
    path = tmp_path / "radpko.yaml"
    path.write_text("source: radpko\ntables:\n  - {table: a, where: x}\nsource: other\n")
    with pytest.raises(WrongUse) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert (problem.rule, problem.file, problem.row) == ("yaml_repeated_key", path.name, 4)
    sentence = problem.sentence(language)
    assert "source" in sentence and "1" in sentence and "4" in sentence


@pytest.mark.parametrize(
    ("text", "key", "rows"),
    [
        ("a:\n  b: 1\n  c: {d: 1, e: 2, d: 3}\n", "d", (3, 3)),
        ("- x: 1\n- y: 1\n  z: 2\n  y: 1\n", "y", (2, 4)),
        ('a: 1\n"a": 2\n', "a", (1, 2)),
        ("same: &s {k: 1}\nother:\n  <<: *s\n  k: 2\n  k: 3\n", "k", (4, 5)),
    ],
)
def test_it_is_found_at_any_depth(text: str, key: str, rows: tuple[int, int]) -> None:
    with pytest.raises(RepeatedKeyError) as caught:
        of_parts(text)
    assert (caught.value.key, (caught.value.first_row, caught.value.row)) == (key, rows)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: {b: 1}\nc: {b: 1}\n", {"a": {"b": 1}, "c": {"b": 1}}),
        ("s: &s {k: 1}\no:\n  <<: *s\n  k: 2\n", {"s": {"k": 1}, "o": {"k": 2}}),
        ("1: a\n'1': b\n", {1: "a", "1": "b"}),
    ],
)
def test_what_is_no_repetition_is_read_as_before(text: str, value: object) -> None:
    assert of_parts(text) == value
