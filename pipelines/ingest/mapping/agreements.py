"""Columns that are kept only by agreement: a mapping without those that nobody agreed to.

Which columns these are, the contracts say (`needs_agreement`); who agreed, the mission's profile
(`agreements`). What is left out here reaches neither core nor raw nor the quarantine.
"""

import glob

import pyarrow.compute as pc

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.mapping.apply import FileRows
from pipelines.ingest.mapping.model import ColumnMapping, Source, TableMapping


def agreed(source: Source, mission: Mission) -> Source:
    """The mapping without what nobody agreed to; its columns of the file are then ignored ones.

    Raises WrongUse where such a column of the file feeds another one or a condition as well.
    """
    left_out = columns_left_out(source, mission)
    if not left_out:
        return source
    tables = tuple(_without(table, mission) for table in source.tables)
    without = source.model_copy(update={"tables": tables})
    unread = {name for names in left_out.values() for name in names}
    twice = sorted(unread & without.columns_read().keys())
    if twice:
        column = next(column for column, names in left_out.items() if twice[0] in names)
        parameters = {"name": column, "other": twice[0]}
        raise WrongUse(
            Problem("agreement_feeds_another", f"{source.source}.yaml", parameters=parameters)
        )
    patterns = [glob.escape(name) for name in sorted(unread)]
    return without.model_copy(update={"ignore": (*source.ignore, *patterns)})


def columns_left_out(source: Source, mission: Mission) -> dict[str, tuple[str, ...]]:
    """`table.column` that nobody agreed to: the columns of the file that it is mapped from."""
    found: dict[str, tuple[str, ...]] = {}
    for table in source.tables:
        mapped = table.mapped_columns()
        for name in _not_agreed(table, mission):
            read = {column for entry in mapped[name] for column in entry.columns_read()}
            column = f"{table.table}.{name}"
            found[column] = tuple(sorted(read.union(found.get(column, ()))))
    return found


def values_left_out(source: Source, mission: Mission, file: FileRows) -> dict[str, int]:
    """`table.column` that nobody agreed to: rows of the file that state something for it."""
    counts = {}
    for column, names in columns_left_out(source, mission).items():
        stated = [
            pc.not_equal(pc.utf8_trim_whitespace(pc.fill_null(file.rows[name], "")), "")
            for name in names
            if name in file.rows.column_names
        ]
        either = stated[0] if stated else None
        for other in stated[1:]:
            either = pc.or_(either, other)
        counts[column] = int(pc.sum(either).as_py() or 0) if either is not None else 0
    return {column: count for column, count in counts.items() if count}


def _not_agreed(table: TableMapping, mission: Mission) -> list[str]:
    columns = contracts()[table.table].columns
    known = {entry.column for entry in mission.agreements}
    return [
        name
        for name in table.mapped_columns()
        if columns[name].needs_agreement and f"{table.table}.{name}" not in known
    ]


def _without(table: TableMapping, mission: Mission) -> TableMapping:
    refused = set(_not_agreed(table, mission))
    kept: dict[str, ColumnMapping] = {
        name: entry for name, entry in table.columns.items() if name not in refused
    }
    changes: dict[str, object] = {"columns": kept}
    if table.unpivot and refused.intersection((table.unpivot.value, *table.unpivot.item)):
        changes["unpivot"] = None
    return table.model_copy(update=changes)
