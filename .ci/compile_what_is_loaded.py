"""Loads every module of ours once, and with them the libraries': Python keeps them compiled, and
the first command on a new machine does not wait eight seconds for it. All files of libraries would
be a fifth of the installed size.
"""

import importlib
import pkgutil
import tempfile
from pathlib import Path

# What ours load only once a command needs it.
_LATER = ("great_expectations", "dagster_webserver.cli", "gunicorn.app.base", "waitress")
_OWN = ("indicators", "records", "pipelines", "dashboards")


def main() -> None:
    """Loads them; the parts that run as they are loaded are left out."""
    for top in _OWN:
        for module in pkgutil.walk_packages(importlib.import_module(top).__path__, f"{top}."):
            if not module.name.endswith(("__main__", ".migrations.env")):
                importlib.import_module(module.name)
    for name in _LATER:
        importlib.import_module(name)
    from pipelines.orchestration.run import open_instance
    from pipelines.workspace.paths import Workspace

    with tempfile.TemporaryDirectory() as home, open_instance(Workspace(Path(home))):
        pass  # Dagster loads what it stores runs by as it opens


if __name__ == "__main__":
    main()
