# SPDX-License-Identifier: Apache-2.0
"""`python -m agents_sdk check`: drives a worker through every rule and says which it keeps."""

from __future__ import annotations

import argparse
import concurrent.futures
import sys
from typing import Optional

from . import rules_calls, rules_format, rules_session, rules_streams  # noqa: F401  (they declare the rules)
from .node import Broken, Node
from .report import Finding, as_json, as_text, summary
from .rule import RULES, Rule

_EPILOG = """\
The command is started anew for each rule, with AGENTS_ENDPOINT and AGENTS_TOKEN in its environment. Rules about handlers
need capabilities of known behaviour (check.echo@1, check.wait@1, …: actors/sdk/python/README.md); without them they
are skipped, and --all counts that as a failure.
Exit codes: 0 every rule is kept, 1 one is not (or a gap of --except is closed), 2 wrong use or the command cannot be started.
"""


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m agents_sdk",
        description="Tools for authors of modules and of SDKs.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser(
        "check",
        help="does a worker keep the rules of docs/wire_format.md?",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    check.add_argument("--all", action="store_true", help="a skipped rule is a failure")
    check.add_argument("--rule", action="append", default=[], metavar="NAME", help="only this rule, or PREFIX. (repeatable)")
    check.add_argument(
        "--except", dest="gaps", action="append", default=[], metavar="NAME", help="a known gap: it must fail, or be skipped"
    )
    check.add_argument("--list", action="store_true", help="list the rules and end")
    check.add_argument("--jobs", type=int, default=4, metavar="N", help="workers at once (default 4)")
    check.add_argument("--patience", type=float, default=5.0, metavar="SECONDS", help="for what must come (default 5)")
    check.add_argument("worker", nargs="*", metavar="COMMAND", help="the worker's command line, after --")
    return parser.parse_args(argv)


def chosen_rules(names: list[str]) -> list[Rule]:
    """Those of these names; ValueError names one that fits none."""
    for name in names:
        if not any(_matches(rule.name, name) for rule in RULES):
            raise ValueError(f"no rule is named {name}; see --list")
    return [rule for rule in RULES if not names or any(_matches(rule.name, name) for name in names)]


def _matches(rule: str, name: str) -> bool:
    return rule == name or (name.endswith(".") and rule.startswith(name))


def try_rule(rule: Rule, command: list[str], patience: float, offers: set[str]) -> Finding:
    """Starts a worker and tries one rule on it."""
    finding = Finding(rule.name, rule.section, rule.sentence, "ok")
    if rule.needs is not None and rule.needs not in offers:
        finding.outcome, finding.got = "skipped", f"needs {_need_in_words(rule.needs)}"
        return finding
    with Node(command, patience) as node:
        try:
            rule.check(node)
        except Broken as problem:
            finding.outcome, finding.expected, finding.got = "FAILED", problem.expected, problem.got
            finding.standard_error = node.standard_error()
    return finding


def _need_in_words(need: str) -> str:
    return "a module with state, check.save@1 and check.restored@1" if need == "state" else f"the capability {need}"


def offers_of(command: list[str], patience: float) -> set[str]:
    """What the worker's hello says that it has; nothing when it says none."""
    with Node(command, patience) as node:
        try:
            node.greeted()
            offers = {str(c.get("id")) for c in node.capabilities()}
        except (Broken, ValueError):
            return set()
    return offers | ({"state"} if "state" in node.hello.fields and "check.save@1" in offers else set())


def main(argv: Optional[list[str]] = None) -> int:
    options = _arguments(sys.argv[1:] if argv is None else argv)
    try:
        rules = chosen_rules(options.rule)
        chosen_rules(options.gaps)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    if options.list:
        print("\n".join(f"{r.name:<24} {r.sentence} ({r.section})" for r in rules))
        return 0
    if not options.worker or options.jobs < 1 or options.patience <= 0:
        print("name the worker's command after --; --jobs and --patience are above 0", file=sys.stderr)
        return 2
    try:
        offers = offers_of(options.worker, options.patience)
    except OSError as problem:
        print(f"{options.worker[0]} cannot be started: {problem.strerror}", file=sys.stderr)
        return 2
    return _try_all(rules, options, offers)


def _try_all(rules: list[Rule], options: argparse.Namespace, offers: set[str]) -> int:
    findings: list[Finding] = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for finding in pool.map(lambda r: try_rule(r, options.worker, options.patience, offers), rules):
            findings.append(finding)
            if not options.json:
                print(as_text(finding), flush=True)
    print(as_json(findings) if options.json else summary(findings), flush=True)
    wrong = [f for f in findings if _is_wrong(f, options)]
    return 1 if wrong else 0


def _is_wrong(f: Finding, options: argparse.Namespace) -> bool:
    """A known gap that has been closed is wrong too: it is to be taken off the list."""
    if any(_matches(f.rule, name) for name in options.gaps):
        if f.outcome == "ok":
            print(f"{f.rule} is kept; take it off --except", file=sys.stderr)
        return f.outcome == "ok"
    return f.outcome == "FAILED" or (options.all and f.outcome == "skipped")
