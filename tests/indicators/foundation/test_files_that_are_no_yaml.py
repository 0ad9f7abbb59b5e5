"""A file that is no YAML is refused with its row, and what to do in the reader's language alone."""

from pathlib import Path

import pytest

from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.reading.yaml_files import read_yaml

FAULTS = {
    "name: Mission: north\n": ("colon", 1),
    "areas:\n  - north\n south: 1\n": ("indentation", 3),
    "- north\nsouth: 1\n": ("indentation", 2),
    'name: "North" and south\n': ("indentation", 1),
    "a: 1\n\tb: 2\n": ("tab", 2),
    "areas: [north,\n  south\n": ("bracket", 1),
    "areas: {north: 1\n": ("bracket", 1),
    "name: 'North\n": ("quotation_mark", 1),
    "name: @north\n": ("sign", 1),
    "name: *north\n": ("sign", 1),
    "name: !north 1\n": ("sign", 1),
    'name: "C:\\qold"\n': ("backslash", 1),
    "a: 1\n---\nb: 2\n": ("document", 2),
    "a: x\x01\n": ("characters", None),
    "on: 2026-13-30\n": ("day", None),
    "on: 2026-02-30\n": ("day", None),
}


@pytest.mark.parametrize(("text", "expected"), FAULTS.items())
def test_what_is_wrong_is_told(tmp_path: Path, text: str, expected: tuple[str, int | None]) -> None:
    path = tmp_path / "mission.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUse) as raised:
        read_yaml(path)
    (problem,) = raised.value.problems
    assert (problem.rule, problem.row) == ("yaml_unreadable", expected[1])
    assert problem.parameters.get("kind") == expected[0]
    texts = {problem.says(language) for language in LANGUAGES}
    assert len(texts) == len(LANGUAGES)


def test_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mission.yaml"
    path.write_bytes("name: Équateur\n".encode("cp1252"))
    with pytest.raises(WrongUse) as raised:
        read_yaml(path)
    (problem,) = raised.value.problems
    assert problem.parameters["kind"] == "encoding"
