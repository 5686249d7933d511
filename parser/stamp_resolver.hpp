// Turns stamps as printed into Stamps: adds the year and the zone where the person gave them, carries the year over
// New Year, and adds up what dmesg -H prints as differences.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "parser/envelope.hpp"
#include "parser/normalize.hpp"

namespace oomwhy {

class StampResolver {
 public:
  explicit StampResolver(ReadContext context) : context_(std::move(context)) {}

  Stamp resolve(const PrintedStamp& printed);

 private:
  void set_wall(WallTime wall, Stamp& stamp);
  int assumed_year(int month);
  std::optional<int> assumed_offset(std::int64_t wall_us) const;

  ReadContext context_;
  int last_month_ = 0;
  int years_passed_ = 0;
  std::optional<std::int64_t> minute_and_differences_us_;
};

}  // namespace oomwhy
