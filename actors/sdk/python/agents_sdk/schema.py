# SPDX-License-Identifier: Apache-2.0
"""Type hints to JSON Schema, and values to typed objects and back."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
}


def _is_union(origin: Any) -> bool:
    return origin is typing.Union or origin is types.UnionType


def schema_of(hint: Any) -> Any:
    """The JSON Schema of a type hint: dataclasses, str, int, float, bool, None, list, dict[str, …], unions and Any."""
    if hint is Any:
        return True
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    if dataclasses.is_dataclass(hint):
        return _object_schema(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict and arguments[0] is str:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if _is_union(origin):
        return {"anyOf": [schema_of(a) for a in arguments]}
    raise TypeError(f"{hint!r} has no JSON Schema; use a dataclass, str, int, float, bool, list[…] or dict[str, …]")


def _object_schema(cls: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)
    needed = [f.name for f in fields if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING]
    return {
        "type": "object",
        "properties": {f.name: schema_of(hints[f.name]) for f in fields},
        "required": needed,
    }


def from_value(hint: Any, value: Any) -> Any:
    """A value of the wire as an object of the hinted type; TypeError says where it does not fit."""
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint):
        return _object_from(hint, value)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is list and isinstance(value, list):
        return [from_value(arguments[0], item) for item in value]
    if origin is dict and isinstance(value, dict):
        return {name: from_value(arguments[1], item) for name, item in value.items()}
    if _is_union(origin):
        return _first_that_fits(arguments, value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in _SCALARS and type(value) is hint:
        return value
    raise TypeError(f"a value of the type {type(value).__name__} where {hint!r} is expected")


def _object_from(cls: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        raise TypeError(f"a value of the type {type(value).__name__} where an object is expected")
    hints = typing.get_type_hints(cls)
    known = {f.name: from_value(hints[f.name], value[f.name]) for f in dataclasses.fields(cls) if f.name in value}
    return cls(**known)


def _first_that_fits(hints: Any, value: Any) -> Any:
    for hint in hints:
        try:
            return from_value(hint, value)
        except TypeError:
            continue
    raise TypeError(f"a value of the type {type(value).__name__} fits none of {hints!r}")


def to_value(thing: Any) -> Any:
    """An object as a value of the wire."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: to_value(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
    if isinstance(thing, (list, tuple)):
        return [to_value(item) for item in thing]
    if isinstance(thing, dict):
        return {str(name): to_value(item) for name, item in thing.items()}
    return thing
