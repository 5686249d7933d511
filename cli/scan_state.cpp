#include "cli/scan_state.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

namespace oomwhy {
namespace {

using Json = nlohmann::json;

constexpr const char* kSchema = "oomwhy-scan/1";
constexpr std::size_t kMostDone = 20'000;
constexpr std::size_t kMostKnown = 5'000;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{64} << 20;

Json to_json(const LogPosition& position) {
  return {{"file", position.file},
          {"inode", position.inode},
          {"head_bytes", position.head.bytes},
          {"head_digest", position.head.digest},
          {"offset", position.offset},
          {"lines", position.lines}};
}

LogPosition log_position(const Json& json) {
  return {json.at("file").get<std::string>(),
          json.at("inode").get<std::uint64_t>(),
          {json.at("head_bytes").get<std::uint64_t>(), json.at("head_digest").get<std::string>()},
          json.at("offset").get<std::uint64_t>(),
          json.at("lines").get<std::uint64_t>()};
}

Json to_json(const SourceState& source) {
  Json json = {{"changed_us", source.changed_us}, {"told_again", source.told_again}};
  if (source.log) json["log"] = to_json(*source.log);
  if (source.journal) {
    json["journal"] = {{"after_us", source.journal->after_us}, {"cursor", source.journal->cursor}};
  }
  return json;
}

SourceState source_state(const Json& json) {
  SourceState source;
  source.changed_us = json.at("changed_us").get<std::int64_t>();
  source.told_again = json.at("told_again").get<std::vector<std::string>>();
  if (json.contains("log")) source.log = log_position(json.at("log"));
  if (json.contains("journal")) {
    const Json& journal = json.at("journal");
    source.journal = {journal.at("after_us").get<std::int64_t>(), journal.at("cursor").get<std::string>()};
  }
  return source;
}

Json to_json(const ScanTotals& totals) {
  Json incidents = Json::array();
  for (const auto& [key, number] : totals.incidents) incidents.push_back({key.first, key.second, number});
  return {{"incidents", incidents},
          {"victim_kills", totals.victim_kills},
          {"cause_incidents", totals.cause_incidents},
          {"last_incident_us", totals.last_incident_us},
          {"incomplete_reports", totals.incomplete_reports},
          {"missed_kernel_messages", totals.missed_kernel_messages}};
}

ScanTotals scan_totals(const Json& json) {
  ScanTotals totals;
  for (const Json& entry : json.at("incidents")) {
    totals.incidents[{entry.at(0).get<std::string>(), entry.at(1).get<std::string>()}] =
        entry.at(2).get<std::uint64_t>();
  }
  totals.victim_kills = json.at("victim_kills").get<std::map<std::string, std::uint64_t>>();
  totals.cause_incidents = json.at("cause_incidents").get<std::map<std::string, std::uint64_t>>();
  totals.last_incident_us = json.at("last_incident_us").get<std::map<std::string, std::int64_t>>();
  totals.incomplete_reports = json.at("incomplete_reports").get<std::uint64_t>();
  totals.missed_kernel_messages = json.at("missed_kernel_messages").get<std::uint64_t>();
  return totals;
}

ScanState scan_state(const Json& json) {
  ScanState state;
  state.finished_us = json.at("finished_us").get<std::int64_t>();
  for (const auto& [name, source] : json.at("sources").items()) state.sources[name] = source_state(source);
  state.done = json.at("done").get<std::deque<std::string>>();
  for (const auto& [signature, known] : json.at("known").items()) {
    state.known[signature] = {known.at(0).get<std::int64_t>(), known.at(1).get<std::int64_t>(),
                              known.at(2).get<std::uint64_t>()};
  }
  state.totals = scan_totals(json.at("totals"));
  return state;
}

Error state_error(const std::string& path, const std::string& why) {
  return {path, why, "--cursor-file=FILE in a folder that you may write to"};
}

// A name beside the file that is not taken.
std::string aside_name(const std::string& path) {
  std::error_code ignored;
  for (int i = 1;; ++i) {
    std::string name = fmt::format("{}.unusable-{}", path, i);
    if (!std::filesystem::exists(name, ignored)) return name;
  }
}

}  // namespace

std::string write_state(const ScanState& state) {
  Json sources = Json::object();
  for (const auto& [name, source] : state.sources) sources[name] = to_json(source);
  Json known = Json::object();
  for (const auto& [signature, trouble] : state.known) {
    known[signature] = {trouble.first_us, trouble.last_us, trouble.count};
  }
  const Json json = {{"schema", kSchema},  {"finished_us", state.finished_us},
                     {"sources", sources}, {"done", state.done},
                     {"known", known},     {"totals", to_json(state.totals)}};
  // File names need not be UTF-8.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<ScanState> parse_state(const std::string& text) {
  // Every number of ours is a whole one. Another, or one beyond 64 bits, is read as floating point, of which an integer
  // cannot always be made.
  bool ours = true;
  const auto look = [&ours](int, Json::parse_event_t, const Json& parsed) {
    ours = ours && !parsed.is_number_float();
    return true;
  };
  const Json json = Json::parse(text, look, false);
  if (!ours || !json.is_object() || json.value("schema", Json()) != kSchema) return std::nullopt;
  try {
    return scan_state(json);
  } catch (const Json::exception&) {  // the library's way to say that a key is missing or of another type
    return std::nullopt;
  }
}

void forget_the_oldest(ScanState& state) {
  while (state.done.size() > kMostDone) state.done.pop_front();
  while (state.known.size() > kMostKnown) {
    state.known.erase(std::min_element(state.known.begin(), state.known.end(), [](const auto& a, const auto& b) {
      return a.second.last_us < b.second.last_us;
    }));
  }
}

Result<LoadedState> load_state(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::exists(path, failure)) {
    if (failure) return state_error(path, failure.message());
    return LoadedState{};
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return state_error(path, std::strerror(errno));
  std::optional<ScanState> state;
  if (std::filesystem::file_size(path, failure) <= kMostBytes) {
    std::ostringstream text;
    text << file.rdbuf();
    state = parse_state(text.str());
  }
  if (state) return LoadedState{std::move(*state), ""};
  const std::string aside = aside_name(path);
  std::filesystem::rename(path, aside, failure);
  if (failure) return state_error(path, "damaged, and cannot be put aside: " + failure.message());
  return LoadedState{ScanState{}, fmt::format("{}: damaged, or of another version; kept as {}, and everything is "
                                              "scanned again",
                                              path, aside)};
}

Result<StateLock> StateLock::take(const std::string& state_path) {
  const std::string path = state_path + ".lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return state_error(state_path, std::strerror(errno));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(descriptor);
    if (error == EWOULDBLOCK) return Error{state_path, "another scan is at work on it", "wait for it, or name another"};
    return state_error(state_path, std::strerror(error));
  }
  return StateLock(descriptor);
}

StateLock::StateLock(StateLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

StateLock::~StateLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace oomwhy
