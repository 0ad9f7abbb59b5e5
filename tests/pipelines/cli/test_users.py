"""`poclens users` makes accounts, asks for them, and says what cannot be."""

import json
from pathlib import Path

import duckdb

from records.people import accounts
from records.store import Store, utc_now
from tests.pipelines.cli.called import Called, poclens


def users(home: Path, *words: str, password: str = "") -> Called:
    return poclens(home, "users", *words, typed=password + "\n")


def test_accounts_from_the_first_to_the_switch(tmp_path: Path) -> None:
    long = "a long enough password"
    short = users(tmp_path, "add", "amina", "--role", "assessor", password="short")
    assert short.returncode == 2 and "12 characters" in short.stderr
    assert users(tmp_path, "on").returncode == 2
    added = users(tmp_path, "add", "amina", "--role", "administrator", password=long)
    assert added.returncode == 0, added.stderr
    assert "People must sign in" in added.stdout  # the first account makes it so
    assert users(tmp_path, "on").returncode == 0
    assert users(tmp_path, "lock", "nobody").returncode == 2
    shown = json.loads(users(tmp_path, "list", "--json").stdout)
    assert shown["required"] is True
    assert [(one["name"], one["role"], one["state"]) for one in shown["accounts"]] == [
        ("amina", "administrator", "open")
    ]
    assert "en vigueur" in poclens(tmp_path, "--language", "fr", "users", "list").stdout
    assert accounts.sign_in(Store.of_workspace(tmp_path), "amina", long, utc_now()) is not None


def test_people_of_a_table_are_added_all_or_none(tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("name,role\nawa,assessor\nboris,chief\n", encoding="utf-8")
    wrong = users(tmp_path, "add", "--table", str(table))
    assert wrong.returncode == 2 and "people.csv, row 3, column 'role'" in wrong.stderr
    assert accounts.accounts(Store.of_workspace(tmp_path)) == []
    release = tmp_path / "releases" / "sahel" / "2026-Q3-r01" / "mission"
    release.mkdir(parents=True)
    (tmp_path / "releases" / "sahel" / "current").write_text("2026-Q3-r01\n", encoding="utf-8")
    with duckdb.connect(str(release / "poclens.duckdb")) as connection:
        connection.execute("CREATE SCHEMA mart; CREATE TABLE mart.area AS SELECT 'ML' AS area_code")
    table.write_text("name,role,area\nawa,assessor,Gao\n", encoding="utf-8")
    wrong = users(tmp_path, "add", "--table", str(table))
    assert wrong.returncode == 2 and "row 2, column 'area'" in wrong.stderr
    table.write_text("name,role,area\nawa,assessor,ML\nboris,approver,\n", encoding="utf-8")
    done = users(tmp_path, "add", "--table", str(table))
    first = dict(line.split(": ") for line in done.stdout.splitlines()[1:])
    assert sorted(first) == ["awa", "boris"], done.stderr
    store = Store.of_workspace(tmp_path)
    assert accounts.sign_in(store, "awa", first["awa"], utc_now()) is not None


def test_a_second_factor_is_not_asked_of_one_account(tmp_path: Path) -> None:
    asked = ("users", "add", "zoe", "--role", "officer", "--second-factor")
    refused = poclens(tmp_path, *asked, typed="a long enough password\n")
    assert refused.returncode == 2 and "`poclens users on`" in refused.stderr
    assert not Store.of_workspace(tmp_path).exists()
