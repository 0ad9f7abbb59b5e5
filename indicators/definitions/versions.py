"""Which version of a definition computes which period.

A version is in force from its `effective_from` on. A period that ended before is computed by the
version before it, and by the oldest one where it ended before all of them. While the engine runs,
an earlier version bears a code of its own (`P2-OP-01@1`), so that it shares the scan of its source
like any other indicator; `settle_versions` then keeps of each version the periods that are its.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import duckdb

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


def computed_versions(indicators: Iterable[Indicator]) -> list[Indicator]:
    """Every version of each indicator, the earlier ones under a code of their own."""
    return [
        entry if at == 0 else entry.model_copy(update={"code": _own_code(entry)})
        for indicator in indicators
        for at, entry in enumerate(versions_of(indicator))
    ]


def all_versions(indicators: Iterable[Indicator]) -> list[Indicator]:
    """Every version of each indicator under the indicator's code, newest first."""
    return [entry for indicator in indicators for entry in versions_of(indicator)]


def version_in_force(indicator: Indicator, period_end: date) -> Indicator:
    """The version that computes the period which ends on a day."""
    versions = versions_of(indicator)
    found = (entry for entry in versions if entry.effective_from <= period_end)
    return next(found, versions[-1])


def settle_versions(connection: duckdb.DuckDBPyConnection, indicators: Iterable[Indicator]) -> None:
    """Keep of each version the periods it is in force for, all under the indicator's code."""
    for indicator in indicators:
        versions = versions_of(indicator)
        for at, entry in enumerate(versions) if len(versions) > 1 else ():
            begins = date.min if at == len(versions) - 1 else entry.effective_from
            ends = date.max if at == 0 else versions[at - 1].effective_from
            own_code = indicator.code if at == 0 else _own_code(entry)
            _settle(connection, indicator.code, own_code, entry.version, begins, ends)


def _settle(
    connection: duckdb.DuckDBPyConnection,
    code: str,
    own_code: str,
    version: int,
    begins: date,
    ends: date,
) -> None:
    """Of one version: periods that end from `begins` on and before `ends`."""
    for table in ("indicator_value", "contribution"):
        connection.execute(
            f"""DELETE FROM mart.{table} AS line USING cube.period AS period
            WHERE line.indicator = ? AND line.indicator_version = ?
              AND line.period_type = period.period_type AND line.period = period.period
              AND (period.period_end < ? OR period.period_end >= ?)""",
            [own_code, version, begins, ends],
        )
        connection.execute(
            f"UPDATE mart.{table} SET indicator = ? WHERE indicator = ? AND indicator <> ?",
            [code, own_code, code],
        )


def _own_code(entry: Indicator) -> str:
    return f"{entry.code}{_MARK}{entry.version}"
