#include "parser/json_line.hpp"

#include "parser/take.hpp"

namespace oomwhy {
namespace {

// Where collectors put the text, the likeliest first.
constexpr std::string_view kTextNames[] = {"message", "MESSAGE", "msg",  "log",     "textPayload",
                                           "_raw",    "text",    "line", "content", "body"};
constexpr std::string_view kTimeNames[] = {"@timestamp", "timestamp", "time", "ts", "_time", "date"};
constexpr std::string_view kHostNames[] = {"hostname", "host", "node_name", "instance_id"};
constexpr std::string_view kProgramNames[] = {"SYSLOG_IDENTIFIER", "syslog_identifier", "program", "ident", "appname"};

template <std::size_t Size>
std::string_view first_of(const JournalFields& fields, const std::string_view (&names)[Size]) {
  for (const auto name : names) {
    const auto value = fields.get(name);
    if (!value.empty()) return value;
  }
  return {};
}

PrintedStamp stamp_in(std::string_view printed) {
  PrintedStamp stamp;
  auto rest = printed;
  WallTime wall;
  if (!take_iso_time(rest, wall)) return stamp;
  stamp.wall = wall;
  stamp.as_printed = printed;
  stamp.clock = Clock::Received;
  return stamp;
}

}  // namespace

JsonLineKind kind_of(const JournalFields& fields) {
  if (fields.has("__REALTIME_TIMESTAMP") || fields.has("__CURSOR") || fields.has("_TRANSPORT")) {
    return JsonLineKind::Journal;
  }
  if (fields.has("msg") && fields.has("pri")) return JsonLineKind::Dmesg;
  if (fields.has("log") && (fields.has("stream") || fields.has("time"))) return JsonLineKind::Container;
  if (fields.has("MESSAGE") && (fields.has("PRIORITY") || fields.has("SYSLOG_IDENTIFIER")))
    return JsonLineKind::Journal;
  return first_of(fields, kTextNames).empty() ? JsonLineKind::Other : JsonLineKind::Collector;
}

Envelope dmesg_envelope(const JournalFields& fields) {
  Envelope found;
  found.line.form = EnvelopeForm::DmesgJson;
  found.line.enveloped = true;
  const auto level = fields.get("pri");
  int number = 0;
  if (to_number(level, number)) {
    found.line.priority = number & 7;
    // Without -x the facility is not printed.
    if (number > 7) found.line.facility = number >> 3;
  } else {
    found.line.priority = priority_of(level);
  }
  if (const auto facility = facility_of(fields.get("fac"))) found.line.facility = facility;
  if (found.line.facility.value_or(0) != 0) found.line.transport = Transport::Userspace;
  found.line.caller = fields.get("caller");
  const auto time = fields.get("time");
  auto rest = time;
  std::int64_t uptime = 0;
  WallTime wall;
  if (take_seconds(rest, uptime)) {
    found.stamp.uptime_us = uptime;
  } else if (take_iso_time(rest, wall) || take_ctime(rest, wall)) {
    found.stamp.wall = wall;
    found.stamp.clock = Clock::Computed;
  }
  found.stamp.as_printed = time;
  return found;
}

Envelope container_envelope(const JournalFields& fields, std::string_view& text) {
  Envelope found;
  found.line.form = EnvelopeForm::ContainerJson;
  text = kind_of(fields) == JsonLineKind::Container ? fields.get("log") : first_of(fields, kTextNames);
  found.stamp = stamp_in(first_of(fields, kTimeNames));
  found.line.host = first_of(fields, kHostNames);
  found.line.identifier = first_of(fields, kProgramNames);
  return found;
}

}  // namespace oomwhy
