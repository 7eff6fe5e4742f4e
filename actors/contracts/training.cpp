// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/training.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "actors/classify/clause_model.hpp"
#include "actors/classify/model_file.hpp"
#include "actors/text/tokenize.hpp"
#include "libagents/home/home_folder.hpp"
#include "libagents/home/owned_folder.hpp"

namespace agents::contracts {

namespace {

namespace fs = std::filesystem;

fs::path from_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read once, before threads change it
  return value ? fs::path{value} : fs::path{};
}

fs::path shipped_contracts() {
  if (auto own = from_environment("AGENTS_CONTRACTS"); !own.empty()) return own;
  std::error_code ec;
  for (const fs::path candidate : {AGENTS_CONTRACTS_SOURCE, AGENTS_CONTRACTS_INSTALLED})
    if (fs::exists(candidate / "labels_train.jsonl", ec)) return candidate;
  return AGENTS_CONTRACTS_SOURCE;
}

std::string content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Changes when the labels or the sizes of the contracts change, and with the format of models.
std::string fingerprint(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator{folder, ec})
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  std::ranges::sort(files);
  std::uint64_t hash = text::hash_bytes(fs::absolute(folder, ec).lexically_normal().string());
  for (const auto& f : files) hash = text::join(hash, text::hash_bytes(content(f)));
  return std::to_string(text::join(hash, classify::model_format));
}

fs::path fingerprint_file(const fs::path& model) { return model.string() + ".from"; }

bool is_fresh(const fs::path& model, const fs::path& folder) {
  std::error_code ec;
  if (!fs::exists(model, ec)) return false;
  const auto known = content(fingerprint_file(model));
  return known.empty() || known == fingerprint(folder);
}

expected<trained_model> use_named(const std::string& name) {
  std::error_code ec;
  const auto path = fs::absolute(name, ec).lexically_normal();
  if (!fs::is_regular_file(path, ec))
    return unexpected{errc::not_found,
                      "there is no model '" + path.string() +
                          "'; train one with agents train, or leave the model out to use the default one"};
  return trained_model{path.string(), false, 0, 0};
}

expected<trained_model> train_anew(const fs::path& model, const fs::path& folder) {
  const auto documents = classify::load_labelled_documents(folder);
  if (!documents) return documents.propagate();
  const auto learned = classify::train_clause_model(*documents);
  if (!learned) return learned.propagate();
  if (auto ok = make_owned_folder(model.parent_path(), home_remedy); !ok) return ok.propagate();
  if (auto saved = classify::save(*learned, model); !saved) return saved.propagate();
  std::ofstream{fingerprint_file(model)} << fingerprint(folder);
  trained_model out{model.string(), true, static_cast<std::int64_t>(documents->size()), 0};
  for (const auto& d : *documents) out.clauses += static_cast<std::int64_t>(d.clauses.size());
  return out;
}

}  // namespace

training_places default_training_places() {
  const auto home = home_folder();
  return {home ? *home / "contract_review.model" : fs::path{}, shipped_contracts()};
}

expected<trained_model> ensure_model(const train_request& request, const training_places& places) {
  if (!request.model.empty()) return use_named(request.model);
  if (places.model.empty())
    return unexpected{errc::not_found, std::string{"there is no place for the default model; "} + home_remedy};
  const auto folder = request.folder.empty() ? places.folder : fs::path{request.folder};
  if (is_fresh(places.model, folder)) return trained_model{places.model.string(), false, 0, 0};
  return train_anew(places.model, folder);
}

}  // namespace agents::contracts
