# SPDX-License-Identifier: Apache-2.0
"""What the author of a module writes."""

import unittest
from dataclasses import dataclass
from typing import Any

from agents_sdk import Call, Grant, Module
from agents_sdk.check.sample import sample_input
from agents_sdk.schema import schema_of


@dataclass
class Line:
    text: str
    size: int = 3


class Offering(unittest.TestCase):
    def test_the_manifest_has_the_schemas_of_the_hints(self) -> None:
        module = Module("shouter", "1.0.0")

        @module.capability("text.shout@1", effect="pure")
        def shout(line: Line, call: Call) -> list[str]:
            return [line.text]

        (offered,) = module.manifest()["capabilities"]
        self.assertEqual((offered["id"], offered["effect"]), ("text.shout@1", "pure"))
        self.assertEqual(offered["output"], {"type": "array", "items": {"type": "string"}})
        self.assertTrue(module.capabilities["text.shout@1"].takes_call)
        self.assertFalse(module.capabilities["text.shout@1"].is_async)
        self.assertEqual(shout(Line("a"), None), ["a"])  # type: ignore[arg-type]

    def test_grants_are_in_the_manifest_when_there_are_any(self) -> None:
        self.assertNotIn("grants", Module("shouter", "1.0.0").manifest())
        module = Module("shouter", "1.0.0", grants=[Grant("network", why="to shout"), Grant("memory", amount=2**30, optional=True)])
        self.assertEqual(
            module.manifest()["grants"],
            [{"grant": "network", "why": "to shout"}, {"grant": "memory", "amount": 2**30, "optional": True}],
        )

    def test_a_handler_without_hints_is_refused_where_it_is_written(self) -> None:
        module = Module("shouter", "1.0.0")

        def bare(line):  # type: ignore[no-untyped-def]
            return line

        with self.assertRaisesRegex(TypeError, "def bare"):
            module.capability("text.shout@1")(bare)

    def test_restore_gets_the_state_and_its_version(self) -> None:
        module = Module("counter", "1.0.0", state_version=2)
        seen: list[Any] = []

        @module.restore
        def restore(state: Any, version: int) -> None:
            seen.append((state, version))

        module.restore_state({"n": 1}, 1)
        self.assertEqual(seen, [({"n": 1}, 1)])


class Samples(unittest.TestCase):
    def test_a_sample_fits_its_schema(self) -> None:
        self.assertEqual(sample_input(schema_of(Line)), {"text": ""})
        self.assertEqual(sample_input({"anyOf": [{"type": "integer"}]}), 0)
        self.assertEqual(sample_input({"enum": ["a", "b"]}), "a")


if __name__ == "__main__":
    unittest.main()
