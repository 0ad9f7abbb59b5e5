"""The version of everything that computes: what is kept from an earlier run must bear the same."""

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

# What computes beside our own code: a new version of one may move the last digit.
_LIBRARIES = ("duckdb", "numpy", "pandas", "scipy")
_PACKAGE = Path(__file__).parents[1]


def method_version(package: Path = _PACKAGE) -> str:
    """Changes with any line of the package, with Python and with the libraries that compute.

    Also with a line that does not matter, as a comment: a number kept by hand would be forgotten.
    """
    found = hashlib.sha256(platform.python_version().encode())
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.sql")]):
        found.update(path.relative_to(package).as_posix().encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    for library in _LIBRARIES:
        found.update(f"{library} {version(library)}".encode())
    return found.hexdigest()


# Taken as the code is loaded: files replaced under a running process are not what it computes by.
METHOD_VERSION = method_version()
