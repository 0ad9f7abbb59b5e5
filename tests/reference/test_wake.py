"""Every case of the matched wake reference sets (R, packages mwa and cem) in reference mode.

Data, parameters and tolerance come from the case, files tied to one set are tested where they
exist; nothing about a case stands here. Default tolerances are those of the set's README.
"""

import gzip
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from indicators.linkage.wake import WakeResult, matched_wake
from tests.conftest import FIGURES

if TYPE_CHECKING:
    from tests.reference.tally import Tally

REFERENCE = FIGURES / "linkage" / "mwa"
TOLERANCE = 1e-8
TOLERANCE_WITH_CONTROLS = 2e-6  # R hands covariates on as text of seven digits
TOLERANCE_WEIGHT = 1e-12
TOLERANCE_SHARE = 0.001 + 1e-9  # rounding of halves
TOLERANCE_IMBALANCE = 0.02
COUNTS = (
    "treatment", "dependent_pre", "dependent_trend", "SO_pre", "MO_pre",
    "dependent_post", "SO_post", "MO_post",
)  # fmt: skip
WINDOW = ["t_window", "spat_window"]
WAKE = ["eventID", *WINDOW]


@dataclass(frozen=True)
class Case:
    """One case of one file, with the data that the file names."""

    file: str
    input: str
    entry: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.file}:{self.entry['id']}"

    def tolerance(self) -> float:
        with_controls = self.entry["parameters"].get("estimationControls")
        default = TOLERANCE_WITH_CONTROLS if with_controls else TOLERANCE
        return float(self.entry.get("tolerance", default))

    def run(self) -> WakeResult:
        return matched_wake(read_csv(self.input), mode="reference", **self.entry["parameters"])


def read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def read_csv(name: str) -> pd.DataFrame:
    """Text is text: the word NA or an empty cell is no missing number of a text column."""
    return pd.read_csv(REFERENCE / name, keep_default_na=False, na_values=[""])


def read_cases() -> list[Case]:
    files = [(path.name, read_json(path)) for path in sorted(REFERENCE.glob("expected*.json"))]
    return [
        Case(name, entry.get("input", content.get("input")), entry)
        for name, content in files
        for entry in content["cases"]
    ]


CASES = read_cases()


def exists(name: str) -> Path:
    path = REFERENCE / name
    if not path.is_file():
        pytest.skip(f"this reference set has no {name}")
    return path


def is_null(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def tolerance_of(key: str, case: Case) -> float:
    if re.match(r"(SO|MO)(_|$)", key):
        return TOLERANCE_SHARE
    if key.startswith(("L1", "commonSupport")):
        return TOLERANCE_IMBALANCE * (100 if key.startswith("common") else 1)
    return case.tolerance()


def differences(expected: dict[str, Any], actual: dict[str, Any], case: Case) -> Iterator[str]:
    for key, value in expected.items():
        found = actual[key]
        both = not is_null(value) and not is_null(found)
        if both and abs(found - value) <= tolerance_of(key, case):
            continue
        if both or is_null(value) != is_null(found):
            yield f"{key}: {value} expected, {found} found"


def test_the_reference_set_is_there() -> None:
    assert CASES, f"{REFERENCE}: no case in expected*.json"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case, wake_tally: "Tally") -> None:
    wake_tally.known = len(CASES)
    result = case.run()
    wrong = []
    for table in ("estimates", "matching", "SUTVA"):
        expected = case.entry[table]
        actual = getattr(result, table).astype(object).to_dict("records")
        assert len(actual) == len(expected), table
        by_window = {tuple(float(row[name]) for name in WINDOW): row for row in actual}
        for row in expected:
            window = tuple(float(row[name]) for name in WINDOW)
            wrong += [
                f"{table} {window} {found}" for found in differences(row, by_window[window], case)
            ]
            for value in row.values():
                wake_tally.add_number(value)
    assert not wrong, "\n".join(wrong)
    complete = case.entry.get("n_wakes_complete")
    if complete is not None:
        found = sum(len(wakes) for wakes, _ in result.windows) / len(result.windows)
        assert found == pytest.approx(complete, abs=0.05)
    wake_tally.add_case(sum(len(case.entry[table]) for table in ("estimates", "matching", "SUTVA")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_wake(case: Case) -> None:
    path = exists(f"wakes_{case.entry['id']}.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        expected = pd.read_csv(file)
    joined = beside(expected, case.run().wakes)
    same_counts(joined)
    assert (joined["stratum"].isna() == joined["stratum_found"].isna()).all()
    matched = joined[joined["stratum"].notna()]
    for one, other in (("stratum", "stratum_found"), ("stratum_found", "stratum")):
        labels = matched.groupby([*WINDOW, one])[other].nunique()
        assert (labels == 1).all(), "the strata hold other wakes"
    assert (joined["cem_weight"] - joined["cem_weight_found"]).abs().max() < TOLERANCE_WEIGHT


def beside(expected: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    joined = expected.merge(found, on=WAKE, how="outer", suffixes=("", "_found"), indicator="where")
    other = joined[joined["where"] != "both"]
    assert other.empty, f"wakes on one side only:\n{other[[*WAKE, 'where']].head()}"
    return joined


def same_counts(joined: pd.DataFrame) -> None:
    for name in COUNTS:
        differ = joined[joined[name] != joined[f"{name}_found"]]
        assert differ.empty, f"{name}:\n{differ[[*WAKE, name, f'{name}_found']].head()}"


def test_edge_cases_of_windows_ties_and_incomplete_wakes() -> None:
    expected = pd.read_csv(exists("edge_cases_wakes.csv"))
    data = read_csv("edge_cases.csv")
    covariates = [name for name in expected.columns if name in data.columns]
    kinds = set(data["type"]) - {"treatment", "control"}
    assert len(kinds) == 1, "one type of dependent event is expected beside treatment and control"
    for (unit, time, radius), rows in expected.groupby(["t_unit", *WINDOW]):
        result = matched_wake(
            data,
            t_window=(time, time, 0),
            spat_window=(radius, radius, 0),
            treatment=("type", "treatment"),
            control=("type", "control"),
            dependent=("type", kinds.copy().pop()),
            matchColumns=covariates,
            t_unit=str(unit),
            mode="reference",
        )
        same_counts(beside(rows, result.wakes))


def test_published_example() -> None:
    published = read_json(exists("published_example.json"))
    named = re.search(r"case (\w+) of (\S+\.json)", published["source"])
    assert named, "the published example does not say which case it is"
    case = next(
        (case for case in CASES if (case.entry["id"], case.file) == (named[1], named[2])), None
    )
    if case is None:
        pytest.skip(f"this reference set has no case {named[1]}")
    result = case.run()
    for table in ("estimates", "matching", "SUTVA"):
        actual = getattr(result, table).set_index(WINDOW)
        for row in published[table]:
            found = actual.loc[(row["t_window"], row["spat_window"])]
            for key, value in row.items():
                if key in WINDOW:
                    continue
                if table == "estimates" and is_null(found["estimate"]):
                    # an older R printed these where nothing can be estimated
                    printed = {"estimate": 0, "pvalue": 1}
                    assert key not in printed or value == printed[key]
                else:
                    assert found[key] == pytest.approx(value, abs=rounding_of(table, key))


def rounding_of(table: str, key: str) -> float:
    """The published estimates have seven digits, shares three decimals, common support one."""
    if table == "estimates":
        return 1e-6
    return 0.06 if key.startswith("common") else 0.0011


def test_planted_truth_lies_within_two_standard_errors() -> None:
    files = [(path.name, read_json(path)) for path in sorted(REFERENCE.glob("expected*.json"))]
    planted = {
        name: content["planted_truth"] for name, content in files if "planted_truth" in content
    }
    if not planted:
        pytest.skip("this reference set has no planted truth")
    looked_at = 0
    for case in CASES:
        truth = planted.get(case.file)
        if truth is None:
            continue
        _, last = truth["days"]
        _, longest, _ = case.entry["parameters"]["t_window"]
        assert longest >= last
        result = case.run().estimates
        for row in result.to_dict("records"):
            if row["t_window"] == last and row["spat_window"] >= truth["radius_km"]:
                away = abs(row["estimate"] - truth["realised_delta"])
                assert away <= 2 * row["std_error"], (case.id, row)
                looked_at += 1
    assert looked_at, "no window holds the whole planted effect"
