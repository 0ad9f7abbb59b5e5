"""Runs every benchmark: a table for people, then one JSON line a figure.

Each module `bench_*.py` beside this one has `run()`, which returns one result or a list of them
with the keys `bench, ours, theirs, ratio, unit, n`.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

KEYS = ("bench", "ours", "theirs", "ratio", "unit", "n")


def results() -> list[dict[str, object]]:
    """The figures of all benchmarks, in the order of their names."""
    found: list[dict[str, object]] = []
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"{path.stem} …", file=sys.stderr)
        result = import_module(f"tests.benchmarks.{path.stem}").run()
        found += result if isinstance(result, list) else [result]
    return found


def main() -> None:
    """Prints what was measured."""
    rows = results()
    for row in [dict(zip(KEYS, KEYS, strict=True)), *rows]:
        print("  ".join(f"{row[key]!s:>14}" for key in KEYS))
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
