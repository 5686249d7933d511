// Cuts a stretch of JSON into its objects: one a line, one over many lines (journalctl -o json-pretty), or many inside
// of one array (dmesg --json), which is not held in memory as a whole.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace oomwhy {

class JsonStretch {
 public:
  // A whole object, and the line on which it begins.
  using ObjectSink = std::function<void(std::string_view object, std::uint64_t line)>;
  // A line that turned out to be no JSON.
  using LineSink = std::function<void(std::string_view line, std::uint64_t number)>;

  JsonStretch(ObjectSink objects, LineSink rejected);

  static bool begins(std::string_view line);

  void feed(std::string_view line, std::uint64_t number);
  // Hands back the lines of an object that never ended.
  void finish();
  bool open() const { return open_; }

 private:
  enum class Step { Continue, Reject };
  Step take_character(char c, std::uint64_t number);
  Step take_between_objects(char c, std::uint64_t number);
  Step take_in_object(char c);
  void begin_object(std::uint64_t number);
  void end_object();
  void unwrap();
  void reject();

  ObjectSink objects_;
  LineSink rejected_;
  bool open_ = false;
  bool in_string_ = false;
  bool after_backslash_ = false;
  std::string object_;
  std::uint64_t object_line_ = 0;
  std::uint64_t depth_ = 0;     // of brackets inside the object
  std::uint64_t wrappers_ = 0;  // brackets around it
  bool first_member_ = true;    // no comma yet at the object's own level
  bool array_begins_ = false;   // the last thing was the "[" of that first member
  std::string held_;            // lines since the last object, in case this is no JSON
  std::uint64_t held_line_ = 0;
};

}  // namespace oomwhy
