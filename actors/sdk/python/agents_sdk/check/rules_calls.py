# SPDX-License-Identifier: Apache-2.0
"""Rules of calls, their ends and their cancellation."""

from __future__ import annotations

from typing import Any

from ..wire import pack, unpack
from .node import ENDS, Broken, Node, described
from .rule import rule
from .sample import sample_input

TEXT = {"text": "hi"}


@rule("call.any", "A session", "a call of each capability ends with exactly one result or error")
def call_any(node: Node) -> None:
    node.open()
    for offered in node.capabilities()[1:]:
        with Node(node.command, node.patience) as other:  # one may end its process after a crash
            _call_once(other.open(), offered)
    _call_once(node, node.capabilities()[0])


def _call_once(node: Node, offered: dict[str, Any]) -> None:
    id = node.call(offered["id"], sample_input(offered.get("input")), timeout=2.0)
    while (came := node.expect(*ENDS, "ask", "save", seconds=node.patience + 2.0)).kind not in ENDS:
        if came.kind == "ask":
            node.send("answer", id=came.fields["id"], code="no_route", text="the checker offers nothing")
        else:
            node.send("saved", number=came.fields["number"])
    if came.fields["id"] != id:
        raise Broken(f"the end of call {id}", described(came))
    node.expect_none(*ENDS, id=id, seconds=0.05)


@rule("call.echo", "Kinds", "a result has the output", "check.echo@1")
def call_echo(node: Node) -> None:
    node.open()
    for text in ("hi", "", "gr\u00fc\u00df dich \U0001f600", "a" * 70000):
        output = node.result_of("check.echo@1", {"text": text})
        if output != {"text": text}:
            raise Broken("the input as output", repr(output)[:200])


@rule("call.no_route", "Fields", "a capability that is not offered is answered with no_route, begun false")
def call_no_route(node: Node) -> None:
    node.open()
    end = node.end_of(node.call("check.nobody_offers_this@1", None))
    if end.fields.get("code") != "no_route" or end.fields.get("begun") is not False:
        raise Broken('"error", no_route, begun false', described(end))


@rule("call.bad_input", "Fields", "an input that does not fit is answered with bad_input; the worker goes on", "check.echo@1")
def call_bad_input(node: Node) -> None:
    node.open()
    node.expect("error", id=node.call("check.echo@1", {"text": 5}), code="bad_input")
    node.expect("error", id=node.call("check.echo@1", "no map"), code="bad_input")
    node.still_works()


@rule("call.context", "Fields", "step, attempt, key and critique reach the handler", "check.context@1")
def call_context(node: Node) -> None:
    given: dict[str, Any] = {"step": "first", "attempt": 3, "key": "30313233-3435-3637-3839-616263646566/first", "critique": "too short"}
    node.open()
    fields: dict[str, Any] = {**given, "run": b"0123456789abcdef", "trace": "00-" + "1" * 32 + "-" + "2" * 16 + "-01"}
    id = node.call("check.context@1", TEXT, budget={"micro_money": 10, "tokens": 20}, **fields)
    output = unpack(node.expect("result", id=id).payloads[0])
    if output != given:
        raise Broken(repr(given), repr(output))


@rule("call.previous", "Message", "a call may have a second payload, the previous output", "check.echo@1")
def call_previous(node: Node) -> None:
    node.open()
    node.send("call", pack(TEXT), pack({"text": "before"}), id=1, capability="check.echo@1", timeout_us=9000000)
    node.expect("result", id=1)


@rule("call.spent", "Fields", "what a call cost is in its result: 7 micro_money and 70 tokens", "check.charge@1")
def call_spent(node: Node) -> None:
    node.open()
    end = node.end_of(node.call("check.charge@1", TEXT))
    if (end.kind, end.fields.get("micro_money"), end.fields.get("tokens")) != ("result", 7, 70):
        raise Broken("a result with micro_money 7 and tokens 70", described(end))


@rule("call.refused", "Fields", "the error that a handler chooses arrives: code and text", "check.refuse@1")
def call_refused(node: Node) -> None:
    node.open()
    node.expect("error", id=node.call("check.refuse@1", TEXT), code="rejected", text="hi")
    node.still_works()


@rule("call.raised", "Fields", "a handler that throws ends its call with crashed, begun not false", "check.raise@1")
def call_raised(node: Node) -> None:
    node.open()
    end = node.end_of(node.call("check.raise@1", TEXT))
    if end.fields.get("code") != "crashed" or end.fields.get("begun") is False:
        raise Broken('"error", crashed', described(end))


@rule("call.repeated", "Order and loss", "a call whose id is not above all before is dropped", "check.echo@1")
def call_repeated(node: Node) -> None:
    node.open()
    for id in (5, 5, 3):
        node.send("call", pack(TEXT), id=id, capability="check.echo@1", timeout_us=9000000)
    node.last_call = 5
    node.expect("result", id=5)
    node.still_works()
    node.expect_none(*ENDS, id=5)
    node.expect_none(*ENDS, id=3)


@rule("call.window", "Flow control", "as many calls as the window allows are taken at once", "check.wait@1")
def call_window(node: Node) -> None:
    node.open()
    ids = [node.call("check.wait@1", {"ms": 20}) for _ in range(min(node.hello.fields["window"], 64))]
    for id in ids:
        node.expect("result", id=id)


@rule("call.beyond_window", "Flow control", "a call beyond the window breaks the rules: goodbye, corrupt", "check.wait@1")
def call_beyond_window(node: Node) -> None:
    node.open()
    for _ in range(node.hello.fields["window"] + 1):
        node.call("check.wait@1", {"ms": 60000}, timeout=120.0)
    node.expect_goodbye("corrupt")


@rule("call.deadline", "A session", "a handler that can stop has ended by its deadline plus the grace of 2 s", "check.wait@1")
def call_deadline(node: Node) -> None:
    node.open()
    id = node.call("check.wait@1", {"ms": 60000}, timeout=0.3)
    node.listen(0.3)
    node.send("cancel", id=id, text="the deadline has passed")
    node.end_of(id, 2.3)
    node.still_works()


@rule("call.no_time", "Fields", "a call without time left still ends", "check.echo@1")
def call_no_time(node: Node) -> None:
    node.open()
    node.end_of(node.call("check.echo@1", TEXT, timeout=0))
    node.end_of(node.call("check.echo@1", TEXT, timeout=9007199254.0))


@rule("cancel.running", "A session", "a cancelled call ends early, with exactly one end", "check.wait@1")
def cancel_running(node: Node) -> None:
    node.open()
    id = node.call("check.wait@1", {"ms": 60000}, timeout=120.0)
    node.send("cancel", id=id, text="nobody waits")
    end = node.end_of(id, 2.0)
    if end.kind == "error" and end.fields["code"] != "cancelled":
        raise Broken("cancelled, or a result", described(end))
    node.expect_none(*ENDS, id=id)
    node.still_works()


@rule("cancel.twice", "Order and loss", "a cancel that comes twice, late, or for no call is dropped", "check.echo@1")
def cancel_twice(node: Node) -> None:
    node.open()
    id = node.call("check.echo@1", TEXT)
    node.expect("result", id=id)
    for stranger in (id, id, 77):
        node.send("cancel", id=stranger)
    node.still_works()
    node.expect_none(*ENDS, id=id)
    node.expect_none(*ENDS, id=77)


@rule("cancel.early", "A session", "a cancel right behind its call still leaves one end", "check.wait@1")
def cancel_early(node: Node) -> None:
    node.open()
    ids = [node.call("check.wait@1", {"ms": 60000}, timeout=120.0)]
    node.send("cancel", id=ids[0])
    node.send("cancel", id=ids[0])
    node.end_of(ids[0], 2.0)
    node.expect_none(*ENDS, id=ids[0])
