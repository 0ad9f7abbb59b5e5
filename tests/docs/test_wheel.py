"""The wheel carries `data/`, and the installed engine finds it there."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_of_data(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    data = REPOSITORY / "data"
    expected = {
        f"indicators/_data/{path.relative_to(data)}"
        for path in data.rglob("*")
        if path.is_file() and path.suffix in {".yaml", ".geojson", ".json"}
    }
    assert expected <= inside


def test_the_wheel_holds_style_script_and_font_of_the_pages(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    assets = REPOSITORY / "dashboards" / "serving" / "assets"
    expected = {
        f"dashboards/serving/assets/{path.name}" for path in assets.iterdir() if path.is_file()
    }
    assert {Path(name).suffix for name in expected} >= {".css", ".js", ".woff2"}
    assert expected <= inside


def test_the_wheel_holds_the_sql_and_yaml_beside_the_code(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        str(path.relative_to(REPOSITORY))
        for package in ("indicators", "records", "pipelines", "dashboards")
        for path in (REPOSITORY / package).rglob("*")
        if path.suffix in {".sql", ".yaml", ".html"}
        or (path.suffix == ".py" and path.parent.name == "versions")
    }
    assert {Path(name).suffix for name in expected} >= {".sql", ".yaml", ".html", ".py"}
    assert expected <= inside


def test_the_installed_engine_reads_its_own_data(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "from indicators.definitions.contracts import contracts\n"
        "from indicators.foundation.data_folder import data_folder\n"
        "from indicators.foundation.mart_tables import MART_TABLES\n"
        "print(data_folder().name, len(contracts()), len(MART_TABLES))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.split()
    assert shown[0] == "_data" and int(shown[1]) >= 13 and int(shown[2]) >= 20
