// A cgroup path read as what people call it: a systemd unit, a slice, a container, a pod.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oomwhy {

struct CgroupIdentity {
  std::optional<std::string> unit;    // "mariadb.service", the innermost service or scope, spelt as systemctl shows it
  std::optional<std::string> slice;   // the innermost slice
  std::optional<std::uint32_t> user;  // uid of a unit below user@UID.service
  std::optional<std::string> container;  // 64 (or 12 and more) hex digits, or the name of an LXC/nspawn container
  std::optional<std::string> runtime;    // "docker", "containerd", "crio", "podman", "lxc", "nspawn", "libvirt"
  std::optional<std::string> pod;        // pod uid with dashes
  std::optional<std::string> qos;        // "guaranteed", "burstable", "besteffort"
  bool inside = false;                   // `unit` is of the container's own systemd: the host has no such unit
};

CgroupIdentity identify_cgroup(std::string_view path);

// True where `ancestor` is `path` or above it.
bool contains_cgroup(std::string_view ancestor, std::string_view path);

}  // namespace oomwhy
