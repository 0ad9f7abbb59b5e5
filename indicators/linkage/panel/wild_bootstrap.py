"""p-values by the wild cluster bootstrap, for where clusters are few.

Cameron, Gelbach and Miller (2008): residuals under the null hypothesis change sign cluster by
cluster; Webb (2023) gives six weights instead of two, which few clusters need. The seed is fixed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.linkage.panel.specification import Floats

DRAWS = 999
_SEED = 20170412
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))


@dataclass(frozen=True)
class Drawn:
    """p-value, and half of the 95% interval in units of the estimate.

    `reach`: the |t| that 95 % of the draws stay below times the error of that same t, so that it
    holds nil where p is 5 % or more, whatever constants an error is elsewhere multiplied by.
    """

    p_value: float
    reach: float


def wild_bootstrap(
    outcome: Floats,
    regressor: Floats,
    others: Floats,
    cluster: NDArray[np.int64],
    draws: int = DRAWS,
) -> Drawn:
    """Share of draws with a |t| at least that of the data; the null hypothesis is imposed.

    `others`: rows × columns, every other regressor with the dummies of all fixed effects. Both
    figures are nan where the regressor has no variation beside the others.
    """
    inside = _basis(others)
    x = regressor - inside @ (inside.T @ regressor)
    if x @ x <= 1e-10 * max(float(regressor @ regressor), 1.0):
        return Drawn(float("nan"), float("nan"))
    restricted = outcome - inside @ (inside.T @ outcome)
    members = (cluster[:, None] == np.unique(cluster)[None, :]).astype(float)
    drawn = restricted[:, None] * (members @ _weights(members.shape[1], draws))
    estimate, error = (
        float(found[0]) for found in _fitted(restricted[:, None], x, inside, members)
    )
    estimates, errors = _fitted(drawn, x, inside, members)
    statistics = np.abs(estimates / errors)
    as_large = statistics >= abs(estimate / error) * (1 - 1e-12)
    reach = float(np.quantile(statistics, 0.95)) * error
    return Drawn(float((1 + as_large.sum()) / (1 + draws)), reach)


def _basis(columns: Floats) -> Floats:
    """Orthonormal columns that span the given ones."""
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, sizes > 1e-9 * sizes[0]])


def _weights(clusters: int, draws: int) -> Floats:
    generator = np.random.default_rng(_SEED)
    values = np.concatenate([-_WEBB, _WEBB])
    return np.asarray(values[generator.integers(0, len(values), (clusters, draws))])


def _fitted(outcomes: Floats, x: Floats, inside: Floats, members: Floats) -> tuple[Floats, Floats]:
    """Estimate and cluster-robust error of each column of outcomes, without constants."""
    residual = outcomes - inside @ (inside.T @ outcomes)
    spread = x @ x
    estimates = (x @ residual) / spread
    residual = residual - x[:, None] * estimates[None, :]
    scores = members.T @ (x[:, None] * residual)
    return estimates, np.sqrt((scores**2).sum(axis=0)) / spread
