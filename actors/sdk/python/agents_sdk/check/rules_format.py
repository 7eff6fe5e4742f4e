# SPDX-License-Identifier: Apache-2.0
"""Rules of the format: what a reader must bear, what it must not, and the limits."""

from __future__ import annotations

from typing import Any, Callable

from .. import wire
from ..wire import pack, unpack
from .node import ENDS, Broken, Node, described
from .rule import rule

TEXT = {"text": "hi"}


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def packed_nested(depth: int) -> bytes:
    return b"\x91" * depth + b"\x01"


# --- What must be borne ---


@rule("format.unknown_kind", "Errors and versions", "a message of an unknown kind is dropped")
def unknown_kind(node: Node) -> None:
    node.open().send("sunrise", pack(TEXT), pack(TEXT), id="no number", colour=[1, {"a": 2}])
    node.send_frames(pack({"v": 1, "kind": "sunset"}))
    node.still_works()


@rule("format.unknown_field", "Errors and versions", "an unknown field is skipped")
def unknown_field(node: Node) -> None:
    node.greeted()
    node.welcome(weather={"clouds": [1, 2, {"x": None}]}, features=["rain"])
    node.send("heartbeat", weather=b"\x00\x01", id="no number")
    id = node.call("check.nobody_offers_this@1", None, weather=None, nested=nested(10))
    node.expect("error", id=id, code="no_route")


@rule("format.key_order", "Message", "the keys of an envelope may come in any order, in any form of MessagePack")
def key_order(node: Node) -> None:
    node.open()
    fields = node.envelope("call", {"id": 1, "capability": "check.nobody_offers_this@1", "timeout_us": 1000000})
    for id, keys in ((1, sorted(fields)), (2, sorted(fields, reverse=True))):
        fields["id"] = id
        frame = b"\xdf" + len(keys).to_bytes(4, "big")  # map 32
        for key in keys:
            frame += b"\xda" + len(key).to_bytes(2, "big") + key.encode() + _longest(fields[key])
        node.send_frames(frame, b"\xc0")
        node.expect("error", id=id, code="no_route")


def _longest(value: Any) -> bytes:
    if isinstance(value, int):
        return b"\xcf" + value.to_bytes(8, "big")
    return b"\xdb" + len(value).to_bytes(4, "big") + str(value).encode()


@rule("format.large", "Limits", "a payload of 1 MB goes there and back", "check.echo@1")
def large(node: Node) -> None:
    node.open()
    text = "x" * 1000000
    if node.result_of("check.echo@1", {"text": text}) != {"text": text}:
        raise Broken("the input as output", "something else")


@rule("format.large_numbers", "Message", "ids up to 2\u2075\u00b3 \u2212 1 are exact")
def large_numbers(node: Node) -> None:
    node.greeted()
    node.session = wire.MAX_NUMBER
    node.welcome()
    capability = "check.nobody_offers_this@1"
    for id in (2**32 + 1, wire.MAX_NUMBER - 1, wire.MAX_NUMBER):
        node.send("call", b"\xc0", id=id, capability=capability, timeout_us=wire.MAX_NUMBER)
        node.expect("error", id=id, session=wire.MAX_NUMBER)


# --- Payloads: decoded late, so a broken one costs its call or the session, and never a hang ---


def _ends_call_or_session(node: Node, *payloads: bytes) -> None:
    node.open()
    node.send("call", *payloads, id=1, capability=node.capabilities()[0]["id"], timeout_us=20000000)
    end = node.expect(*ENDS, "goodbye")
    right = end.kind == "error" and end.fields["code"] == "bad_input"
    if not right and not (end.kind == "goodbye" and end.fields.get("code") == "corrupt"):
        raise Broken('"error" with bad_input, or "goodbye" with corrupt', described(end))
    if end.kind == "goodbye":
        return
    node.last_call = 1
    node.still_works()


_BROKEN_PAYLOADS: dict[str, tuple[str, bytes]] = {
    "no_msgpack": ("that is no MessagePack (0xc1)", b"\xc1"),
    "cut_off": ("that is cut off", b"\x82\xa1a"),
    "two_values": ("with bytes behind its value", pack(TEXT) + b"\x01"),
    "deep": ("nested deeper than 128", packed_nested(200)),
    "very_deep": ("nested a million deep", packed_nested(1000000)),
    "long_array": ("that claims four billion elements", b"\xdd\xff\xff\xff\xff"),
    "not_utf8": ("whose str is not UTF-8", b"\x81\xa4text\xa2\xff\xfe"),
    "number_key": ("with a number as a key", b"\x81\x01\x02"),
    "double_key": ("with a key that occurs twice", b"\x82\xa4text\xa1a\xa4text\xa1b"),
    "extension": ("with an extension type", b"\x81\xa4text\xd4\x05\x00"),
    "timestamp": ("with a timestamp", b"\x81\xa4text\xd6\xff\x00\x00\x00\x01"),
}


def _declare_payload(name: str, what: str, payload: bytes) -> None:
    @rule(f"payload.{name}", "Limits", f"an input {what} ends its call with bad_input, or the session with corrupt")
    def check(node: Node) -> None:
        _ends_call_or_session(node, payload)


for _name, (_what, _payload) in _BROKEN_PAYLOADS.items():
    _declare_payload(_name, _what, _payload)


# --- Envelopes that break the rules ---

Broken_frames = Callable[[Node], "list[bytes]"]


def _message(kind: str, *payloads: bytes, drop: str = "", **fields: Any) -> Broken_frames:
    def frames(node: Node) -> list[bytes]:
        envelope = node.envelope(kind, fields)
        envelope.pop(drop, None)
        return [pack(envelope), *payloads]

    return frames


def _raw(*frames: bytes) -> Broken_frames:
    return lambda node: list(frames)


def _beat(*extra: bytes) -> Broken_frames:
    """A heartbeat with raw entries added."""

    def frames(node: Node) -> list[bytes]:
        known = pack(node.envelope("heartbeat", {}))
        return [bytes([known[0] + len(extra)]) + known[1:] + b"".join(extra)]

    return frames


def _call(*payloads: bytes, drop: str = "", **fields: Any) -> Broken_frames:
    given = {"id": 1, "capability": "check.echo@1", "timeout_us": 1000000, **fields}
    return _message("call", *payloads, drop=drop, **given)


_NULL = b"\xc0"
_BROKEN: dict[str, tuple[str, Broken_frames, str]] = {  # the last: what the goodbye's text must name
    "no_msgpack": ("that is no MessagePack", _raw(b"\xc1"), ""),
    "empty": ("of no bytes", _raw(b""), ""),
    "cut_off": ("that is cut off", _raw(b"\x83\xa1v\x01\xa4kind"), ""),
    "array": ("that is no map", _raw(pack([1, 2, 3])), ""),
    "trailing": ("with bytes behind the map", lambda n: [pack(n.envelope("heartbeat", {})) + b"\x01"], ""),
    "number_key": ("with a number as a key", _beat(b"\x01\x02"), ""),
    "double_key": ("with a key that occurs twice", _beat(b"\xa1z\x01", b"\xa1z\x01"), ""),
    "not_utf8": ("with a str that is not UTF-8", _beat(b"\xa1z\xa2\xff\xfe"), ""),
    "extension": ("with an extension type", _beat(b"\xa1z\xd4\x05\x00"), ""),
    "deep": ("nested deeper than 16", _beat(b"\xa1z" + packed_nested(40)), ""),
    "very_deep": ("nested 200,000 deep", _beat(b"\xa1z" + packed_nested(200000)), ""),
    "many_values": ("of more than 4096 values", _beat(b"\xa1z" + pack([0] * 5000)), ""),
    "large": ("of more than 262144 bytes", _beat(b"\xa1z" + pack("x" * 263000)), ""),
    "many_frames": ("with four frames", _call(_NULL, _NULL, _NULL), ""),
    "no_version": ("without v", _message("heartbeat", drop="v"), "v"),
    "no_kind": ("without kind", _message("heartbeat", drop="kind"), "kind"),
    "no_session": ("without session", _message("heartbeat", drop="session"), "session"),
    "no_field": ("of a call without capability", _call(_NULL, drop="capability"), "capability"),
    "no_payload": ("of a call without its input", _call(), ""),
    "extra_payload": ("of a heartbeat with a payload", _message("heartbeat", _NULL), ""),
    "empty_payload": ("of a call whose input has no bytes", _call(b""), ""),
    "wrong_type": ("of a call whose id is a str", _call(_NULL, id="1"), "id"),
    "float_id": ("of a call whose id is 1.5", _call(_NULL, id=1.5), "id"),
    "zero_id": ("of a call whose id is 0", _call(_NULL, id=0), "id"),
    "negative": ("of a call with a negative timeout_us", _call(_NULL, timeout_us=-1), "timeout_us"),
    "large_id": ("of a call whose id is 2\u2075\u00b3", _call(_NULL, id=2**53), "id"),
    "long_name": ("of a call whose step has 513 bytes", _call(_NULL, step="x" * 513), "step"),
    "short_run": ("of a call whose run has 15 bytes", _call(_NULL, run=b"x" * 15), "run"),
    "bad_budget": ("of a call whose budget is a number", _call(_NULL, budget=5), "budget"),
    "long_text": ("of a cancel whose text has 4097 bytes", _message("cancel", id=1, text="x" * 4097), "text"),
    "both": ("of an answer with output and code", _message("answer", _NULL, id=1, code="budget"), ""),
    "wrong_side": ("of a kind that only a worker sends", _message("result", _NULL, id=1), "result"),
}


def _declare_broken(name: str, what: str, frames: Broken_frames, about: str) -> None:
    @rule(f"broken.{name}", "Errors and versions", f"an envelope {what} ends the session: goodbye, corrupt")
    def check(node: Node) -> None:
        node.open()
        node.send_frames(*frames(node))
        node.expect_goodbye("corrupt", about=about)


for _key, (_what, _frames, _about) in _BROKEN.items():
    _declare_broken(_key, _what, _frames, _about)


# --- What a writer must not send ---


@rule("limit.text", "Limits", "a text that is too long is cut, between two characters", "check.refuse@1")
def limit_text(node: Node) -> None:
    node.open()
    end = node.end_of(node.call("check.refuse@1", {"text": "a" + "\u00e4" * 5000}))
    text = end.fields["text"]
    if end.fields["code"] != "rejected" or not text.startswith("a\u00e4") or "\ufffd" in text or len(text) < 1000:
        raise Broken("the beginning of the text", described(end))


@rule("limit.output", "Limits", "an output beyond max_payload_bytes becomes the error bad_output", "check.echo@1")
def limit_output(node: Node) -> None:
    node.open(max_payload_bytes=2000)
    node.expect("error", id=node.call("check.echo@1", {"text": "x" * 3000}), code="bad_output")
    if node.result_of("check.echo@1", TEXT) != TEXT:
        raise Broken("that the worker goes on", "a wrong output")


@rule("limit.chunk", "Limits", "a chunk beyond max_payload_bytes is not sent; its call ends with an error", "check.count@1")
def limit_chunk(node: Node) -> None:
    node.open(max_payload_bytes=2)
    end = node.end_of(node.call("check.count@1", {"n": 3}, chunks=3))
    if end.kind != "error" or end.fields["code"] != "bad_output":
        raise Broken('"error" with bad_output', described(end))
