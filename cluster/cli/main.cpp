// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/program.hpp"

int main(int argc, char** argv) { return agents::program(argc, argv, {}); }
