"""The two sides of a wake model: what is explained, and by which columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indicators.foundation.errors import Problem, WrongUse

DEFAULT_FORMULA = "dependent_post ~ dependent_pre + treatment"
_NAME = re.compile(r"[A-Za-z.][A-Za-z0-9._]*")


@dataclass(frozen=True)
class Formula:
    """`outcome` is a column or the difference of two; `regressors` hold `treatment`."""

    outcome: str
    less: str | None
    regressors: tuple[str, ...]


def read_formula(text: str, controls: Sequence[str] = ()) -> Formula:
    """`a ~ x + y` or `a - b ~ x + y`, controls added on the right; `treatment` must be there.

    Raises WrongUse for anything else.
    """
    left, tilde, right = text.partition("~")
    outcome = [name.strip() for name in left.split("-")]
    regressors = tuple(dict.fromkeys([*(name.strip() for name in right.split("+")), *controls]))
    names = [*outcome, *regressors]
    is_read = bool(tilde) and len(outcome) <= 2 and all(_NAME.fullmatch(name) for name in names)
    if not is_read or "treatment" not in regressors:
        parameters = {"formula": text, "default": DEFAULT_FORMULA}
        raise WrongUse(Problem("wake_formula", parameters=parameters))
    return Formula(outcome[0], outcome[1] if len(outcome) == 2 else None, regressors)
