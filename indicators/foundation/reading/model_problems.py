"""What pydantic finds wrong with a YAML file, as problems that name file, row, key and the mend."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.foundation.messages import LANGUAGES, message
from indicators.foundation.reading.yaml_files import PlainLoader, read_yaml, row_of_key
from indicators.foundation.reading.yaml_loader import StrictLoader

KINDS = (
    dict.fromkeys(("int_parsing", "int_type", "int_from_float", "float_parsing", "float_type",
                   "decimal_parsing", "decimal_type", "finite_number"), "number")
    | dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "list")
    | dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type"), "keys")
    | dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing",
                     "date_from_datetime_inexact"), "day")
    | dict.fromkeys(("bool_parsing", "bool_type"), "truth")
    | dict.fromkeys(("greater_than", "greater_than_equal", "less_than", "less_than_equal",
                     "int_parsing_size"), "range")
    | dict.fromkeys(("too_short", "string_too_short"), "empty")
    | dict.fromkeys(("string_type", "path_type", "invalid_key"), "text")
    | {"literal_error": "choice", "enum": "choice", "string_pattern_mismatch": "pattern",
       "too_long": "long"}
)  # fmt: skip
"""What pydantic calls a fault: the sentence that says it in the reader's language."""
Model = TypeVar("Model", bound=BaseModel)


class Unfit(ValueError):
    """What a validator raises where settings that a person writes break a rule of ours.

    `rule`: a message key without its prefix `unfit.`. pydantic would keep an English text alone.
    """

    def __init__(self, rule: str, **parameters: str) -> None:
        self.words = {one: message(f"unfit.{rule}", one, **parameters) for one in LANGUAGES}
        super().__init__(self.words["en"])


def reasons(detail: ErrorDetails) -> dict[str, str]:
    """What is said of a fault, as `reason_en` and `reason_fr`; of what is no rule of ours, as
    pydantic says it."""
    error = detail.get("ctx", {}).get("error")
    plain = dict.fromkeys(LANGUAGES, detail["msg"].removeprefix("Value error, "))
    words = error.words if isinstance(error, Unfit) else plain
    return {f"reason_{language}": text for language, text in words.items()}


def _own_errors(error: ValidationError) -> list[ErrorDetails]:
    """What pydantic found, without what follows from it (a list whose only entry is wrong)."""
    found = error.errors()
    places = [detail["loc"] for detail in found]
    return [
        detail
        for detail in found
        if not any(
            len(place) > len(detail["loc"]) and place[: len(detail["loc"])] == detail["loc"]
            for place in places
        )
    ]


def read_model(path: Path, model: type[Model], loader: type[StrictLoader] = PlainLoader) -> Model:
    """What a YAML file holds; its validators know the file's folder as `home`.

    Raises WrongUse naming file, row, key and what is wrong.
    """
    entry = read_yaml(path, loader)
    try:
        return model.model_validate(entry, context={"home": path.parent})
    except ValidationError as error:
        raise WrongUse(list(model_problems(path, error, model))) from error


def model_problems(
    path: Path, error: ValidationError, model: type[BaseModel], within: str = ""
) -> Iterator[Problem]:
    """What pydantic found wrong with the YAML file of a model, one problem a key, with its row.

    `within`: the key, with its point, under which the model stands in the file.
    """
    told: set[str] = set()
    for detail in _own_errors(error):
        names = _names(detail["loc"])
        key = within + ".".join(names) or "–"
        if key in told:
            continue
        told.add(key)
        row = row_of_key(path, key)
        if detail["type"] == "extra_forbidden":
            parameters = {"key": key, "nearest": nearest(names[-1], _keys_beside(model, names))}
            yield Problem("yaml_unknown_key", path.name, row=row, parameters=parameters)
        elif detail["type"] == "missing":
            yield Problem("yaml_missing_key", path.name, row=row, parameters={"key": key})
        else:
            listed = {
                name: str(value).replace(" or ", ", ")
                for name, value in detail.get("ctx", {}).items()
            }
            kind = KINDS.get(detail["type"], "")
            parameters = {**listed, **reasons(detail), "key": key, "kind": kind}
            yield Problem("yaml_invalid", path.name, row=row, parameters=parameters)


def _names(place: Sequence[str | int]) -> list[str]:
    """The key as a file writes it: where it may be one of several forms, without what is said of
    each (`covers.tuple[…]`)."""
    names = [str(part) for part in place]
    return names[: next((at for at, name in enumerate(names) if "[" in name), len(names))]


def _keys_beside(model: type[BaseModel], place: Sequence[str]) -> list[str]:
    """The keys, as files write them, that the models around a key's place know."""
    around = {model}
    for part in place[:-1]:
        inner = {
            found
            for entry in around
            for name, field in entry.model_fields.items()
            if part in (name, field.alias)
            for found in models_in(field.annotation)
        }
        around = inner or around  # a number, a name of one's own: still the same models
    return [field.alias or name for m in around for name, field in m.model_fields.items()]


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field's annotation holds, in its order."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)
