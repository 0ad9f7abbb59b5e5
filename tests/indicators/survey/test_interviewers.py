"""The share of variance between interviewers against one written out, and on drawn answers."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f_oneway

from indicators.survey.estimators.interviewers import interviewer_share


def drawn(seed: int, share: float, places: int = 40, each: int = 4) -> pd.DataFrame:
    """Answers of variance 1, of which `share` lies between interviewers; places differ much."""
    random = np.random.default_rng(seed)
    rows = []
    for place in range(places):
        level = random.normal(0, 3)
        for number in range(random.integers(2, 5)):
            own = random.normal(0, share**0.5)
            told = level + own + random.normal(0, (1 - share) ** 0.5, random.integers(2, 2 * each))
            rows += [(place, f"{place}-{number}", one) for one in told]
    return pd.DataFrame(rows, columns=["place", "who", "answer"])


def crossed(seed: int, share: float, places: int = 40, people: int = 40) -> pd.DataFrame:
    """The same, but all of them ask in many places, once or twice in each."""
    random = np.random.default_rng(seed)
    own = random.normal(0, share**0.5, people)
    rows = [
        (place, who, level + own[who] + random.normal(0, (1 - share) ** 0.5))
        for place, level in enumerate(random.normal(0, 3, places))
        for who in random.choice(people, 8)
    ]
    return pd.DataFrame(rows, columns=["place", "who", "answer"])


def test_of_one_place_it_follows_the_usual_test() -> None:
    frame = drawn(3, 0.2, places=1)
    found = interviewer_share(frame["answer"], frame["who"], frame["place"])
    groups = [own.to_numpy() for _, own in frame.groupby("who")["answer"]]
    sizes = np.array([len(own) for own in groups])
    ratio = f_oneway(*groups).statistic
    typical = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
    assert found is not None
    assert found.share == pytest.approx((ratio - 1) / (ratio - 1 + typical))


@pytest.mark.parametrize("draw", [drawn, crossed])
@pytest.mark.parametrize(
    "share", [0.1, *(pytest.param(share, marks=pytest.mark.soak) for share in (0.0, 0.4))]
)
def test_it_finds_what_was_drawn_and_its_interval_holds_it(
    draw: Callable[[int, float], pd.DataFrame], share: float
) -> None:
    found = []
    for seed in range(200):
        frame = draw(seed, share)
        one = interviewer_share(frame["answer"], frame["who"], frame["place"])
        assert one is not None and one.answers == len(frame)
        found.append(one)
    assert np.mean([one.share for one in found]) == pytest.approx(share, abs=0.02)
    covered = np.mean([one.ci_low <= share <= one.ci_high for one in found])
    assert 0.91 <= covered <= 0.99


def test_places_with_one_interviewer_and_answers_all_alike_say_nothing() -> None:
    alone = pd.DataFrame({"y": [1.0, 0.0, 1.0], "by": ["a", "a", "b"], "at": ["p", "p", "q"]})
    assert interviewer_share(alone["y"], alone["by"], alone["at"]) is None
    alike = pd.DataFrame({"y": [1.0] * 4, "by": ["a", "a", "b", "b"], "at": ["p"] * 4})
    assert interviewer_share(alike["y"], alike["by"], alike["at"]) is None
    missing = alike.assign(by=None)
    assert interviewer_share(missing["y"], missing["by"], missing["at"]) is None
