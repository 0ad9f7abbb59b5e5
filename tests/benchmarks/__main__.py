"""`make bench`: every benchmark of this folder in its own process; JSON lines, then a table."""

import json
import subprocess
import sys
from pathlib import Path


def lines_of(module: str) -> list[dict[str, object]]:
    """What one benchmark measured; its JSON lines are printed as they come."""
    shown = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{module}"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    print(shown, end="", flush=True)
    return [json.loads(line) for line in shown.splitlines() if line.startswith("{")]


def main() -> None:
    """Runs `bench_*.py` in the order of their names."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    measured = [line for module in modules for line in lines_of(module)]
    print(f"\n{'bench':24}{'ours':>14}{'theirs':>14}{'ratio':>9}  unit (n)")
    for line in measured:
        print(
            f"{line['bench']!s:24}{line['ours']:>14,.2f}{line['theirs']:>14,.2f}"
            f"{line['ratio']:>9.2f}  {line['unit']} ({line['n']:,})"
        )


if __name__ == "__main__":
    main()
