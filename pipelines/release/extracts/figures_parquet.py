"""The cells of a quarter as Parquet, types and all, with why each empty one is empty."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.release.extracts.quarter import Quarter

suffix = "parquet"


def write(quarter: Quarter, path: Path) -> None:
    """Writes one row a cell; the file's own metadata say whose copy it is."""
    table = pa.table({name: list(values) for name, values in quarter.worded.items()})
    about = {"mission": quarter.name, "period": quarter.period, "audience": quarter.audience}
    pq.write_table(table.replace_schema_metadata(about), path, compression="zstd")
