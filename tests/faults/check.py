"""Fails where a rule of a contract has no fault file, or a fault file has no rule.

`python -m tests.faults.check`, a part of `make check`.
"""

import csv
import sys

from indicators.contracts import contracts
from tests.faults.make_faults import FILES, TABLE, fault_file


def missing() -> list[str]:
    """What is not as it should be, one line each; empty where every rule has its file."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        listed = {row["file"]: row for row in csv.DictReader(file)}
    rules = {fault_file(rule): rule for c in contracts().values() for rule in c.rules()}
    files = {path.name for path in FILES.glob("*.csv")}
    found = [f"no fault file for rule {rules[name].name}" for name in rules.keys() - files]
    found += [f"not listed in faults.csv: {name}" for name in rules.keys() - listed.keys()]
    found += [f"no such rule: {name}" for name in (files | listed.keys()) - rules.keys()]
    found += [
        f"faults.csv: {name} names another rule or column"
        for name in rules.keys() & listed.keys()
        if (listed[name]["rule"], listed[name]["column"]) != (rules[name].kind, rules[name].column)
    ]
    return sorted(found)


def main() -> int:
    """0 where every rule has its file, else 1 and what is missing."""
    found = missing()
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print(
            "Run `python -m tests.faults.make_faults` and look at what it wrote.", file=sys.stderr
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
