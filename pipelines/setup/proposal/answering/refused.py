"""Which of a person's answers is wrong, where all of them together are refused."""

from collections.abc import Callable, Mapping

_MOST = 5  # answers that are wrong at once


def refused_answers(
    answers: Mapping[str, str], holds: Callable[[Mapping[str, str]], bool]
) -> dict[str, str]:
    """The answers without which the others hold; empty where it is not they that are wrong.

    The first so many that hold are looked for by halves: the one after them is wrong.
    """
    left, refused = dict(answers), dict[str, str]()
    if not answers or not holds({}):
        return {}
    for _ in range(_MOST):
        names, holding, failing = [*left], 0, len(left)
        while failing - holding > 1:
            middle = (holding + failing) // 2
            if holds({name: left[name] for name in names[:middle]}):
                holding = middle
            else:
                failing = middle
        refused[names[holding]] = left.pop(names[holding])
        if holds(left):
            return refused
    return dict(answers)
