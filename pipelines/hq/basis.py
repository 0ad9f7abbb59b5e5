"""What a mission's figures of an indicator follow from beside the rows, as its release says it.

The definition, the contracts of the tables that it reads, the mission's parameters that it reads,
and how it is broken down. Which tables and parameters these are stands in the release's own SQL of
the indicator; so an entry that this program might refuse can be compared too.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from indicators.definitions.versions import computing_part

OTHER_DEFINITION, OTHER_CONTRACT = "other_definition", "other_contract"
OTHER_PARAMETERS, OTHER_BREAKDOWN = "other_parameters", "other_breakdown"
_BREAKDOWN = "disaggregate"
_TABLE = re.compile(r"\bcore\.(\w+)")
_FUNCTION = re.compile(r"TEMP MACRO (\w+)\(")

Named = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Basis:
    """Equal where figures may be compared.

    `definition`, `breakdown`: JSON; `contracts`: hash by table; `parameters`: JSON by name.
    """

    definition: str
    contracts: Named
    parameters: Named
    breakdown: str

    @cached_property
    def sha256(self) -> str:
        """One hash over all of it."""
        return hashlib.sha256(_json(asdict(self)).encode()).hexdigest()

    def difference(self, other: "Basis") -> tuple[str, tuple[str, ...]] | None:
        """The first reason why figures are not comparable, with the names of tables or parameters;
        None where they are."""
        if self.definition != other.definition:
            return OTHER_DEFINITION, ()
        if self.contracts != other.contracts:
            return OTHER_CONTRACT, _differing(self.contracts, other.contracts)
        if self.parameters != other.parameters:
            return OTHER_PARAMETERS, _differing(self.parameters, other.parameters)
        return (OTHER_BREAKDOWN, ()) if self.breakdown != other.breakdown else None


def basis_of(definition: Mapping[str, Any], manifest: Mapping[str, Any]) -> Basis:
    """Of one row of a release's `mart.indicator`, with the release's manifest."""
    entry, sql = computing_part(json.loads(definition["entry"])), str(definition["sql"])
    breakdown = entry.pop(_BREAKDOWN, None)
    tables, functions = set(_TABLE.findall(sql)), set(_FUNCTION.findall(sql))
    return Basis(
        _json(entry),
        tuple((one, manifest["contracts"].get(one, "")) for one in sorted(tables)),
        tuple(
            (name, _json(value))
            for name, value in sorted(manifest["parameters"].items())
            if name in functions  # a parameter is a function of the same name
        ),
        _json(breakdown),
    )


def _differing(own: Named, other: Named) -> tuple[str, ...]:
    return tuple(sorted({name for name, _ in set(own) ^ set(other)}))


def _json(content: Any) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
