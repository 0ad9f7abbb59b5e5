"""A value with its interval and n, inseparable; or the reason why there is none."""

from dash import html

from dashboards.components.empty import empty_mark, empty_words
from dashboards.formats import Unit, number
from dashboards.queries.cells import Cell
from dashboards.words import Words


def interval_words(cell: Cell, unit: Unit, words: Words) -> str:
    """The bounds; "full register" where every case was counted."""
    if cell.low is not None and cell.high is not None:
        return unit.interval(cell.low, cell.high, words)
    return words("value.full_register")


def _with_unit(cell: Cell, unit: Unit, words: Words) -> str:
    """2.4 per 1,000; 41%, whose sign is its unit."""
    value = unit.value(cell.value or 0.0, words, cell.half_width)
    if unit.is_percent:
        return value
    return words("value.of_unit", value=value, unit=unit.words(words))


def value_sentence(cell: Cell, unit: Unit, words: Words, min_n: int) -> str:
    """41% (95% interval 37–45), n 2,412; or the words for what is empty."""
    if not cell.is_figure or cell.value is None:
        return empty_words(cell, words, min_n)
    value = _with_unit(cell, unit, words)
    n = number(cell.n or 0, words)
    if cell.low is None or cell.high is None:
        is_count = unit.decimals(None) == 0 and not unit.is_percent
        if is_count:
            return words("value.count", value=value)
        return words("value.register", value=value, parts=_register_parts(cell, words))
    interval = unit.interval(cell.low, cell.high, words)
    return words("value.interval", value=value, interval=interval, n=n)


def value_in_brief(cell: Cell, unit: Unit, words: Words, min_n: int) -> str:
    """41% (37–45); 1,218 patrols; 63%, 118 of 187: where a row or its table says the rest."""
    if not cell.is_figure or cell.value is None:
        return empty_words(cell, words, min_n)
    value = _with_unit(cell, unit, words)
    if cell.low is not None and cell.high is not None:
        return words("value.brief", value=value, interval=unit.interval(cell.low, cell.high, words))
    if unit.decimals(None) == 0 and not unit.is_percent:
        return value
    return words("value.with_parts", value=value, parts=_register_parts(cell, words))


def _register_parts(cell: Cell, words: Words) -> str:
    """118 of 187, as far as both parts are published."""
    if cell.numerator is None or not cell.denominator:
        return words("value.n", n=number(cell.n or 0, words))
    parts = {
        "numerator": number(cell.numerator, words),
        "denominator": number(cell.denominator, words),
    }
    return words("value.parts", **parts)


def value_with_interval(cell: Cell, unit: Unit, words: Words, min_n: int) -> html.Div:
    """The key value over its interval, as in the first column of the overview."""
    if not cell.is_figure or cell.value is None:
        return html.Div(empty_mark(cell, words, min_n), className="value")
    value = unit.value(cell.value, words, cell.half_width)
    lines = [
        html.Span(value, className="value-number"),
        html.Span(interval_words(cell, unit, words), className="value-interval"),
    ]
    if cell.is_provisional:
        lines.append(html.Span(provisional_words(cell, words), className="value-provisional"))
    return html.Div(lines, className="value")


def provisional_words(cell: Cell, words: Words) -> str:
    """That the figure is provisional, with the returns that it rests on where they are known."""
    if cell.returns_due is None or cell.returns_received is None:
        return words("value.provisional")
    received, due = number(cell.returns_received, words), number(cell.returns_due, words)
    return words("value.provisional_returns", received=received, due=due)
