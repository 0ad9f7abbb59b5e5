"""Which missions' figures of an indicator may stand side by side, and why the others may not."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from indicators.definitions.versions import computing_part
from indicators.foundation.mart_tables import CONFIDENTIAL, NO_ACCESS, NOT_REPORTED

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


COMPARABLE = "comparable"
OTHER_VERSION = "other_version"
NO_RELEASE, NOT_SELECTED = "no_release_of_period", "not_selected"
NO_FIGURE, WITHHELD = "no_figure", "withheld"


@dataclass(frozen=True)
class Figure:
    """One mission's total of an indicator in a quarter, as its release has it."""

    mission: str
    indicator: str
    version: int
    period: str
    measure: str
    unit_of_measure: str
    basis: Basis
    facts: Mapping[str, Any]

    @property
    def value(self) -> float | None:
        """The figure in its unit of measure; None where the release shows none."""
        found = self.facts["value"]
        return None if found is None else float(found)

    @property
    def empty_reason(self) -> str | None:
        """Why there is no figure: withheld from headquarters, or none at all; None of a figure."""
        if self.value is not None:
            return None
        is_hidden = self.facts["conf_status"] == CONFIDENTIAL
        empty = self.facts["obs_status"] in (NOT_REPORTED, NO_ACCESS)
        return WITHHELD if is_hidden and not empty else NO_FIGURE


@dataclass(frozen=True)
class Line:
    """One mission in the comparison of an indicator and quarter; `reason`: `comparable` or why not.

    `differs`: of another contract the tables, of other parameters their names, where it is these.
    """

    mission: str
    indicator: str
    period: str
    reason: str
    figure: Figure | None
    differs: tuple[str, ...] = ()

    @property
    def is_comparable(self) -> bool:
        """Whether it is of the same definition as those it is shown with, figure or not."""
        return self.reason in (COMPARABLE, NO_FIGURE, WITHHELD)


def compare(
    indicator: str,
    period: str,
    figures: Sequence[Figure],
    missions: Mapping[str, Iterable[str]],
    selected: Mapping[str, Iterable[str]],
) -> Iterator[Line]:
    """A line for every mission, by name. `missions`: the quarters of each one's release;
    `selected`: the indicators of each."""
    by_mission = {figure.mission: figure for figure in figures}
    group = _shown_group(figures)
    for mission in sorted(missions):
        figure = by_mission.get(mission)
        if figure is None:
            is_chosen = indicator in selected[mission]
            has_period = period in missions[mission]
            reason = NOT_SELECTED if not is_chosen else NO_FIGURE if has_period else NO_RELEASE
            yield Line(mission, indicator, period, reason, None)
        else:
            yield Line(mission, indicator, period, *_judged(figure, group))


def _shown_group(figures: Sequence[Figure]) -> Figure | None:
    """A figure of the group of most missions; of equal groups the one of the newest version."""
    groups: dict[tuple[int, Basis], list[Figure]] = {}
    for figure in figures:
        groups.setdefault((figure.version, figure.basis), []).append(figure)
    ranked = sorted(groups.items(), key=lambda item: (len(item[1]), item[0][0], item[0][1].sha256))
    return ranked[-1][1][0] if ranked else None


def _judged(figure: Figure, shown: Figure | None) -> tuple[str, Figure, tuple[str, ...]]:
    """The reason, the figure itself, and what differs from those that are shown."""
    if shown and figure.version != shown.version:
        return OTHER_VERSION, figure, ()
    if shown and (found := figure.basis.difference(shown.basis)):
        return found[0], figure, found[1]
    return figure.empty_reason or COMPARABLE, figure, ()
