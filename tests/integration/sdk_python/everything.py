# SPDX-License-Identifier: Apache-2.0
"""A module with a capability for everything that can go right or wrong."""

import asyncio
from dataclasses import dataclass

from agents_sdk import Call, Failed, Module

module = Module("everything", "1.0.0", window=8)


@dataclass
class Line:
    text: str


@dataclass
class Number:
    n: int


@module.capability("text.echo@1", effect="pure")
def echo(line: Line) -> Line:
    return line


@module.capability("text.refuse@1")
def refuse(line: Line) -> Line:
    raise Failed("rejected", "no")


@module.capability("text.throw@1")
def throw(line: Line) -> Line:
    raise RuntimeError(line.text)


@module.capability("number.count@1")
def count(to: Number, call: Call) -> Number:
    for i in range(to.n):
        call.emit(Number(i))
    return to


@module.capability("number.spin@1")
def spin(limit: Number, call: Call) -> Number:
    turns = 0
    while call.remaining() > 0 and not call.cancelled:
        turns += 1
    return Number(turns)


@module.capability("text.ask@1")
async def ask(line: Line, call: Call) -> Line:
    once = await call.ask_async("text.other@1", line, Line)
    return await call.ask_async("text.other@1", once, Line)


@module.capability("number.pause@1")
async def pause(ms: Number) -> Number:
    await asyncio.sleep(ms.n / 1000)
    return ms


if __name__ == "__main__":
    module.serve()
