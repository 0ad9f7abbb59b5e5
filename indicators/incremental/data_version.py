"""Content keys: the fingerprint of everything that a computation is given, and of its method.

Two inputs with one key are the same to the last bit and in the same order, since sums of floating
numbers depend on both. What is kept under a key stands in `result_cache.py`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from indicators.incremental.code_version import METHOD_VERSION


def content_key(*inputs: Any) -> str:
    """SHA-256 over the inputs and the method's version.

    Takes numbers, texts, dates, None, sequences, mappings, arrays, frames, and dataclasses and
    models of these. Raises TypeError for anything else: what cannot be described could change
    unseen.
    """
    found = hashlib.sha256(METHOD_VERSION.encode())
    for part in _described(inputs):
        found.update(b"%d:" % len(part))  # no two lists of parts run together
        found.update(part)
    return found.hexdigest()


@singledispatch
def _described(value: Any) -> Iterator[bytes]:
    """A value as bytes, its kind and size first, so that no two values are described alike."""
    if is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        for field in fields(value):
            yield field.name.encode()
            yield from _described(getattr(value, field.name))
    elif value is None or isinstance(value, str | int | float | date | np.generic):
        yield repr(value).encode()
    else:
        raise TypeError(f"no content key of a {type(value).__name__}")


@_described.register
def _(value: pd.DataFrame) -> Iterator[bytes]:
    yield f"frame {value.shape}".encode()
    yield from _described(value.index.to_numpy())
    for name, column in value.items():
        yield f"{name} {column.dtype}".encode()
        yield from _described(column.to_numpy())


@_described.register
def _(value: np.ndarray) -> Iterator[bytes]:
    yield f"array {value.dtype} {value.shape}".encode()
    if value.dtype.hasobject:  # codes and names, missing ones among them; dates, decimals
        yield json.dumps(value.tolist(), default=repr).encode()
    else:
        yield np.ascontiguousarray(value).tobytes()


@_described.register
def _(value: BaseModel) -> Iterator[bytes]:
    yield f"{type(value).__name__} {value.model_dump_json()}".encode()


@_described.register
def _(value: Mapping) -> Iterator[bytes]:
    yield f"mapping {len(value)}".encode()
    for name, entry in value.items():
        yield from _described(name)
        yield from _described(entry)


@_described.register(list)
@_described.register(tuple)
def _(value: list[Any] | tuple[Any, ...]) -> Iterator[bytes]:
    yield f"sequence {len(value)}".encode()
    for entry in value:
        yield from _described(entry)
