# SPDX-License-Identifier: Apache-2.0
message(FATAL_ERROR "escript is not installed: apt-get install erlang-base, then configure again")
