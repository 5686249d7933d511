#include "report/cgroup_path.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace oomwhy {
namespace {

constexpr std::size_t kShortestId = 12;  // what `docker ps` shows
constexpr std::size_t kPodUid = 36;      // 8-4-4-4-12
constexpr std::size_t kStaticPodUid = 32;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_container_id(std::string_view text) {
  return text.size() >= kShortestId && text.size() <= 64 && std::all_of(text.begin(), text.end(), is_hex);
}

bool strip_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool strip_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (!part.empty()) parts.push_back(part);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return parts;
}

// systemd's cg_unescape(): a name that the kernel would mistake for one of its files is written with a '_' in front.
std::string_view unescape_cgroup(std::string_view part) {
  strip_prefix(part, "_");
  return part;
}

// systemd's unit_name_unescape(): "\x2d" is '-'.
std::string unescape_unit(std::string_view name) {
  std::string text;
  for (std::size_t at = 0; at < name.size(); ++at) {
    unsigned byte = 0;
    const char* const digits = name.data() + at + 2;
    if (name.substr(at).starts_with("\\x") && at + 4 <= name.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      text += static_cast<char>(byte);
      at += 3;
    } else {
      text += name[at];
    }
  }
  return text;
}

void enter_container(CgroupIdentity& identity, std::string name, std::string_view runtime) {
  identity.container = std::move(name);
  identity.runtime = runtime.empty() ? std::nullopt : std::optional<std::string>(runtime);
}

// "pod" + uid, dashes written as underscores in slice names (systemd driver) or not (cgroupfs driver), or the 32 digits
// of a static pod's hash. Nothing where the uid is cut.
std::optional<std::string> pod_uid(std::string_view text) {
  if (!strip_prefix(text, "pod")) return std::nullopt;
  std::string uid(text);
  std::replace(uid.begin(), uid.end(), '_', '-');
  const bool digits = std::all_of(uid.begin(), uid.end(), [](char c) { return is_hex(c) || c == '-'; });
  if (!digits || (uid.size() != kPodUid && uid.size() != kStaticPodUid)) return std::nullopt;
  return uid;
}

// "kubepods-burstable-pod1234….slice", also with "kubelet-" in front (kind, k3s), and what stands below it.
void read_kubepods_slice(std::string_view slice, CgroupIdentity& identity) {
  const auto at = slice.find("kubepods");
  if (at == std::string_view::npos) return;
  std::string_view rest = slice.substr(at);
  strip_prefix(rest, "kubepods");
  strip_prefix(rest, "-");
  for (const std::string_view qos : {"burstable", "besteffort"}) {
    if (strip_prefix(rest, qos)) identity.qos = qos;
  }
  strip_prefix(rest, "-");
  if (const auto uid = pod_uid(rest)) identity.pod = uid;
}

// What a container runtime calls the scope (or, with the cgroupfs driver, the directory) of a container.
bool read_runtime_scope(std::string_view name, CgroupIdentity& identity) {
  struct Prefix {
    std::string_view text, runtime;
  };
  constexpr std::array<Prefix, 5> kPrefixes{{{"docker-", "docker"},
                                             {"cri-containerd-", "containerd"},
                                             {"crio-", "crio"},
                                             {"libpod-", "podman"},
                                             {"nerdctl-", "containerd"}}};
  strip_suffix(name, ".scope");
  for (const Prefix& prefix : kPrefixes) {
    std::string_view id = name;
    if (!strip_prefix(id, prefix.text) || !is_container_id(id)) continue;
    enter_container(identity, std::string(id), prefix.runtime);
    return true;
  }
  return false;
}

// "machine-qemu\x2d1\x2dvm1.scope" of libvirt, "machine-web1.scope" of nspawn and others; `machine` without both ends.
void read_machine(std::string_view machine, CgroupIdentity& identity) {
  const std::string name = unescape_unit(machine);
  for (const std::string_view driver : {"qemu-", "lxc-"}) {
    if (!std::string_view(name).starts_with(driver)) continue;
    const auto id_end = name.find('-', driver.size());
    if (id_end == std::string::npos) continue;
    enter_container(identity, name.substr(id_end + 1), "libvirt");
    return;
  }
  enter_container(identity, name, "nspawn");
}

void read_slice(std::string_view slice, CgroupIdentity& identity) {
  identity.slice = slice;
  strip_suffix(slice, ".slice");
  read_kubepods_slice(slice, identity);
}

void read_unit(std::string_view unit, CgroupIdentity& identity) {
  // The host's own scope or service of a container is seen before anything inside it.
  identity.inside = identity.container || identity.runtime;
  identity.unit = unit;
  std::string_view name = unit;
  if (read_runtime_scope(name, identity)) {
    identity.inside = false;
    return;
  }
  if (strip_suffix(name, ".scope") && strip_prefix(name, "machine-")) read_machine(name, identity);
  name = unit;
  if (strip_suffix(name, ".service") && strip_prefix(name, "systemd-nspawn@")) {
    enter_container(identity, unescape_unit(name), "nspawn");
  }
  name = unit;
  std::uint32_t user = 0;
  if (!strip_prefix(name, "user@") || !strip_suffix(name, ".service")) return;
  if (std::from_chars(name.data(), name.data() + name.size(), user).ec == std::errc{}) identity.user = user;
}

// Directories by which a runtime without systemd is known; the container is the part below.
std::string_view runtime_of_parent(std::string_view parent) {
  if (parent == "docker" || parent == "ecs") return "docker";
  if (parent == "lxc" || parent == "lxc.payload") return "lxc";
  if (parent == "libpod_parent") return "podman";
  return {};
}

// The cgroupfs driver's "kubepods/burstable/podUID", or "kubepods/podUID" for the guaranteed class.
bool read_pod_directory(std::string_view parent, std::string_view part, CgroupIdentity& identity) {
  if (parent == "kubepods" && (part == "burstable" || part == "besteffort")) {
    identity.qos = part;
    return true;
  }
  if (parent != "kubepods" && parent != identity.qos) return false;
  const auto uid = pod_uid(part);
  if (uid) identity.pod = uid;
  return uid.has_value();
}

bool read_machine_directory(std::string_view part, CgroupIdentity& identity) {
  if (strip_prefix(part, "lxc.payload.")) {
    enter_container(identity, std::string(part), "lxc");
    return true;
  }
  if (!strip_suffix(part, ".libvirt-qemu") && !strip_suffix(part, ".libvirt-lxc")) return false;
  read_machine(part, identity);
  identity.runtime = "libvirt";
  return true;
}

// A path taken apart. What is below the directory "ecs" is found once: a hostile path has thousands of parts.
struct Parts {
  std::vector<std::string_view> names;
  std::size_t ecs = 0;  // where the first "ecs" stands; the number of names: nowhere
};

Parts take_apart(std::string_view path) {
  Parts parts{.names = split_path(path)};
  const auto ecs = std::find(parts.names.begin(), parts.names.end(), "ecs");
  parts.ecs = static_cast<std::size_t>(ecs - parts.names.begin());
  return parts;
}

// A part without a unit's suffix: cgroupfs drivers, LXC, libvirt, delegated subtrees.
void read_directory(const Parts& parts, std::size_t at, CgroupIdentity& identity) {
  const std::string_view part = parts.names[at];
  const std::string_view parent = at == 0 ? std::string_view{} : parts.names[at - 1];
  if (read_pod_directory(parent, part, identity) || read_machine_directory(part, identity)) return;
  if (read_runtime_scope(part, identity)) return;
  const std::string_view runtime = at > parts.ecs ? "docker" : runtime_of_parent(parent);
  if (is_container_id(part) || runtime == "lxc") {
    enter_container(identity, std::string(part), runtime);
  } else if (part == "payload" && identity.unit && !identity.runtime) {
    // systemd-nspawn with Delegate= splits its unit into "payload" and "supervisor". The machine's name is not in it.
    identity.runtime = "nspawn";
  }
}

// containerd told to use the systemd driver by one side only: "kubepods-burstable-podUID.slice:cri-containerd:ID".
bool read_colon_form(std::string_view part, CgroupIdentity& identity) {
  const auto first = part.find(':');
  const auto second = part.find(':', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  const auto id = part.substr(second + 1);
  if (!is_container_id(id)) return false;
  read_slice(part.substr(0, first), identity);
  const auto prefix = part.substr(first + 1, second - first - 1);
  const bool read = read_runtime_scope(std::string(prefix) + "-" + std::string(id), identity);
  if (!read) enter_container(identity, std::string(id), {});
  return true;
}

std::string_view without_trailing_slashes(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

}  // namespace

CgroupIdentity identify_cgroup(std::string_view path) {
  CgroupIdentity identity;
  const Parts parts = take_apart(path);
  for (std::size_t at = 0; at < parts.names.size(); ++at) {
    const std::string_view part = unescape_cgroup(parts.names[at]);
    if (read_colon_form(part, identity)) continue;
    if (part.ends_with(".slice")) {
      read_slice(part, identity);
    } else if (part.ends_with(".service") || part.ends_with(".scope")) {
      read_unit(part, identity);
    } else {
      read_directory(parts, at, identity);
    }
  }
  // Pods of the other two classes stand one level lower.
  if (identity.pod && !identity.qos) identity.qos = "guaranteed";
  return identity;
}

bool contains_cgroup(std::string_view ancestor, std::string_view path) {
  ancestor = without_trailing_slashes(ancestor);
  path = without_trailing_slashes(path);
  if (!path.starts_with(ancestor)) return false;
  return path.size() == ancestor.size() || path[ancestor.size()] == '/';
}

}  // namespace oomwhy
