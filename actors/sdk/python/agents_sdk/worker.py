# SPDX-License-Identifier: Apache-2.0
"""The worker's side of the wire (docs/wire_format.md): one thread owns the socket, handlers run in others."""

from __future__ import annotations

import asyncio
import concurrent.futures
import math
import os
import queue
import secrets
import threading
import time
from typing import Any, Optional

import zmq

from . import wire
from .module import Call, Capability, Failed, Module
from .remote import Curve
from .schema import from_value, to_value
from .wire import MAX_NUMBER, VERSION, Message, WireError, pack, unpack

HELLO_INTERVAL = 1.0
PATIENCE = 30.0
ASK_GRACE = 1.0  # beyond an ask's deadline, for the answer's way


def _settle(
    waiting: concurrent.futures.Future[Any], answer: Any = None, problem: Optional[Exception] = None
) -> None:
    """The end of an ask; whoever has taken it out of the table calls this once. Its handler's task may be cancelled at
    any moment: after the first line it cannot be any more."""
    if not waiting.set_running_or_notify_cancel():
        return
    if problem is not None:
        waiting.set_exception(problem)
    else:
        waiting.set_result(answer)


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

    def __init__(
        self, module: Module, endpoint: str, token: str, curve: Optional[Curve] = None, patience: float = PATIENCE
    ) -> None:
        self.module = module
        self._manifest = wire.pack_payload(
            module.manifest(), "the manifest", wire.MAX_MANIFEST_BYTES, wire.MAX_MANIFEST_VALUES
        )
        self._curve = curve
        self._patience = patience
        self.end_code = ""  # of the session, once it has ended
        self.welcomed = False
        self.refused_by_key = False
        self._endpoint = endpoint
        self._token = token
        self._changed = threading.Condition()  # guards everything below but the socket's thread's own
        self._open: dict[int, _OpenCall] = {}
        self._asks: dict[int, tuple[int, concurrent.futures.Future[Any]]] = {}
        self._last_ask = 0
        self._session = 0
        self._last_save = self._last_saved = 0
        self._max_payload = wire.MAX_PAYLOAD_BYTES
        self._outgoing: queue.SimpleQueue[list[bytes]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._threads = concurrent.futures.ThreadPoolExecutor(max_workers=module.window)
        self._loop = asyncio.new_event_loop()
        # The socket thread's own:
        self._start = 0
        self._last_call = 0
        self._draining = self._drain_wanted = False
        self._ended = False
        self._problem: Optional[str] = None
        self._heartbeat, self._silence = HELLO_INTERVAL, self._patience
        self._heard = self._said = time.monotonic()

    # --- The socket's thread ---

    def run(self) -> Optional[str]:
        """Nothing after an orderly goodbye, or why the session ended."""
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        context = zmq.Context()
        socket = context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 200)
        socket.setsockopt(zmq.RCVHWM, 0)
        monitor = self._prepare_tcp(socket) if self._endpoint.startswith("tcp://") else None
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
                poller.poll(self._milliseconds_to_tick())
        self._flush(socket)
        if monitor is not None:
            self.refused_by_key = bool(monitor.poll(0))
            socket.disable_monitor()
            monitor.close(linger=0)
        socket.close()
        context.term()
        self._release()
        return self._problem

    def _prepare_tcp(self, socket: Any) -> Any:
        socket.setsockopt(zmq.IPV6, "[" in self._endpoint)
        socket.setsockopt(zmq.CONNECT_TIMEOUT, 1000)
        socket.setsockopt(zmq.HANDSHAKE_IVL, 3000)
        socket.setsockopt(zmq.RECONNECT_IVL_MAX, 5000)
        if self._curve:
            socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = self._curve
        return socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH)

    def _release(self) -> None:
        """What a session holds beside the module. Handlers that do not end keep their threads."""
        self._threads.shutdown(wait=False)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _milliseconds_to_tick(self) -> int:
        tick = min(self._said + self._heartbeat, self._heard + self._silence)
        return max(0, math.ceil((tick - time.monotonic()) * 1e3))

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
            except WireError as problem:
                self._leave(problem.code, str(problem))

    def _on_frames(self, frames: list[bytes]) -> None:
        message = wire.read(frames, "N")
        if message is None:
            return
        if message.kind == "welcome":
            if self._session == 0 and message.fields["start"] == self._start:
                self._on_welcome(message)
        elif message.kind == "refuse" or (self._session != 0 and message.session == self._session):
            getattr(self, "_on_" + message.kind)(message.fields, *message.payloads)

    def _greet(self) -> None:
        with self._changed:
            self._session = self._last_ask = self._last_save = self._last_saved = 0
            self._forget_calls()
        self._start = 1 + secrets.randbelow(MAX_NUMBER)
        self._last_call = 0
        self._heartbeat, self._silence = HELLO_INTERVAL, self._patience
        self._say_hello()

    def _say_hello(self) -> None:
        hello = {"kind": "hello", "versions": [VERSION], "start": self._start, "token": self._token}
        hello.update(sdk="python 0.1.0", window=self.module.window)
        if self.module.state_version is not None:
            hello["state"] = self.module.state_version
        self.send(hello, self._manifest)

    def _on_welcome(self, message: Message) -> None:
        fields = message.fields
        if fields["version"] != VERSION:
            self._session = message.session
            return self._leave("unsupported", f"version {fields['version']} was not offered")
        self._max_payload = fields["max_payload_bytes"]
        self.welcomed = True
        self._heartbeat, self._silence = fields["heartbeat_us"] / 1e6, fields["silence_us"] / 1e6
        with self._changed:
            self._session = message.session
        self.send({"kind": "heartbeat"})
        if "state" in fields:
            self._restore(fields["state"], message.payloads[0])

    def _restore(self, version: int, state: bytes) -> None:
        """Before the first call. A module that cannot take its state must not work without it."""
        try:
            self.module.restore_state(unpack(state, "the saved state"), version)
        except Exception as problem:
            self._leave("crashed", f"restoring the state of version {version} raised {type(problem).__name__}: {problem}")

    def _on_refuse(self, fields: dict[str, Any]) -> None:
        if fields["code"] != "not_found":
            self._end(f"refused: {fields['code']}: {fields['text']}", fields["code"])
        elif self._session != 0:
            self._greet()

    def _on_call(self, fields: dict[str, Any], input: bytes, previous: bytes = b"") -> None:
        id = fields["id"]
        if id <= self._last_call:
            return
        self._last_call = id
        with self._changed:
            full = len(self._open) >= self.module.window
            open = self._open[id] = _OpenCall(fields.get("chunks"))
        capability = self.module.capabilities.get(fields["capability"])
        if full:
            return self._leave("corrupt", f"more calls than the window of {self.module.window}")
        if self._draining:
            return self._fail(id, "overloaded", "the worker is draining", begun=False)
        if capability is None:
            return self._fail(id, "no_route", f"this module does not offer {fields['capability']}", begun=False)
        try:
            call = Call(self, fields, unpack(previous, "the previous output") if previous else None)
        except WireError as problem:
            return self._fail(id, "bad_input", str(problem), begun=False)
        if capability.is_async:
            open.task = asyncio.run_coroutine_threadsafe(self._handle_async(capability, call, input), self._loop)
        else:
            self._threads.submit(self._handle, capability, call, input)

    def _on_credit(self, fields: dict[str, Any]) -> None:
        with self._changed:
            open = self._open.get(fields["id"])
            if open and open.credit is not None:
                open.credit = max(open.credit, fields["chunks"])
            self._changed.notify_all()

    def _on_answer(self, fields: dict[str, Any], output: bytes = b"") -> None:
        with self._changed:
            _, waiting = self._asks.pop(fields["id"], (0, None))
        if waiting is None:
            return
        if not output:
            return _settle(waiting, problem=Failed(wire.code_of(fields["code"]), fields.get("text", "")))
        try:
            answer = unpack(output, "the answer")
        except WireError as problem:
            return _settle(waiting, problem=Failed("bad_output", str(problem)))
        _settle(waiting, answer)

    def _on_cancel(self, fields: dict[str, Any]) -> None:
        with self._changed:
            if fields["id"] in self._open:
                self._open[fields["id"]].stop()
            self._drop_asks(fields["id"])
            self._changed.notify_all()

    def _on_saved(self, fields: dict[str, Any]) -> None:
        with self._changed:
            self._last_saved = max(self._last_saved, min(fields["number"], self._last_save))
            self._changed.notify_all()

    def _on_heartbeat(self, fields: dict[str, Any]) -> None: ...

    def _on_drain(self, fields: dict[str, Any]) -> None:
        self._draining = True

    def _on_goodbye(self, fields: dict[str, Any]) -> None:
        code = fields.get("code", "")
        self._end(f"{code}: {fields.get('text', '')}" if code else None, code)

    def _tick(self) -> None:
        now = time.monotonic()
        with self._changed:
            held = len(self._open)
        if self._drain_wanted and not self._draining:
            self._draining = True
            if self._session != 0:
                self.send({"kind": "drain"})
        if self._draining and held == 0 and self._outgoing.empty():
            self._leave(None, "")
        elif now - self._heard >= self._silence:
            self._leave("node_down", f"the node was silent for {self._silence} s; is it running?")
        elif now - self._said >= self._heartbeat:
            self._say_hello() if self._session == 0 else self.send({"kind": "heartbeat", "open": held})

    def _leave(self, code: Optional[str], text: str) -> None:
        if self._session != 0:
            self.send({"kind": "goodbye", "code": code, "text": text} if code else {"kind": "goodbye"})
        self._end(f"{code}: {text}" if code else None, code or "")

    def _end(self, problem: Optional[str], code: str) -> None:
        self._ended, self._problem, self.end_code = True, problem, code
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
            _settle(waiting, problem=Failed("cancelled", "the call was stopped"))

    # --- Any thread ---

    def drain(self) -> None:
        """No new calls; the session ends when the open ones have. Also from a signal handler."""
        self._drain_wanted = True
        self._wake()

    def _wake(self) -> None:
        try:
            os.write(self._wake_write, b"x")
        except BlockingIOError:
            pass  # it is awake

    def send(self, fields: dict[str, Any], payload: Optional[bytes] = None) -> None:
        if fields["kind"] != "hello":
            fields = {**fields, "session": self._session}
        if "text" in fields:
            fields["text"] = wire.cut(fields["text"])
        self._outgoing.put([pack({"v": VERSION, **fields})] + ([payload] if payload is not None else []))
        self._wake()

    def is_stopped(self, id: int) -> bool:
        with self._changed:
            return id not in self._open or self._open[id].stopped

    def emit(self, call: Call, part: Any) -> None:
        packed = self._pack(part, "a part of the output", "bad_output")
        with self._changed:
            open = self._open.get(call.id)
            if open is None or open.credit is None:
                return
            while not open.stopped and open.emitted >= open.credit and call.remaining() > 0:
                self._changed.wait(call.remaining())
            if open.stopped or open.emitted >= open.credit:
                open.incomplete = True
                return
            self.send({"kind": "chunk", "id": call.id, "n": open.emitted}, packed)
            open.emitted += 1

    def ask(
        self, call: Call, capability: str, input: Any, timeout: Optional[float]
    ) -> tuple[int, float, concurrent.futures.Future[Any]]:
        """The ask's id, how long its answer may take, and the answer to come."""
        waiting: concurrent.futures.Future[Any] = concurrent.futures.Future()
        seconds = max(0.0, min(call.remaining(), timeout if timeout is not None else call.remaining()))
        packed = self._pack(input, f"the input of {capability[:64]}", "bad_input")
        if not 0 < len(capability.encode()) <= wire.MAX_NAME_BYTES:
            raise Failed("bad_input", f"a capability's name has 1 to {wire.MAX_NAME_BYTES} bytes")
        with self._changed:
            if call.id not in self._open or self._open[call.id].stopped:
                raise Failed("cancelled", "the call was stopped")
            self._last_ask += 1
            self._asks[self._last_ask] = (call.id, waiting)
            fields = {"kind": "ask", "id": self._last_ask, "call": call.id, "capability": capability}
            self.send({**fields, "timeout_us": int(seconds * 1e6)}, packed)
            return self._last_ask, seconds + ASK_GRACE, waiting

    def drop_ask(self, id: int) -> None:
        """Nobody waits for the answer any more."""
        with self._changed:
            if self._asks.pop(id, None) is not None:
                self.send({"kind": "cancel", "id": id})

    def save(self, state: Any, version: int, wait: Optional[float]) -> bool:
        """Asks the node to keep the state; true once it has said that it does, at the latest after `wait` seconds."""
        packed = self._pack(state, "the state", "bad_output")
        with self._changed:
            self._last_save += 1
            number, session = self._last_save, self._session
            self.send({"kind": "save", "number": number, "state": version}, packed)
            return self._changed.wait_for(lambda: self._last_saved >= number or self._session != session, wait) and (
                self._session == session
            )

    def _pack(self, thing: Any, what: str, code: str) -> bytes:
        try:
            return wire.pack_payload(to_value(thing), what, self._max_payload)
        except WireError as problem:
            raise Failed(code, str(problem)) from None

    # --- Handlers' threads ---

    def _handle(self, capability: Capability, call: Call, input: bytes) -> None:
        try:
            arguments = self._arguments(capability, call, input)
            if arguments is not None:
                self._finish(call, capability.handler(*arguments))
        except BaseException as problem:  # whatever a handler raises ends its call
            self._fail_with(call, problem)

    async def _handle_async(self, capability: Capability, call: Call, input: bytes) -> None:
        try:
            arguments = self._arguments(capability, call, input)
            if arguments is not None:
                self._finish(call, await capability.handler(*arguments))
        except BaseException as problem:
            self._fail_with(call, problem)

    def _arguments(self, capability: Capability, call: Call, input: bytes) -> Optional[list[Any]]:
        """Nothing, and the call has ended, when its handler must not begin."""
        try:
            if self.is_stopped(call.id):
                raise Failed("cancelled", "cancelled before it began")
            if call.remaining() <= 0:
                raise Failed("deadline", "the deadline passed while it waited in the worker")
            thing = from_value(capability.input, unpack(input, "the input"))
            return [thing, call] if capability.takes_call else [thing]
        except Failed as problem:
            self._fail(call.id, problem.code, problem.text, begun=False)
        except (TypeError, ValueError) as problem:
            self._fail(call.id, "bad_input", f"{capability.id}: {problem}", begun=False)
        return None

    def _finish(self, call: Call, output: Any) -> None:
        packed = self._pack(output, "the output", "bad_output")
        with self._changed:
            open = self._open.pop(call.id, None)
            if open is None:
                return
            self._drop_asks(call.id)
            if open.incomplete:
                code = "cancelled" if open.stopped else "deadline"
                return self._send_error(call.id, code, "the stream was not read to its end", call.spent)
            self.send({"kind": "result", "id": call.id, "chunks": open.emitted, **(call.spent or {})}, packed)

    def _fail_with(self, call: Call, problem: BaseException) -> None:
        if isinstance(problem, Failed):
            return self._fail(call.id, wire.code_of(problem.code), problem.text, spent=call.spent)
        if isinstance(problem, asyncio.CancelledError):
            return self._fail(call.id, "cancelled", "cancelled by the caller", spent=call.spent)
        self._fail(call.id, "crashed", f"the module raised {type(problem).__name__}: {problem}", spent=call.spent)

    def _fail(
        self, id: int, code: str, text: str, begun: bool = True, spent: Optional[dict[str, int]] = None
    ) -> None:
        with self._changed:
            if self._open.pop(id, None) is not None:
                self._drop_asks(id)
                self._send_error(id, code, text, spent, begun)

    def _send_error(
        self, id: int, code: str, text: str, spent: Optional[dict[str, int]], begun: bool = True
    ) -> None:
        self.send({"kind": "error", "id": id, "code": code, "text": text, "begun": begun, **(spent or {})})
