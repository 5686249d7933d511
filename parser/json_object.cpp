#include "parser/json_object.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "parser/take.hpp"

namespace oomwhy {
namespace {

// Code points below 256 stand for the byte of that number while the library has the text.
void append_byte_as_code_point(std::string& text, unsigned char byte) {
  if (byte < 0x80) {
    text.push_back(static_cast<char>(byte));
  } else {
    text.push_back(static_cast<char>(0xC0 | byte >> 6));
    text.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
  }
}

std::string bytes_of_code_points(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80 || i + 1 == text.size()) {
      bytes.push_back(text[i]);
    } else {
      const auto trail = static_cast<unsigned char>(text[++i]);
      bytes.push_back(static_cast<char>((lead & 0x03) << 6 | (trail & 0x3F)));
    }
  }
  return bytes;
}

void append_utf8_as_code_points(std::string& text, std::uint32_t code) {
  if (code < 0x800) {
    append_byte_as_code_point(text, static_cast<unsigned char>(0xC0 | code >> 6));
  } else {
    if (code < 0x10000) {
      append_byte_as_code_point(text, static_cast<unsigned char>(0xE0 | code >> 12));
    } else {
      append_byte_as_code_point(text, static_cast<unsigned char>(0xF0 | code >> 18));
      append_byte_as_code_point(text, static_cast<unsigned char>(0x80 | (code >> 12 & 0x3F)));
    }
    append_byte_as_code_point(text, static_cast<unsigned char>(0x80 | (code >> 6 & 0x3F)));
  }
  append_byte_as_code_point(text, static_cast<unsigned char>(0x80 | (code & 0x3F)));
}

// The number of "\uXXXX" at the front.
std::optional<std::uint32_t> unicode_escape(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  std::uint32_t code = 0;
  const auto* end = text.data() + 6;
  const auto result = std::from_chars(text.data() + 2, end, code, 16);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return code;
}

// Takes an escape off the front of `rest` and appends what the library is to see.
void move_escape(std::string_view& rest, std::string& text) {
  auto code = unicode_escape(rest);
  if (!code || *code < 0x80) {
    const auto length = std::min<std::size_t>(code ? 6 : 2, rest.size());
    text.append(rest.substr(0, length));
    rest.remove_prefix(length);
    return;
  }
  std::size_t length = 6;
  const auto low = *code >= 0xD800 && *code < 0xDC00 ? unicode_escape(rest.substr(6)) : std::nullopt;
  if (low && *low >= 0xDC00 && *low < 0xE000) {
    code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    length = 12;
  } else if (*code >= 0xD800 && *code < 0xE000) {
    code = 0xFFFD;
  }
  append_utf8_as_code_points(text, *code);
  rest.remove_prefix(length);
}

// Bytes become code points, and control characters inside of strings, which some writers leave as they are, escapes.
std::string prepared(std::string_view rest) {
  std::string text;
  text.reserve(rest.size() + rest.size() / 8);
  bool in_string = false;
  while (!rest.empty()) {
    const char c = rest.front();
    if (in_string && c == '\\') {
      move_escape(rest, text);
      continue;
    }
    if (c == '"') in_string = !in_string;
    const auto byte = static_cast<unsigned char>(c);
    if (in_string && byte < 0x20) {
      constexpr char digits[] = "0123456789abcdef";
      text.append("\\u00").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    } else {
      append_byte_as_code_point(text, byte);
    }
    rest.remove_prefix(1);
  }
  return text;
}

// ASCII without escapes of other characters, on one line: the library reads it as it is.
bool is_plain(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80 || static_cast<unsigned char>(c) < 0x20) return false;
  }
  return text.find("\\u") == std::string_view::npos;
}

// nlohmann's SAX interface, with its names.
class FieldCollector : public nlohmann::json_sax<nlohmann::json> {
 public:
  FieldCollector(JournalFields& fields, std::string& null_name, bool plain)
      : fields_(fields), null_name_(null_name), plain_(plain) {}

  bool null() override {
    if (null_name_.empty()) null_name_ = key_;
    return true;
  }
  bool boolean(bool value) override { return add(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (in_array_ && value < 256) {
      array_bytes_.push_back(static_cast<char>(value));
      return true;
    }
    return number(std::to_string(value));
  }
  bool number_float(number_float_t, const string_t& written) override { return number(written); }
  bool string(string_t& value) override { return add(plain_ ? value : bytes_of_code_points(value)); }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t& name) override {
    key_ = bytes_of_code_points(name);
    return true;
  }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override {
    in_array_ = true;
    array_bytes_.clear();
    return true;
  }
  bool end_array() override {
    if (in_array_ && !array_bytes_.empty()) fields_.add(key_, array_bytes_);
    in_array_ = false;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool number(const std::string& written) { return add(written); }
  bool add(const std::string& value) {
    fields_.add(key_, value);
    return true;
  }

  JournalFields& fields_;
  std::string& null_name_;
  bool plain_;  // no code points that stand for bytes
  std::string key_;
  std::string array_bytes_;
  bool in_array_ = false;
};

}  // namespace

bool read_json_object(std::string_view text, JournalFields& fields, std::string& null_name) {
  fields.clear();
  null_name.clear();
  const bool plain = is_plain(text);
  FieldCollector collector(fields, null_name, plain);
  if (plain) return nlohmann::json::sax_parse(text.begin(), text.end(), &collector);
  const auto latin = prepared(text);
  return nlohmann::json::sax_parse(latin, &collector);
}

}  // namespace oomwhy
