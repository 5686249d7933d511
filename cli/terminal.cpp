#include "cli/terminal.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace oomwhy {
namespace {

constexpr std::size_t kUsualWidth = 80;
constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 400;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::optional<std::size_t> width_of_window() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

std::optional<std::size_t> width_of_environment() {
  const std::string_view text = environment("COLUMNS");
  std::size_t columns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
  if (error != std::errc{} || end != text.data() + text.size() || columns == 0) return std::nullopt;
  return columns;
}

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

std::size_t terminal_width() {
  const auto window = width_of_window();
  const auto width = window ? window : width_of_environment();
  return std::clamp(width.value_or(kUsualWidth), kNarrowest, kWidest);
}

bool wants_color(ColorMode mode) {
  switch (mode) {
    case ColorMode::Always:
      return true;
    case ColorMode::Never:
      return false;
    case ColorMode::Auto:
      // https://no-color.org: any value that is not empty.
      return is_terminal(STDOUT_FILENO) && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  }
  return false;
}

bool locale_is_utf8() { return std::string_view(::nl_langinfo(CODESET)) == "UTF-8"; }

TextStyle choose_style(const Request& request) {
  TextStyle style;
  const bool for_ticket = request.command == Command::Report;
  style.width = for_ticket ? kUsualWidth : terminal_width();
  style.color = for_ticket ? request.output.color == ColorMode::Always : wants_color(request.output.color);
  style.utf8 = for_ticket || locale_is_utf8();
  style.utc = for_ticket || request.output.utc;
  style.detail = request.output.format == Format::Full ? Detail::Full : Detail::Brief;
  style.show_evidence = request.output.show_evidence;
  style.example_of = request.output.example_of;
  return style;
}

}  // namespace oomwhy
