"""Content keys: equal for equal inputs, and different for all that a computation could tell."""

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import indicators
from indicators.incremental.code_version import method_version
from indicators.incremental.data_version import content_key
from indicators.linkage.framework.model import Edge
from indicators.linkage.panel.edge_panel import EdgePanel, ExposureUnit

WORDS = {"en": "text", "fr": "texte"}
EDGE = {"id": "e", "from": "P1-OP-01", "to": "P2-OC-07", "expected_sign": 1, "why": WORDS}


def frame() -> pd.DataFrame:
    """Every kind of column that methods read, with a gap in each that can have one."""
    return pd.DataFrame(
        {
            "area": ["A", "B", None],
            "period": [1, 2, 3],
            "outcome": [0.1 + 0.2, math.nan, 2.5],
            "day": pd.to_datetime(["2026-01-01", "NaT", "2026-01-03"]),
            "is_partial": np.array([True, None, False], dtype=object),
            "km": np.array([Decimal("1.50"), None, Decimal("2")], dtype=object),
            "on": np.array([date(2026, 1, 1), None, date(2026, 1, 2)], dtype=object),
        }
    )


def panel(**changes: Any) -> EdgePanel:
    return replace(EdgePanel(frame(), 1, ExposureUnit("doubled"), independent=frame()), **changes)


def test_equal_inputs_have_one_key() -> None:
    assert content_key(panel(), Edge.model_validate(EDGE), "TST") == content_key(
        panel(), Edge.model_validate(EDGE), "TST"
    )


CHANGES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "a number's last digit": lambda f: f.assign(outcome=[0.3, math.nan, 2.5]),
    "a number that is known": lambda f: f.fillna({"outcome": 0.0}),
    "a text": lambda f: f.assign(area=f["area"].str.lower()),
    "a text that is empty": lambda f: f.fillna({"area": ""}),
    "a day": lambda f: f.assign(day=f["day"] + pd.Timedelta(days=1)),
    "a yes": lambda f: f.assign(is_partial=np.array([True, True, False], dtype=object)),
    "an amount": lambda f: f.assign(km=f["km"].map(lambda km: km and km + 1)),
    "a date": lambda f: f.assign(on=f["on"].map(lambda on: on and on.replace(day=9))),
    "the order of rows": lambda f: f.iloc[::-1].reset_index(drop=True),
    "the order of columns": lambda f: f[f.columns[::-1]],
    "a column's name": lambda f: f.rename(columns={"period": "month"}),
    "a column's type": lambda f: f.astype({"period": float}),
    "one row less": lambda f: f.iloc[:-1],
    "one column less": lambda f: f.drop(columns="km"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_in_the_rows_changes_the_key(
    change: Callable[[pd.DataFrame], pd.DataFrame],
) -> None:
    known = content_key(panel())
    assert content_key(panel(rows=change(frame()))) != known
    assert content_key(panel(independent=change(frame()))) != known


@pytest.mark.parametrize(
    "changes",
    [
        {"lag": 2},
        {"exposure_unit": ExposureUnit("one_unit")},
        {"outcome_is_count": True},
        {"independent": None},
    ],
    ids=str,
)
def test_what_changes_in_the_parameters_changes_the_key(changes: dict[str, Any]) -> None:
    assert content_key(panel(**changes)) != content_key(panel())


def test_an_edge_is_known_by_its_whole_definition() -> None:
    known = content_key(Edge.model_validate(EDGE))
    for name, value in (("lag", 3), ("expected_sign", -1), ("margin_percent", 5)):
        assert content_key(Edge.model_validate(EDGE | {name: value})) != known, name


@dataclass(frozen=True)
class Parts:
    """Two neighbours whose texts could run together."""

    first: tuple[str, ...]
    second: tuple[str, ...]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Parts(("a",), ("b",)), Parts(("a", "b"), ())),
        (("ab", "c"), ("a", "bc")),
        ((1,), ("1",)),
        ((1,), (1.0,)),
        ((0.0,), (-0.0,)),
        ((None,), ("None",)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ((np.arange(6).reshape(2, 3),), (np.arange(6).reshape(3, 2),)),
        ((np.arange(3),), (np.arange(3.0),)),
        (((1,), ()), ((1, ()),)),
    ],
    ids=str,
)
def test_what_only_looks_alike_has_two_keys(one: Any, other: Any) -> None:
    assert content_key(one) != content_key(other)


def test_what_cannot_be_described_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        content_key({"a", "b"})  # in no order


def test_a_method_of_other_lines_is_another_version(tmp_path: Path) -> None:
    package = Path(indicators.__file__).parent
    moved = shutil.copytree(package, tmp_path / "moved", ignore=shutil.ignore_patterns("*.pyc"))
    assert method_version(moved) == method_version(package)
    with (moved / "linkage" / "wake" / "request.py").open("a", encoding="utf-8") as module:
        module.write("# one line more\n")
    assert method_version(moved) != method_version(package)
