// Where something stood, what went wrong with it, and what could not be seen: as values, never as exceptions.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace oomwhy {

// Where a line stood. `line` counts from 1 (0: the source has no lines); `cursor` is a journal's, else empty.
struct Origin {
  std::string source;
  std::uint64_t line = 0;
  std::string cursor;

  bool operator==(const Origin&) const = default;
};

// The KINDs of the contract; the spelling in JSON is report/render_json's business.
enum class DiagnosticKind {
  DamagedLine,
  NumberOutOfRange,
  UnknownLineInReport,
  Contradiction,
  Truncated,
  TooLong,
  Encoding,
};

// One line (or stretch) that was ours but damaged. The text says what and what was done: "rss is not a number
// (\"1a4\"); row skipped". Bytes of the log inside it are raw: whoever prints it escapes them.
struct Diagnostic {
  Origin origin;
  DiagnosticKind kind = DiagnosticKind::DamagedLine;
  std::string text;

  bool operator==(const Diagnostic&) const = default;
};

// Reasons why a kill may have happened unseen.
enum class BlindSpotKind {
  RecordsLost,
  RecordsSuppressed,
  Unreadable,
  Damaged,
  NotKernelTransport,
  LevelFiltered,
  RingOverrun,
  Container,
  NoJournal,
  VolatileStorage,
  Gap,
  UnknownFormat,
  Clock,
};

struct BlindSpot {
  BlindSpotKind kind = BlindSpotKind::RecordsLost;
  std::string detail;

  bool operator==(const BlindSpot&) const = default;
};

// What a person is told when a source cannot be used: `what` (the path), `why` (strerror) and what to try.
struct Error {
  std::string what;
  std::string why;
  std::string hint;
};

// A value or the Error that took its place. (std::expected is not in this toolchain's library.)
template <typename T>
class Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor): reads like a return value
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return std::holds_alternative<T>(state_); }
  T& operator*() { return std::get<T>(state_); }
  const T& operator*() const { return std::get<T>(state_); }
  T* operator->() { return &std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace oomwhy
