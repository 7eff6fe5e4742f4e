// SPDX-License-Identifier: Apache-2.0
// One function for each keyword of JSON Schema 2020-12 (Core §8-11, Validation §6-7).
#include <algorithm>
#include <array>
#include <cmath>

#include "libagents/contract/fields.hpp"
#include "libagents/contract/schema/compiler.hpp"
#include "libagents/contract/schema/number.hpp"

namespace agents::json_schema {
namespace {

constexpr std::size_t longest_scanned_enum = 8;  // beyond it looking up by hash is faster than comparing

template <class Rules>
Rules& made(std::unique_ptr<Rules>& rules) {
  if (!rules) rules = std::make_unique<Rules>();
  return *rules;
}

std::uint8_t bit(value::kind k) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(k)); }

class keyword_reader {
 public:
  keyword_reader(compiler& c, node& n, const value& schema) : compiler_(c), node_(n), schema_(schema.as_object()) {}

  expected<void> run();

 private:
  using method = void (keyword_reader::*)(const value&);
  struct keyword {
    std::string_view name;
    vocabulary group;
    method read;
  };
  static const std::array<keyword, 40> keywords;

  // Helpers. After `fail` the rest of the schema is not read.
  void fail(std::string_view problem, errc code = errc::bad_input, std::string_view below = {});
  void fail(const error& e, std::string_view below = {}) { fail(e.message, e.code, below); }
  const node* child(const value& v) { return compiler_.request(v); }
  void read_list(const value& v, std::vector<const node*>& out);
  void read_count(const value& v, std::size_t& out);
  void read_number(const value& v, std::optional<value>& out);
  [[nodiscard]] std::vector<std::string> read_names(const value& v);
  property_rule& property(std::string_view name);
  dependent_rule& dependent(std::string_view name);
  void add_type(const value& name, bool& has_number);

  // Core
  void ref(const value& v);
  void dynamic_ref(const value& v);
  // Applicators to the same value
  void all_of(const value& v) { read_list(v, made(node_.logic).all_of); }
  void any_of(const value& v) { read_list(v, made(node_.logic).any_of); }
  void one_of(const value& v) { read_list(v, made(node_.logic).one_of); }
  void negation(const value& v) { made(node_.logic).negated = child(v); }
  void condition(const value& v) { made(node_.logic).condition = child(v); }
  void then_branch(const value& v) {
    if (schema_.contains("if")) made(node_.logic).then_branch = child(v);
  }
  void else_branch(const value& v) {
    if (schema_.contains("if")) made(node_.logic).else_branch = child(v);
  }
  void dependent_schemas(const value& v);
  // Applicators to members and items
  void properties(const value& v);
  void pattern_properties(const value& v);
  void additional_properties(const value& v) { made(node_.objects).additional = child(v); }
  void property_names(const value& v) { made(node_.objects).names = child(v); }
  void prefix_items(const value& v) { read_list(v, made(node_.arrays).prefix); }
  void items(const value& v) { made(node_.arrays).rest = child(v); }
  void contains(const value& v) { made(node_.arrays).contains = child(v); }
  void unevaluated_items(const value& v) { node_.unevaluated_items = child(v); }
  void unevaluated_properties(const value& v) { node_.unevaluated_properties = child(v); }
  // Validation
  void type(const value& v);
  void constant(const value& v) { node_.constant = &v; }
  void enumerated(const value& v);
  void minimum(const value& v) { read_number(v, made(node_.numbers).minimum); }
  void exclusive_minimum(const value& v) { read_number(v, made(node_.numbers).exclusive_minimum); }
  void maximum(const value& v) { read_number(v, made(node_.numbers).maximum); }
  void exclusive_maximum(const value& v) { read_number(v, made(node_.numbers).exclusive_maximum); }
  void multiple_of(const value& v);
  void min_length(const value& v) { read_count(v, made(node_.strings).min_length); }
  void max_length(const value& v) { read_count(v, made(node_.strings).max_length); }
  void pattern(const value& v);
  void min_items(const value& v) { read_count(v, made(node_.arrays).min_items); }
  void max_items(const value& v) { read_count(v, made(node_.arrays).max_items); }
  void unique_items(const value& v);
  void min_contains(const value& v) { read_count(v, made(node_.arrays).min_contains); }
  void max_contains(const value& v) { read_count(v, made(node_.arrays).max_contains); }
  void min_properties(const value& v) { read_count(v, made(node_.objects).min_properties); }
  void max_properties(const value& v) { read_count(v, made(node_.objects).max_properties); }
  void required(const value& v);
  void dependent_required(const value& v);
  void format(const value& v);

  compiler& compiler_;
  node& node_;
  const object& schema_;
  std::string_view current_;
  std::optional<error> problem_;
};

const std::array<keyword_reader::keyword, 40> keyword_reader::keywords{{
    {"$dynamicRef", vocabulary::core, &keyword_reader::dynamic_ref},
    {"$ref", vocabulary::core, &keyword_reader::ref},
    {"additionalProperties", vocabulary::applicator, &keyword_reader::additional_properties},
    {"allOf", vocabulary::applicator, &keyword_reader::all_of},
    {"anyOf", vocabulary::applicator, &keyword_reader::any_of},
    {"const", vocabulary::validation, &keyword_reader::constant},
    {"contains", vocabulary::applicator, &keyword_reader::contains},
    {"dependentRequired", vocabulary::validation, &keyword_reader::dependent_required},
    {"dependentSchemas", vocabulary::applicator, &keyword_reader::dependent_schemas},
    {"else", vocabulary::applicator, &keyword_reader::else_branch},
    {"enum", vocabulary::validation, &keyword_reader::enumerated},
    {"exclusiveMaximum", vocabulary::validation, &keyword_reader::exclusive_maximum},
    {"exclusiveMinimum", vocabulary::validation, &keyword_reader::exclusive_minimum},
    {"format", vocabulary::core, &keyword_reader::format},
    {"if", vocabulary::applicator, &keyword_reader::condition},
    {"items", vocabulary::applicator, &keyword_reader::items},
    {"maxContains", vocabulary::validation, &keyword_reader::max_contains},
    {"maxItems", vocabulary::validation, &keyword_reader::max_items},
    {"maxLength", vocabulary::validation, &keyword_reader::max_length},
    {"maxProperties", vocabulary::validation, &keyword_reader::max_properties},
    {"maximum", vocabulary::validation, &keyword_reader::maximum},
    {"minContains", vocabulary::validation, &keyword_reader::min_contains},
    {"minItems", vocabulary::validation, &keyword_reader::min_items},
    {"minLength", vocabulary::validation, &keyword_reader::min_length},
    {"minProperties", vocabulary::validation, &keyword_reader::min_properties},
    {"minimum", vocabulary::validation, &keyword_reader::minimum},
    {"multipleOf", vocabulary::validation, &keyword_reader::multiple_of},
    {"not", vocabulary::applicator, &keyword_reader::negation},
    {"oneOf", vocabulary::applicator, &keyword_reader::one_of},
    {"pattern", vocabulary::validation, &keyword_reader::pattern},
    {"patternProperties", vocabulary::applicator, &keyword_reader::pattern_properties},
    {"prefixItems", vocabulary::applicator, &keyword_reader::prefix_items},
    {"properties", vocabulary::applicator, &keyword_reader::properties},
    {"propertyNames", vocabulary::applicator, &keyword_reader::property_names},
    {"required", vocabulary::validation, &keyword_reader::required},
    {"then", vocabulary::applicator, &keyword_reader::then_branch},
    {"type", vocabulary::validation, &keyword_reader::type},
    {"unevaluatedItems", vocabulary::unevaluated, &keyword_reader::unevaluated_items},
    {"unevaluatedProperties", vocabulary::unevaluated, &keyword_reader::unevaluated_properties},
    {"uniqueItems", vocabulary::validation, &keyword_reader::unique_items},
}};

expected<void> keyword_reader::run() {
  const auto own = compiler_.dialect_of(node_.resource);  // a copy: references load documents
  for (const auto& k : keywords) {
    const auto* v = own.has(k.group) ? schema_.find(k.name) : nullptr;
    if (!v) continue;
    current_ = k.name;
    (this->*k.read)(*v);
    if (problem_) return unexpected{std::move(*problem_)};
  }
  return {};
}

void keyword_reader::fail(std::string_view problem, errc code, std::string_view below) {
  if (problem_) return;
  auto pointer = detail::pointer_child(node_.location, current_);
  if (!below.empty()) pointer = detail::pointer_child(pointer, below);
  problem_ = error{code, "schema, at " + pointer + ": "};
  problem_->message += problem;
}

void keyword_reader::read_list(const value& v, std::vector<const node*>& out) {
  if (!v.is_array() || v.as_array().empty()) return fail("must be a list of schemas with at least one");
  for (const auto& item : v.as_array()) out.push_back(child(item));
}

void keyword_reader::read_count(const value& v, std::size_t& out) {
  if (!is_whole(v) || v.as_number() < 0) return fail("must be a whole number of at least 0");
  out = v.as_number() < 0x1p53 ? static_cast<std::size_t>(v.as_number()) : unlimited;
}

void keyword_reader::read_number(const value& v, std::optional<value>& out) {
  if (!v.is_number() || std::isnan(v.as_number())) return fail("must be a number");
  out = v;
}

std::vector<std::string> keyword_reader::read_names(const value& v) {
  std::vector<std::string> out;
  if (!v.is_array()) return fail("must be a list of names"), out;
  for (const auto& name : v.as_array()) {
    if (!name.is_string()) return fail("must be a list of names"), out;
    out.push_back(name.as_string());
  }
  return out;
}

property_rule& keyword_reader::property(std::string_view name) {
  auto& all = made(node_.objects).properties;
  const auto it = std::lower_bound(all.begin(), all.end(), name, [](const auto& p, auto n) { return p.name < n; });
  if (it != all.end() && it->name == name) return *it;
  return *all.insert(it, property_rule{.name = std::string{name}});
}

dependent_rule& keyword_reader::dependent(std::string_view name) {
  auto& all = made(node_.objects).dependents;
  const auto it = std::find_if(all.begin(), all.end(), [&](const auto& d) { return d.name == name; });
  return it != all.end() ? *it : all.emplace_back(dependent_rule{.name = std::string{name}, .required = {}});
}

void keyword_reader::ref(const value& v) {
  if (!v.is_string()) return fail("must be a URI reference");
  const auto target = compiler_.resolve_static(v.as_string(), node_.resource);
  if (!target) return fail(target.error());
  made(node_.logic).reference = *target;
}

void keyword_reader::dynamic_ref(const value& v) {
  if (!v.is_string()) return fail("must be a URI reference");
  made(node_.logic);
  if (const auto ok = compiler_.resolve_dynamic(node_, v.as_string(), node_.resource); !ok) fail(ok.error());
}

void keyword_reader::dependent_schemas(const value& v) {
  if (!v.is_object()) return fail("must be an object with schemas");
  for (const auto& [name, schema] : v.as_object()) dependent(name).schema = child(schema);
}

void keyword_reader::properties(const value& v) {
  if (!v.is_object()) return fail("must be an object with schemas");
  for (const auto& [name, schema] : v.as_object()) property(name).schema = child(schema);
}

void keyword_reader::pattern_properties(const value& v) {
  if (!v.is_object()) return fail("must be an object with schemas");
  for (const auto& [pattern, schema] : v.as_object()) {
    auto compiled = regex::compile(pattern);
    if (!compiled) return fail(compiled.error(), pattern);
    made(node_.objects).patterns.push_back({std::move(*compiled), child(schema)});
  }
}

void keyword_reader::type(const value& v) {
  bool has_number = false;
  node_.types = {.kinds = 0};
  if (v.is_array()) {
    for (const auto& name : v.as_array()) add_type(name, has_number);
  } else {
    add_type(v, has_number);
  }
  if (has_number) node_.types.whole_numbers = false;
}

void keyword_reader::add_type(const value& name, bool& has_number) {
  using kind = value::kind;
  const auto text = name.is_string() ? std::string_view{name.as_string()} : std::string_view{};
  auto& out = node_.types.kinds;
  if (text == "null") {
    out |= bit(kind::null);
  } else if (text == "boolean") {
    out |= bit(kind::boolean);
  } else if (text == "integer") {
    out |= bit(kind::integer) | bit(kind::number);
    node_.types.whole_numbers = true;
  } else if (text == "number") {
    out |= bit(kind::integer) | bit(kind::number);
    has_number = true;
  } else if (text == "string") {
    out |= bit(kind::string) | bit(kind::bytes);
  } else if (text == "array") {
    out |= bit(kind::array);
  } else if (text == "object") {
    out |= bit(kind::object);
  } else {
    fail("must be one or several of null, boolean, integer, number, string, array, object");
  }
}

void keyword_reader::enumerated(const value& v) {
  if (!v.is_array()) return fail("must be a list of values");
  node_.allowed = enumeration{&v.as_array(), {}};
  if (v.as_array().size() <= longest_scanned_enum) return;
  auto& index = node_.allowed->by_hash;
  for (const auto& item : v.as_array()) index.emplace_back(hash_of(item), &item);
  std::sort(index.begin(), index.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

void keyword_reader::multiple_of(const value& v) {
  read_number(v, made(node_.numbers).multiple_of);
  if (!problem_ && !(v.as_number() > 0)) fail("must be above 0");
}

void keyword_reader::pattern(const value& v) {
  if (!v.is_string()) return fail("must be a regular expression");
  auto compiled = regex::compile(v.as_string());
  if (!compiled) return fail(compiled.error());
  made(node_.strings).pattern = std::move(*compiled);
}

void keyword_reader::unique_items(const value& v) {
  if (!v.is_bool()) return fail("must be true or false");
  if (v.as_bool()) made(node_.arrays).unique = true;
}

void keyword_reader::required(const value& v) {
  for (const auto& name : read_names(v)) property(name).is_required = true;
}

void keyword_reader::dependent_required(const value& v) {
  if (!v.is_object()) return fail("must be an object with lists of names");
  for (const auto& [name, list] : v.as_object()) dependent(name).required = read_names(list);
}

void keyword_reader::format(const value& v) {
  if (!v.is_string()) return fail("must be the name of a format");
  const auto own = compiler_.dialect_of(node_.resource);  // a copy: references load documents
  if (!compiler_.asserts_formats() && !own.has(vocabulary::format_assertion)) return;
  const auto check = find_format(v.as_string());
  if (!check) return;
  made(node_.strings).format = check;
  node_.strings->format_name = v.as_string();
}

}  // namespace

expected<void> read_keywords(compiler& c, node& n, const value& schema) { return keyword_reader{c, n, schema}.run(); }

}  // namespace agents::json_schema
