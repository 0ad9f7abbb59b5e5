"""Several counts of each sex side by side, `Officers / Men`, `Of which vetted / Men`, `Officers /
Women`: one row for each sex. One count alone is `wide.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.definitions.contracts import Contract
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.matching.columns import LEAST_LIKENESS, fit_of, header_likeness
from pipelines.setup.proposal.matching.joined_columns import without_sex
from pipelines.setup.proposal.matching.texts import Texts

_SEX = "sex"


@dataclass(frozen=True)
class BySex:
    """`groups`: sex: column of the table: the column of the file and how it is read."""

    groups: Mapping[str, Mapping[str, tuple[str, Mapping[str, Any]]]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that it fills."""
        return (_SEX, *next(iter(self.groups.values())))

    @property
    def items(self) -> dict[str, str]:
        """What each column of the file is called: sex and column of the table."""
        return {
            f"{sex}|{name}": header
            for sex, held in self.groups.items()
            for name, (header, _) in held.items()
        }

    def tables(self, table: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The entry of a mapping for each sex; where the first count is blank there is no row."""
        found = []
        for sex, held in self.groups.items():
            own = {name: {"from": header, **entry} for name, (header, entry) in held.items()}
            first = next(iter(held.values()))[0]
            columns = {**table["columns"], _SEX: {"constant": sex}, **own}
            where = {**table.get("where", {}), first: "present"}
            found.append({**table, "where": where, "columns": columns})
        return found


def by_sex(contract: Contract, texts: Sequence[Texts], known: Known) -> BySex | None:
    """The counts of a table with a row for each sex that the file has for all sexes."""
    if _SEX not in contract.key:
        return None
    named = [(*without_sex(one.header), one) for one in texts if one.values]
    sexes = dict.fromkeys(sex for sex, _, _ in named if sex)
    groups: dict[str, dict[str, tuple[str, Mapping[str, Any]]]] = {sex: {} for sex in sexes}
    for rest in dict.fromkeys(rest for sex, rest, _ in named if sex and rest):
        beside = {sex: one for sex, words, one in named if sex and words == rest}
        name = _count_of(contract, " ".join(rest), groups)
        if name is None or beside.keys() != sexes.keys():
            continue
        fits = {sex: fit_of(contract.columns[name], one, known) for sex, one in beside.items()}
        if all(fit.share == 1 for fit in fits.values()):
            for sex, one in beside.items():
                groups[sex][name] = (one.header, fits[sex].entry)
    return BySex(groups) if len(sexes) > 1 and all(groups.values()) else None


def _count_of(
    contract: Contract, rest: str, groups: Mapping[str, Mapping[str, object]]
) -> str | None:
    """The count that the words beside the sex name, of those that are left."""
    taken = {name for held in groups.values() for name in held}
    alike = {
        name: header_likeness(contract.table, name, rest)[0]
        for name, column in contract.columns.items()
        if column.base_type in ("int", "dec") and name not in taken
    }
    best = max(alike, key=lambda name: alike[name], default=None)
    return best if best is not None and alike[best] >= LEAST_LIKENESS else None
