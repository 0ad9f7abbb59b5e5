"""Fails where a rule of a contract has no fault, or a fault no rule.

`python -m tests.faults.check`, a part of `make check`.
"""

import sys

from tests.faults.fault_rows import missing

if __name__ == "__main__":
    found = missing()
    if found:
        sys.exit("\n".join([*found, "Mend tests/faults/base_rows.yaml."]))
