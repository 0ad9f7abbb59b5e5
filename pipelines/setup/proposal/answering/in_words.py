"""What may be said, by code and in words: how a terminal lists it, and what a person means who
types either."""

from collections.abc import Mapping

from indicators.definitions.contracts import Column
from indicators.foundation.errors import similar, suggestion
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.matching.words import folded

Words = Mapping[str, str]
"""What may be said: its words."""


def both(words: Words, code: str) -> str:
    """`Tier I (I)`; the words alone where they are the code."""
    label = _in_short(words.get(code, code))
    return label if label.casefold() == code.casefold() else f"{label} ({code})"


def _in_short(label: str) -> str:
    """A label without what it says after its dash."""
    return label.partition(" – ")[0]


def listed(words: Words, most: int) -> str:
    """So many of what may be said, one behind the other."""
    more = " …" if len(words) > most else ""
    return ", ".join(both(words, code) for code in [*words][:most]) + more


def meant(said: str, words: Words) -> str | None:
    """What of it a person says by code, in words, or as it is listed; None where it is none."""
    if said in words:
        return said
    plain = folded(said)
    found = [
        code
        for code, label in words.items()
        if plain in map(folded, (code, label, _in_short(label), both(words, code)))
    ]
    return found[0] if plain and len(found) == 1 else None


def code_meant(said: str, words: Words, column: Column, known: Known) -> str | None:
    """The code of a column that a person says; of a place or unit by each name that it has."""
    return meant(said, words) or known.get(column.reference or "", {}).get(folded(said))


def nearest(said: str, words: Words) -> str:
    """What is much like it, or what is least unlike, as it is listed."""
    near = similar(said, [*words, *map(_in_short, words.values())])
    code = meant(near, words) if near else None
    return both(words, code) if code else suggestion(said, [both(words, one) for one in words])
