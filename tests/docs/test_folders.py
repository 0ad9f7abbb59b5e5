"""A folder has at most twelve entries, so that its listing is its table of contents."""

from pathlib import Path

from tests.conftest import REPOSITORY

WINGS = ("indicators", "pipelines", "dashboards", "records")
MOST = 12
# Files of one shape in one folder, which count as one entry.
FAMILIES = {
    "indicators/mart": "*.sql",
    "pipelines/cli": "*_command.py",
    "pipelines/release/extracts": "*.py",
    "pipelines/quality/facts": "*.py",
    "pipelines/ingest/readers": "*.py",
    "dashboards/components": "*.py",
    "dashboards/pages": "*",
    "dashboards/serving/assets": "*.css",
    "records/migrations/versions": "*.py",
}
# What several pages use: beyond so many, a part belongs to the page that uses it.
SHARED = ("dashboards/components", "dashboards/figures")
MOST_SHARED = 20


def is_kept(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def entries(folder: Path) -> int:
    # a folder of which only compiled files are left is no entry
    names = [one for one in folder.iterdir() if one.is_file() or any(map(is_kept, one.rglob("*")))]
    family = FAMILIES.get(folder.relative_to(REPOSITORY).as_posix())
    own = [one for one in names if family is None or not one.match(family)]
    return len(own) + (family is not None)


def test_a_folder_has_at_most_twelve_entries() -> None:
    wings = [REPOSITORY / wing for wing in WINGS]
    folders = [one for wing in wings for one in (wing, *wing.rglob("*")) if one.is_dir()]
    wide = {
        folder.relative_to(REPOSITORY).as_posix()
        for folder in folders
        if "__pycache__" not in folder.parts and entries(folder) > MOST
    }
    assert wide == set()


def test_what_several_pages_use_stays_few() -> None:
    for folder in SHARED:
        modules = {one.name for one in (REPOSITORY / folder).glob("*.py")} - {"__init__.py"}
        assert len(modules) <= MOST_SHARED, folder
