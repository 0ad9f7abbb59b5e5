"""The pages on profiles name every key, option and made column, in both languages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from indicators.foundation.data_folder import data_folder
from indicators.foundation.messages import message_catalogue
from pipelines.documents.profile_pages import (
    FILES,
    keys_of,
    models_of,
    profile_page,
    profile_schemas,
)
from pipelines.ingest.files.delivered_file import Delivery, read_delivery
from pipelines.ingest.mapping.model import load_sources
from pipelines.ingest.readers import reader, readers

PAGES = {language: profile_page(language) for language in ("en", "fr")}
MODELS = {model for root in FILES.values() for model in models_of(root)}


def test_every_key_has_its_line_in_both_languages() -> None:
    for language, page in PAGES.items():
        for model in MODELS:
            for key in keys_of(model):
                text = message_catalogue()[f"profile.{model.__name__}.{key}"][language]
                plain = text.replace("{{", "{").replace("}}", "}").replace("|", "\\|")
                assert f"| `{key}` |" in page and f"| {plain} |" in page, (model, key)


def test_no_words_are_left_of_what_is_gone() -> None:
    known = {f"profile.{model.__name__}.{key}" for model in MODELS for key in keys_of(model)}
    known |= {f"profile.model.{model.__name__}" for model in MODELS}
    for name in readers():
        known |= {f"profile.option.{option}" for option in reader(name).options}
        known |= {f"profile.made.{name}.{made}" for made in reader(name).columns_made}
        known.add(f"profile.reader.{name}")
    own = ("profile.type.", "profile.column.", "profile.readers")
    left = {
        key
        for key in message_catalogue()
        if key.startswith("profile.") and key.count(".") > 1 and not key.startswith(own)
    }
    assert left == known


def test_the_shipped_profiles_use_only_keys_of_the_page() -> None:
    """Against a plain walk over the YAML: names of one's own stand where a mapping allows them."""
    for path in sorted((data_folder() / "missions").glob("*/*.yaml")):
        root = FILES[{"mission.yaml": "mission"}.get(path.name, path.stem)]
        top = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert set(top) <= set(keys_of(root)), path


def schemas() -> dict[str, Any]:
    return {name: json.loads(text) for name, text in profile_schemas()}


def described(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.get("properties", {}).items():
            if not value.get("description"):
                yield key
        for value in part.values():
            yield from described(value)


def test_every_key_of_the_schemas_is_described() -> None:
    for name, schema in schemas().items():
        left = set(described(schema)) - {"en", "fr"}  # the words themselves
        assert left == set(), name
        assert schema["additionalProperties"] is False


@pytest.mark.parametrize("name", ["ged", "geopko", "radpko"])
def test_the_made_columns_are_those_that_a_real_file_gains(
    name: str, not_passed_on: Path, shared_folder: Path
) -> None:
    """Whatever the header of the file itself has not, the reader made."""
    seen = 0
    for mission in ("south_sudan", "mali"):
        profile = data_folder() / "missions" / mission
        for source in load_sources(profile).values():
            if source.reader != name:
                continue
            path = shared_folder / source.files[0].removeprefix("${POCLENS_SHARED}/")
            (path,) = path.parent.glob(path.name)
            (table,) = read_delivery(Delivery(path, path.name, "0", source))
            own = path.read_text(encoding="utf-8").splitlines()[0].replace('"', "").split(",")
            made = [
                column for column in table.header if column not in own and not _is_made_up(column)
            ]
            assert tuple(made) == reader(name).columns_made
            seen += 1
    assert seen


def _is_made_up(name: str) -> bool:
    return name.startswith("(column ") or name.endswith((" (2)", " (3)"))


def test_readers_without_made_columns_say_none() -> None:
    named = {name for name in readers() if reader(name).columns_made}
    assert named == {"ged", "geopko", "radpko", "spss", "stata"}


def test_all_models_are_strict() -> None:
    assert all(issubclass(model, BaseModel) for model in MODELS)
    assert [m for m in MODELS if m.model_config.get("extra") != "forbid"] == []
