# SPDX-License-Identifier: Apache-2.0
"""A node as a rule sees it: it starts the worker, sends what the rule wants, and waits for what should come."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import tempfile
import time
from typing import Any, NoReturn, Optional

import zmq

from .. import wire
from ..wire import Message, WireError, pack, unpack

BACKGROUND = ("heartbeat", "progress")
ENDS = ("result", "error")


class Broken(Exception):
    """A rule is broken: what was expected, and what came instead."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}; got {got}")
        self.expected = expected
        self.got = got


def described(m: Optional[Message]) -> str:
    if m is None:
        return "nothing"
    shown = {k: v for k, v in m.fields.items() if k not in ("v", "kind", "session", "token")}
    return f'"{m.kind}" {shown!r}'[:300]


class Node:
    """Owner: one rule. Use it as a context: the worker is killed at the end."""

    def __init__(self, command: list[str], patience: float) -> None:
        self.command = command
        self.patience = patience
        self.token = secrets.token_hex(16)
        self.session = 1 + secrets.randbelow(2**32)
        self.heartbeat_seconds = 0.0  # 0: this node is silent between what the rule sends
        self._folder = tempfile.TemporaryDirectory(prefix="agents_check_")
        self._endpoint = "ipc://" + os.path.join(self._folder.name, "node")
        self._errors = open(os.path.join(self._folder.name, "stderr"), "w+b")
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.RCVHWM, 0)
        self._socket.setsockopt(zmq.ROUTER_HANDOVER, 1)
        self._socket.bind(self._endpoint)
        self.last_call = 0
        self._last_said = time.monotonic()
        self._kept: list[Message] = []  # what came while something else was awaited
        self.identity = b""
        self.hello: Message
        self.process: subprocess.Popen[bytes]
        self.messages: list[tuple[float, Message]] = []  # all that came, with their times

    def __enter__(self) -> "Node":
        environment = {**os.environ, "AGENTS_ENDPOINT": self._endpoint, "AGENTS_TOKEN": self.token}
        self.process = subprocess.Popen(
            self.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self._socket.close()
        self._context.term()
        self._errors.close()
        self._folder.cleanup()

    # --- What the worker says ---

    def receive(self, seconds: float) -> Optional[Message]:
        """The next message, or nothing in time; Broken when it breaks the rules of the format."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if not self._socket.poll(int(1e3 * max(0.0, min(left, self._until_heartbeat())))):
                if time.monotonic() >= end:
                    return None
                self._beat()
                continue
            identity, *frames = self._socket.recv_multipart()
            self.identity = identity
            message = self._read(frames)
            if message is not None:
                self.messages.append((time.monotonic(), message))
                return message

    def _until_heartbeat(self) -> float:
        if self.heartbeat_seconds == 0:
            return 3600.0
        return self._last_said + self.heartbeat_seconds - time.monotonic()

    def _beat(self) -> None:
        if self._until_heartbeat() <= 0:
            self.send("heartbeat")

    def _read(self, frames: list[bytes]) -> Optional[Message]:
        try:
            message = wire.read(frames, "W")
            for payload in frames[1:]:
                unpack(payload, "a payload")
        except WireError as problem:
            raise Broken("a message as the format has it", f"{problem} (frame 1: {frames[0][:120].hex(' ')})") from None
        if message is None:
            raise Broken("a kind that this version has", repr(wire.read_envelope(frames)["kind"]))
        if pack(message.fields) != frames[0] or None in message.fields.values():
            raise Broken("MessagePack in its shortest form, without null", frames[0][:120].hex(" "))
        return message

    def expect(self, *kinds: str, seconds: Optional[float] = None, **fields: Any) -> Message:
        """The next message of one of these kinds with these fields; others that came meanwhile stay."""
        wanted = " or ".join(f'"{k}"' for k in kinds) + (f" with {fields}" if fields else "")
        end = time.monotonic() + (self.patience if seconds is None else seconds)
        for kept in self._kept:
            if self._fits(kept, kinds, fields):
                self._kept.remove(kept)
                return kept
        while True:
            message = self.receive(max(0.0, end - time.monotonic()))
            if message is None:
                others = [m for m in self._kept if m.kind not in BACKGROUND]
                self._broken(f"{wanted} in time", described(others[-1] if others else None))
            if self._fits(message, kinds, fields):
                return message
            self._kept.append(message)

    @staticmethod
    def _fits(m: Message, kinds: tuple[str, ...], fields: dict[str, Any]) -> bool:
        return m.kind in kinds and all(m.fields.get(name) == value for name, value in fields.items())

    def _broken(self, expected: str, got: str) -> NoReturn:
        code = self.process.poll()
        raise Broken(expected, got + ("" if code is None else f"; the process has ended with {code}"))

    def listen(self, seconds: float) -> None:
        """Lets time pass; what comes stays for later."""
        end = time.monotonic() + seconds
        while (message := self.receive(max(0.0, end - time.monotonic()))) is not None:
            self._kept.append(message)

    def expect_none(self, *kinds: str, seconds: float = 0.2, **fields: Any) -> None:
        """Nothing of these kinds came or comes within this time."""
        self.listen(seconds)
        for kept in self._kept:
            if self._fits(kept, kinds, fields):
                raise Broken(f"no {' or '.join(kinds)}", described(kept))

    # --- What this node says ---

    def send_frames(self, *frames: bytes) -> None:
        self._socket.send_multipart([self.identity, *frames])
        self._last_said = time.monotonic()

    def envelope(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        base: dict[str, Any] = {"v": wire.VERSION, "kind": kind}
        if kind not in wire.WITHOUT_SESSION:
            base["session"] = self.session
        return {**base, **fields}

    def send(self, kind: str, *payloads: bytes, **fields: Any) -> None:
        """A message as given, right or wrong: `fields` may replace `v` and `session`."""
        self.send_frames(pack(self.envelope(kind, fields)), *payloads)

    def welcome_fields(self) -> dict[str, Any]:
        return {
            "version": wire.VERSION,
            "start": self.hello.fields["start"],
            "heartbeat_us": 1000000,
            "silence_us": 60000000,
            "max_payload_bytes": wire.MAX_PAYLOAD_BYTES,
            "max_asks": 64,
        }

    def greeted(self) -> Message:
        """Waits for the worker's first word."""
        end = time.monotonic() + max(self.patience, 10.0)
        message = None
        while message is None and time.monotonic() < end:
            ended = self.process.poll() is not None  # asked before the last look for a message
            message = self.receive(0.1)
            if ended:
                break
        if message is None or message.kind != "hello":
            self._broken('"hello" as the first message', described(message))
        self.hello = message
        return message

    def welcome(self, *state: bytes, **fields: Any) -> None:
        """Begins the session, and waits until the worker has shown that it knows."""
        self.send("welcome", *state, **{**self.welcome_fields(), **fields})
        self.last_call = 0
        beat = fields.get("heartbeat_us", 1000000) / 1e6
        self._until(lambda m: m.kind != "hello", f"anything within heartbeat_us ({beat} s) of the welcome", beat + 1.0)

    def _until(self, fits: Any, wanted: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (message := self.receive(max(0.0, end - time.monotonic()))) is not None:
            if fits(message):
                if message.kind not in BACKGROUND:
                    self._kept.append(message)
                return
        self._broken(wanted, "nothing")

    def open(self, *state: bytes, **fields: Any) -> "Node":
        self.greeted()
        self.welcome(*state, **fields)
        return self

    def call(self, capability: str, input: Any, timeout: float = 20.0, **fields: Any) -> int:
        self.last_call += 1
        given = {"id": self.last_call, "capability": capability, "timeout_us": int(timeout * 1e6), **fields}
        self.send("call", pack(input), **given)
        return self.last_call

    def end_of(self, id: int, seconds: Optional[float] = None) -> Message:
        return self.expect(*ENDS, seconds=seconds, id=id)

    def result_of(self, capability: str, input: Any, **fields: Any) -> Any:
        """The output of a call that must succeed."""
        end = self.end_of(self.call(capability, input, **fields))
        if end.kind != "result":
            raise Broken(f"a result of {capability}", described(end))
        return unpack(end.payloads[0])

    def still_works(self) -> None:
        """The session is open and answers: a call that no module offers."""
        id = self.call("check.nobody_offers_this@1", None)
        self.expect("error", id=id, code="no_route")

    def expect_goodbye(self, code: Optional[str], *, about: str = "") -> Message:
        goodbye = self.expect("goodbye")
        got = goodbye.fields.get("code")
        if (got or None) != code:
            raise Broken(f'"goodbye" with {"the code " + code if code else "no code"}', described(goodbye))
        if about and about not in goodbye.fields.get("text", ""):
            raise Broken(f'a goodbye whose text names "{about}"', described(goodbye))
        self.expect_exit()
        return goodbye

    def expect_exit(self, seconds: Optional[float] = None) -> int:
        try:
            return self.process.wait(self.patience if seconds is None else seconds)
        except subprocess.TimeoutExpired:
            raise Broken("the process to end", "it runs on") from None

    # --- What it offers ---

    def capabilities(self) -> list[dict[str, Any]]:
        manifest = unpack(self.hello.payloads[0], "the manifest")
        offered = manifest.get("capabilities") if isinstance(manifest, dict) else None
        return [c for c in offered if isinstance(c, dict)] if isinstance(offered, list) else []

    def standard_error(self) -> str:
        """What the worker wrote last."""
        self._errors.flush()
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode("utf-8", "replace").strip()
