"""What may stand side by side and what it comes to together, against a slow and obvious version."""

import math
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from indicators.compiler.explanation.figure_sql import indicator_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Parameters, Setting
from pipelines.hq.combination import combine
from pipelines.hq.comparison import Basis, Figure, basis_of, compare
from pipelines.release.signed import manifest
from tests.worlds.mission.figures import PERIOD

IN_TIME = "P2-OC-02"  # alerts answered within the mission's target hours
COUNT = "P2-OP-01"


def released(code: str, contract: str = "a", **parameters: object) -> Basis:
    """The basis of an indicator in the release of a mission with these parameters."""
    entry, own = load_catalogue()[code], Parameters(**parameters)
    row = {
        "entry": entry.model_dump_json(exclude_unset=True),
        "sql": indicator_sql(entry, Setting(parameters=own)),
    }
    hashes = dict.fromkeys(contracts(), "same") | {"alerts": contract}
    return basis_of(row, {"contracts": hashes, "parameters": own.model_dump(mode="json")})


def test_a_parameter_counts_for_the_indicators_that_read_it_alone() -> None:
    longer = {"target_hours": {"high": 24, "medium": 48, "low": 96}}
    found = released(IN_TIME).difference(released(IN_TIME, **longer))
    assert found == ("other_parameters", ("target_hours",))
    assert released(IN_TIME) == released(IN_TIME, near_base_km=9.0)
    assert released(COUNT) == released(COUNT, **longer)


def test_a_contract_counts_for_the_indicators_that_read_its_table_alone() -> None:
    found = released(IN_TIME).difference(released(IN_TIME, contract="b"))
    assert found == ("other_contract", ("alerts",))
    assert released(COUNT) == released(COUNT, contract="b")


def test_other_words_of_a_contract_are_no_other_contract() -> None:
    own = contracts()["alerts"]
    column = own.columns["level"]
    worded = column.model_copy(update={"title": own.title.model_copy(update={"en": "Other"})})
    other = own.model_copy(update={"columns": {**own.columns, "level": worded}})
    needed = column.model_copy(update={"required": not column.required})
    stricter = own.model_copy(update={"columns": {**own.columns, "level": needed}})
    of = manifest._contract_sha256
    assert of(own) == of(other) != of(stricter)


TEXTS = st.sampled_from(["a", "b"])
BASES = st.builds(
    Basis,
    definition=TEXTS,
    contracts=TEXTS.map(lambda text: (("alerts", text),)),
    parameters=TEXTS.map(lambda text: (("target_hours", text),)),
    breakdown=TEXTS,
)


def alike(one: Figure, other: Figure) -> bool:
    """Part by part, without a hash or a group."""
    parts = ("definition", "contracts", "parameters", "breakdown")
    same = [getattr(one.basis, name) == getattr(other.basis, name) for name in parts]
    return one.version == other.version and all(same)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 2), BASES), min_size=1, max_size=6))
def test_the_largest_group_of_the_same_basis_stands_side_by_side(drawn) -> None:
    facts = {"value": 1.0}
    figures = [
        Figure(f"m{at}", "X", version, PERIOD, "count", "number", basis, facts)
        for at, (version, basis) in enumerate(drawn)
    ]
    missions = {one.mission: [PERIOD] for one in figures}
    lines = {
        line.mission: line
        for line in compare("X", PERIOD, figures, missions, {name: ["X"] for name in missions})
    }
    shown = [one for one in figures if lines[one.mission].is_comparable]
    apart = [one for one in figures if not lines[one.mission].is_comparable]
    assert all(alike(one, other) for one, other in combinations(shown, 2))
    groups = [
        group
        for size in range(len(figures), 0, -1)
        for group in combinations(figures, size)
        if all(alike(one, other) for one, other in combinations(group, 2))
    ]
    assert len(shown) == len(groups[0])
    assert shown[0].version == max(
        group[0].version for group in groups if len(group) == len(groups[0])
    )
    for one in apart:
        differ = [
            one.version != shown[0].version,
            one.basis.definition != shown[0].basis.definition,
            one.basis.contracts != shown[0].basis.contracts,
            one.basis.parameters != shown[0].basis.parameters,
            one.basis.breakdown != shown[0].basis.breakdown,
        ]
        named = ("version", "definition", "contract", "parameters", "breakdown")[differ.index(True)]
        assert lines[one.mission].reason == f"other_{named}"


def surveyed(mission: str, value: float, se: float, df: float, population: float) -> Figure:
    facts = {
        "value": value, "se": se, "df": df, "n": 100, "denominator": population,
        "numerator": value / 100 * population, "method": "taylor", "disclosure": "exact",
    }  # fmt: skip
    basis = Basis("{}", (), (), "null")
    return Figure(mission, "X", 1, PERIOD, "proportion", "percent", basis, facts)


def test_two_surveys_worked_by_hand() -> None:
    """3,000 people of whom 40 % (standard error 3) and 1,000 of whom 60 % (4) feel safe.

    Shares of the population 3/4 and 1/4: 45 %; variance 2.25² + 1² = 6.0625; degrees of freedom
    6.0625² / (5.0625² / 20 + 1² / 10) = 36.7539 / 1.381445 = 26.6054.
    """
    found = combine([surveyed("a", 40, 3, 20, 3000), surveyed("b", 60, 4, 10, 1000)])
    assert found.value == pytest.approx(45)
    assert found.se == pytest.approx(math.sqrt(6.0625))
    assert found.df == pytest.approx(26.6054, abs=1e-4)
    away = student.ppf(0.975, 26.6054) * math.sqrt(6.0625) / 100 / (0.45 * 0.55)
    middle = math.log(0.45 / 0.55)
    limits = [100 / (1 + math.exp(-(middle + sign * away))) for sign in (-1, 1)]
    assert (found.ci_low, found.ci_high) == pytest.approx(limits, rel=1e-5)


def draw_answers(seed: int) -> list[SimpleNamespace]:
    """Two to four missions: villages of any size, weights that add up to a known population."""
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(int(generator.integers(2, 5))):
        villages = [
            generator.random(int(generator.integers(4, 12))) < generator.uniform(0.2, 0.8)
            for _ in range(int(generator.integers(3, 8)))
        ]
        population = float(generator.integers(500, 90_000))
        found.append(SimpleNamespace(villages=villages, population=population))
    return found


def share_and_variance(one: SimpleNamespace) -> tuple[float, float]:
    """Of one mission in percent: village by village, as the textbook has it (with replacement)."""
    people = sum(len(village) for village in one.villages)
    share = sum(int(answer) for village in one.villages for answer in village) / people
    totals = [sum((int(a) - share) / people for a in village) for village in one.villages]
    count, mean = len(totals), sum(totals) / len(totals)
    variance = count / (count - 1) * sum((total - mean) ** 2 for total in totals)
    return 100 * share, 100**2 * variance


@pytest.mark.parametrize("seed", range(40))
def test_surveys_of_any_size_combine_as_their_people_added_up(seed: int) -> None:
    """Everybody in one list, each standing for as many people; errors mission by mission."""
    missions = draw_answers(seed)
    everybody = [
        (one.population / sum(map(len, one.villages)), int(answer))
        for one in missions
        for village in one.villages
        for answer in village
    ]
    value = 100 * sum(w * a for w, a in everybody) / sum(w for w, _ in everybody)
    known = [share_and_variance(one) for one in missions]
    whole = sum(one.population for one in missions)
    variance = sum(
        (one.population / whole) ** 2 * own for one, (_, own) in zip(missions, known, strict=True)
    )
    found = combine(
        [
            surveyed(f"m{at}", share, math.sqrt(own), len(one.villages) - 1, one.population)
            for at, (one, (share, own)) in enumerate(zip(missions, known, strict=True))
        ]
    )
    if any(own == 0 for _, own in known):
        return
    assert found.value == pytest.approx(value, rel=1e-12)
    assert found.se == pytest.approx(math.sqrt(variance), rel=1e-12)
    assert found.df is not None and found.df >= min(len(one.villages) - 1 for one in missions)
    assert found.ci_low is not None and found.ci_high is not None
    assert 0 < found.ci_low < value < found.ci_high < 100
