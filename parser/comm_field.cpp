#include "parser/comm_field.hpp"

#include <algorithm>

#include "parser/scan.hpp"

namespace oomwhy::grammar {
namespace {

bool starts_with_words(std::string_view text, std::string_view words) {
  if (text.size() < words.size()) return false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == ' ' ? !is_blank(text[i]) : text[i] != words[i]) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string_view> comm_before(std::string_view text, std::string_view closing) {
  for (std::size_t length = std::min(longest_comm, text.size()) + 1; length-- > 0;) {
    if (starts_with_words(text.substr(length), closing)) return text.substr(0, length);
  }
  for (std::size_t length = longest_comm + 1; length < text.size(); ++length) {
    if (starts_with_words(text.substr(length), closing)) return text.substr(0, length);
  }
  return std::nullopt;
}

std::optional<std::string_view> comm_before_cut(std::string_view text, std::string_view closing) {
  const std::string_view whole = trim_right(without_cut_mark(text));
  const std::size_t most = std::min(closing.size(), whole.size());
  for (std::size_t length = 1; length <= most; ++length) {
    if (starts_with_words(whole.substr(whole.size() - length), closing.substr(0, length))) {
      return whole.substr(0, whole.size() - length);
    }
  }
  return std::nullopt;
}

}  // namespace oomwhy::grammar
