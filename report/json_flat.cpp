#include "report/json_flat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/json_parts.hpp"

namespace oomwhy::json {

namespace {

// Printable ASCII that stands for itself between quotes, as nearly every name does.
bool stands_for_itself(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

void append_decimal(const fmt::format_int& number, std::string& out) { out.append(number.data(), number.size()); }

}  // namespace

void append_number(std::int64_t number, std::string& out) { append_decimal(fmt::format_int(number), out); }
void append_number(std::uint64_t number, std::string& out) { append_decimal(fmt::format_int(number), out); }

void append_text(std::string_view raw, std::string& out) {
  if (!std::all_of(raw.begin(), raw.end(), stands_for_itself)) {
    out += escaped(text(raw));
    return;
  }
  out += '"';
  out += raw;
  out += '"';
}

}  // namespace oomwhy::json
