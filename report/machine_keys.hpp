// Things that were said of machines, filed so that all that may speak of one machine is found in at most three lists.
// A boot's id proves which machine it is; without one the host's name does; where neither is known nothing is ruled
// out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace oomwhy {

struct Machine {
  std::string_view boot_id, host;  // empty: not known
};

bool may_be_same(const Machine& a, const Machine& b);

// Numbers for names, from 0.
class Names {
 public:
  std::uint32_t number(std::string_view name);
  std::optional<std::uint32_t> find(std::string_view name) const;

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

// Two numbers as one, for the key of a hash table. The constant is 2^64 divided by the golden ratio.
constexpr std::uint64_t mixed(std::uint64_t a, std::uint64_t b) { return a * 0x9e3779b97f4a7c15 ^ b; }

// Of one list.
using MachineKey = std::uint64_t;

class MachineKeys {
 public:
  struct Keys {
    std::array<MachineKey, 4> key{};
    std::size_t count = 0;
    const MachineKey* begin() const { return key.data(); }
    const MachineKey* end() const { return key.data() + count; }
  };
  // The lists that a thing of this machine belongs into.
  Keys filed_under(const Machine& machine);
  // The lists that hold, each thing once, whatever may be of this machine.
  Keys looked_up(const Machine& machine) const;

 private:
  Names names_;
};

}  // namespace oomwhy
