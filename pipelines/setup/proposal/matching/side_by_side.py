"""Several values of each sex, month or day side by side, `Officers / Men`, `Of which vetted / Men`,
`Officers / Women`, or `Jan 2026 / Staffed`: one row for each. One value alone is `wide.py`."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from indicators.definitions.contracts import Contract
from pipelines.setup.proposal.matching.columns import LEAST_LIKENESS, header_likeness
from pipelines.setup.proposal.matching.joined_columns import in_one_gender, without_sex
from pipelines.setup.proposal.matching.texts import GROUPED, Texts
from pipelines.setup.proposal.matching.wide import (
    Wide,
    dated,
    period_of,
    row_kinds,
    told_of_row,
    value_columns,
    way_of,
    wide_of,
    without_group,
)
from pipelines.setup.proposal.matching.words import folded

_BOTH = ("sex", "age_group")
Said = tuple[str | None, tuple[str, ...]]
"""The group, month or day that a header names, and its other words."""


def side_by_side(
    contract: Contract, texts: Sequence[Texts], years: tuple[int, int] | None
) -> Wide | None:
    """The values of a table with a row for each group that the file has for all of them."""
    ways: dict[tuple[str, ...], Callable[[str], Said]] = {
        _BOTH: lambda header: _without_both(contract, header),
        ("sex",): without_sex,
    }
    if period := period_of(contract):
        ways[(period,)] = lambda header: _without_period(period, header, years)
    for kind in row_kinds(contract):
        if kind not in (*_BOTH, period):
            ways[(kind,)] = partial(_without_code, contract, kind)
    found = (
        wide_of(contract, told, groups, texts)
        for told, apart in ways.items()
        if {*told} <= {*contract.key}
        for groups in [_groups(contract, [(*apart(one.header), one) for one in texts])]
        if len(groups) > 1 and all(groups.values())
    )
    return next(found, None)


def _without_both(contract: Contract, header: str) -> Said:
    """Of `Boys reported` sex and age; where it says but one of them, that is no group."""
    group, rest = without_group(contract, _BOTH, header)
    return (None, rest) if group and "_U" in group.split("|") else (group, rest)


def _without_period(period: str, header: str, years: tuple[int, int] | None) -> Said:
    above, sign, below = header.partition(GROUPED)
    words = header.split()
    cuts = [(above, below), (below, above)] if sign else [
        (" ".join(told), " ".join(others))
        for at in range(1, len(words))
        for told, others in ((words[:at], words[at:]), (words[at:], words[:at]))
    ]  # fmt: skip
    plain = ((told.strip(" -–:()"), others) for told, others in cuts)
    named = ((dated(period, [told], years).get(told), others) for told, others in plain)
    group, others = next((one for one in named if one[0]), (None, below))
    return group, tuple(folded(re.sub(r"[/–:()-]", " ", others)).split())


def _without_code(contract: Contract, kind: str, header: str) -> Said:
    """Of `Evacuation / Last exercise` the kind of plan, and what its column is."""
    for above, sign, below in (header.rpartition(GROUPED), header.partition(GROUPED)):
        for told, others in ((above, below), (below, above)):
            if sign and (code := told_of_row(contract, kind, told)):
                return code, tuple(folded(others).split())
    return None, tuple(folded(header).split())


def _groups(
    contract: Contract, told: Sequence[tuple[str | None, tuple[str, ...], Texts]]
) -> dict[str, dict[str, str]]:
    named = [one for one in told if one[2].values]
    each = dict.fromkeys(group for group, _, _ in named if group)
    groups: dict[str, dict[str, str]] = {group: {} for group in each}
    # a month in which no cell has it, `March / Reason`, has the column nevertheless
    there = sorted(told, key=lambda one: bool(one[2].values))
    unknown = 0
    for words, rest in {in_one_gender(rest): rest for group, rest, _ in named if group}.items():
        if not words:
            continue
        beside = {group: one for group, other, one in there
                  if group in each and in_one_gender(other) == words}  # fmt: skip
        name = _value_of(contract, " ".join(rest), groups)
        if name is None or beside.keys() != each.keys():
            unknown += beside.keys() == each.keys()
            continue
        if all(way_of(contract.columns[name], one) is not None for one in beside.values()):
            for group, one in beside.items():
                groups[group][name] = one.header
    named_so = next(iter(groups.values()), {})
    return groups if unknown < len(named_so) else {}  # else they tell more than sex or month


def _value_of(
    contract: Contract, rest: str, groups: Mapping[str, Mapping[str, object]]
) -> str | None:
    """The column that the words beside name, of those that are left; else the one
    whose name has them all: `reported` of the allegations reported."""
    taken = {name for held in groups.values() for name in held}
    left = {n: contract.columns[n] for n in value_columns(contract) if n not in taken}
    days = [name for name, one in left.items() if one.base_type == "date"]
    if rest == "date" and len(days) == 1:
        return days[0]
    alike = {name: header_likeness(contract.table, name, rest)[0] for name in left}
    best = max(alike, key=lambda name: alike[name], default=None)
    if best is not None and alike[best] >= LEAST_LIKENESS:
        return best
    words = {*rest.split()}
    titled = [name for name, one in left.items() if any(
        words <= {*folded(title).split()} for title in (one.title.en, one.title.fr))]  # fmt: skip
    return titled[0] if len(titled) == 1 else None
