"""What is settled of the fictional mission before anything is drawn, one table of facts a file."""

from functools import cache
from pathlib import Path
from typing import Any

from indicators.foundation.reading.yaml_files import read_yaml


@cache
def facts(name: str) -> Any:
    """The facts of `<name>.yaml`."""
    return read_yaml(Path(__file__).with_name(f"{name}.yaml"))
