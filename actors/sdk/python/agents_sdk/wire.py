# SPDX-License-Identifier: Apache-2.0
"""The messages of the wire (docs/wire_format.md): which fields each kind has, their limits, how they are read and packed.

Both the worker and the conformance checker read with it. It knows no socket and no clock.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

import msgpack

VERSION = 1
MAX_NUMBER = 2**53 - 1
MAX_ENVELOPE_BYTES = 262144
MAX_ENVELOPE_DEPTH = 16
MAX_ENVELOPE_VALUES = 4096
MAX_PAYLOAD_BYTES = 67108864
MAX_PAYLOAD_DEPTH = 128
MAX_PAYLOAD_VALUES = 4000000
MAX_MANIFEST_BYTES = 1048576
MAX_MANIFEST_VALUES = 100000
MAX_NAME_BYTES = 512
MAX_TEXT_BYTES = 4096
MAX_CRITIQUE_BYTES = 65536
MAX_LIST_ENTRIES = 32
MAX_WINDOW = 65536
CODES = frozenset(
    "deadline no_route node_down overloaded bad_input bad_output rejected crashed cancelled budget internal"
    " not_found corrupt unsupported conflict".split()
)


class WireError(ValueError):
    """A message breaks the rules; the text names frame, field and remedy."""

    def __init__(self, text: str, code: str = "corrupt") -> None:
        super().__init__(text)
        self.code = code


# --- MessagePack ---


def pack(value: Any) -> bytes:
    return typing.cast(bytes, msgpack.packb(value, use_bin_type=True))


def _map_of(pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        if not isinstance(key, str):
            raise WireError(f"a key is {type(key).__name__}; send str")
        if key in out:
            raise WireError(f'the key "{key[:64]}" occurs twice; send it once')
        out[key] = value
    return out


def _extension(code: int, data: bytes) -> Any:
    raise WireError(f"an extension type ({code}); send none")


def _check_shape(value: Any, max_depth: int, max_values: int) -> None:
    """Level by level, so that no depth costs stack."""
    level, depth, count = [value], 0, 1
    while level:
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
                count += len(item)  # the keys
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, msgpack.Timestamp):
                raise WireError("an extension type (-1); send none")
        containers = any(isinstance(item, (dict, list)) for item in level)
        depth += 1 if containers else 0
        count += len(below)
        if depth > max_depth:
            raise WireError(f"nested more than {max_depth} deep; send flatter values")
        if count > max_values:
            raise WireError(f"more than {max_values} values; send fewer")
        level = below


def unpack(data: bytes, what: str = "a payload", limits: Optional[tuple[int, int, int]] = None) -> Any:
    """One MessagePack value within the limits (bytes, depth, values); WireError names what is wrong with it."""
    max_bytes, max_depth, max_values = limits or (MAX_PAYLOAD_BYTES, MAX_PAYLOAD_DEPTH, MAX_PAYLOAD_VALUES)
    if len(data) > max_bytes:
        raise WireError(f"{what} has {len(data)} bytes; at most {max_bytes} are allowed")
    try:
        value = msgpack.unpackb(data, raw=False, strict_map_key=False, object_pairs_hook=_map_of, ext_hook=_extension)
        _check_shape(value, max_depth, max_values)
    except WireError as problem:
        raise WireError(f"{what}: {problem}") from None
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as problem:
        raise WireError(f"{what} is not one MessagePack value: {problem or type(problem).__name__}") from None
    return value


def pack_payload(value: Any, what: str, max_bytes: int, max_values: int = MAX_PAYLOAD_VALUES) -> bytes:
    """The value in MessagePack; WireError when it cannot be written or passes a limit."""
    try:
        data = pack(value)
    except (TypeError, ValueError, OverflowError) as problem:
        raise WireError(f"{what} cannot be written: {problem}") from None
    if len(data) > max_bytes:
        raise WireError(f"{what} has {len(data)} bytes; at most {max_bytes} are allowed, put it into a file")
    if len(data) > MAX_PAYLOAD_DEPTH:  # a shorter one cannot be deeper
        try:
            _check_shape(value, MAX_PAYLOAD_DEPTH, max_values)
        except WireError as problem:
            raise WireError(f"{what} is {problem}") from None
    return data


def cut(text: str, max_bytes: int = MAX_TEXT_BYTES) -> str:
    """At most as many bytes as a text may have."""
    return text.encode("utf-8", "replace")[:max_bytes].decode("utf-8", "ignore")


# --- Fields ---

Check = Callable[[Any], bool]


@dataclass(frozen=True)
class Field:
    """One field of an envelope."""

    wanted: str
    fits: Check
    needed: bool = True


def _number(least: int, most: int = MAX_NUMBER, needed: bool = True) -> Field:
    wanted = f"an integer from {least} to {most}"
    return Field(wanted, lambda v: type(v) is int and least <= v <= most, needed)


def _is_text(v: Any, most: int) -> bool:
    return isinstance(v, str) and len(v.encode("utf-8", "replace")) <= most


def _text(most: int, needed: bool = True, least: int = 0) -> Field:
    wanted = f"str of at most {most} bytes of UTF-8" + (", not empty" if least else "")
    return Field(wanted, lambda v: _is_text(v, most) and len(v) >= least, needed)


def _list(wanted: str, fits: Check, needed: bool) -> Field:
    def all_fit(v: Any) -> bool:
        return isinstance(v, list) and len(v) <= MAX_LIST_ENTRIES and all(fits(item) for item in v)

    return Field(f"an array of at most {MAX_LIST_ENTRIES} {wanted}", all_fit, needed)


def _numbers(needed: bool) -> Field:
    return _list("integers", lambda v: type(v) is int and 0 <= v <= MAX_NUMBER, needed)


def _is_amount(v: Any) -> bool:
    return isinstance(v, dict) and all(_COUNT.fits(v.get(name)) for name in ("micro_money", "tokens"))


_ID = _number(1)
_COUNT = _number(0)
_COUNT_OR_NONE = _number(0, needed=False)
_NAME = _text(MAX_NAME_BYTES, least=1)
_NAME_OR_NONE = _text(MAX_NAME_BYTES, needed=False)
_TEXT = _text(MAX_TEXT_BYTES)
_TEXT_OR_NONE = _text(MAX_TEXT_BYTES, needed=False)
_FEATURES = _list("str", lambda v: _is_text(v, MAX_NAME_BYTES), False)
_SPENT = {"micro_money": _COUNT_OR_NONE, "tokens": _COUNT_OR_NONE}


@dataclass(frozen=True)
class Kind:
    """What a message of a kind consists of, besides `v`, `kind` and `session`."""

    senders: str  # "W", "N" or "WN"
    fields: dict[str, Field]
    least_payloads: int = 0
    most_payloads: int = 0


KINDS: dict[str, Kind] = {
    "hello": Kind(
        "W",
        {
            "versions": _numbers(True),
            "start": _ID,
            "token": _NAME,
            "sdk": _NAME_OR_NONE,
            "window": _number(1, MAX_WINDOW),
            "features": _FEATURES,
            "state": _COUNT_OR_NONE,
        },
        1,
        1,
    ),
    "welcome": Kind(
        "N",
        {
            "version": _ID,
            "start": _ID,
            "heartbeat_us": _COUNT,
            "silence_us": _COUNT,
            "max_payload_bytes": _number(1, MAX_PAYLOAD_BYTES),
            "max_asks": _COUNT,
            "features": _FEATURES,
            "state": _COUNT_OR_NONE,
        },
        0,
        1,
    ),
    "refuse": Kind("N", {"code": _NAME, "text": _TEXT, "versions": _numbers(False)}),
    "call": Kind(
        "N",
        {
            "id": _ID,
            "capability": _NAME,
            "timeout_us": _COUNT,
            "run": Field("16 bytes (bin)", lambda v: isinstance(v, bytes) and len(v) == 16, False),
            "step": _NAME_OR_NONE,
            "attempt": _number(0, 2**32 - 1, needed=False),
            "key": _NAME_OR_NONE,
            "critique": _text(MAX_CRITIQUE_BYTES, needed=False),
            "budget": Field("a map of micro_money and tokens", _is_amount, False),
            "trace": _NAME_OR_NONE,
            "chunks": _COUNT_OR_NONE,
        },
        1,
        2,
    ),
    "result": Kind("W", {"id": _ID, "chunks": _COUNT_OR_NONE, **_SPENT}, 1, 1),
    "error": Kind(
        "W",
        {"id": _ID, "code": _NAME, "text": _TEXT, "begun": Field("a boolean", lambda v: isinstance(v, bool), False)}
        | _SPENT,
    ),
    "chunk": Kind("W", {"id": _ID, "n": _COUNT}, 1, 1),
    "credit": Kind("N", {"id": _ID, "chunks": _COUNT}),
    "progress": Kind("W", {"id": _ID, "text": _TEXT}),
    "ask": Kind("W", {"id": _ID, "call": _ID, "capability": _NAME, "timeout_us": _COUNT}, 1, 1),
    "answer": Kind("N", {"id": _ID, "code": _NAME_OR_NONE, "text": _TEXT_OR_NONE, **_SPENT}, 0, 1),
    "cancel": Kind("WN", {"id": _ID, "text": _TEXT_OR_NONE}),
    "save": Kind("W", {"number": _COUNT, "state": _COUNT}, 1, 1),
    "saved": Kind("N", {"number": _COUNT}),
    "heartbeat": Kind("WN", {"open": _COUNT_OR_NONE}),
    "drain": Kind("WN", {"timeout_us": _COUNT_OR_NONE}),
    "goodbye": Kind("WN", {"code": _NAME_OR_NONE, "text": _TEXT_OR_NONE}),
}
WITHOUT_SESSION = ("hello", "refuse")


@dataclass
class Message:
    """A message that keeps the rules. `fields` has `v` and `kind` too."""

    kind: str
    session: int
    fields: dict[str, Any]
    payloads: list[bytes] = field(default_factory=list)


def read_envelope(frames: list[bytes]) -> dict[str, Any]:
    """The first frame of a message, with its version and kind checked."""
    if not 1 <= len(frames) <= 3:
        raise WireError(f"{len(frames)} frames; a message has an envelope and at most two payloads")
    limits = (MAX_ENVELOPE_BYTES, MAX_ENVELOPE_DEPTH, MAX_ENVELOPE_VALUES)
    fields = unpack(frames[0], "frame 1, the envelope,", limits)
    if not isinstance(fields, dict):
        raise WireError(f"frame 1, the envelope, is {type(fields).__name__}; send a map")
    if type(fields.get("v")) is not int:
        raise WireError('the field "v" of the envelope is missing or no integer; send 1')
    if fields["v"] != VERSION:
        raise WireError(f"a message of version {fields['v']}; this side reads version {VERSION}", "unsupported")
    if not _is_text(fields.get("kind"), MAX_NAME_BYTES):
        raise WireError('the field "kind" of the envelope is missing or no str; send one of the kinds of the format')
    return fields


def read(frames: list[bytes], sender: str) -> Optional[Message]:
    """A message from "W" or "N"; nothing when its kind is unknown, WireError when it breaks the rules."""
    fields = read_envelope(frames)
    name, payloads = fields["kind"], frames[1:]
    kind = KINDS.get(name)
    if kind is None:
        return None
    if sender not in kind.senders:
        raise WireError(f'"{name}" is not sent by a {"worker" if sender == "W" else "node"}')
    _check_fields(name, kind, fields)
    _check_payloads(name, kind, fields, payloads)
    return Message(name, fields.get("session", 0) if name not in WITHOUT_SESSION else 0, fields, payloads)


def _check_fields(name: str, kind: Kind, fields: dict[str, Any]) -> None:
    wanted = kind.fields if name in WITHOUT_SESSION else {"session": _ID, **kind.fields}
    for key, rule in wanted.items():
        if key not in fields:
            if rule.needed:
                raise WireError(f'"{name}": the field "{key}" is missing from the envelope; send {rule.wanted}')
        elif not rule.fits(fields[key]):
            raise WireError(f'"{name}": the field "{key}" of the envelope is wrong; send {rule.wanted}')


def _check_payloads(name: str, kind: Kind, fields: dict[str, Any], payloads: list[bytes]) -> None:
    if not kind.least_payloads <= len(payloads) <= kind.most_payloads:
        allowed = f"{kind.least_payloads} to {kind.most_payloads}"
        raise WireError(f'"{name}": {len(payloads)} payloads after the envelope; this kind has {allowed}')
    for number, payload in enumerate(payloads, 2):
        if not payload or len(payload) > MAX_PAYLOAD_BYTES:
            raise WireError(f'"{name}": frame {number} has {len(payload)} bytes; send 1 to {MAX_PAYLOAD_BYTES}')
    if name == "answer" and (fields.get("code", "") == "") != bool(payloads):
        raise WireError('"answer": it has either an output or a code; send one of them')
    if name == "welcome" and ("state" in fields) != bool(payloads):
        raise WireError('"welcome": "state" and the saved state come together; send both or neither')


def code_of(name: str) -> str:
    """The code as this version knows it; an unknown one is "internal"."""
    return name if name in CODES else "internal"
