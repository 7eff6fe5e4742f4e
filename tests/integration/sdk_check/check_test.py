# SPDX-License-Identifier: Apache-2.0
"""The conformance checker: right workers pass, each planted fault is caught by its rule, the program behaves."""

import concurrent.futures
import contextlib
import io
import json
import sys
import unittest
from pathlib import Path

from agents_sdk.check.command import chosen_rules, main, offers_of, try_rule
from agents_sdk.check.report import Finding

import faulty_worker

SOURCE = Path(__file__).resolve().parents[3]
FAULTY = [sys.executable, str(SOURCE / "tests/integration/sdk_check/faulty_worker.py")]
SHOUTER = [sys.executable, str(SOURCE / "actors/sdk/python/examples/shouter.py")]
PATIENCE = 2.5


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and error output of the checker."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(arguments))
    return code, out.getvalue(), err.getvalue()


class Faults(unittest.TestCase):
    def test_each_planted_fault_is_caught_by_its_rule(self) -> None:
        offers = offers_of([sys.executable, faulty_worker.checked.__file__], PATIENCE)

        def caught(fault: str) -> Finding:
            return try_rule(chosen_rules([faulty_worker.FAULTS[fault][0]])[0], [*FAULTY, fault], PATIENCE, offers)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for fault, finding in zip(faulty_worker.FAULTS, pool.map(caught, faulty_worker.FAULTS)):
                with self.subTest(fault=fault, rule=finding.rule):
                    self.assertEqual(finding.outcome, "FAILED")
                    self.assertTrue(finding.expected and finding.got)


class Program(unittest.TestCase):
    def test_a_worker_that_ends_at_once_fails_and_its_last_words_are_shown(self) -> None:
        code, out, _ = run("check", "--rule", "hello.first", "--", sys.executable, "-c", "import sys; sys.exit('no zmq')")
        self.assertEqual(code, 1)
        self.assertIn("FAILED  hello.first", out)
        self.assertIn("no zmq", out)
        self.assertIn("docs/wire_format.md", out)

    def test_json_names_rule_section_and_outcome(self) -> None:
        code, out, _ = run("check", "--json", "--rule", "hello.", "--rule", "call.echo", "--", *SHOUTER)
        report = json.loads(out)
        self.assertEqual(code, 0)
        self.assertEqual(report["counts"]["FAILED"], 0)
        self.assertEqual(report["counts"]["skipped"], 1)
        by_name = {r["rule"]: r for r in report["rules"]}
        self.assertEqual(by_name["hello.first"]["outcome"], "ok")
        self.assertEqual(by_name["call.echo"]["outcome"], "skipped")

    def test_with_all_a_skipped_rule_is_a_failure(self) -> None:
        self.assertEqual(run("check", "--all", "--rule", "call.echo", "--", *SHOUTER)[0], 1)

    def test_wrong_use_ends_with_2_and_a_remedy(self) -> None:
        for arguments, remedy in (
            (["check"], "after --"),
            (["check", "--rule", "call.dance", "--", "true"], "--list"),
            (["check", "--", "/no/such/program"], "cannot be started"),
        ):
            code, _, err = run(*arguments)
            self.assertEqual(code, 2)
            self.assertIn(remedy, err)

    def test_every_section_that_a_rule_names_is_in_the_document(self) -> None:
        document = (SOURCE / "docs/wire_format.md").read_text(encoding="utf-8")
        for rule in chosen_rules([]):
            self.assertRegex(document, rf"(?m)^##+ {rule.section}$")


if __name__ == "__main__":
    unittest.main()
