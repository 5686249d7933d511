// Numbers and hostile strings as text.
#include <catch2/catch.hpp>

#include "report/format.hpp"

namespace oomwhy::tests {

namespace {

// Undoes escape_terminal() by its documented rule, and by nothing else.
std::string unescape(const std::string& text) {
  std::string raw;
  for (std::size_t i = 0; i < text.size();) {
    const bool byte = text.compare(i, 2, "\\x") == 0 && i + 3 < text.size() && std::isxdigit(text[i + 2]) != 0 &&
                      std::isxdigit(text[i + 3]) != 0;
    const int value = byte ? std::stoi(text.substr(i + 2, 2), nullptr, 16) : 0;
    if (byte && (value < 0x20 || value >= 0x7f)) {
      raw += static_cast<char>(value);
      i += 4;
    } else if (text.compare(i, 2, "\\\\") == 0) {
      raw += '\\';
      i += 2;
    } else {
      raw += text[i++];
    }
  }
  return raw;
}

}  // namespace

TEST_CASE("sizes have one decimal where it tells something") {
  struct Row {
    std::uint64_t bytes;
    const char* text;
  };
  const Row rows[] = {{0, "0 B"},
                      {1023, "1023 B"},
                      {1024, "1.0 KiB"},
                      {10 * 1024, "10 KiB"},
                      {172ULL << 20, "172 MiB"},
                      {9'961'472, "9.5 MiB"},        // 9.5 * 2^20
                      {10'475'274, "10 MiB"},        // 9.99 MiB, rounded up
                      {1'073'689'395, "1.0 GiB"},    // 1023.95 MiB, rounded up
                      {7'408'713'728, "6.9 GiB"},    // 6.9 * 2^30 = 7 408 715 572
                      {17'179'869'184, "16.0 GiB"},  // 2^34
                      {18'446'744'073'709'551'615ULL, "16.0 EiB"}};
  for (const Row& row : rows) {
    INFO(row.bytes);
    CHECK(format_size({row.bytes}) == row.text);
  }
}

TEST_CASE("a share of something is never shown as nothing") {
  CHECK(format_share(0.44) == "44%");
  CHECK(format_share(0.0) == "0%");
  CHECK(format_share(0.001) == "<1%");
  CHECK(format_share(1.0) == "100%");
}

TEST_CASE("times are RFC 3339 in UTC with the digits that there are") {
  CHECK(format_time_utc(0) == "1970-01-01T00:00:00Z");
  CHECK(format_time_utc(951'782'400'000'000) == "2000-02-29T00:00:00Z");  // date -ud 2000-02-29 +%s
  CHECK(format_time_utc(1'500) == "1970-01-01T00:00:00.001500Z");
  CHECK(format_time_utc(-1'000) == "1969-12-31T23:59:59.999Z");
  CHECK(format_time_utc(300'000'000'000'000'000) == "@300000000000");
}

TEST_CASE("what could move the cursor or hide is shown as an escape") {
  struct Row {
    const char* raw;
    const char* shown;
  };
  const Row rows[] = {{"mariadbd", "mariadbd"},
                      {"a\nb", "a\\x0ab"},
                      {"\x1b[31mred", "\\x1b[31mred"},
                      {"\x7f", "\\x7f"},
                      {"\xff\xfe", "\\xff\\xfe"},
                      {"caf\xc3\xa9", "caf\xc3\xa9"},
                      {"\xc2\x9b", "\\u{9B}"},  // C1: CSI
                      {"a\xe2\x80\xae"
                       "b",
                       "a\\u{202E}b"},                // right-to-left override
                      {"\xe2\x80\x8b", "\\u{200B}"},  // zero-width space
                      {"\xe2\x80\xa8", "\\u{2028}"},  // line separator
                      {"\xef\xb8\x8f", "\\u{FE0F}"},  // variation selector
                      {"\xc2\xa0", "\\u{A0}"},        // no-break space
                      {"\xcc\x81"
                       "a",
                       "\\u{301}a"},                        // a combining accent with nothing before it
                      {"e\xcc\x81", "e\xcc\x81"},           // and with a letter
                      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // a surrogate is no UTF-8
                      {"\xc0\xaf", "\\xc0\\xaf"},           // nor is an overlong form
                      {"\xe4\xbd\xa0", "\xe4\xbd\xa0"}};    // a wide character
  for (const Row& row : rows) {
    INFO(row.shown);
    CHECK(escape_terminal(row.raw) == row.shown);
  }
}

TEST_CASE("a backslash is doubled only where it would read as an escape") {
  CHECK(escape_terminal("dev-sda\\x2d1.device") == "dev-sda\\x2d1.device");
  CHECK(escape_terminal("a\\nb") == "a\\nb");
  CHECK(escape_terminal("\\x1b") == "\\\\x1b");
  CHECK(escape_terminal("\\u{202E}") == "\\\\u{202E}");
  CHECK(escape_terminal("a\\") == "a\\\\");
  CHECK(escape_terminal("\\\\server") == "\\\\\\server");
}

TEST_CASE("two names never look alike: what is shown leads back to the bytes") {
  const char alphabet[] = {'\\', 'x', '1', 'b', '\x1b', 'u', '{', '\xff'};
  constexpr std::size_t kLetters = sizeof alphabet;
  // every name of five letters of the alphabet that matters
  for (std::size_t number = 0; number < kLetters * kLetters * kLetters * kLetters * kLetters; ++number) {
    std::string name;
    for (std::size_t rest = number, i = 0; i < 5; ++i, rest /= kLetters) name += alphabet[rest % kLetters];
    if (unescape(escape_terminal(name)) != name) FAIL(escape_terminal(name));
  }
}

TEST_CASE("a terminal without UTF-8 gets no byte above 0x7e") {
  CHECK(escape_terminal("caf\xc3\xa9", Charset::Ascii) == "caf\\u{E9}");
  CHECK(escape_terminal("\xc3\x9b", Charset::Ascii) == "\\u{DB}");  // its second byte alone is CSI in Latin-1
}

TEST_CASE("a text is cut to columns, not to bytes") {
  CHECK(display_width("\xe4\xbd\xa0\xe5\xa5\xbd") == 4);
  CHECK(display_width("e\xcc\x81") == 1);
  CHECK(fit("mariadbd", 5, false) == "mari\xe2\x80\xa6");
  CHECK(fit("mariadbd", 5, false, Charset::Ascii) == "mari~");
  CHECK(fit("php", 5, true) == "php  ");
  CHECK(display_width(fit("\xe4\xbd\xa0\xe5\xa5\xbd\xe5\xa5\xbd", 4, true)) == 4);
  CHECK(fit("mariadbd", 0, true).empty());
}

}  // namespace oomwhy::tests
