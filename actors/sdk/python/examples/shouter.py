# SPDX-License-Identifier: Apache-2.0
from dataclasses import dataclass

from agents_sdk import Module

module = Module("shouter", "1.0.0")


@dataclass
class Line:
    text: str


@module.capability("text.shout@1", effect="pure")
def shout(line: Line) -> Line:
    return Line(line.text.upper())


if __name__ == "__main__":
    module.serve()
