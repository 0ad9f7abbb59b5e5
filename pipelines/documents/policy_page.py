"""`docs/policy.md`: each demand of the UN documents and what serves it, from `data/policy/`."""

from collections.abc import Iterator
from functools import cache

from pydantic import Field, TypeAdapter, model_validator

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import Strict, contracts
from indicators.foundation.data_folder import data_folder
from indicators.foundation.reading.yaml_files import read_yaml

_HEAD = """# What the policy asks for, and what serves it

Made from `data/policy/demands.yaml` by `make docs`; a test holds every page, command, table and
indicator that it names against those that there are. References: 2017.12 is the guidelines on UN
police and the protection of civilians, 2023.05 the policy on the protection of civilians with its
Annex A, STM the specialized training materials, IPI 2020 the paper on protection through
policing. The last column says what does not serve a demand yet, or why nothing will.

| | what is asked | where | indicators | pages, commands, tables | open |
|---|---|---|---|---|---|
"""


class Demand(Strict):
    """One demand: what serves it, and `open`, what does not or why nothing does."""

    number: int
    demand: str
    reference: str = Field(pattern=r"^(2017\.12|2023\.05|STM|IPI 2020) ")
    indicators: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    open: str = ""

    @model_validator(mode="after")
    def _is_served_or_open(self) -> "Demand":
        if not (self.indicators or self.pages or self.commands or self.tables or self.open):
            raise ValueError("a demand names what serves it, or why nothing does")
        return self


@cache
def demands() -> tuple[Demand, ...]:
    """All demands in the order of their numbers. Raises where an indicator or table is unknown."""
    entries = read_yaml(data_folder() / "policy" / "demands.yaml")
    found = TypeAdapter(tuple[Demand, ...]).validate_python(entries)
    for entry in found:
        unknown = set(entry.indicators) - set(load_catalogue())
        unknown |= set(entry.tables) - set(contracts())
        if unknown:
            raise ValueError(f"demand {entry.number} names what is not there: {sorted(unknown)}")
    return found


def policy_page() -> str:
    """The whole page as Markdown with a final line end."""
    return _HEAD + "".join(f"| {' | '.join(_cells(entry))} |\n" for entry in demands())


def _cells(entry: Demand) -> Iterator[str]:
    yield str(entry.number)
    yield entry.demand
    yield entry.reference
    yield ", ".join(entry.indicators)
    commands = [f"`poclens {command}`" for command in entry.commands]
    tables = [f"table `{table}`" for table in entry.tables]
    yield ", ".join([*(f"`{page}`" for page in entry.pages), *commands, *tables])
    yield entry.open
