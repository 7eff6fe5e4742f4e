#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The job without steps gives the same memo as the job that declares them: the planner finds the plan from the contracts.
set -euo pipefail
agents=$1 examples=$2
AGENTS_HOME=$(mktemp -d)
export AGENTS_HOME
trap 'rm -rf "$AGENTS_HOME"' EXIT
input=(--input "program=$agents" --in-memory --quiet)
"$agents" run "$examples/licence_review" "${input[@]}" >"$AGENTS_HOME/declared" 2>/dev/null
"$agents" run "$examples/composed" "${input[@]}" >"$AGENTS_HOME/composed" 2>/dev/null
[[ $(wc -l <"$AGENTS_HOME/composed") -gt 20 ]] || { echo "this is no memo:"; cat "$AGENTS_HOME/composed"; exit 1; }
cmp "$AGENTS_HOME/declared" "$AGENTS_HOME/composed"

sed 's/type = "memo"/type = "memoir"/' "$examples/composed/job.toml" >"$AGENTS_HOME/job.toml"
if "$agents" run "$AGENTS_HOME/job.toml" "${input[@]}" >/dev/null 2>"$AGENTS_HOME/err"; then echo "a type that nobody gives was found"; exit 1; fi
grep -q 'nothing gives memoir' "$AGENTS_HOME/err"
echo "composed: all tests passed"
