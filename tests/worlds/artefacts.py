"""All that a file of a release says, whatever its kind: what a reader of it could find."""

import re
import zipfile
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from pypdf import PdfReader

TEXTS = (".json", ".csv", ".xml")


def text_of(path: Path) -> str:
    """The file's text, unpacked. Raises ValueError for a kind that nobody has learnt to open."""
    if path.suffix in TEXTS:
        return path.read_text(encoding="utf-8")
    if path.suffix == ".parquet":
        told = duckdb.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        return f"{told} {pq.read_schema(path).metadata}"
    if path.suffix == ".duckdb":
        return _database_text(path)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            parts = " ".join(book.read(name).decode() for name in book.namelist())
        # How many cells hold text is a fact of the file: four digits, and no figure.
        return re.sub(r'<sst ([^>]*?) count="\d+" uniqueCount="\d+"', r"<sst \1", parts)
    if path.suffix == ".pdf":
        document = PdfReader(path)
        pages = [page.extract_text() for page in document.pages]
        return " ".join([*pages, str(document.metadata)])
    raise ValueError(f"no test opens {path.name}")


def _database_text(path: Path) -> str:
    """Every table, and the bytes of the file, in which deleted rows would still stand."""
    with duckdb.connect(str(path), read_only=True) as database:
        listed = "SELECT schema_name, table_name FROM duckdb_tables()"
        tables = database.execute(listed).fetchall()
        told = [database.execute(f'FROM "{schema}"."{name}"').fetchall() for schema, name in tables]
    return f"{told} {path.read_bytes().decode('utf-8', errors='replace')}"


def files_below(folder: Path) -> list[Path]:
    """Every file of a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
