# SPDX-License-Identifier: Apache-2.0
"""Rules of the session's beginning, its liveness and its end."""

from __future__ import annotations

import time

from .. import wire
from ..wire import pack, unpack
from .node import Broken, Node, described
from .rule import rule

BEATS = {"heartbeat_us": 200000}


@rule("hello.first", "A session", "the first message is a hello that offers version 1 and has the token of AGENTS_TOKEN")
def hello_first(node: Node) -> None:
    hello = node.greeted()
    if wire.VERSION not in hello.fields["versions"]:
        raise Broken("versions with 1", repr(hello.fields["versions"]))
    if hello.fields["token"] != node.token:
        raise Broken("the token of AGENTS_TOKEN", "another one")


@rule("hello.manifest", "Fields", "the manifest has name, version and capabilities with id, input and output")
def hello_manifest(node: Node) -> None:
    manifest = unpack(node.greeted().payloads[0], "the manifest")
    if not isinstance(manifest, dict):
        raise Broken("a map", type(manifest).__name__)
    for field in ("name", "version"):
        if not isinstance(manifest.get(field), str) or not manifest[field]:
            raise Broken(f'a str "{field}"', repr(manifest.get(field)))
    if not node.capabilities():
        raise Broken("at least one capability", repr(manifest.get("capabilities")))
    for capability in node.capabilities():
        _check_capability(capability)
    _check_grants(manifest.get("grants", []))


def _check_grants(grants: object) -> None:
    if not isinstance(grants, list):
        raise Broken("a list of grants", type(grants).__name__)
    for grant in grants:
        if not isinstance(grant, dict) or not isinstance(grant.get("grant"), str):
            raise Broken('a grant with a str "grant"', repr(grant))
        if grant["grant"] in ("read", "write") and not str(grant.get("path", "")).startswith("/"):
            raise Broken(f'an absolute "path" of the grant {grant["grant"]}', repr(grant.get("path")))
        if not isinstance(grant.get("amount", 0), (int, float)) or not isinstance(grant.get("optional", False), bool):
            raise Broken("a number as amount, a boolean as optional", repr(grant))


def _check_capability(capability: dict[str, object]) -> None:
    name, version = (str(capability.get("id")).split("@", 1) + [""])[:2]
    if not name or not version.split(".")[0].isdigit():
        raise Broken("an id such as text.shout@1", repr(capability.get("id")))
    if capability.get("effect", "pure") not in ("pure", "idempotent", "effectful"):
        raise Broken(f"an effect of {name}: pure, idempotent or effectful", repr(capability.get("effect")))
    for side in ("input", "output"):
        if not isinstance(capability.get(side), (dict, bool)):
            raise Broken(f'the JSON Schema "{side}" of {name}', repr(capability.get(side)))


@rule("hello.no_identity", "Connection", "the worker sets no routing id of its own")
def hello_no_identity(node: Node) -> None:
    node.greeted()
    if len(node.identity) != 5 or node.identity[0] != 0:
        raise Broken("the id that ZeroMQ draws (5 bytes, the first 0)", repr(node.identity))


@rule("hello.repeated", "A session", "an unanswered hello is said again every second, with the same start")
def hello_repeated(node: Node) -> None:
    start = node.greeted().fields["start"]
    for _ in range(2):
        before = time.monotonic()
        again = node.expect("hello", seconds=2.5)
        if again.fields["start"] != start:
            raise Broken("the same start", f"{again.fields['start']} after {start}")
        if time.monotonic() - before < 0.5:
            raise Broken("a second between two hellos", f"{time.monotonic() - before:.2f} s")


@rule("hello.start_random", "Fields", "start is drawn at random whenever a worker begins")
def hello_start_random(node: Node) -> None:
    first = node.greeted().fields["start"]
    with Node(node.command, node.patience) as other:
        second = other.greeted().fields["start"]
    if first == second:
        raise Broken("another start", f"{first} twice")


@rule("welcome.other_start", "A session", "a welcome with another start is dropped")
def welcome_other_start(node: Node) -> None:
    start = node.greeted().fields["start"]
    other = start - 1 if start > 1 else 2
    node.send("welcome", **{**node.welcome_fields(), "start": other})
    node.expect("hello", seconds=2.5, start=start)
    node.welcome()
    node.still_works()


@rule("welcome.version", "Errors and versions", "a welcome in a version that was not offered ends the session")
def welcome_version(node: Node) -> None:
    node.greeted()
    node.send("welcome", **{**node.welcome_fields(), "version": 9})
    node.expect_exit()


@rule("welcome.repeated", "A session", "a welcome that comes again changes nothing")
def welcome_repeated(node: Node) -> None:
    node.open()
    node.send("welcome", **node.welcome_fields())
    node.still_works()


@rule("refuse.rejected", "A session", "a worker whose token is refused ends")
def refuse_rejected(node: Node) -> None:
    node.greeted()
    node.send("refuse", code="rejected", text="the token is not expected")
    node.expect_exit()


@rule("refuse.unsupported", "A session", "a worker with which no version is common ends")
def refuse_unsupported(node: Node) -> None:
    node.greeted()
    node.send("refuse", code="unsupported", text="no common version", versions=[2, 3])
    node.expect_exit()


@rule("refuse.unknown_code", "Fields", "a refusal whose code is unknown ends the worker too")
def refuse_unknown_code(node: Node) -> None:
    node.greeted()
    node.send("refuse", code="sunspots", text="a code of a later version")
    node.expect_exit()


@rule("refuse.not_found", "A session", "after not_found the worker says hello with a new start, and works again")
def refuse_not_found(node: Node) -> None:
    node.open()
    before = node.hello.fields["start"]
    node.send("refuse", code="not_found", text="there is no session")
    node.hello = node.expect("hello")
    if node.hello.fields["start"] == before:
        raise Broken("a new start", "the old one")
    node.session += 1
    node.welcome()
    node.still_works()


@rule("refuse.not_found_forgets", "A session", "after not_found the open calls are forgotten", "check.wait@1")
def refuse_not_found_forgets(node: Node) -> None:
    node.open()
    id = node.call("check.wait@1", {"ms": 300})
    node.send("refuse", code="not_found", text="there is no session")
    node.hello = node.expect("hello")
    node.session += 1
    node.welcome()
    node.expect_none("result", "error", id=id, seconds=0.6)
    node.still_works()


@rule("session.other", "Message", "a message of another session is dropped")
def session_other(node: Node) -> None:
    node.open()
    node.send("call", pack(None), session=node.session + 1, id=1000, capability="check.stray@1", timeout_us=1000000)
    node.expect_none("error", id=1000)
    node.send("goodbye", session=node.session + 1)
    node.send("drain", session=node.session + 1)
    node.still_works()
    if any(m.session not in (0, node.session) for _, m in node.messages):
        raise Broken("messages of the session", "one of another")


@rule("session.version", "Errors and versions", "a message of another version in a session ends it with unsupported")
def session_version(node: Node) -> None:
    node.open()
    node.send("heartbeat", v=2)
    node.expect_goodbye("unsupported")


def _longest_gap(node: Node, seconds: float) -> float:
    began = last = time.monotonic()
    longest = 0.0
    while time.monotonic() - began < seconds:
        came = node.receive(0.05)
        now = time.monotonic()
        longest = max(longest, now - last)
        last = now if came is not None else last
    return longest


@rule("heartbeat.idle", "A session", "the worker says something at least every heartbeat_us")
def heartbeat_idle(node: Node) -> None:
    node.open(**BEATS)
    gap = _longest_gap(node, 1.5)
    if gap > 0.7:
        raise Broken("a message every 0.2 s (0.5 s of tolerance)", f"a gap of {gap:.2f} s")


@rule("heartbeat.busy", "A session", "heartbeats go on while a handler computes", "check.spin@1")
def heartbeat_busy(node: Node) -> None:
    node.open(**BEATS)
    node.call("check.spin@1", {"ms": 1500})
    gap = _longest_gap(node, 1.4)
    if gap > 0.7:
        raise Broken("a message every 0.2 s (0.5 s of tolerance)", f"a gap of {gap:.2f} s")


@rule("heartbeat.open", "Fields", "the heartbeat's open is the number of calls that the worker holds", "check.wait@1")
def heartbeat_open(node: Node) -> None:
    node.open(**BEATS)
    node.call("check.wait@1", {"ms": 5000})
    node.expect("heartbeat", open=1)


@rule("silence.short", "A session", "a node that says something now and then is not given up")
def silence_short(node: Node) -> None:
    node.heartbeat_seconds = 0.2
    node.open(**BEATS, silence_us=1000000)
    node.expect_none("goodbye", seconds=1.8)
    node.still_works()


@rule("silence.long", "A session", "a node that is silent for silence_us is given up: goodbye, and the process ends")
def silence_long(node: Node) -> None:
    node.open(**BEATS, silence_us=800000)
    began = time.monotonic()
    node.expect("goodbye", seconds=3.0)
    if time.monotonic() - began < 0.4:
        raise Broken("a wait of 0.8 s", f"{time.monotonic() - began:.2f} s")
    node.expect_exit()


@rule("drain.idle", "A session", "a draining worker without calls says goodbye, without a code, and ends")
def drain_idle(node: Node) -> None:
    node.open().send("drain")
    node.expect_goodbye(None)


@rule("drain.open", "A session", "a draining worker ends its open calls first", "check.wait@1")
def drain_open(node: Node) -> None:
    node.open()
    id = node.call("check.wait@1", {"ms": 300})
    node.send("drain", timeout_us=10000000)
    kinds = []
    for _ in range(2):
        kinds.append(node.expect("result", "error", "goodbye"))
    if [m.kind for m in kinds] != ["result", "goodbye"] or kinds[0].fields["id"] != id or kinds[1].fields.get("code"):
        raise Broken("the result, then a goodbye without code", " then ".join(map(described, kinds)))
    node.expect_exit()


@rule("drain.late_call", "A session", "a call that comes after drain is answered: overloaded, begun false", "check.wait@1")
def drain_late_call(node: Node) -> None:
    node.open()
    first = node.call("check.wait@1", {"ms": 500})
    node.send("drain")
    late = node.end_of(node.call("check.wait@1", {"ms": 1}))
    if late.fields.get("code") != "overloaded" or late.fields.get("begun") is not False:
        raise Broken('"error", overloaded, begun false', described(late))
    node.end_of(first)
    node.expect_goodbye(None)


@rule("drain.twice", "A session", "a second drain changes nothing", "check.wait@1")
def drain_twice(node: Node) -> None:
    node.open()
    id = node.call("check.wait@1", {"ms": 200})
    node.send("drain")
    node.send("drain")
    node.expect("result", id=id)
    node.expect_goodbye(None)


@rule("goodbye.node", "Kinds", "after the node's goodbye the worker ends")
def goodbye_node(node: Node) -> None:
    node.open().send("goodbye")
    node.expect_exit()


@rule("goodbye.busy", "A session", "after the node's goodbye the worker ends although a handler runs", "check.wait@1")
def goodbye_busy(node: Node) -> None:
    node.open()
    node.call("check.wait@1", {"ms": 60000}, timeout=120.0)
    node.send("goodbye", code="internal", text="the check ends")
    node.expect_exit()
