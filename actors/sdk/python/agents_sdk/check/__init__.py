# SPDX-License-Identifier: Apache-2.0
"""Does a worker, in whatever language, keep the rules of docs/wire_format.md? Drives it as a node would.

`node.py` is the node, `rule.py` how a rule is declared, `rules_*.py` the rules, `report.py` and `command.py` the program.
"""
