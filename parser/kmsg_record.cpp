#include "parser/kmsg_record.hpp"

#include "parser/take.hpp"

namespace oomwhy {
namespace {

// "caller=T123", "ncfrag=0/1200"; others are left alone.
void set_property(std::string_view property, KmsgRecord& record) {
  if (take(property, "caller=")) {
    record.caller = property;
  } else if (take(property, "ncfrag=")) {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    if (take_number(property, 1, 9, offset) && take(property, '/') && take_number(property, 1, 9, length)) {
      record.fragment_offset = offset;
      record.record_length = length;
    }
  }
}

// netconsole can put the kernel's release in front: "6.4.0-rc1,".
void take_release(std::string_view& rest) {
  const auto comma = rest.substr(0, 64).find(',');
  if (comma == std::string_view::npos) return;
  if (rest.substr(0, comma).find(' ') == std::string_view::npos) rest.remove_prefix(comma + 1);
}

// Whether it is worth the work: a number and a comma, or a release. Every line of a log comes here.
bool may_be_record(std::string_view line) {
  const auto digits = take_digits(line);
  if (digits.empty() || digits.size() > 5 || line.empty()) return false;
  return line.front() == ',' || line.front() == '.';
}

}  // namespace

std::optional<KmsgRecord> parse_kmsg_record(std::string_view line) {
  if (!may_be_record(line)) return std::nullopt;
  auto rest = line;
  if (line.substr(0, 5).find('.') != std::string_view::npos) take_release(rest);
  KmsgRecord record;
  int level = 0;
  if (!take_number(rest, 1, 5, level) || !take(rest, ',')) return std::nullopt;
  if (!take_number(rest, 1, 19, record.sequence) || !take(rest, ',')) return std::nullopt;
  const auto stamp = rest;
  if (!take_number(rest, 1, 18, record.uptime_us)) return std::nullopt;
  record.stamp = stamp.substr(0, stamp.size() - rest.size());
  record.priority = level & 7;
  record.facility = level >> 3;
  const auto semicolon = rest.find(';');
  if (semicolon == std::string_view::npos) return std::nullopt;
  auto properties = rest.substr(0, semicolon);
  if (!properties.empty() && (!take(properties, ',') || properties.empty())) return std::nullopt;
  if (!properties.empty()) {
    record.flag = properties.front();
    properties.remove_prefix(1);
    if (record.flag != '-' && record.flag != 'c' && record.flag != '+') return std::nullopt;
  }
  while (take(properties, ',')) {
    const auto end = properties.find(',');
    set_property(properties.substr(0, end), record);
    properties.remove_prefix(end == std::string_view::npos ? properties.size() : end);
  }
  record.text = rest.substr(semicolon + 1);
  return record;
}

bool is_kmsg_property(std::string_view line) {
  if (!take(line, ' ')) return false;
  const auto equals = line.find('=');
  if (equals == 0 || equals == std::string_view::npos) return false;
  for (const char c : line.substr(0, equals)) {
    if (!(c >= 'A' && c <= 'Z') && !is_digit(c) && c != '_') return false;
  }
  return true;
}

}  // namespace oomwhy
