#include "parser/json_stretch.hpp"

#include <utility>

#include "parser/source_text.hpp"
#include "parser/take.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kLongestObject = 4 * kLongestLine;

bool is_space(char c) { return is_blank(c) || c == '\r' || c == '\n'; }

// What numbers, true, false and null are made of.
bool is_literal(char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '+' || c == '.'; }

}  // namespace

JsonStretch::JsonStretch(ObjectSink objects, LineSink rejected)
    : objects_(std::move(objects)), rejected_(std::move(rejected)) {}

bool JsonStretch::begins(std::string_view line) {
  take_blanks(line);
  if (take(line, '[')) take_blanks(line);
  if (!take(line, '{')) return false;
  take_blanks(line);
  return line.empty() || line.front() == '"' || line.front() == '}';
}

void JsonStretch::begin_object(std::uint64_t number) {
  object_.assign(1, '{');
  object_line_ = number;
  depth_ = 1;
  first_member_ = true;
  array_begins_ = false;
}

void JsonStretch::end_object() {
  objects_(object_, object_line_);
  object_.clear();
  held_.clear();
}

// {"dmesg": [ {…}, {…} ]}: the objects are those inside.
void JsonStretch::unwrap() {
  wrappers_ += depth_;
  object_.clear();
  depth_ = 0;
}

JsonStretch::Step JsonStretch::take_between_objects(char c, std::uint64_t number) {
  if (c == '{') {
    begin_object(number);
  } else if (c == '[') {
    ++wrappers_;
  } else if (c == ']' || c == '}') {
    if (wrappers_ == 0) return Step::Reject;
    --wrappers_;
  } else if (c == '"') {
    if (wrappers_ == 0) return Step::Reject;
    in_string_ = true;
  } else if (!is_space(c) && c != ',' && (wrappers_ == 0 || (c != ':' && !is_literal(c)))) {
    return Step::Reject;
  }
  return Step::Continue;
}

JsonStretch::Step JsonStretch::take_in_object(char c) {
  const bool array_began = array_begins_;
  if (!is_space(c)) array_begins_ = false;
  if (c == '{' || c == '[') {
    if (c == '{' && array_began) {
      unwrap();
      begin_object(object_line_);
      return Step::Continue;
    }
    array_begins_ = c == '[' && depth_ == 1 && first_member_;
    ++depth_;
  } else if (c == '}' || c == ']') {
    --depth_;
  } else if (c == '"') {
    in_string_ = true;
  } else if (c == ',') {
    if (depth_ == 1) first_member_ = false;
  } else if (!is_space(c) && c != ':' && !is_literal(c)) {
    return Step::Reject;
  }
  object_.push_back(c);
  if (depth_ == 0) end_object();
  return Step::Continue;
}

JsonStretch::Step JsonStretch::take_character(char c, std::uint64_t number) {
  const bool in_object = !object_.empty();
  if (in_string_) {
    if (in_object) object_.push_back(c);
    if (c == '"' && !after_backslash_) in_string_ = false;
    after_backslash_ = c == '\\' && !after_backslash_;
    return Step::Continue;
  }
  if (!in_object) return take_between_objects(c, number);
  const auto step = take_in_object(c);
  if (depth_ == 1 && object_.size() == 1) object_line_ = number;
  return step;
}

void JsonStretch::reject() {
  object_.clear();
  in_string_ = after_backslash_ = open_ = false;
  depth_ = wrappers_ = 0;
  auto held = std::exchange(held_, {});
  std::string_view rest = held;
  for (auto number = held_line_; !rest.empty(); ++number) {
    const auto newline = rest.find('\n');
    rejected_(rest.substr(0, newline), number);
    rest.remove_prefix(newline + 1);
  }
}

void JsonStretch::feed(std::string_view line, std::uint64_t number) {
  open_ = true;
  if (held_.empty()) held_line_ = number;
  held_.append(line).push_back('\n');
  for (const char c : line) {
    if (take_character(c, number) == Step::Reject) return reject();
  }
  // No string of JSON goes over the end of a line.
  if (in_string_ || held_.size() > kLongestObject) return reject();
  if (!object_.empty()) object_.push_back('\n');
  open_ = !object_.empty() || wrappers_ > 0;
  if (object_.empty()) held_.clear();
}

void JsonStretch::finish() {
  if (open_) reject();
}

}  // namespace oomwhy
