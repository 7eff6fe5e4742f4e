# SPDX-License-Identifier: Apache-2.0
"""Installs the SDKs into a folder and checks their examples from there: installed_test.py CMAKE BUILD_FOLDER."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CMAKE, BUILD = sys.argv.pop(1), sys.argv.pop(1)
RULES = ["--rule", "hello.", "--rule", "call.any", "--rule", "drain.idle"]


class Installed(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="agents_installed_")
        self.prefix = Path(self.folder.name)
        install = [CMAKE, "--install", BUILD, "--component", "sdk", "--prefix", self.folder.name]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)

    def tearDown(self) -> None:
        self.folder.cleanup()

    def check(self, *command: str) -> None:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(self.prefix / "lib/python3/dist-packages")}
        checker = [sys.executable, "-m", "agents_sdk", "check", *RULES, "--", *command]
        done = subprocess.run(checker, env=environment, cwd=self.prefix, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("0 failed", done.stdout)

    def test_python(self) -> None:
        self.check(sys.executable, str(self.prefix / "share/agents/python/examples/shouter.py"))
        self.assertTrue((self.prefix / "lib/python3/dist-packages/agents_sdk/py.typed").exists())

    def test_javascript(self) -> None:
        self.check("node", str(self.prefix / "share/agents/javascript/examples/shouter.js"))
        self.assertTrue((self.prefix / "share/agents/javascript/index.d.ts").exists())


if __name__ == "__main__":
    unittest.main()
