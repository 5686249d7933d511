// Turns stamps as printed into Stamps: adds the year and the zone where the person gave them, carries the year over
// New Year, and adds up what dmesg -H prints as differences.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "parser/envelope.hpp"
#include "parser/normalize.hpp"

namespace oomwhy {

class StampResolver {
 public:
  explicit StampResolver(ReadContext context) : context_(std::move(context)) {}

  // The stamp's characters live until the next call.
  Stamp resolve(const PrintedStamp& printed);
  // What resolve() gave for the characters of the stamp it was asked for last.
  std::string_view characters(const PrintedStamp& last) const {
    return last.since_last_us ? std::string_view(summed_) : last.as_printed;
  }

 private:
  void set_wall(WallTime wall, Stamp& stamp);
  int assumed_year(int month);
  void add_difference(std::int64_t since_last_us, Stamp& stamp);
  std::optional<int> assumed_offset(std::int64_t wall_us) const;

  ReadContext context_;
  int last_month_ = 0;
  int years_passed_ = 0;
  // dmesg -H: the last date with its minute, what was printed of it, and the differences since.
  std::optional<std::int64_t> minute_us_;
  std::string minute_;
  std::int64_t since_minute_us_ = 0;
  std::string summed_;
};

}  // namespace oomwhy
