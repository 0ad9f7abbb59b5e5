"""Equal input in two workspaces: every Parquet, CSV, XLSX, brief and manifest is the same."""

from pathlib import Path

from pipelines.release.reading.extraction import extract

MUCH = 2**30  # bytes that are to come: all threads of the machine are used


def files(release, *more: str) -> dict[str, bytes]:
    kept = (".parquet", ".csv", ".xlsx", ".json", ".xml", *more)
    return {
        path.relative_to(release.path).as_posix(): path.read_bytes()
        for path in sorted(release.path.rglob("*"))
        if path.suffix in kept and path.name != "publication.json"
    }


def test_on_one_thread_and_on_all(new_workspace, republish) -> None:
    one = files(republish(new_workspace("one"), coming=0), ".pdf")
    two = files(republish(new_workspace("two"), coming=MUCH), ".pdf")
    assert {Path(name).suffix for name in one} == {
        *(".parquet", ".csv", ".xlsx", ".json", ".xml", ".pdf")
    }
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_a_second_release_on_the_same_input_differs_in_its_name_only(
    workspace, release, republish
) -> None:
    first, second = files(release), files(republish(workspace))
    assert [name for name in first if first[name] != second.get(name)] == []


def test_an_extract_of_a_release_has_the_bytes_of_those_published_with_it(
    workspace, release, tmp_path
) -> None:
    written = extract(workspace, "bako", None, "mission", tmp_path).paths
    published = release.path / "mission" / "extracts"
    names = [path.relative_to(tmp_path) for path in written]
    assert {name.suffix for name in names} >= {".parquet", ".csv", ".xlsx", ".json", ".xml"}
    pairs = [((tmp_path / name).read_bytes(), (published / name).read_bytes()) for name in names]
    assert [name for name, (one, other) in zip(names, pairs, strict=True) if one != other] == []


def test_another_input_gives_another_manifest(new_workspace, republish) -> None:
    from tests.worlds.mission.figures import add_file, workspace_warehouse

    one = files(republish(new_workspace("one")))
    other = new_workspace("other")
    with workspace_warehouse(other) as connection:
        add_file(connection, "one_more.xlsx")
        connection.execute(
            "INSERT INTO mart.input_file (mission, file_sha256, name, status) "
            "SELECT 'bako', file_sha256, name, status FROM ops.input_file "
            "WHERE name = 'one_more.xlsx'"
        )
    assert files(republish(other))["manifest.json"] != one["manifest.json"]
