# SPDX-License-Identifier: Apache-2.0
"""Rules: each has a name, a sentence, the section of docs/wire_format.md that it comes from, and a function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional

from .node import Node

Check = Callable[[Node], None]


@dataclass(frozen=True)
class Rule:
    """One rule. `needs` is the capability, or "state", that the worker must have for the rule to be tried."""

    name: str
    section: str
    sentence: str
    needs: Optional[str]
    check: Check


RULES: list[Rule] = []


def rule(name: str, section: str, sentence: str, needs: Optional[str] = None) -> Callable[[Check], Check]:
    """Declares the decorated function as a rule; it raises Broken when the worker does not keep it."""

    def declare(check: Check) -> Check:
        RULES.append(Rule(name, section, sentence, needs, check))
        return check

    return declare
