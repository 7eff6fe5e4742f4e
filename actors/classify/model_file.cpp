// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/model_file.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

#include "actors/classify/model_parts.hpp"

namespace agents::classify {
namespace {

constexpr std::string_view magic{"AGCLAUSE"};
constexpr std::size_t header_bytes = 8 + 4 + 8;  // magic, version, size of the body
constexpr std::size_t checksum_bytes = 4;
constexpr float rarity_steps = 16;  // per unit of rarity

class byte_writer {
 public:
  void u8(std::uint8_t x) { out_.push_back(static_cast<char>(x)); }
  void u32(std::uint32_t x) {
    for (int shift = 0; shift < 32; shift += 8) u8(static_cast<std::uint8_t>(x >> shift));
  }
  void u64(std::uint64_t x) {
    u32(static_cast<std::uint32_t>(x));
    u32(static_cast<std::uint32_t>(x >> 32));
  }
  void f32(float x) { u32(std::bit_cast<std::uint32_t>(x)); }
  void raw(std::string_view bytes) { out_ += bytes; }
  void text(std::string_view s) {
    u32(static_cast<std::uint32_t>(s.size()));
    raw(s);
  }
  void floats(const std::vector<float>& xs) {
    for (const auto x : xs) f32(x);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads what is there; after the first lack everything is zero and `ok()` is false.
class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view raw(std::uint64_t size) {
    if (size > rest_.size()) return ok_ = false, rest_ = {}, std::string_view{};
    const auto out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::uint8_t u8() {
    const auto b = raw(1);
    return b.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(b[0]);
  }
  std::uint32_t u32() {
    std::uint32_t x = 0;
    for (int shift = 0; shift < 32; shift += 8) x |= static_cast<std::uint32_t>(u8()) << shift;
    return x;
  }
  std::uint64_t u64() {
    const std::uint64_t low = u32();
    return low | static_cast<std::uint64_t>(u32()) << 32;
  }
  float f32() {
    const auto x = std::bit_cast<float>(u32());
    if (!std::isfinite(x)) ok_ = false;
    return x;
  }
  std::string text() { return std::string{raw(u32())}; }
  std::vector<float> floats(std::size_t count) {
    std::vector<float> out;
    if (count * 4 > rest_.size()) return ok_ = false, out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(f32());
    return out;
  }
  /// A number of things of at least `least_bytes` each, so that a wrong count cannot make us allocate much.
  std::uint32_t count(std::size_t least_bytes) {
    const auto n = u32();
    if (n > rest_.size() / least_bytes) return ok_ = false, 0;
    return n;
  }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool done() const noexcept { return ok_ && rest_.empty(); }
  void fail() noexcept { ok_ = false; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

void write_categories(const std::vector<category_info>& categories, byte_writer& out) {
  out.u32(static_cast<std::uint32_t>(categories.size()));
  for (const auto& c : categories) {
    out.text(c.name);
    out.text(c.question);
  }
}

void write_space(const feature_space& space, byte_writer& out) {
  out.u32(static_cast<std::uint32_t>(space.size()));
  for (const auto& e : space.entries()) out.u32(e.key);
  for (const auto& e : space.entries()) out.u8(static_cast<std::uint8_t>(std::lround(e.rarity * rarity_steps)));
}

void write_scorer(const linear_scorer& scorer, byte_writer& out) {
  out.floats(scorer.scale());
  out.floats(scorer.bias());
  for (const auto q : scorer.quantised()) out.u8(static_cast<std::uint8_t>(q));
}

void write_view(const view_scorer& view, byte_writer& out) {
  write_space(view.space, out);
  write_scorer(view.scorer, out);
}

void write_fusion(const fusion& f, byte_writer& out) {
  out.floats(f.weights);
  out.floats(f.offsets);
  out.u8(f.deviations.empty() ? 0 : 1);
  out.floats(f.deviations);
}

std::string encode_body(const clause_model::parts& p) {
  byte_writer out;
  write_categories(p.categories, out);
  if (p.categories.empty()) return out.take();
  write_space(p.scorers.space, out);
  write_scorer(p.scorers.type, out);
  write_scorer(p.scorers.relevance, out);
  for (const auto* view : {&p.scorers.characters, &p.scorers.opening, &p.scorers.surroundings}) write_view(*view, out);
  write_fusion(p.type.placed, out);
  write_fusion(p.type.bare, out);
  write_fusion(p.place, out);
  write_fusion(p.presence, out);
  out.floats(p.presence_thresholds);
  for (const auto x : {p.single_threshold, p.sharpness}) out.f32(x);
  return out.take();
}

void read_categories(byte_reader& in, clause_model::parts& p) {
  const auto count = in.count(8);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    auto name = in.text();
    p.names.push_back(name);
    p.categories.push_back({std::move(name), in.text()});
  }
}

feature_space read_space(byte_reader& in) {
  std::vector<feature_space::entry> entries(in.count(5));
  for (auto& e : entries) e.key = in.u32();
  for (auto& e : entries) e.rarity = static_cast<float>(in.u8()) / rarity_steps;
  for (std::size_t i = 1; i < entries.size(); ++i)
    if (entries[i - 1].key >= entries[i].key) in.fail();
  return in.ok() ? feature_space{std::move(entries)} : feature_space{};
}

linear_scorer read_scorer(byte_reader& in, std::size_t features, std::size_t classes) {
  auto scale = in.floats(classes);
  auto bias = in.floats(classes);
  const auto raw = in.raw(static_cast<std::uint64_t>(features) * classes);
  if (!in.ok()) return {};
  std::vector<std::int8_t> quantised(raw.size());
  std::memcpy(quantised.data(), raw.data(), raw.size());
  return {std::move(quantised), std::move(scale), std::move(bias)};
}

view_scorer read_view(byte_reader& in, std::size_t classes) {
  view_scorer out{read_space(in), {}};
  out.scorer = read_scorer(in, out.space.size(), classes);
  return out;
}

fusion read_fusion(byte_reader& in, std::size_t width, std::size_t categories) {
  fusion out;
  out.weights = in.floats(width);
  out.offsets = in.floats(categories);
  const auto has_deviations = in.u8();
  if (has_deviations > 1) in.fail();
  if (has_deviations == 1) out.deviations = in.floats(width * categories);
  return out;
}

bool read_body(byte_reader& in, clause_model::parts& p) {
  read_categories(in, p);
  const auto classes = p.categories.size();
  if (!in.ok() || classes == 0) return in.done();
  p.scorers.space = read_space(in);
  p.scorers.type = read_scorer(in, p.scorers.space.size(), classes);
  p.scorers.relevance = read_scorer(in, p.scorers.space.size(), classes);
  for (auto* view : {&p.scorers.characters, &p.scorers.opening, &p.scorers.surroundings})
    *view = read_view(in, classes);
  p.type.placed = read_fusion(in, type_signals::width, classes);
  p.type.bare = read_fusion(in, type_signals::width, classes);
  p.place = read_fusion(in, document_signals::width, classes);
  p.presence = read_fusion(in, presence_width, classes);
  p.presence_thresholds = in.floats(classes);
  p.single_threshold = in.f32();
  p.sharpness = in.f32();
  return in.done();
}

unexpected corrupt(const std::string& why) {
  return {errc::corrupt, "not a clause model: " + why + "; train it again with `agents train`"};
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) noexcept {
  static const auto table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      auto c = i;
      for (int k = 0; k < 8; ++k) c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1U) : c >> 1U;
      t[i] = c;
    }
    return t;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char b : bytes) crc = table[(crc ^ static_cast<unsigned char>(b)) & 0xFFU] ^ (crc >> 8U);
  return ~crc;
}

std::string encode_model(const clause_model& model) {
  const auto body = encode_body(model.inside());
  byte_writer out;
  out.raw(magic);
  out.u32(model_format);
  out.u64(body.size());
  out.raw(body);
  auto bytes = out.take();
  byte_writer checksum;
  checksum.u32(crc32(bytes));
  return bytes + checksum.take();
}

expected<clause_model> decode_model(std::string_view bytes) {
  if (bytes.size() < header_bytes + checksum_bytes) return corrupt("only " + std::to_string(bytes.size()) + " bytes");
  byte_reader header{bytes.substr(0, header_bytes)};
  if (header.raw(magic.size()) != magic) return corrupt("it does not begin with " + std::string{magic});
  const auto found = header.u32();
  const auto covered = bytes.substr(0, bytes.size() - checksum_bytes);
  if (byte_reader{bytes.substr(covered.size())}.u32() != crc32(covered)) return corrupt("the checksum does not match");
  if (found != model_format)
    return unexpected{errc::unsupported, "model format " + std::to_string(found) + "; this program reads format " +
                                             std::to_string(model_format) +
                                             "; train the model again or update the program"};
  if (header.u64() != covered.size() - header_bytes) return corrupt("the size in its header is wrong");
  auto p = std::make_shared<clause_model::parts>();
  byte_reader body{covered.substr(header_bytes)};
  if (!read_body(body, *p)) return corrupt("its parts do not fit together");
  return clause_model{std::move(p)};
}

expected<void> save(const clause_model& model, const std::filesystem::path& path) {
  auto beside = path;
  beside += ".new";
  {
    std::ofstream out{beside, std::ios::binary | std::ios::trunc};
    const auto bytes = encode_model(model);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out)
      return unexpected{errc::io, "cannot write " + beside.string() + "; is the folder there, and is there space?"};
  }
  std::error_code failed;
  std::filesystem::rename(beside, path, failed);
  if (failed) return unexpected{errc::io, "cannot rename to " + path.string() + ": " + failed.message()};
  return {};
}

expected<clause_model> load_clause_model(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return unexpected{errc::not_found, "no model " + path.string() + "; make one with `agents train`"};
  std::ifstream in{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad()) return unexpected{errc::io, "cannot read " + path.string()};
  auto model = decode_model(bytes);
  if (!model) return unexpected{model.error().code, path.string() + ": " + model.error().message};
  return model;
}

}  // namespace agents::classify
