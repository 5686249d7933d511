// JSON values as text. Plain tokens, which nearly all are, are written here, as they are thousands in each event; the
// library writes what needs more thought.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/json_flat.hpp"
#include "report/json_parts.hpp"

namespace oomwhy::json {

namespace {

bool is_flat(const Json& value) {
  return std::all_of(value.begin(), value.end(),
                     [](const Json& member) { return !member.is_structured() || member.empty(); });
}

// One line of values: no line of a list of names or PIDs is longer than its container's members need.
bool stands_on_one_line(const Json& value) {
  if (!value.is_structured() || value.empty()) return true;
  if (!is_flat(value)) return false;
  // Sentences read better one below the other.
  constexpr std::size_t kLongText = 60;
  return !value.is_array() || std::none_of(value.begin(), value.end(), [](const Json& member) {
    return member.is_string() && member.get_ref<const std::string&>().size() > kLongText;
  });
}

// The code point of a mark that a terminal obeys in place of showing it, and its length in bytes: DEL, the C1 controls,
// the marks that turn the direction of text. Length 0: none. JSON may hold them raw, but people read it in terminals.
struct Mark {
  unsigned code_point = 0;
  std::size_t length = 0;
};
Mark invisible_mark(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  if (byte(0) == 0x7f) return {0x7f, 1};
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) return {byte(1), 2};
  if (byte(0) != 0xe2 || (byte(1) != 0x80 && byte(1) != 0x81)) return {};
  const unsigned code_point = 0x2000 + ((byte(1) & 0x3fU) << 6) + (byte(2) & 0x3fU);
  const bool turns = (code_point >= 0x202a && code_point <= 0x202e) || (code_point >= 0x2066 && code_point <= 0x2069) ||
                     code_point == 0x200e || code_point == 0x200f;
  return turns ? Mark{code_point, 3} : Mark{};
}

bool may_begin_mark(char c) { return c == '\x7f' || c == '\xc2' || c == '\xe2'; }

// Outside strings JSON has no such bytes: each is replaced by the escape that means it.
std::string escape_invisible(std::string text) {
  if (std::none_of(text.begin(), text.end(), may_begin_mark)) return text;
  std::string escaped;
  escaped.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Mark mark = invisible_mark(std::string_view(text).substr(at));
    if (mark.length == 0) {
      escaped += text[at++];
    } else {
      escaped += fmt::format("\\u{:04x}", mark.code_point);
      at += mark.length;
    }
  }
  return escaped;
}

void append(const Json& value, std::string& out);

void append_members(const Json& value, std::string& out) {
  const char* separator = "";
  if (value.is_array()) {
    for (const Json& member : value) {
      out += separator;
      append(member, out);
      separator = ",";
    }
    return;
  }
  for (const auto& [key, member] : value.get_ref<const Json::object_t&>()) {
    out += separator;
    append_text(key, out);
    out += ':';
    append(member, out);
    separator = ",";
  }
}

// On one line, without blanks.
void append(const Json& value, std::string& out) {
  switch (value.type()) {
    case Json::value_t::null:
      out += "null";
      return;
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      return;
    case Json::value_t::number_integer:
      return append_number(value.get<std::int64_t>(), out);
    case Json::value_t::number_unsigned:
      return append_number(value.get<std::uint64_t>(), out);
    case Json::value_t::string:
      return append_text(value.get_ref<const std::string&>(), out);
    case Json::value_t::object:
    case Json::value_t::array:
      out += value.is_array() ? '[' : '{';
      append_members(value, out);
      out += value.is_array() ? ']' : '}';
      return;
    case Json::value_t::number_float:
    case Json::value_t::binary:
    case Json::value_t::discarded:
      out += escaped(value);
      return;
  }
}

void write(const Json& value, std::size_t indent, std::string& out);

void write_members(const Json& value, std::size_t indent, std::string& out) {
  const char* separator = "\n";
  const auto begin_line = [&] {
    out += separator;
    out.append(indent, ' ');
    separator = ",\n";
  };
  if (value.is_array()) {
    for (const Json& member : value) {
      begin_line();
      write(member, indent, out);
    }
    return;
  }
  for (const auto& [key, member] : value.get_ref<const Json::object_t&>()) {
    begin_line();
    append_text(key, out);
    out += ": ";
    write(member, indent, out);
  }
}

void write(const Json& value, std::size_t indent, std::string& out) {
  if (stands_on_one_line(value)) return append(value, out);
  out += value.is_array() ? '[' : '{';
  write_members(value, indent + 1, out);
  out += '\n';
  out.append(indent, ' ');
  out += value.is_array() ? ']' : '}';
}

}  // namespace

std::string escaped(const Json& value) {
  // Every text has been made valid by to_utf8(); "replace" keeps a slip from ending the program.
  return escape_invisible(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string compact(const Json& value) {
  std::string out;
  append(value, out);
  return out;
}

std::string readable(const Json& value, std::size_t indent) {
  std::string out;
  write(value, indent, out);
  return out;
}

}  // namespace oomwhy::json
