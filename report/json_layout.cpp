// JSON values as text. The library writes every token; only where lines break is decided here.
#include <algorithm>
#include <nlohmann/json.hpp>

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

void write(const Json& value, std::size_t indent, std::string& out) {
  if (stands_on_one_line(value)) {
    out += compact(value);
    return;
  }
  const std::string inner(indent + 1, ' ');
  const char* separator = "\n";
  out += value.is_array() ? '[' : '{';
  for (const auto& [key, member] : value.items()) {
    out += separator + inner;
    if (value.is_object()) out += compact(Json(key)) + ": ";
    write(member, indent + 1, out);
    separator = ",\n";
  }
  out += '\n' + std::string(indent, ' ') + (value.is_array() ? ']' : '}');
}

}  // namespace

std::string compact(const Json& value) {
  // Every text has been made valid by to_utf8(); "replace" keeps a slip from ending the program.
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string readable(const Json& value, std::size_t indent) {
  std::string out;
  write(value, indent, out);
  return out;
}

}  // namespace oomwhy::json
