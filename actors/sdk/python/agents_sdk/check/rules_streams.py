# SPDX-License-Identifier: Apache-2.0
"""Rules of streams and their credit, of asks, and of saved state."""

from __future__ import annotations

from ..wire import Message, pack, unpack
from .node import ENDS, Broken, Node, described
from .rule import rule

TEXT = {"text": "hi"}


def _chunks(node: Node, id: int, first: int, end: int) -> None:
    for n in range(first, end):
        chunk = node.expect("chunk", id=id)
        if chunk.fields["n"] != n or unpack(chunk.payloads[0]) != {"n": n}:
            raise Broken(f"chunk {n} with {{'n': {n}}}", described(chunk) + " " + repr(unpack(chunk.payloads[0]))[:80])


def _result_with(node: Node, id: int, chunks: int) -> None:
    end = node.end_of(id)
    if end.kind != "result" or end.fields.get("chunks", 0) != chunks:
        raise Broken(f"a result with chunks: {chunks}", described(end))


@rule("stream.nobody", "Flow control", "without chunks in the call, nothing is streamed", "check.count@1")
def stream_nobody(node: Node) -> None:
    node.open()
    id = node.call("check.count@1", {"n": 5})
    _result_with(node, id, 0)
    node.expect_none("chunk")


@rule("stream.credit", "Flow control", "chunk n is sent when n is below the credit; the handler waits", "check.count@1")
def stream_credit(node: Node) -> None:
    node.open()
    id = node.call("check.count@1", {"n": 8}, chunks=3)
    _chunks(node, id, 0, 3)
    node.expect_none("chunk", *ENDS)
    node.send("credit", id=id, chunks=4)
    _chunks(node, id, 3, 4)
    node.expect_none("chunk", *ENDS)
    node.send("credit", id=id, chunks=100)
    _chunks(node, id, 4, 8)
    _result_with(node, id, 8)


@rule("stream.no_credit", "Flow control", "with a credit of 0 the first chunk waits", "check.count@1")
def stream_no_credit(node: Node) -> None:
    node.open()
    id = node.call("check.count@1", {"n": 2}, chunks=0)
    node.expect_none("chunk", *ENDS)
    node.send("credit", id=id, chunks=2)
    _chunks(node, id, 0, 2)
    _result_with(node, id, 2)


@rule("stream.lower_credit", "Order and loss", "a credit that is repeated or lower than before is dropped", "check.count@1")
def stream_lower_credit(node: Node) -> None:
    node.open()
    id = node.call("check.count@1", {"n": 6}, chunks=2)
    _chunks(node, id, 0, 2)
    for credit in (2, 1, 2):
        node.send("credit", id=id, chunks=credit)
    node.expect_none("chunk", *ENDS)
    node.send("credit", id=id, chunks=6)
    node.send("credit", id=id, chunks=3)
    _chunks(node, id, 2, 6)
    _result_with(node, id, 6)


@rule("stream.strange_credit", "Order and loss", "credit for a call that has ended or never was is dropped")
def stream_strange_credit(node: Node) -> None:
    node.open().send("credit", id=77, chunks=5)
    node.still_works()
    node.send("credit", id=1, chunks=5)
    node.still_works()


@rule("stream.cancelled", "A session", "a call that waits for credit ends when it is cancelled", "check.count@1")
def stream_cancelled(node: Node) -> None:
    node.open()
    id = node.call("check.count@1", {"n": 8}, timeout=120.0, chunks=1)
    _chunks(node, id, 0, 1)
    node.send("cancel", id=id)
    end = node.end_of(id, 2.0)
    if end.kind == "result":
        raise Broken("an error: not all of the stream was sent", described(end))
    node.still_works()


@rule("stream.unread", "A session", "a stream that nobody reads ends with an error at its deadline", "check.count@1")
def stream_unread(node: Node) -> None:
    node.open()
    id = node.call("check.count@1", {"n": 8}, timeout=0.3, chunks=1)
    end = node.end_of(id, 2.3)
    if end.kind == "result":
        raise Broken("an error: not all of the stream was sent", described(end))


# --- Asks ---


def _asked(node: Node, call: int, timeout_seconds: float) -> Message:
    ask = node.expect("ask")
    if ask.fields["call"] != call or ask.fields["capability"] != "check.other@1":
        raise Broken(f"an ask of check.other@1 for call {call}", described(ask))
    if ask.fields["timeout_us"] > timeout_seconds * 1e6:
        raise Broken("a timeout_us within the call's deadline", described(ask))
    if unpack(ask.payloads[0]) != TEXT:
        raise Broken(repr(TEXT), repr(unpack(ask.payloads[0]))[:80])
    return ask


@rule("ask.answered", "Fields", "a handler asks another capability and gets the answer; ids rise", "check.ask@1")
def ask_answered(node: Node) -> None:
    node.open()
    last = 0
    for reply in ("one", "two"):
        id = node.call("check.ask@1", TEXT, timeout=9.0)
        ask = _asked(node, id, 9.0)
        if ask.fields["id"] <= last:
            raise Broken(f"an ask's id above {last}", described(ask))
        last = ask.fields["id"]
        node.send("answer", pack({"text": reply}), id=last, micro_money=1, tokens=2)
        end = node.end_of(id)
        if end.kind != "result" or unpack(end.payloads[0]) != {"text": reply}:
            raise Broken(f"the answer {reply} as output", described(end))


@rule("ask.failed", "Fields", "an answer with a code reaches the handler as that error", "check.ask@1")
def ask_failed(node: Node) -> None:
    node.open()
    id = node.call("check.ask@1", TEXT)
    node.send("answer", id=_asked(node, id, 20.0).fields["id"], code="budget", text="nothing is left")
    node.expect("error", id=id, code="budget")


@rule("ask.unknown_code", "Fields", "a code that the reader does not know is internal", "check.ask@1")
def ask_unknown_code(node: Node) -> None:
    node.open()
    id = node.call("check.ask@1", TEXT)
    node.send("answer", id=_asked(node, id, 20.0).fields["id"], code="sunspots", text="later version")
    node.expect("error", id=id, code="internal")


@rule("ask.late_answer", "Order and loss", "an answer that is repeated, late, or for no ask is dropped", "check.ask@1")
def ask_late_answer(node: Node) -> None:
    node.open()
    node.send("answer", pack(TEXT), id=77)
    id = node.call("check.ask@1", TEXT)
    ask = _asked(node, id, 20.0).fields["id"]
    for text in ("one", "two"):
        node.send("answer", pack({"text": text}), id=ask)
    if unpack(node.expect("result", id=id).payloads[0]) != {"text": "one"}:
        raise Broken("the first answer", "another")
    node.expect_none(*ENDS, id=id)
    node.still_works()


@rule("ask.cancelled", "A session", "a call that waits for an answer ends when it is cancelled", "check.ask@1")
def ask_cancelled(node: Node) -> None:
    node.open()
    id = node.call("check.ask@1", TEXT, timeout=120.0)
    ask = _asked(node, id, 120.0).fields["id"]
    node.send("cancel", id=id)
    node.end_of(id, 2.0)
    node.send("answer", pack(TEXT), id=ask)
    node.still_works()
    node.expect_none(*ENDS, id=id)


@rule("ask.unanswered", "Order and loss", "an ask whose answer was lost ends with its call's deadline", "check.ask@1")
def ask_unanswered(node: Node) -> None:
    node.open()
    id = node.call("check.ask@1", TEXT, timeout=0.4)
    _asked(node, id, 0.4)
    node.expect_none("ask", seconds=0.4)
    node.send("cancel", id=id, text="the deadline has passed")
    node.end_of(id, 2.0)


# --- State ---


@rule("state.saved", "Fields", "saves have rising numbers and the version of the hello", "state")
def state_saved(node: Node) -> None:
    node.open()
    last = -1
    for text in ("one", "two"):
        id = node.call("check.save@1", {"text": text})
        save = node.expect("save", state=node.hello.fields["state"])
        if save.fields["number"] <= last or unpack(save.payloads[0]) != {"text": text}:
            raise Broken(f"the state {text} with a number above {last}", described(save))
        last = save.fields["number"]
        node.send("saved", number=last)
        node.expect("result", id=id)
    node.send("saved", number=77)
    node.still_works()


@rule("state.restored", "Fields", "the state in the welcome is there before the first call", "state")
def state_restored(node: Node) -> None:
    node.greeted()
    node.welcome(pack({"text": "kept"}), state=node.hello.fields["state"])
    output = node.result_of("check.restored@1", TEXT)
    if output != {"text": "kept"}:
        raise Broken("the state that was kept", repr(output))
