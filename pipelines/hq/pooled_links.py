"""One link over missions: what its primary test says in each, and in missions like them.

Random effects with REML (Viechtbauer 2005), the error and interval of Knapp and Hartung (2003),
never narrower than the plain error (Röver, Knapp and Friede 2015: else 92 % of intervals hold), an
interval for one more mission over every variance between missions that the data leave open, as
Nagashima, Noma and Furukawa (2019) do, and the mean without each mission. Links are one where both
indicators have one definition and one test was named for them: method and specification. Protected
outcomes and missions by name are not here: it is no ranking.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Floats = NDArray[np.float64]
LEAST = 3  # missions: two say next to nothing of how missions differ
_LEVEL = 0.05
_TIMES = 999  # quantiles of the variance between missions
_HALVINGS = 40


@dataclass(frozen=True)
class Pooled:
    """Mean over missions, in the scale of the estimates, and how far they lie apart.

    `tau`: standard deviation between missions. `next_low`, `next_high`: 95 % interval of what one
    more such mission would show. `least`, `most`: of the means without each mission in turn.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p_value: float
    tau: float
    next_low: float
    next_high: float
    least: float
    most: float


def pool(estimates: Floats, errors: Floats) -> Pooled:
    """Pools at least `LEAST` estimates with positive standard errors."""
    if len(estimates) < LEAST or not (errors > 0).all():
        raise ValueError("at least three estimates, each with an error")
    variances = errors**2
    tau2 = between(estimates, variances)
    mean, se = _knapp_hartung(estimates, variances, tau2)
    df = len(estimates) - 1
    reach = float(stats.t.ppf(1 - _LEVEL / 2, df))
    low, high = mean - reach * se, mean + reach * se
    next_low, next_high = _one_more(estimates, variances)
    without = [_mean_without(estimates, variances, at) for at in range(len(estimates))]
    return Pooled(
        mean, se, low, high,
        float(2 * stats.t.sf(abs(mean) / se, df)) if se > 0 else math.nan,
        math.sqrt(tau2), min(low, next_low), max(high, next_high), min(without), max(without),
    )  # fmt: skip


def between(estimates: Floats, variances: Floats) -> float:
    """The variance between missions that maximises the restricted likelihood, at least nil."""

    def deviance(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        mean = (weights @ estimates) / weights.sum()
        squares = weights @ (estimates - mean) ** 2
        return float(squares - np.log(weights).sum() + np.log(weights.sum()))

    most = 10 * float(np.var(estimates) + variances.max())
    found = optimize.minimize_scalar(
        deviance, bounds=(0.0, most), method="bounded", options={"xatol": 1e-12 * most}
    )
    return float(found.x) if deviance(float(found.x)) < deviance(0.0) else 0.0


def _knapp_hartung(estimates: Floats, variances: Floats, tau2: float) -> tuple[float, float]:
    weights = 1 / (variances + tau2)
    mean = float((weights @ estimates) / weights.sum())
    squares = float(weights @ (estimates - mean) ** 2) / (len(estimates) - 1)
    return mean, math.sqrt(max(1.0, squares) / float(weights.sum()))


def open_between(estimates: Floats, variances: Floats) -> Floats:
    """Ascending quantiles of the variance between missions, by its Q-profile (Viechtbauer 2007)."""
    chances = (np.arange(_TIMES, 0, -1) - 0.5) / _TIMES
    wanted = stats.chi2.ppf(chances, len(estimates) - 1)
    low, high = np.zeros(_TIMES), ((estimates - estimates.mean()) ** 2).sum() / wanted
    for _ in range(_HALVINGS):
        tau2 = (low + high) / 2
        mean, weights = _means(estimates, variances, tau2)
        is_more = (weights * (estimates - mean[:, None]) ** 2).sum(axis=1) > wanted
        low, high = np.where(is_more, tau2, low), np.where(is_more, high, tau2)
    return low


def _one_more(estimates: Floats, variances: Floats) -> tuple[float, float]:
    tau2 = open_between(estimates, variances)
    mean, weights = _means(estimates, variances, tau2)
    spread = np.sqrt(1 / weights.sum(axis=1) + tau2)
    reach = 10 * spread.max()

    def at(share: float) -> float:
        def above(value: float) -> float:
            return float(stats.norm.cdf(value, mean, spread).mean()) - share

        return float(optimize.brentq(above, mean.min() - reach, mean.max() + reach))

    return at(_LEVEL / 2), at(1 - _LEVEL / 2)


def _means(estimates: Floats, variances: Floats, tau2: Floats) -> tuple[Floats, Floats]:
    """By variance between missions the mean, and the weight of each mission."""
    weights = 1 / (variances + tau2[:, None])
    return (weights @ estimates) / weights.sum(axis=1), weights


def _mean_without(estimates: Floats, variances: Floats, at: int) -> float:
    own, error = np.delete(estimates, at), np.delete(variances, at)
    return _knapp_hartung(own, error, between(own, error))[0]


# --- which links are one --------------------------------------------------------------------------

LINKS_SQL = """SELECT link.edge, from_indicator, to_indicator, link.method, link.specification,
  link.estimate, link.se, link.change_unit AS scale, link.expected_sign
FROM mart.result_link AS link
JOIN mart.primary_test AS named USING (edge, method, specification)
WHERE link.estimate IS NOT NULL AND link.se > 0 AND link.change_unit <> 'correlation'
ORDER BY ALL"""
COLUMNS = {
    "from_indicator": "VARCHAR", "to_indicator": "VARCHAR", "method": "VARCHAR",
    "specification": "VARCHAR", "scale": "VARCHAR", "missions": "INTEGER", "apart": "INTEGER",
    "reason": "VARCHAR",
    **dict.fromkeys(Pooled.__dataclass_fields__, "DOUBLE"),
}  # fmt: skip


def pooled_rows(
    links: Mapping[str, Sequence[Mapping[str, Any]]], bases: Mapping[str, Mapping[str, str]]
) -> Iterator[dict[str, Any]]:
    """Rows of `mart.pooled_link`, one a link that two missions or more asked about.

    `links`: of each mission the rows of LINKS_SQL. `bases`: of each mission and indicator the hash
    of what its figures rest on. The largest group of missions with one definition is pooled;
    `apart`: missions that define one of the two otherwise.
    """
    asked: dict[tuple[str, ...], dict[tuple[str, str], dict[str, Mapping[str, Any]]]] = {}
    for mission, rows in links.items():
        for row in rows:
            names = ("from_indicator", "to_indicator", "method", "specification", "scale")
            key = tuple(str(row[name]) for name in names)
            basis = (bases[mission].get(key[0], mission), bases[mission].get(key[1], mission))
            asked.setdefault(key, {}).setdefault(basis, {})[mission] = row
    for key, by_basis in sorted(asked.items()):
        every = {mission for group in by_basis.values() for mission in group}
        if len(every) < 2:
            continue
        _, group = max(sorted(by_basis.items()), key=lambda own: len(own[1]))
        row = dict(zip(list(COLUMNS), key, strict=False)) | {
            "missions": len(group),
            "apart": len(every) - len(group),
        }
        if len(group) < LEAST:
            yield row | {"reason": "few_missions" if len(every) < LEAST else "other_definition"}
            continue
        estimates, errors = (
            np.array([float(own[name]) for own in group.values()]) for name in ("estimate", "se")
        )
        yield row | asdict(pool(estimates, errors))
