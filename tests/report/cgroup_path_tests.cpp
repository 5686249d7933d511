// Cgroup paths as kernels print them, and what people call what they name.
#include "report/cgroup_path.hpp"

#include <catch2/catch.hpp>

using namespace oomwhy;

namespace {

const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string kOther = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";
const std::string kPod = "1b2c3d4e-1111-2222-3333-444455556666";
const std::string kPodUnderscored = "1b2c3d4e_1111_2222_3333_444455556666";

std::string text(const std::optional<std::string>& value) { return value.value_or("-"); }

}  // namespace

TEST_CASE("a cgroup path is read as the unit, slice and user that systemd made it for") {
  struct Case {
    std::string path, unit, slice;
    std::optional<std::uint32_t> user;
  };
  const std::vector<Case> cases{
      {"/system.slice/mariadb.service", "mariadb.service", "system.slice", {}},
      {"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", "system-getty.slice", {}},
      {"/system.slice/ssh@0-10.0.0.1:22-10.0.0.2:50000.service",
       "ssh@0-10.0.0.1:22-10.0.0.2:50000.service",
       "system.slice",
       {}},
      {"/system.slice/docker.service/sub/payload-1", "docker.service", "system.slice", {}},
      {R"(/system.slice/system-systemd\x2dfsck.slice/systemd-fsck@dev-sda1.service)",
       "systemd-fsck@dev-sda1.service",
       R"(system-systemd\x2dfsck.slice)",
       {}},
      {R"(/system.slice/my\x2dapp.service)", R"(my\x2dapp.service)", "system.slice", {}},
      {"/system.slice/_memory.service", "memory.service", "system.slice", {}},
      {"/user.slice/user-1000.slice/user@1000.service/app.slice/browser.service", "browser.service", "app.slice",
       1000U},
      {"/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope", "user-1000.slice", 1000U},
      {"/user.slice/user-1000.slice/user@1000.service", "user@1000.service", "user-1000.slice", 1000U},
      {"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "user-1000.slice", {}},
      {"/tenant.slice/tenant-a.slice", "-", "tenant-a.slice", {}},
      {"/system.slice/db.service/", "db.service", "system.slice", {}},
      {"/init.scope", "init.scope", "-", {}},
      {"/", "-", "-", {}},
      {"", "-", "-", {}},
      {"(name too long)", "-", "-", {}},
      {"/system.slice/mariadb.serv", "-", "system.slice", {}},  // cut
  };
  for (const Case& c : cases) {
    CAPTURE(c.path);
    const CgroupIdentity identity = identify_cgroup(c.path);
    CHECK(text(identity.unit) == c.unit);
    CHECK(text(identity.slice) == c.slice);
    CHECK(identity.user == c.user);
    CHECK_FALSE(identity.container);
    CHECK_FALSE(identity.pod);
    CHECK_FALSE(identity.inside);
  }
}

TEST_CASE("a cgroup path is read as the container and pod whose runtime made it") {
  struct Case {
    std::string path, container, runtime, pod, qos;
  };
  const std::vector<Case> cases{
      {"/system.slice/docker-" + kId + ".scope", kId, "docker", "-", "-"},
      {"/docker/" + kId, kId, "docker", "-", "-"},
      {"/docker/0123456789ab", "0123456789ab", "docker", "-", "-"},
      {"/docker/" + kOther + "/docker/" + kId, kId, "docker", "-", "-"},
      {"/docker/buildkit", "-", "-", "-", "-"},
      {"/ecs/2f5d0f4a-task/" + kId, kId, "docker", "-", "-"},
      {"/ecs/cluster/0123456789abcdef0123456789abcdef/" + kId, kId, "docker", "-", "-"},
      {"/ecstasks.slice/ecstasks-0123.slice/docker-" + kId + ".scope", kId, "docker", "-", "-"},
      {"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + kPodUnderscored + ".slice/cri-containerd-" +
           kId + ".scope",
       kId, "containerd", kPod, "burstable"},
      {"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" + kPodUnderscored + ".slice/crio-" + kId +
           ".scope/container",
       kId, "crio", kPod, "besteffort"},
      {"/kubepods.slice/kubepods-pod" + kPodUnderscored + ".slice/docker-" + kId + ".scope", kId, "docker", kPod,
       "guaranteed"},
      {"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" +
           kPodUnderscored + ".slice/cri-containerd-" + kId + ".scope",
       kId, "containerd", kPod, "burstable"},
      {"/system.slice/containerd.service/kubepods-besteffort-pod" + kPodUnderscored + ".slice:cri-containerd:" + kId,
       kId, "containerd", kPod, "besteffort"},
      {"/kubepods/burstable/pod" + kPod + "/" + kId, kId, "-", kPod, "burstable"},
      {"/kubepods/pod" + kPod + "/" + kId, kId, "-", kPod, "guaranteed"},
      {"/kubepods/besteffort/pod0123456789abcdef0123456789abcdef/" + kId, kId, "-", "0123456789abcdef0123456789abcdef",
       "besteffort"},
      {"/kubepods/burstable", "-", "-", "-", "burstable"},
      {"/kubepods.slice", "-", "-", "-", "-"},
      {"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1b2c3d4e_1111", "-", "-", "-",
       "burstable"},  // cut
      {"/kubepods.slice/kubepods-pod" + kPodUnderscored + ".slice/cri-containerd-0123456789abcdef", "0123456789abcdef",
       "containerd", kPod, "guaranteed"},  // cut
      {"/machine.slice/libpod-" + kId + ".scope/container", kId, "podman", "-", "-"},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope", kId, "podman", "-", "-"},
      {"/machine.slice/libpod-conmon-" + kId + ".scope", "-", "-", "-", "-"},  // the monitor, outside the container
      {"/libpod_parent/libpod-" + kId, kId, "podman", "-", "-"},
      {"/lxc/39004", "39004", "lxc", "-", "-"},
      {"/lxc.payload.web", "web", "lxc", "-", "-"},
      {"/lxc.payload/web", "web", "lxc", "-", "-"},
      {"/lxc.monitor.web", "-", "-", "-", "-"},
      {R"(/machine.slice/machine-web\x2d1.scope)", "web-1", "nspawn", "-", "-"},
      {R"(/machine.slice/systemd-nspawn@db\x2d2.service/payload)", "db-2", "nspawn", "-", "-"},
      {"/system.slice/nspawn-web1.service/payload", "-", "nspawn", "-", "-"},
      {R"(/machine.slice/machine-qemu\x2d1\x2dubuntu22.04.scope/libvirt/emulator)", "ubuntu22.04", "libvirt", "-", "-"},
      {"/machine/qemu-3-vm1.libvirt-qemu/vcpu0", "vm1", "libvirt", "-", "-"},
      {"/actions_job/" + kId, kId, "-", "-", "-"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.path);
    const CgroupIdentity identity = identify_cgroup(c.path);
    CHECK(text(identity.container) == c.container);
    CHECK(text(identity.runtime) == c.runtime);
    CHECK(text(identity.pod) == c.pod);
    CHECK(text(identity.qos) == c.qos);
  }
}

TEST_CASE("a unit of a container's own systemd is told from one of the host") {
  const auto in_lxc = identify_cgroup("/lxc.payload.web/system.slice/nginx.service");
  CHECK(text(in_lxc.unit) == "nginx.service");
  CHECK(in_lxc.inside);
  CHECK(identify_cgroup("/machine.slice/machine-web1.scope/payload/system.slice/nginx.service").inside);
  CHECK(identify_cgroup("/system.slice/nspawn-web1.service/payload/system.slice/nginx.service").inside);
  CHECK_FALSE(identify_cgroup("/system.slice/nspawn-web1.service/payload").inside);
  CHECK_FALSE(identify_cgroup("/machine.slice/machine-web1.scope").inside);
  CHECK_FALSE(identify_cgroup("/system.slice/docker-" + kId + ".scope").inside);
  CHECK(text(identify_cgroup("/system.slice/docker-" + kId + ".scope").unit) == "docker-" + kId + ".scope");
}

TEST_CASE("an ancestor contains what is below it and what it is, and no namesake") {
  CHECK(contains_cgroup("/a", "/a"));
  CHECK(contains_cgroup("/a", "/a/b"));
  CHECK(contains_cgroup("/", "/a"));
  CHECK(contains_cgroup("/a/", "/a/b/"));
  CHECK_FALSE(contains_cgroup("/a", "/ab"));
  CHECK_FALSE(contains_cgroup("/a/b", "/a"));
  CHECK_FALSE(contains_cgroup("/a", "/"));
}
