// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents::composing {

/// One way to get an output: a capability with one contract, offered by one or more modules; or a step that is done.
struct contract_option {
  std::string ask;  ///< "licence.segment@1"
  value input;
  value output;
  std::vector<std::string> modules;  ///< sorted
  bool pinned = false;               ///< others answer the same reference with another contract
  double cost = 0;                   ///< of one request to the best of the modules; see contract_options.cpp
  std::string done;                  ///< the id of the finished step; "" for a capability
};

/// Where in an option's output a value lies; `member` "" is the whole.
struct output_place {
  std::size_t option = 0;
  std::string member;
};

/// The catalog of the registry, grouped by contract and indexed by what the outputs give. Members of outputs count to
/// a depth of one, and only the required ones: others may be absent.
class option_table {
 public:
  /// Rows that are no offers are skipped; `bad_input` when it is no list, or longer than the planner can handle.
  [[nodiscard]] static expected<option_table> read(const value& catalog);

  /// Adds a finished step. `output` is the schema of what is there.
  void add_done(const std::string& step, const std::string& ask, value output);
  [[nodiscard]] const std::vector<contract_option>& options() const { return options_; }
  [[nodiscard]] value schema_at(const output_place& p) const;

  /// Outputs and members whose title is this.
  [[nodiscard]] const std::vector<output_place>& titled(std::string_view title) const { return find(titled_, title); }
  /// Outputs and members that are lists with items of this title.
  [[nodiscard]] const std::vector<output_place>& lists_of(std::string_view title) const { return find(lists_, title); }
  /// Members of this name.
  [[nodiscard]] const std::vector<output_place>& members(std::string_view name) const { return find(members_, name); }
  /// Every title of an output, sorted.
  [[nodiscard]] std::vector<std::string> titles() const;

 private:
  using places = std::map<std::string, std::vector<output_place>, std::less<>>;
  [[nodiscard]] static const std::vector<output_place>& find(const places& p, std::string_view key);
  void index();
  void index_place(const output_place& p);

  std::vector<contract_option> options_;
  places titled_;
  places lists_;
  places members_;
};

}  // namespace agents::composing
