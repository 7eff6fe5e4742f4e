// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/module.hpp"

namespace agents {

module&& module::offers_dynamic(std::string capability, value input_schema, value output_schema, handler h,
                                offer_options options) && {
  manifest_.capabilities.push_back({.id = std::move(capability),
                                    .description = std::move(options.description),
                                    .effect = options.effect,
                                    .input = std::move(input_schema),
                                    .output = std::move(output_schema),
                                    .timeout = options.timeout,
                                    .micro_money = options.micro_money,
                                    .tokens = options.tokens});
  handlers_.push_back(std::move(h));
  return std::move(*this);
}

}  // namespace agents
