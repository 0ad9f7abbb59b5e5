"""Which version of a definition computes which period.

A version is in force from its `effective_from` on. A period that ended before is computed by the
version before it, and by the oldest one where it ended before all of them. While the engine runs,
an earlier version bears a code of its own (`P2-OP-01@1`), so that it shares the scan of its source
like any other indicator; `indicators.engine.versions_in_force` then keeps of each version the
periods that are its.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from indicators.definitions.indicator import EarlierVersion, Indicator

_MARK = "@"
# What every version has in common, or has of its own beside what differed.
NOT_VERSIONED = ("code", "version", "effective_from", "changes", "earlier_versions")


def versions_of(indicator: Indicator) -> list[Indicator]:
    """The definition in each of its versions, newest first, each an entry of its own."""
    return [indicator, *(as_it_was(indicator, earlier) for earlier in indicator.earlier_versions)]


# What a figure follows from; the rest of an entry is words.
_COMPUTING = (
    "source", "measure", "time_rule", "date", "precision", "reaches_back", "area",
    "unit_of_measure", "disaggregate", "sex_of", "periods", "returns",
)  # fmt: skip


def is_computed_alike(one: Indicator, other: Indicator) -> bool:
    """Whether two entries give the same figures; their words may differ."""
    return all(getattr(one, name) == getattr(other, name) for name in _COMPUTING)


def computing_part(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Of an entry as a release holds it (JSON) what its figures follow from, words left out.

    Unread: an entry of another catalogue, which this program might refuse, can be compared too.
    """
    return {name: entry[name] for name in _COMPUTING if name in entry}


def with_versions(versions: Sequence[Indicator]) -> Indicator:
    """One entry out of a definition's versions, newest first: what `versions_of` takes apart."""
    newest, *others = versions
    kept = [name for name in Indicator.model_fields if name not in NOT_VERSIONED]
    earlier = [
        EarlierVersion(
            version=entry.version,
            effective_from=entry.effective_from,
            differs={name: getattr(entry, name) for name in kept},
        )
        for entry in others
    ]
    return newest.model_copy(update={"earlier_versions": tuple(earlier)})


def as_it_was(indicator: Indicator, earlier: EarlierVersion) -> Indicator:
    """The entry of an earlier version: what differed then, the rest as now."""
    entry = indicator.model_dump(exclude_unset=True, exclude={"earlier_versions"})
    changes = [
        change for change in entry.get("changes", ()) if change["version"] <= earlier.version
    ]
    own = {"version": earlier.version, "effective_from": earlier.effective_from}
    return Indicator.model_validate({**entry, **earlier.differs, **own, "changes": changes})


def decided_by(catalogue: Mapping[str, Indicator], day: date) -> Mapping[str, Indicator]:
    """The catalogue as it stood on a day: without versions that `changes` dates later.

    A version may be dated back (`effective_from`); before it was decided nobody computed by it.
    """
    found = {}
    for code, indicator in catalogue.items():
        later = {change.version for change in indicator.changes if change.on > day}
        known = [entry for entry in versions_of(indicator) if entry.version not in later]
        found[code] = indicator if not later or not known else with_versions(known)
    return found


def computed_versions(indicators: Iterable[Indicator]) -> list[Indicator]:
    """Every version of each indicator, the earlier ones under a code of their own."""
    return [
        entry if at == 0 else entry.model_copy(update={"code": own_code(entry)})
        for indicator in indicators
        for at, entry in enumerate(versions_of(indicator))
    ]


def all_versions(indicators: Iterable[Indicator]) -> list[Indicator]:
    """Every version of each indicator under the indicator's code, newest first."""
    return [entry for indicator in indicators for entry in versions_of(indicator)]


def own_code(entry: Indicator) -> str:
    """The code that an earlier version bears while the engine runs."""
    return f"{entry.code}{_MARK}{entry.version}"
