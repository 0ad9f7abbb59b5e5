"""The cells of an XLS workbook, read in a process of its own.

calamine ends the whole process for some damaged workbooks of this format, by an assertion or by
asking for more memory than there is. What comes back is text: JSON `{sheet: rows of cells}`.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from pipelines.ingest.readers.workbook import Cell, NumberText, Texts, text_of, unreadable

_MEMORY = 4 << 30  # bytes that the process may ask for, where the system can bound it
_SECONDS = 300


def cells_of(path: Path) -> Mapping[str, Texts]:
    """The cells of every sheet, from A1 on. Raises WrongUse where they cannot be read."""
    command = [sys.executable, "-m", "pipelines.ingest.readers.xls_cells", str(path)]
    try:
        ran = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise unreadable(path, "Excel 97") from None
    if ran.returncode:
        raise unreadable(path, ran.stdout.decode("utf-8", "replace").strip() or "Excel 97")
    found: dict[str, Texts] = json.loads(ran.stdout, parse_float=NumberText)
    return found


def _print_cells(path: str) -> int:
    _bound_memory()
    try:
        book = CalamineWorkbook.from_path(path)
        grids = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
        }
    except (CalamineError, OSError) as error:
        print(error)
        return 1
    texts = {name: [[_told(cell) for cell in row] for row in rows] for name, rows in grids.items()}
    sys.stdout.write(json.dumps(texts))
    return 0


def _told(cell: Cell) -> str | float | None:
    """The text of a cell; a number with decimals stays one, so that it is known for one."""
    text = text_of(cell)
    return float(text) if isinstance(text, NumberText) else text


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(_print_cells(sys.argv[1]))
