"""Who sends the rows of a file, as its mapping says (definitions 71)."""

from pathlib import PurePosixPath

import pyarrow as pa

from pipelines.ingest.mapping.apply import FileRows, cleaned
from pipelines.ingest.mapping.files.file_names import series_of
from pipelines.ingest.mapping.model import SenderColumn, Source


def senders(file: FileRows, source: Source, name: str) -> pa.Array:
    """The sender of each row; null where nobody says it. `name`: the file's, with its folder."""
    if isinstance(source.sender, SenderColumn):
        column = cleaned(file.rows[source.sender.column], source.missing)
        return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pa.repeat(pa.scalar(sender_of_file(source, name), pa.string()), file.rows.num_rows)


def sender_of_file(source: Source, name: str) -> str | None:
    """The one sender of a file; None where its rows say it, or nobody."""
    if source.sender == "folder":
        return str(PurePosixPath(name).parent) if "/" in name else None
    return series_of(name) if source.sender == "series" else None
