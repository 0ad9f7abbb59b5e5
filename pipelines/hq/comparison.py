"""Which missions' figures of an indicator may stand side by side, and why the others may not.

Figures are comparable where code, version and what they are computed by are the same. Of several
groups the one with most missions is shown side by side (of equals the newest version); a mission of
another group is shown apart, with the reason. Nothing here orders missions by their figures.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.definitions.versions import computing_part
from indicators.foundation.codes import CONFIDENTIAL, NO_ACCESS, NOT_REPORTED

COMPARABLE = "comparable"
OTHER_VERSION, OTHER_DEFINITION = "other_version", "other_definition"
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
    fingerprint: str
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
    """One mission in the comparison of an indicator and quarter; `reason` is one of this module."""

    mission: str
    indicator: str
    period: str
    reason: str
    figure: Figure | None

    @property
    def is_comparable(self) -> bool:
        """Whether it is of the same definition as those it is shown with, figure or not."""
        return self.reason in (COMPARABLE, NO_FIGURE, WITHHELD)


def fingerprint_of(entry: str | None, sql: str | None) -> str:
    """What a definition computes, as one hash; of one that says nothing of itself its SQL's."""
    content = computing_part(json.loads(entry)) if entry else {"sql": sql}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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
            yield Line(mission, indicator, period, _reason(figure, group), figure)


def _shown_group(figures: Sequence[Figure]) -> tuple[int, str] | None:
    """Version and fingerprint of most missions; of equals the newest version."""
    groups: dict[tuple[int, str], int] = {}
    for figure in figures:
        key = (figure.version, figure.fingerprint)
        groups[key] = groups.get(key, 0) + 1
    return max(groups, key=lambda key: (groups[key], *key), default=None)


def _reason(figure: Figure, group: tuple[int, str] | None) -> str:
    if group and figure.version != group[0]:
        return OTHER_VERSION
    if group and figure.fingerprint != group[1]:
        return OTHER_DEFINITION
    return figure.empty_reason or COMPARABLE
