# SPDX-License-Identifier: Apache-2.0
"""What came of each rule, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

DOCUMENT = "docs/wire_format.md"


@dataclass
class Finding:
    """`outcome` is "ok", "FAILED" or "skipped"."""

    rule: str
    section: str
    sentence: str
    outcome: str
    expected: str = ""
    got: str = ""
    standard_error: str = ""


def counts(findings: list[Finding]) -> dict[str, int]:
    return {name: sum(f.outcome == name for f in findings) for name in ("ok", "FAILED", "skipped")}


def as_json(findings: list[Finding]) -> str:
    return json.dumps({"counts": counts(findings), "rules": [asdict(f) for f in findings]}, indent=2, ensure_ascii=False)


def as_text(f: Finding) -> str:
    """One line; of a broken rule a few more."""
    line = f"{f.outcome:<8}{f.rule:<24} {f.sentence} ({f.section})"
    if f.outcome == "skipped":
        return f"{line}\n          {f.got}"
    if f.outcome == "ok":
        return line
    more = [f"expected  {f.expected}", f"got       {f.got}", f"see       {DOCUMENT}, \"{f.section}\""]
    more += [f"stderr    {said}" for said in f.standard_error.splitlines()[-5:]]
    return "\n".join([line, *("          " + m for m in more)])


def summary(findings: list[Finding]) -> str:
    n = counts(findings)
    return f"{n['ok']} ok, {n['FAILED']} failed, {n['skipped']} skipped"
