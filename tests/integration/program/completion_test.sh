#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The completion scripts: bash accepts its own and completes commands, options and nested commands.
set -euo pipefail
agents=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

"$agents" completion bash >agents.bash
bash -n agents.bash
source agents.bash

# What pressing the tab key after these words offers.
offered() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _agents
  echo "${COMPREPLY[*]}"
}
expect() {
  local want=$1 got
  shift
  got=$(offered "$@")
  [[ $got == "$want" ]] || { echo "\"$*\" completes to \"$got\", not to \"$want\""; exit 1; }
}
expect "run runs" agents ru
expect "runs" agents runs
expect "--json" agents runs --j
expect "--resume" agents run --res
expect "--resume" agents run some/job --res
expect "tree" agents tre
expect "--watch" agents tree --wa
expect "module" agents new mod
expect "--folder" agents new module --fol
expect "bash" agents completion ba
touch job.toml
expect "job.toml" agents run job.t
mkdir "my jobs"
offered agents run my >/dev/null
[[ ${#COMPREPLY[@]} == 1 ]] || { echo "a name with a blank is torn apart"; exit 1; }

"$agents" completion zsh >agents.zsh
grep -q bashcompinit agents.zsh
if command -v zsh >/dev/null; then zsh -n agents.zsh; fi
"$agents" completion fish >agents.fish
if command -v fish >/dev/null; then fish -n agents.fish; fi
if "$agents" completion tcsh 2>/dev/null; then echo "tcsh is not known"; exit 1; fi
echo "completion: all tests passed"
