"""A fault in an entry is named with file, line, key and the nearest known name, all at once."""

from pathlib import Path

import pytest

from indicators.definitions.catalogue import read_catalogue
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from indicators.foundation.reading.yaml_files import row_of_key


def test_every_fault_of_every_file_comes_at_once_with_its_line(tmp_path: Path) -> None:
    wrong = {
        "P2-OP-03": ("patrol_mode = 'foot'", "patrol_mod = 'foo' and getenv('x')"),
        "P1-OP-09": ("status = 'completed'", "status = 'complete' and (select true)"),
    }
    lines = {}
    for code, (good, bad) in wrong.items():
        text = (data_folder() / "indicators" / f"{code}.yaml").read_text(encoding="utf-8")
        changed = text.replace(good, bad)
        assert changed != text
        (tmp_path / f"{code}.yaml").write_text(changed, encoding="utf-8")
        lines[code] = 1 + next(n for n, line in enumerate(changed.split("\n")) if bad in line)
    with pytest.raises(WrongUse) as refused:
        read_catalogue(tmp_path)
    found = [(problem.file, problem.row, problem.rule) for problem in refused.value.problems]
    assert found == [
        ("P1-OP-09.yaml", lines["P1-OP-09"], "expression_unknown_code"),
        ("P1-OP-09.yaml", lines["P1-OP-09"], "expression_not_allowed"),
        ("P2-OP-03.yaml", lines["P2-OP-03"], "expression_unknown_column"),
        ("P2-OP-03.yaml", lines["P2-OP-03"], "expression_unknown_function"),
    ]
    nearest = [problem.parameters.get("nearest") for problem in refused.value.problems]
    assert nearest == ["completed", None, "patrol_mode", "greatest"]
    for language in ("en", "fr"):
        sentences = [problem.sentence(language) for problem in refused.value.problems]
        assert all(str(line) in text for (_, line, _), text in zip(found, sentences, strict=True))


def test_faults_of_keys_and_of_expressions_come_at_once(tmp_path: Path) -> None:
    text = (data_folder() / "indicators" / "P2-OP-03.yaml").read_text(encoding="utf-8")
    wrong = {
        "direction: up": "directon: up",
        "patrol_mode = 'foot'": "patrol_mod = 'foot'; select 1",
        "returns: {source: activities": "returns: {source: activites",
    }
    found = []
    for taken in (wrong, {good: bad for good, bad in wrong.items() if "directon" not in bad}):
        changed = text
        for good, bad in taken.items():
            assert good in changed
            changed = changed.replace(good, bad)
        (tmp_path / "P2-OP-03.yaml").write_text(changed, encoding="utf-8")
        with pytest.raises(WrongUse) as refused:
            read_catalogue(tmp_path)
        problems = refused.value.problems
        assert all(problem.row for problem in problems if problem.rule != "yaml_missing_key")
        found.append([problem.rule for problem in refused.value.problems])
    in_expression = ["expression_one_expression", "expression_unknown_column"]
    assert found[0] == ["yaml_missing_key", "yaml_unknown_key", *in_expression]
    assert found[1] == ["catalogue_table", *in_expression]


def test_the_line_of_a_key_or_of_what_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 1\nb:\n  c: {d: 2}\n  e:\n    - x\n    - y\n", encoding="utf-8")
    keys = ["a", "b", "b.c", "b.c.d", "b.c.z", "b.e.1", "q", "–"]
    assert [row_of_key(path, key) for key in keys] == [1, 2, 3, 3, 3, 6, None, None]
    assert row_of_key(tmp_path / "none.yaml", "a") is None
