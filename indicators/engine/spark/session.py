"""A session of Apache Spark, and what is missing where there can be none."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from indicators.foundation.errors import Problem, WrongUse

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LEAST_JAVA = 17
LOCAL_MASTER = "local[2]"
_THIS_MACHINE = re.compile(r"local|spark://(127\.0\.0\.1|localhost)[:/]")
_SETTINGS = {
    "spark.app.name": "POC Lens",
    "spark.driver.memory": "2g",
    "spark.log.level": "OFF",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.ansi.enabled": "true",  # what does not fit fails, and is never silently empty
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_ON_THIS_MACHINE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def missing_parts() -> list[Problem]:
    """What the machine lacks to run Spark: the package, Java of at least version 17."""
    found = []
    if importlib.util.find_spec("pyspark") is None:
        found.append(Problem("spark_no_package"))
    version = java_version()
    if version is None or version < LEAST_JAVA:
        value = "–" if version is None else str(version)
        found.append(Problem("spark_no_java", value=value, parameters={"least": LEAST_JAVA}))
    return found


def java_version() -> int | None:
    """The main version of Java that `JAVA_HOME`, else the path, gives; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        return None
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    number = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(number[1]) if number else None


def open_session(master: str) -> "SparkSession":
    """A session at this master. Raises WrongUse naming what the machine lacks."""
    if missing := missing_parts():
        raise WrongUse(missing)
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master)
    own = _ON_THIS_MACHINE if _THIS_MACHINE.match(master) else {}
    for name, value in (_SETTINGS | own).items():
        builder = builder.config(name, value)
    open_now = SparkSession.getActiveSession()
    if open_now is not None and open_now.sparkContext.master != master:
        open_now.stop()  # a process has one; else the rows would be counted at the other master
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise WrongUse(Problem("spark_no_master", value=master)) from error
