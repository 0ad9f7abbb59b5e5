"""Says in one line what to do where Python is outside 3.11 to 3.13 or venv is missing."""

import sys


def main():
    """Exits with 2 and one line where this Python cannot make the environment."""
    version = "%d.%d" % sys.version_info[:2]
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        line = (
            "POC Lens needs Python 3.11 to 3.13, this is %s: install one of these and run "
            "`make demo PYTHON=python3.11`." % version
        )
    else:
        line = missing_venv(version)
    if line:
        sys.stderr.write(line + "\n")
        sys.exit(2)


def missing_venv(version):
    """The line to show where the modules venv and ensurepip are not installed, else None."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return (
            "Python %s here has no venv: install it (Debian: `apt install python3-venv`) and run "
            "the command again." % version
        )
    return None


main()
