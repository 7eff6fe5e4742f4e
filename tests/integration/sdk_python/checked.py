# SPDX-License-Identifier: Apache-2.0
"""The capabilities of known behaviour that the conformance checker asks for, in Python."""

import time
from dataclasses import dataclass

from agents_sdk import Call, Failed, Module

module = Module("checked", "1.0.0", window=4, state_version=2)
state = ""


@dataclass
class Line:
    text: str


@dataclass
class Number:
    n: int


@dataclass
class Time:
    ms: int


@dataclass
class Context:
    step: str
    attempt: int
    key: str
    critique: str


@module.restore
def restore(saved: dict[str, str], version: int) -> None:
    global state
    state = saved["text"]


@module.capability("check.echo@1", effect="pure")
def echo(line: Line) -> Line:
    return line


@module.capability("check.context@1")
def context(line: Line, call: Call) -> Context:
    return Context(call.step, call.attempt, call.idempotency_key, call.critique)


@module.capability("check.charge@1")
def charge(line: Line, call: Call) -> Line:
    call.charge(micro_money=7, tokens=70)
    return line


@module.capability("check.refuse@1")
def refuse(line: Line) -> Line:
    raise Failed("rejected", line.text)


@module.capability("check.raise@1")
def throw(line: Line) -> Line:
    raise RuntimeError(line.text)


@module.capability("check.count@1")
def count(to: Number, call: Call) -> Number:
    for i in range(to.n):
        call.emit(Number(i))
    return to


@module.capability("check.wait@1")
def wait(limit: Time, call: Call) -> Time:
    end = time.monotonic() + limit.ms / 1000
    while not call.cancelled and call.remaining() > 0 and time.monotonic() < end:
        time.sleep(0.002)
    if call.cancelled:
        raise Failed("cancelled", "as the caller wished")
    return limit


@module.capability("check.spin@1")
def spin(limit: Time) -> Time:
    end = time.monotonic() + limit.ms / 1000
    while time.monotonic() < end:
        pass
    return limit


@module.capability("check.ask@1")
async def ask(line: Line, call: Call) -> Line:
    return await call.ask_async("check.other@1", line, Line)


@module.capability("check.save@1")
def save(line: Line, call: Call) -> Line:
    if not call.save(line, wait=call.remaining()):
        raise Failed("deadline", "the state was not kept in time")
    return line


@module.capability("check.restored@1")
def restored(line: Line) -> Line:
    return Line(state)


if __name__ == "__main__":
    module.serve()
