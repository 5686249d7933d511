#include "report/machine_keys.hpp"

namespace oomwhy {
namespace {

enum class List : std::uint8_t { Boot, HostWithoutBoot, WithoutBoot, Host, Any };

MachineKey key_of(List list, std::uint32_t name = 0) { return static_cast<MachineKey>(list) << 32U | name; }

void put(MachineKeys::Keys& keys, MachineKey key) { keys.key[keys.count++] = key; }

}  // namespace

bool may_be_same(const Machine& a, const Machine& b) {
  if (!a.boot_id.empty() && !b.boot_id.empty()) return a.boot_id == b.boot_id;
  return a.host.empty() || b.host.empty() || a.host == b.host;
}

std::uint32_t Names::number(std::string_view name) {
  return numbers_.try_emplace(std::string(name), static_cast<std::uint32_t>(numbers_.size())).first->second;
}

std::optional<std::uint32_t> Names::find(std::string_view name) const {
  const auto found = numbers_.find(std::string(name));
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

MachineKeys::Keys MachineKeys::filed_under(const Machine& machine) {
  Keys keys;
  const std::uint32_t host = names_.number(machine.host);
  if (machine.boot_id.empty()) {
    put(keys, key_of(List::HostWithoutBoot, host));
    put(keys, key_of(List::WithoutBoot));
  } else {
    put(keys, key_of(List::Boot, names_.number(machine.boot_id)));
  }
  put(keys, key_of(List::Host, host));
  put(keys, key_of(List::Any));
  return keys;
}

MachineKeys::Keys MachineKeys::looked_up(const Machine& machine) const {
  Keys keys;
  const bool has_boot = !machine.boot_id.empty();
  if (const auto boot = names_.find(machine.boot_id); has_boot && boot) put(keys, key_of(List::Boot, *boot));
  if (machine.host.empty()) {
    put(keys, key_of(has_boot ? List::WithoutBoot : List::Any));
    return keys;
  }
  const List by_host = has_boot ? List::HostWithoutBoot : List::Host;
  if (const auto host = names_.find(machine.host)) put(keys, key_of(by_host, *host));
  if (const auto nobody = names_.find("")) put(keys, key_of(by_host, *nobody));
  return keys;
}

}  // namespace oomwhy
