# SPDX-License-Identifier: Apache-2.0
"""Type hints to JSON Schema and values to objects and back."""

import unittest
from dataclasses import dataclass, field
from typing import Any, Optional

from agents_sdk.schema import from_value, schema_of, to_value


@dataclass
class Place:
    page: int
    quotes: list[str] = field(default_factory=list)


@dataclass
class Finding:
    text: str
    score: float
    where: Optional[Place] = None
    more: dict[str, int | str] = field(default_factory=dict)


class Schemas(unittest.TestCase):
    def test_a_dataclass_is_an_object_whose_fields_without_default_are_required(self) -> None:
        schema = schema_of(Finding)
        self.assertEqual(schema["required"], ["text", "score"])
        self.assertEqual(schema["properties"]["score"], {"type": "number"})
        self.assertEqual(schema["properties"]["where"]["anyOf"][1], {"type": "null"})
        self.assertEqual(
            schema["properties"]["more"],
            {"type": "object", "additionalProperties": {"anyOf": [{"type": "integer"}, {"type": "string"}]}},
        )

    def test_what_json_schema_cannot_say_is_refused_where_it_is_written(self) -> None:
        for hint in (object, set[int], dict[int, str], Finding | bytes):
            with self.subTest(hint=hint), self.assertRaises(TypeError):
                schema_of(hint)

    def test_any_is_every_value(self) -> None:
        self.assertIs(schema_of(Any), True)


class Values(unittest.TestCase):
    def test_objects_come_back_as_they_were(self) -> None:
        finding = Finding("a", 0.5, Place(3, ["b"]), {"n": 1, "s": "x"})
        self.assertEqual(from_value(Finding, to_value(finding)), finding)

    def test_an_integer_fits_where_a_number_is_expected_but_no_boolean(self) -> None:
        self.assertEqual(from_value(Finding, {"text": "", "score": 1}).score, 1.0)
        for wrong in (True, "1", None):
            with self.subTest(wrong=wrong), self.assertRaises(TypeError):
                from_value(Finding, {"text": "", "score": wrong})

    def test_unknown_fields_are_skipped_and_missing_ones_refused(self) -> None:
        self.assertEqual(from_value(Place, {"page": 1, "later": 2}), Place(1))
        with self.assertRaises(TypeError):
            from_value(Place, {})

    def test_a_tuple_is_an_array(self) -> None:
        self.assertEqual(to_value((1, Place(2))), [1, {"page": 2, "quotes": []}])


if __name__ == "__main__":
    unittest.main()
