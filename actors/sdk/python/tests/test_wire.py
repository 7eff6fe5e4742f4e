# SPDX-License-Identifier: Apache-2.0
"""Reading and writing messages; the tables of kinds and limits against docs/wire_format.md."""

import re
import unittest
from pathlib import Path

from agents_sdk import wire
from agents_sdk.wire import WireError, pack, read, unpack

DOCUMENT = Path(__file__).resolve().parents[4] / "docs/wire_format.md"
BEAT = {"v": 1, "kind": "heartbeat", "session": 7}


def example(title: str) -> list[bytes]:
    """The frames of a worked example: the hex block behind this line."""
    block = DOCUMENT.read_text(encoding="utf-8").split(title, 1)[1].split("```hex\n", 1)[1].split("```", 1)[0]
    frames = re.split(r"(?m)^# frame .*$", block)[1:]
    return [bytes.fromhex(re.sub(r"#.*", "", f)) for f in frames]


class Document(unittest.TestCase):
    def test_the_worked_examples_are_read(self) -> None:
        call = read(example("A call, with the envelope's keys"), "N")
        assert call is not None
        self.assertEqual((call.kind, call.session, call.fields["capability"]), ("call", 1234567, "text.shout@1"))
        self.assertEqual(unpack(call.payloads[0]), {"text": "hi"})
        frames = example("Its result:")
        result = read(frames, "W")
        assert result is not None
        self.assertEqual(pack(result.fields), frames[0])

    def test_the_kinds_are_those_of_the_document(self) -> None:
        rows = re.findall(r"(?m)^\| `(\w+)` \| (W → N|N → W|both) \|", DOCUMENT.read_text(encoding="utf-8"))
        senders = {"W → N": "W", "N → W": "N", "both": "WN"}
        self.assertEqual({name: senders[way] for name, way in rows}, {n: k.senders for n, k in wire.KINDS.items()})

    def test_each_field_of_the_table_is_named_in_the_documents_paragraph(self) -> None:
        text = DOCUMENT.read_text(encoding="utf-8")
        for name, kind in wire.KINDS.items():
            paragraph = re.search(rf"(?ms)^`{name}` — (.*?)\n\n", text)
            assert paragraph is not None, name
            for field in kind.fields:
                self.assertRegex(paragraph[1], rf"`{field}`", f"{name}.{field}")

    def test_the_limits_are_those_of_the_document(self) -> None:
        text = DOCUMENT.read_text(encoding="utf-8").split("## Limits", 1)[1]
        numbers = [int(n) for n in re.findall(r"(?m)^\| [^|]+ \| (\d+) \|", text)]
        self.assertEqual(
            numbers,
            [
                wire.MAX_ENVELOPE_BYTES,
                wire.MAX_ENVELOPE_DEPTH,
                wire.MAX_ENVELOPE_VALUES,
                wire.MAX_PAYLOAD_BYTES,
                wire.MAX_PAYLOAD_DEPTH,
                wire.MAX_PAYLOAD_VALUES,
                wire.MAX_MANIFEST_BYTES,
                wire.MAX_MANIFEST_VALUES,
                wire.MAX_NAME_BYTES,
                wire.MAX_TEXT_BYTES,
                wire.MAX_CRITIQUE_BYTES,
                wire.MAX_LIST_ENTRIES,
                wire.MAX_WINDOW,
                wire.MAX_NUMBER,
            ],
        )


class Reading(unittest.TestCase):
    def refused(self, pattern: str, *frames: bytes, sender: str = "N") -> WireError:
        with self.assertRaisesRegex(WireError, pattern) as caught:
            read(list(frames), sender)
        return caught.exception

    def test_a_field_too_much_and_an_unknown_kind_are_borne(self) -> None:
        self.assertIsNotNone(read([pack({**BEAT, "later": [1, None]})], "N"))
        self.assertIsNone(read([pack({"v": 1, "kind": "sunrise"}), b"\xc1"], "N"))

    def test_a_broken_message_is_refused_and_the_text_names_what_is_wrong(self) -> None:
        call = {**BEAT, "kind": "call", "id": 1, "capability": "a@1", "timeout_us": 1}
        self.refused("frames")
        self.refused("not one MessagePack value", b"\xc1")
        self.refused("twice", b"\x82\xa1a\x01\xa1a\x02")
        self.refused("send str", b"\x81\x01\x02")
        self.refused("extension", b"\x81\xa1a\xd6\xff\x00\x00\x00\x01")
        self.refused("nested", b"\x81\xa1a" + b"\x91" * 20 + b"\x01")
        self.refused("map", pack([1]))
        self.refused('"session"', pack({"v": 1, "kind": "heartbeat"}))
        self.refused('"id"', pack({**call, "id": 2**53}), b"\xc0")
        self.refused('"id"', pack({**call, "id": True}), b"\xc0")
        self.refused("payloads", pack(call))
        self.refused("bytes", pack(call), b"")
        self.refused("not sent by a node", pack({**BEAT, "kind": "result", "id": 1}), b"\xc0")
        self.refused("output or a code", pack({**BEAT, "kind": "answer", "id": 1}))
        self.assertEqual(self.refused("version 2", pack({**BEAT, "v": 2})).code, "unsupported")


class Writing(unittest.TestCase):
    def test_a_payload_beyond_a_limit_is_refused(self) -> None:
        deep: list[object] = []
        for _ in range(200):
            deep = [deep]
        with self.assertRaisesRegex(WireError, "nested"):
            wire.pack_payload(deep, "the output", 10**6)
        with self.assertRaisesRegex(WireError, "the output has 103 bytes"):
            wire.pack_payload("x" * 101, "the output", 102)
        with self.assertRaisesRegex(WireError, "cannot be written"):
            wire.pack_payload({"a": object()}, "the output", 100)

    def test_a_text_is_cut_between_two_characters(self) -> None:
        self.assertEqual(wire.cut("a" + "ä" * 3000), "a" + "ä" * 2047)

    def test_an_unknown_code_is_internal(self) -> None:
        self.assertEqual(wire.code_of("sunspots"), "internal")
        self.assertEqual(wire.code_of("rejected"), "rejected")


if __name__ == "__main__":
    unittest.main()
