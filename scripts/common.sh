# SPDX-License-Identifier: Apache-2.0
# Shared by quickstart, test and bench: stages with times, a log that is shown only when something fails.
# The caller sets `log` (a file) before it calls run_logged.

# "3 min 20 s"
human_seconds() {
  if (($1 < 60)); then echo "$1 s"; else echo "$(($1 / 60)) min $(($1 % 60)) s"; fi
}

# As many compile jobs as there are processors, but no more than memory allows at about 1.2 GB each.
compile_jobs() {
  local cpus memory
  cpus=$(nproc)
  memory=$(awk '/MemAvailable/ {print int($2 / 1200000) + 1}' /proc/meminfo 2>/dev/null || true)
  memory=${memory:-$cpus}
  echo $((cpus < memory ? cpus : memory))
}

# On a terminal, shows ninja's "[3/120] …" as one line that overwrites itself; elsewhere swallows it. The log has it all.
show_progress() {
  local line
  if [[ ! -t 1 ]]; then cat >/dev/null && return; fi
  while IFS= read -r line; do
    if [[ $line == \[* ]]; then printf '\r\033[K   %.70s' "$line"; fi
  done
  printf '\r\033[K'
}

# Runs the command with its output in the log. On failure shows the end of the log and returns the command's status.
run_logged() {
  local status=0
  echo "\$ $*" >>"$log"
  { "$@" 2>&1 || status=$?; echo "$status" >"$log.status"; } | tee -a "$log" | show_progress
  status=$(<"$log.status")
  rm -f "$log.status"
  if [[ $status != 0 ]]; then
    echo "Failed: $*"
    echo "The end of $log:"
    awk '/^\$ / { text = "" } !/^\[[0-9]+\/[0-9]+\] / { text = text "   " $0 "\n" } END { printf "%s", text }' "$log" | tail -n 40
  fi
  return "$status"
}

# configure_and_build PRESET [TARGET…]: without targets everything.
configure_and_build() {
  local preset=$1 targets=()
  shift
  if (($# > 0)); then targets=(--target "$@"); fi
  run_logged cmake --preset "$preset" && run_logged cmake --build "build/$preset" --parallel "$(compile_jobs)" "${targets[@]}"
}
