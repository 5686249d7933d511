#include "parser/journal_fields.hpp"

#include "parser/take.hpp"

namespace oomwhy {
namespace {

template <typename Number>
std::optional<Number> number_in(std::string_view digits) {
  Number number{};
  if (!to_number(digits, number)) return std::nullopt;
  return number;
}

// Only journald itself sets fields that begin with "_", so _TRANSPORT can be believed. What processes write to
// /dev/kmsg has that transport too, but their own identifier and facility.
Transport transport_of(std::string_view transport, const LogLine& line) {
  const bool says_kernel = line.identifier == "kernel" && line.facility.value_or(0) == 0;
  if (transport.empty() && says_kernel) return Transport::Unknown;
  return transport == "kernel" && says_kernel ? Transport::Kernel : Transport::Userspace;
}

}  // namespace

void JournalFields::clear() {
  bytes_.clear();
  spans_.clear();
  fields_.clear();
}

void JournalFields::add(std::string_view name, std::string_view value) {
  spans_.push_back({bytes_.size(), name.size(), bytes_.size() + name.size(), value.size()});
  bytes_.append(name);
  bytes_.append(value);
}

void JournalFields::extend(std::string_view more) {
  bytes_.append(more);
  spans_.back().value_size += more.size();
}

bool JournalFields::has(std::string_view wanted) const {
  for (const auto& span : spans_) {
    if (name(span) == wanted) return true;
  }
  return false;
}

std::string_view JournalFields::get(std::string_view wanted) const {
  for (const auto& span : spans_) {
    if (name(span) == wanted) return value(span);
  }
  return {};
}

LogLine JournalFields::line() {
  fields_.clear();
  for (const auto& span : spans_) fields_.push_back({name(span), value(span)});
  LogLine line;
  line.enveloped = true;
  line.fields = fields_;
  line.cursor = get("__CURSOR");
  line.host = get("_HOSTNAME");
  line.boot_id = get("_BOOT_ID");
  line.identifier = get("SYSLOG_IDENTIFIER");
  if (line.identifier.empty()) line.identifier = get("_COMM");
  const auto syslog_pid = number_in<std::uint32_t>(get("SYSLOG_PID"));
  line.sender_pid = syslog_pid ? syslog_pid : number_in<std::uint32_t>(get("_PID"));
  line.priority = number_in<int>(get("PRIORITY"));
  line.facility = number_in<int>(get("SYSLOG_FACILITY"));
  line.transport = transport_of(get("_TRANSPORT"), line);
  // A kernel's record has only the time at which journald read it; others also that at which they were sent.
  auto realtime = get("_SOURCE_REALTIME_TIMESTAMP");
  if (realtime.empty()) realtime = get("__REALTIME_TIMESTAMP");
  line.stamp.realtime_us = number_in<std::int64_t>(realtime);
  line.stamp.wall_us = line.stamp.realtime_us;
  line.stamp.as_printed = realtime;
  line.stamp.uptime_us = number_in<std::int64_t>(get("_SOURCE_MONOTONIC_TIMESTAMP"));
  line.stamp.clock = line.stamp.realtime_us ? Clock::Received : Clock::Printk;
  return line;
}

}  // namespace oomwhy
