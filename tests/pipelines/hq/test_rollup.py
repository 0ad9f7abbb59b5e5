"""The mart over all missions: what stands side by side, what does not and why, what adds up."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.stats import gamma

from indicators.foundation.errors import WrongUse
from indicators.survey import Design, Mean, estimate
from pipelines.hq.combination import combine, scale_of
from pipelines.hq.comparison import Basis, Figure
from pipelines.hq.rollup import rollup
from pipelines.workspace.paths import Workspace
from tests.pipelines.hq.conftest import MISSIONS
from tests.worlds.headquarters import CONTRACTS, Change, figures, write_release
from tests.worlds.mission.figures import PATROLS, PERIOD, SAFE


def otherwise(**changes: object) -> Change:
    """A mission that computes patrols by another definition or version."""

    def change(tables: dict[str, pd.DataFrame]) -> None:
        definitions, values = tables["indicator"], tables["indicator_value"]
        own = definitions["indicator"] == PATROLS
        entry = json.loads(definitions.loc[own, "entry"].iloc[0]) | changes
        definitions.loc[own, "entry"] = json.dumps(entry)
        definitions.loc[own, "version"] = entry["version"]
        values.loc[values["indicator"] == PATROLS, "indicator_version"] = entry["version"]

    return change


def unreported(tables: dict[str, pd.DataFrame]) -> None:
    values = tables["indicator_value"]
    own = values["indicator"] == PATROLS
    values.loc[own, ["value", "numerator", "n"]] = None
    values.loc[own, "obs_status"] = "O"


def withheld(tables: dict[str, pd.DataFrame]) -> None:
    values = tables["indicator_value"]
    own = values["indicator"] == PATROLS
    values.loc[own, ["value", "numerator", "n"]] = None
    values.loc[own, ["conf_status", "disclosure"]] = ["C", "suppressed"]


@pytest.fixture(scope="module")
def database(
    rows: Mapping[str, pa.Table], tmp_path_factory: pytest.TempPathFactory
) -> duckdb.DuckDBPyConnection:
    """Five missions of one definition; one of another version, one that counts otherwise, one
    that did not report, one whose figure is withheld, one that reads activities by other rules, one
    that breaks them down by something else."""
    home = tmp_path_factory.mktemp("rollup")
    for name, given in MISSIONS.items():
        write_release(home, name, rows, figures(*given))
    write_release(home, "foxtrot", rows, otherwise(version=2))
    write_release(home, "golf", rows, otherwise(time_rule="stock"))
    write_release(home, "hotel", rows, unreported)
    write_release(home, "kilo", rows, withheld)
    others = CONTRACTS | {"activities": "a2", "incidents": "e2"}
    write_release(home, "india", rows, figures(3.0, 44.0, 2.0, 900.0), contracts=others)
    write_release(home, "juliet", rows, otherwise(version=1, disaggregate={"area": "site"}))
    made = rollup(Workspace(home))
    assert made.is_new and not rollup(Workspace(home)).is_new
    return duckdb.connect(str(made.path), read_only=True)


def test_only_the_same_definition_stands_side_by_side(database: duckdb.DuckDBPyConnection) -> None:
    found = database.execute(
        "SELECT mission, is_comparable, reason, differs FROM mart.comparison "
        "WHERE indicator = ? AND period = ? ORDER BY mission",
        [PATROLS, PERIOD],
    ).fetchall()
    assert found == [
        *((name, True, "comparable", None) for name in MISSIONS),
        ("foxtrot", False, "other_version", None),
        ("golf", False, "other_definition", None),
        ("hotel", True, "no_figure", None),
        ("india", False, "other_contract", "activities"),
        ("juliet", False, "other_breakdown", None),
        ("kilo", True, "withheld", None),
    ]


def test_another_contract_of_tables_that_are_not_read_changes_nothing(
    database: duckdb.DuckDBPyConnection,
) -> None:
    found = database.execute(
        "SELECT reason FROM mart.comparison WHERE mission = 'india' AND indicator = ?", [SAFE]
    ).fetchall()
    assert found == [("comparable",)]


def test_counts_add_up_over_those_that_are_comparable(database: duckdb.DuckDBPyConnection) -> None:
    ((value, missions, without, hidden, apart),) = database.execute(
        'SELECT value, missions, "without", withheld, not_comparable FROM mart.combined '
        "WHERE indicator = ? AND period = ?",
        [PATROLS, PERIOD],
    ).fetchall()
    assert value == sum(patrols for patrols, *_ in MISSIONS.values())
    assert missions == "|".join(MISSIONS)
    assert (without, hidden, apart) == ("hotel", "kilo", "foxtrot|golf|india|juliet")


def test_every_figure_is_that_of_its_mission(database: duckdb.DuckDBPyConnection) -> None:
    found = database.execute(
        "SELECT mission, value FROM mart.comparison WHERE indicator = ? AND period = ?",
        [SAFE, PERIOD],
    ).fetchall()
    shown = dict(found)
    assert {name: shown[name] for name in MISSIONS} == {
        name: safe for name, (_, safe, _, _) in MISSIONS.items()
    }


def figure(mission: str, measure: str, unit: str, **facts: object) -> Figure:
    known = dict.fromkeys(
        ("value", "numerator", "denominator", "n", "se", "ci_low", "ci_high", "df", "method")
    )
    states = {"obs_status": "A", "conf_status": "F", "disclosure": "exact"}
    basis = Basis("{}", (), (), "null")
    return Figure(mission, "X", 1, PERIOD, measure, unit, basis, known | states | facts)


def test_surveys_combine_as_one_survey_with_missions_as_strata() -> None:
    """The same microdata estimated at once, missions being strata, give the same share and error.

    Every PSU of a mission stands for as many people: then the populations are known, not estimated.
    """
    generator = np.random.default_rng(27)
    people, singles = [], []
    for mission, (share, weight) in {"alpha": (0.3, 40.0), "bravo": (0.6, 90.0)}.items():
        answers = generator.random((20, 15)) < share + generator.normal(0, 0.1, (20, 1))
        own = pd.DataFrame(
            {
                "mission": mission,
                "psu": np.repeat([f"{mission}{number}" for number in range(20)], 15),
                "weight": weight,
                "safe": answers.astype(float).ravel(),
            }
        )
        people.append(own)
        one = estimate(own, Design("psu", "mission", "weight"), Mean("safe"))
        line = one.iloc[0]
        singles.append(
            figure(
                mission,
                "proportion",
                "percent",
                value=100 * line["estimate"],
                se=100 * line["se"],
                df=float(line["df"]),
                n=300,
                numerator=float((own["safe"] * weight).sum()),
                denominator=300 * weight,
            )
        )
    together = pd.concat(people)
    whole = estimate(together, Design("psu", "mission", "weight"), Mean("safe")).iloc[0]
    found = combine(singles)
    assert found.method == "missions_as_strata" and found.value is not None
    assert found.value == pytest.approx(100 * whole["estimate"], rel=1e-12)
    assert found.se == pytest.approx(100 * whole["se"], rel=1e-9)
    assert found.ci_low is not None and found.ci_high is not None
    assert found.ci_low < found.value < found.ci_high


def test_a_rate_has_the_limits_of_the_summed_count_with_the_summed_variance() -> None:
    parts = {"method": "gamma", "ci_low": 0.0, "ci_high": 1.0}
    found = combine(
        [
            figure(
                "a",
                "rate",
                "per_1000",
                value=3.0,
                numerator=6.0,
                denominator=2000,
                n=6,
                deff=2.0,
                **parts,
            ),
            figure(
                "b",
                "rate",
                "per_1000",
                value=1.0,
                numerator=1.0,
                denominator=1000,
                n=1,
                deff=9.0,
                **parts,
            ),
        ]
    )
    assert found.value == pytest.approx(1000 * 7 / 3000)
    phi = (6 * 2 + 1 * 9) / 7
    low, high = (phi * gamma.ppf(tail, 7 / phi + 0.5) for tail in (0.025, 0.975))
    assert (found.ci_low, found.ci_high) == pytest.approx((low / 3, high / 3))


@pytest.mark.parametrize(
    ("measure", "facts", "reason"),
    [
        ("median", {"value": 3.0}, "not_additive.median"),
        ("difference", {"value": 3.0, "se": 1.0}, "not_additive.difference"),
        ("proportion", {"value": 40.0, "n": 600, "denominator": 600.0, "se": 2.0},
         "relative_weights"),
        ("proportion", {"value": 40.0, "n": 600, "denominator": 9000.0}, "no_variance"),
        ("proportion", {"value": 40.0, "n": 600, "denominator": 9000.0, "se": 2.0,
                        "method": "stated_deff"}, "stated_design_effect"),
        ("ratio", {"value": 40.0}, "no_parts"),
    ],
)  # fmt: skip
def test_what_cannot_be_combined_says_why(
    measure: str, facts: dict[str, object], reason: str
) -> None:
    found = combine([figure(name, measure, "percent", **facts) for name in ("a", "b")])
    assert (found.value, found.reason) == (None, reason)


def test_one_mission_is_no_sum_of_missions() -> None:
    assert combine([figure("a", "count", "patrols", value=4.0)]).reason == "fewer_than_two"


def test_sums_of_displayed_numbers_say_that_they_are() -> None:
    facts = {"value": 35.0, "numerator": 30.0, "denominator": 90.0, "n": 90}
    rounded = figure("a", "ratio", "percent", **facts, disclosure="rounded_5")
    found = combine([rounded, figure("b", "ratio", "percent", **facts)])
    assert (found.value, found.disclosure) == (35.0, "rounded_5")


def test_shares_of_rounded_parts_lie_between_those_of_the_missions() -> None:
    """10 of 25 and 10 of 25 are 40 %, where each mission says 35 of the exact ones."""
    facts = {"value": 35.0, "numerator": 10.0, "denominator": 25.0, "n": 25}
    missions = [figure(name, "ratio", "percent", **facts, disclosure="rounded_5") for name in "ab"]
    assert combine(missions).value == 35.0
    rate = {"value": 0.7, "numerator": 20.0, "denominator": 28_571.0, "n": 20}
    rates = [figure(name, "rate", "per_1000", **rate, disclosure="rounded_5") for name in "ab"]
    assert combine(rates).value == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("unit", "scale"),
    [("percent", 100), ("per_1000", 1000), ("per_100000", 1e5), ("patrols", 1), ("days", 1)],
)
def test_a_unit_of_measure_has_its_scale(unit: str, scale: float) -> None:
    assert math.isclose(scale_of(unit), scale)


def test_nothing_to_roll_up_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="poclens hq pull"):
        rollup(Workspace(tmp_path))
