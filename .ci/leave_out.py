"""Removes from an environment what no command of ours reads: the libraries' own tests, the maps of
their scripts for who debugs them, C headers, and Arrow's clients of networks, of which we use none.

A tenth of what is installed. `python .ci/leave_out.py REQUIREMENTS`: of what it locks alone.
"""

import re
import sys
from importlib import metadata
from pathlib import Path, PurePath

# Libraries of their own, which none of Arrow's others is linked with.
_NETWORK = re.compile(r"pyarrow/(_flight|_s3fs|libarrow_(python_)?flight|libarrow_s3)\b")


def is_left_out(file: PurePath) -> bool:
    """Whether a file of a distribution, by its place in it, is one that nothing here reads."""
    within = file.parts[1:-1]  # not of a distribution that is called so itself
    return (
        "tests" in within
        or file.suffix in {".map", ".pxd", ".h", ".hpp"}
        or _NETWORK.match(file.as_posix()) is not None
    )


def main(requirements: Path) -> None:
    """Removes them; what was removed before is not missed."""
    locked = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[.*?\])?==", requirements.read_text(), re.MULTILINE)
    for name in locked:
        try:
            files = metadata.files(name) or ()
        except metadata.PackageNotFoundError:  # of another system
            continue
        for file in files:
            if is_left_out(PurePath(file)):
                Path(str(file.locate())).unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
