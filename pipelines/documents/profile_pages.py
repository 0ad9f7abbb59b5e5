"""The pages on profiles: every key of a profile's files, every option and column of a reader.

Made from the models that read the files, with the words of `data/messages/profile.yaml`; the JSON
Schemas that editors use bear the same words. Where they are written: `pipelines.documents.pages`.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from indicators.definitions.contracts import Words, json_schema
from indicators.definitions.mission_profile import Mission
from indicators.foundation.messages import message
from indicators.foundation.reading.model_problems import models_in
from indicators.linkage.framework.field_judgements import Judgements
from indicators.linkage.framework.model import Framework
from indicators.linkage.framework.strategy import Strategy
from pipelines.documents.reference import markdown
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.readers import reader, readers

FILES: Mapping[str, type[BaseModel]] = {
    "mission": Mission,
    "framework": Framework,
    "source": Source,
    "judgements": Judgements,
    "strategy": Strategy,
}
"""Name of a JSON Schema: the model of the file."""
_PLAIN = {str: "str", int: "int", float: "float", bool: "bool", date: "date", Any: "any"}


def profile_page(language: str) -> str:
    """The whole page as Markdown."""
    sections = [
        f"# {message('profile.title', language)}",
        "",
        message("profile.generated", language),
        "",
        message("profile.text", language),
        "",
    ]
    for root in FILES.values():
        for model in models_of(root):
            title = message(f"profile.model.{model.__name__}", language)
            sections += [markdown.section(title[0].upper() + title[1:], _keys(model, language)), ""]
    sections += [f"## {message('profile.readers', language)}", ""]
    sections += [message("profile.readers_text", language), ""]
    for name in readers():
        sections += [*_reader(name, language), ""]
    return "\n".join(sections).rstrip() + "\n"


def models_of(root: type[BaseModel]) -> list[type[BaseModel]]:
    """The model of a file and those below it, in the order in which the file names them."""
    found: list[type[BaseModel]] = []

    def walk(model: type[BaseModel]) -> None:
        if model in found or model is Words:
            return
        found.append(model)
        for field in model.model_fields.values():
            for inner in models_in(field.annotation):
                walk(inner)

    walk(root)
    return found


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys of a model as files write them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def profile_schemas() -> Iterator[tuple[str, str]]:
    """(name, JSON Schema) of each file of a profile, every key with its meaning in English."""
    for name, root in FILES.items():
        schema = json.loads(json_schema(root))
        for model in models_of(root):
            part = schema if model is root else schema["$defs"][model.__name__]
            part["title"] = message(f"profile.model.{model.__name__}", "en")
            for key in keys_of(model):
                part["properties"][key]["description"] = meaning(model, key, "en")
        yield name, json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def meaning(model: type[BaseModel], key: str, language: str) -> str:
    """What a key means, in words."""
    return message(f"profile.{model.__name__}.{key}", language)


def _keys(model: type[BaseModel], language: str) -> Iterator[str]:
    heads = [
        message(f"profile.column.{name}", language)
        for name in ("key", "holds", "default", "meaning")
    ]
    rows = [
        [
            f"`{key}`",
            _holds(field.annotation, language, field),
            _default(field, language),
            meaning(model, key, language),
        ]
        for key, field in keys_of(model).items()
    ]
    return markdown.table(heads, rows)


def _default(field: FieldInfo, language: str) -> str:
    if field.is_required():
        return message("profile.needed", language)
    default = field.default
    if default is None or default == () or default == {} or isinstance(default, BaseModel):
        return message("profile.nothing", language)
    plain = json.dumps(default, ensure_ascii=False, default=lambda model: model.model_dump())
    return f"`{plain}`"


def _holds(annotation: Any, language: str, field: FieldInfo | None = None) -> str:
    """What a value looks like, in words."""
    if annotation in _PLAIN:
        return message(f"profile.type.{_PLAIN[annotation]}", language)
    if annotation is Words:
        return message("profile.type.words", language)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return message(f"profile.model.{annotation.__name__}", language)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _holds(inner[0], language, FieldInfo.from_annotation(annotation))
    if origin is Literal:
        return markdown.names(str(value) for value in inner)
    if origin in (Union, UnionType):
        return _either(inner, language)
    if origin is tuple and inner == (str, ...) and field is not None and field.metadata:
        return message("profile.type.texts", language)
    if origin is tuple and inner[-1] is not Ellipsis:
        return "[" + ", ".join(_holds(part, language) for part in inner) + "]"
    if origin is tuple:
        return message("profile.type.list", language, inner=_holds(inner[0], language))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, value = (_holds(part, language) for part in inner)
        return message("profile.type.mapping", language, key=key, inner=value)
    raise TypeError(f"no words for {annotation}")


def _either(parts: tuple[Any, ...], language: str) -> str:
    """Alternatives; that a key may be left out stands in another column."""
    worded = [_holds(part, language) for part in parts if part is not NoneType]
    text = worded[0]
    for other in worded[1:]:
        text = message("profile.type.or", language, first=text, second=other)
    return text


def _reader(name: str, language: str) -> Iterator[str]:
    found = reader(name)
    yield f"### `{name}`"
    yield ""
    yield message(f"profile.reader.{name}", language)
    for title, head, key, names in (
        ("options", "option", "profile.option.{}", sorted(found.options)),
        ("made", "column", f"profile.made.{name}.{{}}", found.columns_made),
    ):
        if not names:
            continue
        heads = [message(f"profile.column.{part}", language) for part in (head, "meaning")]
        rows = [[f"`{entry}`", message(key.format(entry), language)] for entry in names]
        yield ""
        yield f"**{message(f'profile.readers_{title}', language)}**"
        yield ""
        yield from markdown.table(heads, rows)
