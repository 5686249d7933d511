#include "report/redact_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace oomwhy {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; }
bool is_alphanumeric(char c) { return is_digit(c) || is_letter(c); }
bool is_word(char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '@' || c == '\\' || c == '-'; }
bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool ends_run(char c) { return is_blank(c) || std::string_view("\"'`<>()|,;*").find(c) != std::string_view::npos; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

std::string_view run_of(std::string_view text, bool (*belongs)(char)) {
  const auto end = std::find_if_not(text.begin(), text.end(), belongs);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}
std::string_view run_until_end(std::string_view text) {
  return run_of(text, [](char c) { return !ends_run(c); });
}

// The word that the character at `at` is of.
std::string_view word_around(std::string_view text, std::size_t at) {
  std::size_t start = at;
  while (start > 0 && is_word(text[start - 1])) --start;
  return run_of(text.substr(start), is_word);
}

std::string_view without_trailing(std::string_view text, std::string_view marks) {
  const auto last = text.find_last_not_of(marks);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

constexpr std::array<std::string_view, 11> kUnitSuffixes = {".service", ".scope", ".slice",     ".socket",
                                                            ".mount",   ".swap",  ".automount", ".device",
                                                            ".timer",   ".path",  ".target"};
constexpr std::array<std::string_view, 5> kPathUnits = {".mount", ".swap", ".automount", ".device", ".path"};

std::string_view unit_suffix(std::string_view name) {
  for (const std::string_view suffix : kUnitSuffixes) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) return suffix;
  }
  return {};
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Names that every host has: a cgroup of such a name tells nothing.
bool is_common_component(std::string_view name) {
  constexpr std::array<std::string_view, 18> kCommon = {
      "kubepods", "burstable", "besteffort", "guaranteed", "docker",        "lxc",     "machine",  "system", "user",
      "init",     "payload",   "supervisor", "containerd", "libpod_parent", "kubelet", "buildkit", "..",     "."};
  return is_one_of(kCommon, name) || name.starts_with("memory.") || name.starts_with("cgroup.");
}

bool looks_like_cgroup(std::string_view path) {
  constexpr std::array<std::string_view, 4> kRoots = {"/kubepods/", "/docker/", "/lxc/", "/lxc."};
  if (std::any_of(kRoots.begin(), kRoots.end(), [&](std::string_view root) { return path.starts_with(root); })) {
    return true;
  }
  constexpr std::array<std::string_view, 4> kFolders = {"/etc/", "/usr/", "/lib/", "/run/"};
  if (std::any_of(kFolders.begin(), kFolders.end(), [&](std::string_view root) { return path.starts_with(root); })) {
    return false;
  }
  constexpr std::array<std::string_view, 3> kSuffixes = {".slice", ".service", ".scope"};
  return std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](std::string_view suffix) {
    const auto at = path.find(suffix);
    return at != std::string_view::npos &&
           (at + suffix.size() == path.size() || path[at + suffix.size()] == '/' || path[at + suffix.size()] == ':');
  });
}

// The kernel's own files, the same on every host.
bool is_common_path(std::string_view path) {
  constexpr std::array<std::string_view, 6> kCommon = {"/tmp",      "/dev/shm", "/dev/kmsg",
                                                       "/dev/null", "/var/log", "/var/log/journal"};
  return path.starts_with("/proc/") || path.starts_with("/sys/") || is_one_of(kCommon, path);
}

// 8-4-4-4-12 hex digits; Kubernetes writes '_' for '-' in the names of slices.
bool starts_with_uuid(std::string_view text) {
  constexpr std::size_t kLength = 36;
  if (text.size() < kLength || (text.size() > kLength && is_alphanumeric(text[kLength]))) return false;
  for (std::size_t i = 0; i < kLength; ++i) {
    const bool separator = i == 8 || i == 13 || i == 18 || i == 23;
    if (separator ? text[i] != '-' && text[i] != '_' : !is_hex(text[i])) return false;
  }
  return true;
}

// 12 hex digits are what `docker ps` shows; 16 are addresses of the kernel and our own ids.
bool is_identifier(std::string_view run) {
  constexpr std::size_t kShortest = 12, kAddress = 16, kSurely = 32;
  if (run.size() < kShortest || run.size() == kAddress || !std::all_of(run.begin(), run.end(), is_hex)) return false;
  return run.size() >= kSurely ||
         (std::any_of(run.begin(), run.end(), is_digit) && std::any_of(run.begin(), run.end(), is_letter));
}

bool is_ipv4(std::string_view text) {
  int parts = 0;
  while (parts < 4) {
    const std::string_view digits = run_of(text, is_digit);
    unsigned value = 0;
    if (digits.empty() || digits.size() > 3) return false;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (value > 255) return false;
    text.remove_prefix(digits.size());
    if (++parts == 4) return text.empty();
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
  }
  return false;
}

// IPv6 with "::" or all its eight groups, or six pairs of a hardware address.
bool is_colon_address(std::string_view text) {
  const auto colons = std::count(text.begin(), text.end(), ':');
  if (colons < 2 || std::none_of(text.begin(), text.end(), is_hex)) return false;
  if (colons == 5 && text.size() == 17) return true;
  return colons <= 7 && (colons == 7 || text.find("::") != std::string_view::npos);
}

bool names_secret(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::array<std::string_view, 10> kSecrets = {"passw",       "passphrase", "secret",  "token",
                                                         "apikey",      "api_key",    "api-key", "credential",
                                                         "private_key", "private-key"};
  return std::any_of(kSecrets.begin(), kSecrets.end(),
                     [&](std::string_view secret) { return lower.find(secret) != std::string::npos; });
}

constexpr std::string_view kContainerKind = "container";
constexpr std::size_t kContainerDigits = 12;

}  // namespace

WordRedactor::WordRedactor(KnownWords known, const std::vector<std::string>& patterns, Placeholders placeholders)
    : known_(std::move(known)), patterns_(patterns), placeholders_(std::move(placeholders)) {}

// Process names stay, also where a sentence holds them.
std::string WordRedactor::without_patterns(std::string_view text) {
  return patterns_.replace(text, [&](std::string_view match, std::string_view whole, std::size_t start) {
    const bool stays = placeholders_.issued(match) || known_.kept.contains(word_around(whole, start));
    return stays ? std::string(match) : value("site", match);
  });
}

std::string WordRedactor::host(std::string_view name) { return value("host", name); }

std::string WordRedactor::identifier(std::string_view id) {
  if (placeholders_.issued(id)) return std::string(id);
  if (id.size() != 32 && is_identifier(id)) return value(kContainerKind, id.substr(0, kContainerDigits));
  std::string plain(id);
  plain.erase(std::remove_if(plain.begin(), plain.end(), [](char c) { return c == '-' || c == '_'; }), plain.end());
  return value("id", plain);
}

std::string WordRedactor::replace_ids(std::string_view word) {
  std::string out;
  while (!word.empty()) {
    if (starts_with_uuid(word)) {
      out += identifier(word.substr(0, 36));
      word.remove_prefix(36);
      continue;
    }
    std::string_view run = run_of(word, is_alphanumeric);
    if (run.starts_with("pod") && (is_identifier(run.substr(3)) || starts_with_uuid(word.substr(3)))) {
      run = run.substr(0, 3);
    }
    if (run.empty()) run = word.substr(0, 1);
    out += is_identifier(run) && !known_.kept.contains(run) ? identifier(run) : std::string(run);
    word.remove_prefix(run.size());
  }
  return out;
}

// "app-alice" of a user alice, "backup-db1" of a host db1.
std::string WordRedactor::replace_known_parts(std::string_view stem) {
  std::string out;
  while (!stem.empty()) {
    const auto dash = stem.find('-');
    const std::string_view part = stem.substr(0, dash);
    if (known_.kept.contains(part)) {
      out += part;
    } else if (known_.hosts.contains(part)) {
      out += host(part);
    } else {
      out += known_.users.contains(part) ? value("user", part) : std::string(part);
    }
    if (dash == std::string_view::npos) break;
    out += '-';
    stem.remove_prefix(dash + 1);
  }
  return out;
}

// `stem` without its suffix. An instance may be a user's, a host's or a database's name.
std::string WordRedactor::unit(std::string_view stem, std::string_view suffix) {
  if (is_one_of(kPathUnits, suffix)) {
    const bool common =
        stem == "-" || stem.starts_with("sys-") || stem.starts_with("proc-") || stem.starts_with("dev-");
    return common ? replace_ids(stem) : value("path", stem);
  }
  if (stem.starts_with("machine-")) return "machine-" + value("machine", stem.substr(8));
  const auto at = stem.find('@');
  if (at == std::string_view::npos) return replace_ids(replace_known_parts(stem));
  const std::string_view instance = stem.substr(at + 1);
  const bool common = instance.empty() || all_digits(instance) || instance.starts_with("tty");
  return replace_ids(replace_known_parts(stem.substr(0, at))) + "@" +
         (common ? std::string(instance) : value("instance", instance));
}

std::string WordRedactor::component(std::string_view name) {
  if (name.empty() || placeholders_.issued(name) || is_common_component(name)) return std::string(name);
  if (name.ends_with(".d") && !unit_suffix(name.substr(0, name.size() - 2)).empty()) {
    return component(name.substr(0, name.size() - 2)) + ".d";
  }
  if (const std::string_view suffix = unit_suffix(name); !suffix.empty()) {
    const std::string_view stem = name.substr(0, name.size() - suffix.size());
    return (placeholders_.issued(stem) ? std::string(stem) : unit(stem, suffix)) + std::string(suffix);
  }
  for (const std::string_view prefix : {"lxc.payload.", "lxc.monitor."}) {
    if (name.starts_with(prefix)) return std::string(prefix) + value("machine", name.substr(prefix.size()));
  }
  std::string without_ids = replace_ids(name);
  if (without_ids != name) return without_ids;
  return value(known_.machines.contains(name) ? "machine" : "cgroup", name);
}

std::string WordRedactor::cgroup(std::string_view whole) {
  const std::string marked = without_patterns(whole);
  std::string_view path = marked;
  std::string out;
  while (!path.empty()) {
    const auto slash = path.find('/');
    out += component(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    out += '/';
    path.remove_prefix(slash + 1);
  }
  return out;
}

std::string WordRedactor::path(std::string_view path) {
  constexpr std::string_view kCgroups = "/sys/fs/cgroup", kUnits = "/etc/systemd/system/";
  if (path == "/" || known_.kept.contains(path) || placeholders_.issued(path)) return std::string(path);
  if (path.starts_with(kCgroups)) return std::string(kCgroups) + cgroup(path.substr(kCgroups.size()));
  if (path.starts_with(kUnits)) return std::string(kUnits) + cgroup(path.substr(kUnits.size()));
  if (is_common_path(path)) return std::string(path);
  const bool has_placeholder = path.starts_with('/') && placeholders_.issued(path.substr(path.rfind('/') + 1));
  return looks_like_cgroup(path) || has_placeholder ? cgroup(path) : value("path", path);
}

std::string WordRedactor::name(std::string_view name) {
  if (known_.kept.contains(name)) return std::string(name);
  if (name.starts_with('/')) return cgroup(name);
  if (!unit_suffix(name).empty()) return component(without_patterns(name));
  return text(name);
}

std::string WordRedactor::word(std::string_view word) {
  if (all_digits(word) || known_.kept.contains(word) || placeholders_.issued(word)) return std::string(word);
  // A name below a known one's is its full name: "web1.example.com" where the log says "web1".
  if (known_.hosts.contains(word) || known_.hosts.contains(word.substr(0, word.find('.')))) return host(word);
  if (known_.users.contains(word)) return value("user", word);
  if (is_ipv4(word)) return value("ip", word);
  if (!unit_suffix(word).empty()) return component(word);
  const auto at = word.find('@');
  if (at != std::string_view::npos && at > 0 && at + 1 < word.size()) {
    return value("user", word.substr(0, at)) + "@" + host(word.substr(at + 1));
  }
  std::string without_ids = replace_ids(word);
  return without_ids == word && known_.machines.contains(word) ? value("machine", word) : without_ids;
}

// A path, from its first slash to where it ends; a line number behind it is not part of it.
std::size_t WordRedactor::take_path(std::string_view rest, std::string& out) {
  if (!rest.starts_with('/')) return 0;
  std::string_view run = without_trailing(run_until_end(rest), ".:");
  const auto colon = run.rfind(':');
  if (colon != std::string_view::npos && all_digits(run.substr(colon + 1))) run = run.substr(0, colon);
  if (run.size() < 2) return 0;
  out += path(run);
  return run.size();
}

std::size_t WordRedactor::take_address(std::string_view rest, std::string& out) {
  constexpr std::size_t kLongest = 45;
  const auto belongs = [](char c) { return is_hex(c) || c == ':' || c == '.'; };
  const std::string_view run = without_trailing(run_of(rest.substr(0, kLongest + 1), belongs), ".:");
  if (run.size() > kLongest || (run.size() < rest.size() && is_alphanumeric(rest[run.size()]))) return 0;
  if (!is_colon_address(run)) return 0;
  out += value("ip", run);
  return run.size();
}

// What stands behind "password=", "token:" or "--secret ".
std::size_t WordRedactor::take_secret(std::string_view rest, std::string_view word, std::string& out) {
  if (rest.empty() || !names_secret(word)) return 0;
  const bool joined = rest.front() == '=' || rest.front() == ':';
  if (!joined && !(word.starts_with("-") && rest.front() == ' ')) return 0;
  std::size_t before = 1;
  if (rest.size() > 1 && (rest[1] == '"' || rest[1] == '\'')) before = 2;
  const std::string_view secret = run_of(rest.substr(before), [](char c) { return !is_blank(c) && c != '"'; });
  if (secret.empty()) return 0;
  out += rest.substr(0, before);
  out += value("secret", secret);
  return before + secret.size();
}

std::size_t WordRedactor::take_word(std::string_view rest, std::string& out) {
  const std::string_view run = run_of(rest, is_word);
  if (run.empty()) return 0;
  if (rest.substr(run.size()).starts_with("://")) {
    const std::string_view url = run_until_end(rest);
    out += value("url", url);
    return url.size();
  }
  const std::string_view trimmed = without_trailing(run, ".-");
  if (trimmed.empty()) {
    out += run;
    return run.size();
  }
  out += word(trimmed);
  out += run.substr(trimmed.size());
  return run.size() + take_secret(rest.substr(run.size()), run, out);
}

std::string WordRedactor::text(std::string_view whole) {
  const std::string text = without_patterns(whole);
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = std::string_view(text).substr(at);
    const bool starts = at == 0 || (!is_alphanumeric(text[at - 1]) && text[at - 1] != '_');
    const bool pattern = at > 0 && (text[at - 1] == '~' || text[at - 1] == '*');
    std::size_t taken = starts && !pattern ? take_path(rest, out) : 0;
    if (taken == 0 && starts) taken = take_address(rest, out);
    if (taken == 0) taken = take_word(rest, out);
    if (taken == 0) {
      out += rest.front();
      taken = 1;
    }
    at += taken;
  }
  return out;
}

}  // namespace oomwhy
