#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whatever a new module is called, what is written compiles: new_module_test.sh PROGRAM COMPILER SOURCES
set -euo pipefail
program=$1 compiler=$2 sources=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
compiles() {
  "$compiler" -std=c++20 -fsyntax-only -I "$sources" "$1" || { echo "${1#"$folder"/} does not compile"; exit 1; }
}

for name in class int std agents printf; do
  "$program" new module "$name" --folder "$folder/$name" >/dev/null
  compiles "$folder/$name/$name.cpp"
  compiles "$folder/$name/main.cpp"
  cmake -G Ninja -S "$folder/$name" -B "$folder/$name/build" -DCMAKE_PREFIX_PATH="$(dirname "$program")" >"$folder/log" 2>&1 ||
    { cat "$folder/log"; echo "$name: cmake refuses the project"; exit 1; }
done
compiles "$folder/class/class_test.cpp"  # the slow one: all of a node
echo "all names compile"
