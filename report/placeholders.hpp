// Stand-ins for what must not be shown: "host-1" for the first host of a report, or, with a key, digits of a keyed
// hash, so that every host writes the same one for the same value.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace oomwhy {

class Placeholders {
 public:
  explicit Placeholders(std::string key) : key_(std::move(key)) {}

  // The same kind and value give the same placeholder: "host-1"; with a key "host-" and 10 hex digits of
  // HMAC-SHA-256(key, kind NUL value).
  std::string of(std::string_view kind, std::string_view value);
  // Whether `text` is a placeholder that was handed out: it stays as it is.
  bool issued(std::string_view text) const { return issued_.find(text) != issued_.end(); }

 private:
  std::string suffix(std::string_view kind, std::string_view value);

  std::string key_;  // empty: they are numbered
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> by_kind_;
  std::set<std::string, std::less<>> issued_;
};

}  // namespace oomwhy
