# SPDX-License-Identifier: Apache-2.0
"""An input that probably satisfies a JSON Schema; a worker may still refuse it, with an error."""

from __future__ import annotations

from typing import Any

_EMPTY: dict[str, Any] = {"string": "", "integer": 0, "number": 0.0, "boolean": False, "null": None, "array": []}


def sample_input(schema: Any, depth: int = 0) -> Any:
    """The smallest value of the schema's type with its required properties."""
    if not isinstance(schema, dict) or depth > 16:
        return {}
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    if schema.get("enum"):
        return schema["enum"][0]
    for name in ("anyOf", "oneOf"):
        if schema.get(name):
            return sample_input(schema[name][0], depth + 1)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind != "object":
        return _EMPTY.get(kind, {})
    properties = schema.get("properties", {})
    return {name: sample_input(properties.get(name), depth + 1) for name in schema.get("required", [])}
