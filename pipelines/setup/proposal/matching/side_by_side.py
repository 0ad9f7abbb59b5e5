"""Several values of each sex or month side by side, `Officers / Men`, `Of which vetted / Men`,
`Officers / Women`, or `Jan 2026 / Staffed`: one row for each. One value alone is `wide.py`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.definitions.contracts import Contract
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.matching.columns import LEAST_LIKENESS, fit_of, header_likeness
from pipelines.setup.proposal.matching.joined_columns import without_sex
from pipelines.setup.proposal.matching.texts import GROUPED, Texts
from pipelines.setup.proposal.matching.wide import month_of
from pipelines.setup.proposal.matching.words import folded

Said = tuple[str | None, tuple[str, ...]]
"""The sex or month that a header names, and its other words."""


@dataclass(frozen=True)
class SideBySide:
    """`told`: the column of the sex or month; `groups`: sex or month: column of the table: the
    column of the file and how it is read."""

    told: str
    groups: Mapping[str, Mapping[str, tuple[str, Mapping[str, Any]]]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that it fills."""
        return (self.told, *next(iter(self.groups.values())))

    @property
    def items(self) -> dict[str, str]:
        """What each column of the file is called: sex or month, and column of the table."""
        return {
            f"{group}|{name}": header
            for group, held in self.groups.items()
            for name, (header, _) in held.items()
        }

    def tables(self, table: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The entry of a mapping for each; where the first value is blank there is no row."""
        found = []
        for group, held in self.groups.items():
            own = {name: {"from": header, **entry} for name, (header, entry) in held.items()}
            first = next(iter(held.values()))[0]
            columns = {**table["columns"], self.told: {"constant": group}, **own}
            where = {**table.get("where", {}), first: "present"}
            found.append({**table, "where": where, "columns": columns})
        return found


def side_by_side(
    contract: Contract, texts: Sequence[Texts], known: Known, years: tuple[int, int] | None
) -> SideBySide | None:
    """The values of a table with a row for each sex or month that the file has for all of them."""
    ways: dict[str, Callable[[str], Said]] = {
        "sex": without_sex, "month": lambda header: _without_month(header, years)
    }  # fmt: skip
    found = (
        SideBySide(told, groups)
        for told, apart in ways.items()
        if told in contract.key
        for groups in [_groups(contract, [(*apart(one.header), one) for one in texts], known)]
        if len(groups) > 1 and all(groups.values())
    )
    return next(found, None)


def _without_month(header: str, years: tuple[int, int] | None) -> Said:
    group, sign, rest = header.partition(GROUPED)
    words = header.split()
    cuts = [(group, rest)] if sign else [
        (" ".join(month), " ".join(others))
        for at in range(1, len(words))
        for month, others in ((words[:at], words[at:]), (words[at:], words[:at]))
    ]  # fmt: skip
    told = ((month_of(month.strip(" -–:()"), years), others) for month, others in cuts)
    month, others = next((one for one in told if one[0]), (None, rest))
    return month, tuple(folded(re.sub(r"[/–:()-]", " ", others)).split())


def _groups(
    contract: Contract, told: Sequence[tuple[str | None, tuple[str, ...], Texts]], known: Known
) -> dict[str, dict[str, tuple[str, Mapping[str, Any]]]]:
    named = [one for one in told if one[2].values]
    each = dict.fromkeys(group for group, _, _ in named if group)
    groups: dict[str, dict[str, tuple[str, Mapping[str, Any]]]] = {group: {} for group in each}
    unknown = 0
    for rest in dict.fromkeys(rest for group, rest, _ in named if group and rest):
        beside = {group: one for group, words, one in named if group and words == rest}
        name = _value_of(contract, " ".join(rest), groups)
        if name is None or beside.keys() != each.keys():
            unknown += beside.keys() == each.keys()
            continue
        fits = {group: fit_of(contract.columns[name], one, known) for group, one in beside.items()}
        if all(fit.share == 1 for fit in fits.values()):
            for group, one in beside.items():
                groups[group][name] = (one.header, fits[group].entry)
    named_so = next(iter(groups.values()), {})
    return groups if unknown < len(named_so) else {}  # else they tell more than sex or month


def _value_of(
    contract: Contract, rest: str, groups: Mapping[str, Mapping[str, object]]
) -> str | None:
    """The number, or yes and no, that the words beside name, of those that are left."""
    taken = {name for held in groups.values() for name in held}
    alike = {
        name: header_likeness(contract.table, name, rest)[0]
        for name, column in contract.columns.items()
        if column.base_type in ("int", "dec", "bool") and name not in taken
    }
    best = max(alike, key=lambda name: alike[name], default=None)
    return best if best is not None and alike[best] >= LEAST_LIKENESS else None
