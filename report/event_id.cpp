#include "report/event_id.hpp"

#include <fmt/format.h>
#include <nettle/sha2.h>

#include <array>
#include <optional>
#include <string_view>

namespace oomwhy {
namespace {

constexpr std::size_t kDigestBytesShown = 8;

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_octal(std::string_view digits) {
  return digits.size() == 3 && digits.find_first_not_of("01234567") == std::string_view::npos;
}

bool is_hex_pair(std::string_view digits) {
  return digits.size() == 2 && digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// The length of a byte written out as text at the front of `text`: dmesg's and /dev/kmsg's "\x1b", rsyslog's "#033"; 0:
// none. A reader cannot always tell such text from a name that holds it, so neither counts.
std::size_t escaped_byte_length(std::string_view text) {
  if (text.starts_with("\\x") && is_hex_pair(text.substr(2, 2))) return 4;
  if (text.starts_with('#') && is_octal(text.substr(1, 3))) return 4;
  return 0;
}

// The length of the rest of a terminal sequence, after ESC: "[31m". journalctl cuts sequences out of what it prints.
std::size_t terminal_sequence_length(std::string_view text) {
  if (!text.starts_with('[')) return 0;
  const auto end = text.find_first_not_of("0123456789;", 1);
  if (end == std::string_view::npos) return text.size();
  return is_alphanumeric(text[end]) ? end + 1 : end;
}

// What every spelling of a name keeps: ASCII letters and digits. Control and invalid bytes are written out, replaced,
// cut or kept, blanks are stripped or added, depending on who printed the log.
std::string reduce_name(std::string_view name) {
  std::string reduced;
  for (std::size_t at = 0; at < name.size();) {
    const std::string_view rest = name.substr(at);
    const std::size_t escaped = escaped_byte_length(rest);
    const bool escape = rest.front() == '\x1b' || rest.starts_with("\\x1b") || rest.starts_with("#033");
    if (escaped == 0 && is_alphanumeric(rest.front())) reduced += rest.front();
    at += escaped == 0 ? 1 : escaped;
    if (escape) at += terminal_sequence_length(name.substr(at));
  }
  return reduced;
}

template <typename Unit>
void put(std::string& text, std::optional<Quantity<Unit>> value) {
  text += value ? fmt::format(" {}", value->count) : " -";
}

// A log filtered by level keeps no more than the kill lines: nothing else may count where there is one.
bool is_memcg(const OomEvent& event) {
  if (event.message != KillMessage::None) return event.message == KillMessage::MemoryCgroup;
  return event.constraint == Constraint::Memcg || (!event.constraint && event.memcg);
}

std::string kill_facts(const OomEvent& event) {
  // The first victim alone: of a group's other victims some spellings have lost lines or hold them as kills of their
  // own, and no two kills share the first one.
  const Victim& victim = event.victims.front();
  std::string text =
      fmt::format("{} kill {} {}", is_memcg(event) ? "memcg" : "host", victim.pid, reduce_name(victim.comm));
  put(text, victim.total_vm);
  put(text, victim.anon_rss);
  put(text, victim.file_rss);
  put(text, victim.shmem_rss);
  return text;
}

std::string stamp_facts(const OomEvent& event) {
  if (event.time.uptime_us) return fmt::format(" uptime {}", *event.time.uptime_us / 1'000'000);
  if (event.time.realtime_us) return fmt::format(" realtime {}", *event.time.realtime_us / 1'000'000);
  if (event.time.wall_us) return fmt::format(" wall {}", *event.time.wall_us / 1'000'000);
  return {};
}

std::string report_facts(const OomEvent& event) {
  std::string text = fmt::format("{} no kill {} {} {}", is_memcg(event) ? "memcg" : "host",
                                 reduce_name(event.trigger.comm.value_or("")), event.trigger.gfp_mask.value_or("-"),
                                 event.trigger.order.value_or(0));
  for (const Task& task : event.tasks) {
    text += fmt::format("\n{} {}", task.pid, reduce_name(task.comm));
    put(text, task.total_vm);
    put(text, task.rss);
  }
  if (event.memory) {
    text += "\nmemory";
    put(text, event.memory->active_anon);
    put(text, event.memory->inactive_anon);
    put(text, event.memory->free);
  }
  if (event.memcg && event.memcg->memory) text += fmt::format("\nfailcnt {}", event.memcg->memory->failcnt);
  // Bare headers have nothing else to be told apart by. It costs the likeness of spellings with other clocks.
  if (event.tasks.empty() && !event.memory && !event.memcg) text += stamp_facts(event);
  return text;
}

}  // namespace

std::string digest_id(std::string_view facts) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, facts.size(), reinterpret_cast<const std::uint8_t*>(facts.data()));
  std::array<std::uint8_t, kDigestBytesShown> digest{};
  sha256_digest(&context, digest.size(), digest.data());
  std::string id;
  for (const std::uint8_t byte : digest) id += fmt::format("{:02x}", byte);
  return id;
}

std::string event_id(const OomEvent& event) {
  return digest_id(event.victims.empty() ? report_facts(event) : kill_facts(event));
}

}  // namespace oomwhy
