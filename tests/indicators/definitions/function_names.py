"""The functions that an expression may call, as its writer spells them."""

from indicators.definitions.expressions import _FUNCTIONS, _SPOKEN, _VARIADIC


def function_names() -> list[str]:
    return [_SPOKEN.get(name, name) for name in sorted({*_FUNCTIONS, *_VARIADIC})]
