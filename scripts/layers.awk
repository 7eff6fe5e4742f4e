# SPDX-License-Identifier: Apache-2.0
# Reads source files and prints every include that the architecture forbids; exits 1 if there is one.
BEGIN {
  # A folder may include folders of its own rank and below. "libagents/" itself holds the headers for module authors.
  split("libagents/core 0 libagents/contract 1 libagents/registry 2 libagents/routing 2 libagents/supervision 2 libagents/journal 2 " \
        "libagents/wire 2 libagents/sandbox 2 libagents/home 2 " \
        "libagents/orchestration 3 libagents/runtime 4 libagents 4 actors 5 monitoring 6 cluster 7 examples 8 tests 9", words, " ")
  for (i = 1; i in words; i += 2) rank_of[words[i]] = words[i + 1]
}

function folder_of(path, parts, n) {
  n = split(path, parts, "/")
  if (parts[1] != "libagents") return parts[1]
  return n > 2 ? parts[1] "/" parts[2] : parts[1]
}

function complain(text) {
  print FILENAME ":" FNR ": " text
  bad = 1
}

function check_own(file, target, from, to) {
  from = folder_of(file)
  to = folder_of(target)
  if (!(from in rank_of)) return complain("the folder " from " has no rank; add it to scripts/layers.awk")
  if (!(to in rank_of)) return complain("\"" target "\" is no path from the root of the repository")
  if (rank_of[to] > rank_of[from]) return complain(from " must not include " to ": data flows one way")
  if (from == "monitoring" && to != "monitoring" && to != "libagents/core") complain("monitoring observes events only: it may include libagents/core")
}

function is_public(file) { return file ~ /\.hpp$/ && file !~ /_impl\.hpp$/ && file !~ /(^|\/)(tests|detail)\// }

function check_system(file, header) {
  if (header ~ /^caf\// && file !~ /^libagents\/runtime\//) complain("only libagents/runtime may include <" header ">")
  if (is_public(file) && header !~ /^[a-z0-9_]+$/) complain("a public header must not include <" header ">; name it *_impl.hpp or include it in a .cpp")
}

FNR == 1 { raw_end = "" }

# The text of a raw string is no code: it may be a template of a source file.
raw_end != "" {
  if (index($0, raw_end)) raw_end = ""
  next
}
match($0, /R"[^(")]*\(/) {
  raw_end = ")" substr($0, RSTART + 2, RLENGTH - 3) "\""
  if (index(substr($0, RSTART + RLENGTH), raw_end)) raw_end = ""
  next
}

/^ *# *include/ {
  if (match($0, /"[^"]*"/)) check_own(FILENAME, substr($0, RSTART + 1, RLENGTH - 2))
  else if (match($0, /<[^>]*>/)) check_system(FILENAME, substr($0, RSTART + 1, RLENGTH - 2))
}

END { exit bad }
