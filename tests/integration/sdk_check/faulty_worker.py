# SPDX-License-Identifier: Apache-2.0
"""A worker that breaks one rule on purpose: `faulty_worker.py FAULT`. Each fault names the rule that must catch it."""

import sys
import time
from pathlib import Path
from typing import Any, Callable

import msgpack
import zmq
from agents_sdk import wire, worker
from agents_sdk.worker import Worker

sys.path.insert(0, str(Path(__file__).parents[1] / "sdk_python"))
import checked  # noqa: E402

FAULTS: dict[str, tuple[str, Callable[[], None]]] = {}


def fault(rule: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """The decorated function breaks the worker; `rule` is the one that must say so."""

    def declare(plant: Callable[[], None]) -> Callable[[], None]:
        FAULTS[plant.__name__] = (rule, plant)
        return plant

    return declare


def sending(change: Callable[[Worker, dict[str, Any], Any], Any]) -> None:
    """Every message passes `change`: it gives the fields to send, or None to send nothing."""
    honest = Worker.send

    def send(self: Worker, fields: dict[str, Any], payload: Any = None) -> None:
        changed = change(self, dict(fields), payload)
        if changed is not None:
            honest(self, changed, payload)

    Worker.send = send  # type: ignore[method-assign]


def of_kind(kind: str, **replaced: Any) -> None:
    sending(lambda _, fields, __: {**fields, **replaced} if fields["kind"] == kind else fields)


def replace(name: str, function: Any) -> None:
    setattr(Worker, name, function)


@fault("hello.no_identity")
def sets_identity() -> None:
    honest = zmq.Context.socket

    def socket(self: Any, kind: int) -> Any:
        made = honest(self, kind)
        made.setsockopt(zmq.IDENTITY, b"me")
        return made

    zmq.Context.socket = socket


@fault("hello.first")
def forgets_token() -> None:
    of_kind("hello", token="guessed")


@fault("hello.first")
def speaks_other_version() -> None:
    of_kind("hello", versions=[7])


@fault("hello.manifest")
def manifest_without_version() -> None:
    checked.module.version = ""


@fault("hello.start_random")
def constant_start() -> None:
    worker.secrets.randbelow = lambda _: 41


@fault("hello.repeated")
def says_hello_once() -> None:
    worker.HELLO_INTERVAL = 60.0


@fault("welcome.other_start")
def takes_any_welcome() -> None:
    honest = wire.read

    def read(frames: list[bytes], sender: str) -> Any:
        message = honest(frames, sender)
        if message is not None and message.kind == "welcome":
            message.fields["start"] = RUNNING[0]._start
        return message

    wire.read = read


@fault("refuse.rejected")
def ignores_refusal() -> None:
    replace("_on_refuse", lambda *_: None)


@fault("refuse.not_found")
def keeps_its_start() -> None:
    worker.secrets.randbelow = lambda _: 41


@fault("session.other")
def reads_any_session() -> None:
    honest = wire.read

    def read(frames: list[bytes], sender: str) -> Any:
        message = honest(frames, sender)
        if message is not None and message.kind != "welcome":
            message.session = RUNNING[0]._session
        return message

    wire.read = read


@fault("session.version")
def reads_any_version() -> None:
    honest = wire.read_envelope
    wire.read_envelope = lambda frames: honest([wire.pack({**wire.unpack(frames[0]), "v": 1}), *frames[1:]])


@fault("heartbeat.idle")
def never_beats() -> None:
    sending(lambda w, fields, _: None if "open" in fields else fields)


@fault("heartbeat.open")
def counts_wrongly() -> None:
    sending(lambda w, fields, _: {**fields, "open": 0} if "open" in fields else fields)


@fault("heartbeat.busy")
def beats_only_when_idle() -> None:
    sending(lambda w, fields, _: None if fields.get("open") else fields)


@fault("silence.long")
def waits_for_ever() -> None:
    honest = Worker._on_welcome

    def on_welcome(self: Worker, message: Any) -> None:
        honest(self, message)
        self._silence = 3600.0

    replace("_on_welcome", on_welcome)


@fault("silence.short")
def gives_up_early() -> None:
    honest = Worker._on_welcome

    def on_welcome(self: Worker, message: Any) -> None:
        honest(self, message)
        self._silence = 0.1

    replace("_on_welcome", on_welcome)


@fault("drain.open")
def leaves_at_once() -> None:
    replace("_on_drain", lambda self, fields: self._leave(None, ""))


@fault("drain.late_call")
def works_while_draining() -> None:
    honest = Worker._on_call

    def on_call(self: Worker, *arguments: Any) -> None:
        draining, self._draining = self._draining, False
        honest(self, *arguments)
        self._draining = draining

    replace("_on_call", on_call)


@fault("goodbye.node")
def ignores_goodbye() -> None:
    replace("_on_goodbye", lambda *_: None)


@fault("call.any")
def answers_twice() -> None:
    honest = Worker.send

    def send(self: Worker, fields: dict[str, Any], payload: Any = None) -> None:
        for _ in range(2 if fields["kind"] == "result" else 1):
            honest(self, fields, payload)

    replace("send", send)


@fault("call.echo")
def never_answers() -> None:
    sending(lambda _, fields, __: None if fields["kind"] == "result" else fields)


@fault("call.echo")
def writes_null() -> None:
    of_kind("result", tokens=None)


@fault("call.echo")
def writes_long_forms() -> None:
    honest = worker.pack
    worker.pack = lambda value: honest(value).replace(b"\xa2id\x01", b"\xa2id\xcc\x01")


@fault("call.no_route")
def says_begun() -> None:
    sending(lambda _, fields, __: {**fields, "begun": True} if fields["kind"] == "error" else fields)


@fault("call.bad_input")
def does_not_check_input() -> None:
    worker.from_value = lambda hint, value: value


@fault("call.spent")
def hides_its_cost() -> None:
    sending(lambda _, fields, __: {k: v for k, v in fields.items() if k != "tokens"})


@fault("call.repeated")
def repeats_calls() -> None:
    honest = Worker._on_call

    def on_call(self: Worker, *arguments: Any) -> None:
        self._last_call = 0
        honest(self, *arguments)

    replace("_on_call", on_call)


@fault("call.beyond_window")
def ignores_its_window() -> None:
    of_kind("hello", window=2)


@fault("cancel.running")
def ignores_cancel() -> None:
    replace("_on_cancel", lambda *_: None)


@fault("cancel.twice")
def answers_each_cancel() -> None:
    replace("_on_cancel", lambda self, fields: self._send_error(fields["id"], "cancelled", "", None))


@fault("stream.credit")
def ignores_credit() -> None:
    honest = worker._OpenCall.__init__
    worker._OpenCall.__init__ = lambda self, credit: honest(self, None if credit is None else 1000)


@fault("stream.credit")
def counts_chunks_from_one() -> None:
    sending(lambda _, fields, __: {**fields, "n": fields["n"] + 1} if fields["kind"] == "chunk" else fields)


@fault("stream.credit")
def reports_no_chunks() -> None:
    of_kind("result", chunks=0)


@fault("stream.nobody")
def streams_unasked() -> None:
    honest = worker._OpenCall.__init__
    worker._OpenCall.__init__ = lambda self, credit: honest(self, 1000 if credit is None else credit)


@fault("stream.lower_credit")
def adds_credit_up() -> None:
    def on_credit(self: Worker, fields: dict[str, Any]) -> None:
        with self._changed:
            if fields["id"] in self._open:
                self._open[fields["id"]].credit += fields["chunks"]
            self._changed.notify_all()

    replace("_on_credit", on_credit)


@fault("stream.cancelled")
def calls_a_broken_stream_a_result() -> None:
    honest = Worker._finish

    def finish(self: Worker, call: Any, output: Any) -> None:
        with self._changed:
            if call.id in self._open:
                self._open[call.id].incomplete = False
        honest(self, call, output)

    replace("_finish", finish)


@fault("ask.answered")
def draws_one_ask_id() -> None:
    honest = Worker.ask

    def ask(self: Worker, *arguments: Any) -> Any:
        self._last_ask = 4
        return honest(self, *arguments)

    replace("ask", ask)


@fault("ask.answered")
def asks_for_too_long() -> None:
    of_kind("ask", timeout_us=10**12)


@fault("ask.unknown_code")
def passes_unknown_codes_on() -> None:
    wire.code_of = lambda name: name


@fault("state.saved")
def numbers_saves_alike() -> None:
    of_kind("save", number=1)


@fault("state.restored")
def forgets_its_state() -> None:
    replace("_restore", lambda *_: None)


@fault("format.unknown_kind")
def dies_of_unknown_kinds() -> None:
    honest = wire.read

    def read(frames: list[bytes], sender: str) -> Any:
        message = honest(frames, sender)
        if message is None:
            raise wire.WireError("an unknown kind")
        return message

    wire.read = read


@fault("format.unknown_field")
def dies_of_unknown_fields() -> None:
    honest = wire._check_fields

    def check_fields(name: str, kind: Any, fields: dict[str, Any]) -> None:
        honest(name, kind, fields)
        if set(fields) - set(kind.fields) - {"v", "kind", "session"}:
            raise wire.WireError("an unknown field")

    wire._check_fields = check_fields


def _reads_anything(data: bytes, what: str = "", limits: Any = None) -> Any:
    return msgpack.unpackb(data, raw=False, strict_map_key=False, unicode_errors="replace")


@fault("broken.double_key")
def bears_double_keys() -> None:
    wire.unpack = _reads_anything


@fault("broken.not_utf8")
def bears_wrong_utf8() -> None:
    wire.unpack = _reads_anything


@fault("broken.deep")
def bears_depth() -> None:
    wire._check_shape = lambda *_: None


@fault("broken.zero_id")
def bears_wrong_fields() -> None:
    wire._check_fields = lambda *_: None


@fault("broken.extra_payload")
def bears_extra_payloads() -> None:
    wire._check_payloads = lambda *_: None


@fault("broken.no_field")
def does_not_name_the_field() -> None:
    honest = Worker._leave
    replace("_leave", lambda self, code, text: honest(self, code, "it is broken" if text else ""))


@fault("payload.no_msgpack")
def crashes_on_payloads() -> None:
    worker.unpack = lambda *_: worker.os._exit(3)


@fault("payload.deep")
def hangs_on_deep_payloads() -> None:
    worker.unpack = lambda data, *_: time.sleep(3600) if len(data) > 100 else wire.unpack(data)


@fault("limit.text")
def cuts_characters_apart() -> None:
    wire.cut = lambda text, most=4096: text.encode()[:4000].decode("utf-8", "replace")


@fault("limit.output")
def sends_any_size() -> None:
    wire.pack_payload = lambda value, *_: wire.pack(value)


RUNNING: list[Worker] = []


def serve() -> None:
    """Like Module.serve, with the fault planted."""
    honest = Worker.__init__

    def remembered(self: Worker, *arguments: Any) -> None:
        honest(self, *arguments)
        RUNNING.append(self)

    replace("__init__", remembered)
    checked.module.serve()


if __name__ == "__main__":
    FAULTS[sys.argv[1]][1]()
    serve()
