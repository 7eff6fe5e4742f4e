// SPDX-License-Identifier: Apache-2.0
// Everything the author of a module needs, and nothing of a third party.
#pragma once

#include "libagents/contract/call.hpp"
#include "libagents/contract/fields.hpp"
#include "libagents/contract/module.hpp"
#include "libagents/contract/task.hpp"
