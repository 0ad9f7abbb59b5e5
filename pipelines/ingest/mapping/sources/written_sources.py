"""The mappings of what people wrote: every column of the contract under its own name.

Part of the system, not of a profile, like that of the outlines: no mission has to write them.
"""

from indicators.definitions.contracts import contracts
from pipelines.ingest.mapping.model import ColumnMapping, Source, TableMapping

ALONE = ("assessments", "recommendations")  # tables that no file feeds
TABLES = (*ALONE, "threat_assessments")


def written_sources() -> dict[str, Source]:
    """By name: the source of each table of records."""
    found = (_source(table) for table in TABLES)
    return {source.source: source for source in found}


def written_source(table: str) -> str:
    """The name of the source of a table of records."""
    return f"records_{table}"


def _source(table: str) -> Source:
    columns = {
        name: ColumnMapping.model_validate({"from": name}) for name in contracts()[table].columns
    }
    name = written_source(table)
    mapping = TableMapping(table=table, columns=columns)
    return Source(source=name, files=(f"{name}.jsonl",), reader="jsonl", tables=(mapping,))
