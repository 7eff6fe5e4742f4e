# SPDX-License-Identifier: Apache-2.0
"""The worker's side of the wire (docs/wire_format.md): one thread owns the socket, handlers run in others."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import queue
import secrets
import threading
import time
import typing
from typing import Any, Optional

import msgpack
import zmq

from .module import Call, Capability, Failed, Module
from .schema import from_value, to_value

VERSION = 1
MAX_NUMBER = 2**53 - 1
MAX_TEXT_BYTES = 4096
HELLO_INTERVAL = 1.0
PATIENCE = 30.0
NODE_KINDS = ("welcome", "refuse", "call", "credit", "answer", "cancel", "saved", "heartbeat", "drain", "goodbye")


def pack(value: Any) -> bytes:
    return typing.cast(bytes, msgpack.packb(value, use_bin_type=True))


def unpack(data: bytes) -> Any:
    return msgpack.unpackb(data, raw=False, strict_map_key=True)


def cut(text: str) -> str:
    """At most as many bytes as a text may have."""
    return text.encode("utf-8", "replace")[:MAX_TEXT_BYTES].decode("utf-8", "ignore")


class _OpenCall:
    def __init__(self, credit: Optional[int]) -> None:
        self.credit = credit
        self.emitted = 0
        self.stopped = False
        self.incomplete = False
        self.task: Optional[concurrent.futures.Future[Any]] = None

    def stop(self) -> None:
        self.stopped = True
        if self.task is not None:
            self.task.cancel()


class Worker:
    """A session with the node, from hello to goodbye."""

    def __init__(self, module: Module, endpoint: str, token: str) -> None:
        self._module = module
        self._endpoint = endpoint
        self._token = token
        self._changed = threading.Condition()  # guards everything below but the socket's thread's own
        self._open: dict[int, _OpenCall] = {}
        self._asks: dict[int, tuple[int, concurrent.futures.Future[Any]]] = {}
        self._last_ask = 0
        self._session = 0
        self._outgoing: queue.SimpleQueue[list[bytes]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._threads = concurrent.futures.ThreadPoolExecutor(max_workers=module.window)
        self._loop = asyncio.new_event_loop()
        # The socket thread's own:
        self._start = 0
        self._last_call = 0
        self._draining = False
        self._ended = False
        self._problem: Optional[str] = None
        self._heartbeat, self._silence = HELLO_INTERVAL, PATIENCE
        self._heard = self._said = time.monotonic()

    # --- The socket's thread ---

    def run(self) -> Optional[str]:
        """Nothing after an orderly goodbye, or why the session ended."""
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        context = zmq.Context()
        socket = context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 200)
        socket.setsockopt(zmq.RCVHWM, 0)
        socket.connect(self._endpoint)
        poller = zmq.Poller()
        poller.register(socket, zmq.POLLIN)
        poller.register(self._wake_read, zmq.POLLIN)
        self._greet()
        while not self._ended:
            self._flush(socket)
            self._receive(socket)
            self._tick()
            self._flush(socket)
            if not self._ended:
                poller.poll(max(0.0, min(self._said + self._heartbeat, self._heard + self._silence) - time.monotonic()) * 1e3)
        self._flush(socket)
        socket.close()
        context.term()
        return self._problem

    def _flush(self, socket: Any) -> None:
        try:
            while os.read(self._wake_read, 4096):
                pass
        except BlockingIOError:
            pass
        while not self._outgoing.empty():
            socket.send_multipart(self._outgoing.get())
            self._said = time.monotonic()

    def _receive(self, socket: Any) -> None:
        while not self._ended and socket.poll(0):
            frames = socket.recv_multipart()
            self._heard = time.monotonic()
            try:
                self._on_frames(frames)
            except (ValueError, TypeError, KeyError, msgpack.UnpackException) as problem:
                self._leave("corrupt", f"a message that breaks the rules: {problem!r}")

    def _on_frames(self, frames: list[bytes]) -> None:
        fields = unpack(frames[0])
        if fields.get("v") != VERSION:
            return self._leave("unsupported", f"a message of version {fields.get('v')}")
        kind = fields["kind"]
        if kind not in NODE_KINDS:
            return
        if kind == "welcome" and self._session == 0:
            if fields["start"] == self._start:
                self._on_welcome(fields)
        elif kind == "refuse" or (self._session != 0 and fields["session"] == self._session):
            getattr(self, "_on_" + kind)(fields, *frames[1:])

    def _greet(self) -> None:
        with self._changed:
            self._session = self._last_ask = 0
            self._forget_calls()
        self._start = 1 + secrets.randbelow(MAX_NUMBER)
        self._last_call = 0
        self._heartbeat, self._silence = HELLO_INTERVAL, PATIENCE
        self._say_hello()

    def _say_hello(self) -> None:
        hello = {"kind": "hello", "versions": [VERSION], "start": self._start, "token": self._token}
        hello.update(sdk="python 0.1.0", window=self._module.window)
        self.send(hello, pack(self._module.manifest()))

    def _on_welcome(self, fields: dict[str, Any], *state: bytes) -> None:
        self._heartbeat, self._silence = fields["heartbeat_us"] / 1e6, fields["silence_us"] / 1e6
        with self._changed:
            self._session = fields["session"]
        self.send({"kind": "heartbeat"})

    def _on_refuse(self, fields: dict[str, Any]) -> None:
        if fields["code"] != "not_found":
            self._end(f"refused: {fields['code']}: {fields['text']}")
        elif self._session != 0:
            self._greet()

    def _on_call(self, fields: dict[str, Any], input: bytes, previous: bytes = b"") -> None:
        id = fields["id"]
        if id <= self._last_call:
            return
        self._last_call = id
        with self._changed:
            full = len(self._open) >= self._module.window
            open = self._open[id] = _OpenCall(fields.get("chunks"))
        capability = self._module.capabilities.get(fields["capability"])
        if full:
            return self._leave("corrupt", f"more calls than the window of {self._module.window}")
        if self._draining:
            return self._fail(id, "overloaded", "the worker is draining", begun=False)
        if capability is None:
            return self._fail(id, "no_route", f"this module does not offer {fields['capability']}", begun=False)
        call = Call(self, fields, unpack(previous) if previous else None)
        if capability.is_async:
            open.task = asyncio.run_coroutine_threadsafe(self._handle_async(capability, call, input), self._loop)
        else:
            self._threads.submit(self._handle, capability, call, input)

    def _on_credit(self, fields: dict[str, Any]) -> None:
        with self._changed:
            open = self._open.get(fields["id"])
            if open:
                open.credit = max(open.credit or 0, fields["chunks"])
            self._changed.notify_all()

    def _on_answer(self, fields: dict[str, Any], output: bytes = b"") -> None:
        with self._changed:
            _, waiting = self._asks.pop(fields["id"], (0, None))
        if waiting is None or waiting.done():
            return
        if "code" in fields:
            waiting.set_exception(Failed(fields["code"], fields.get("text", "")))
        else:
            waiting.set_result(unpack(output))

    def _on_cancel(self, fields: dict[str, Any]) -> None:
        with self._changed:
            if fields["id"] in self._open:
                self._open[fields["id"]].stop()
            self._drop_asks(fields["id"])
            self._changed.notify_all()

    def _on_saved(self, fields: dict[str, Any]) -> None: ...

    def _on_heartbeat(self, fields: dict[str, Any]) -> None: ...

    def _on_drain(self, fields: dict[str, Any]) -> None:
        self._draining = True

    def _on_goodbye(self, fields: dict[str, Any]) -> None:
        self._end(f"{fields['code']}: {fields.get('text', '')}" if "code" in fields else None)

    def _tick(self) -> None:
        now = time.monotonic()
        with self._changed:
            held = len(self._open)
        if self._draining and held == 0 and self._outgoing.empty():
            self._leave(None, "")
        elif now - self._heard >= self._silence:
            self._leave("node_down", f"the node was silent for {self._silence} s; is it running?")
        elif now - self._said >= self._heartbeat:
            self._say_hello() if self._session == 0 else self.send({"kind": "heartbeat", "open": held})

    def _leave(self, code: Optional[str], text: str) -> None:
        if self._session != 0:
            self.send({"kind": "goodbye", "code": code, "text": cut(text)} if code else {"kind": "goodbye"})
        self._end(f"{code}: {text}" if code else None)

    def _end(self, problem: Optional[str]) -> None:
        self._ended, self._problem = True, problem
        with self._changed:
            self._forget_calls()

    def _forget_calls(self) -> None:
        for open in self._open.values():
            open.stop()
        for call, _ in list(self._asks.values()):
            self._drop_asks(call)
        self._open.clear()
        self._changed.notify_all()

    def _drop_asks(self, call: int) -> None:
        for id in [id for id, (of, _) in self._asks.items() if of == call]:
            _, waiting = self._asks.pop(id)
            waiting.set_exception(Failed("cancelled", "the call was stopped"))

    # --- Any thread ---

    def send(self, fields: dict[str, Any], payload: Optional[bytes] = None) -> None:
        if fields["kind"] != "hello":
            fields = {**fields, "session": self._session}
        if "text" in fields:
            fields["text"] = cut(fields["text"])
        self._outgoing.put([pack({"v": VERSION, **fields})] + ([payload] if payload is not None else []))
        try:
            os.write(self._wake_write, b"x")
        except BlockingIOError:
            pass  # it is awake

    def is_stopped(self, id: int) -> bool:
        with self._changed:
            return id not in self._open or self._open[id].stopped

    def emit(self, call: Call, part: Any) -> None:
        with self._changed:
            open = self._open.get(call.id)
            if open is None or open.credit is None:
                return
            while not open.stopped and open.emitted >= (open.credit or 0) and call.remaining() > 0:
                self._changed.wait(call.remaining())
            if open.stopped or open.emitted >= (open.credit or 0):
                open.incomplete = True
                return
            self.send({"kind": "chunk", "id": call.id, "n": open.emitted}, pack(part))
            open.emitted += 1

    def ask(
        self, call: Call, capability: str, input: Any, timeout: Optional[float]
    ) -> concurrent.futures.Future[Any]:
        waiting: concurrent.futures.Future[Any] = concurrent.futures.Future()
        seconds = min(call.remaining(), timeout if timeout is not None else call.remaining())
        with self._changed:
            if call.id not in self._open or self._open[call.id].stopped:
                waiting.set_exception(Failed("cancelled", "the call was stopped"))
                return waiting
            self._last_ask += 1
            self._asks[self._last_ask] = (call.id, waiting)
            fields = {"kind": "ask", "id": self._last_ask, "call": call.id, "capability": capability}
            self.send({**fields, "timeout_us": int(seconds * 1e6)}, pack(input))
        return waiting

    # --- Handlers' threads ---

    def _handle(self, capability: Capability, call: Call, input: bytes) -> None:
        try:
            arguments = self._arguments(capability, call, input)
            self._finish(call, capability.handler(*arguments))
        except BaseException as problem:  # whatever a handler raises ends its call
            self._fail_with(call, problem)

    async def _handle_async(self, capability: Capability, call: Call, input: bytes) -> None:
        try:
            arguments = self._arguments(capability, call, input)
            self._finish(call, await capability.handler(*arguments))
        except BaseException as problem:
            self._fail_with(call, problem)

    def _arguments(self, capability: Capability, call: Call, input: bytes) -> list[Any]:
        if self.is_stopped(call.id):
            raise Failed("cancelled", "cancelled before it began")
        try:
            thing = from_value(capability.input, unpack(input))
        except (TypeError, ValueError) as problem:
            raise Failed("bad_input", f"{capability.id}: {problem}") from None
        return [thing, call] if capability.takes_call else [thing]

    def _finish(self, call: Call, output: Any) -> None:
        packed = pack(to_value(output))
        with self._changed:
            open = self._open.pop(call.id, None)
            if open is None:
                return
            if open.incomplete:
                code = "cancelled" if open.stopped else "deadline"
                return self._send_error(call.id, code, "the stream was not read to its end", call.spent)
            self.send({"kind": "result", "id": call.id, "chunks": open.emitted, **(call.spent or {})}, packed)

    def _fail_with(self, call: Call, problem: BaseException) -> None:
        if isinstance(problem, Failed):
            return self._fail(call.id, problem.code, problem.text, spent=call.spent)
        if isinstance(problem, asyncio.CancelledError):
            return self._fail(call.id, "cancelled", "cancelled by the caller", spent=call.spent)
        self._fail(call.id, "crashed", f"the module raised {type(problem).__name__}: {problem}", spent=call.spent)

    def _fail(
        self, id: int, code: str, text: str, begun: bool = True, spent: Optional[dict[str, int]] = None
    ) -> None:
        with self._changed:
            if self._open.pop(id, None) is not None:
                self._send_error(id, code, text, spent, begun)

    def _send_error(
        self, id: int, code: str, text: str, spent: Optional[dict[str, int]], begun: bool = True
    ) -> None:
        self.send({"kind": "error", "id": id, "code": code, "text": text, "begun": begun, **(spent or {})})
