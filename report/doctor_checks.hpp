// The doctor's checks: each looks at a few facts and adds a finding, or none.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/doctor.hpp"

namespace oomwhy {

// Where a check puts what it finds; the id is the check's.
class HostFindings {
 public:
  HostFindings(std::string id, std::vector<HostFinding>& findings) : id_(std::move(id)), findings_(findings) {}
  void add(Severity severity, std::string what, std::string why, std::string command) {
    findings_.push_back({id_, severity, std::move(what), std::move(why), std::move(command)});
  }

 private:
  std::string id_;
  std::vector<HostFinding>& findings_;
};

// Can the next kill be explained? (doctor_log.cpp)
void check_journal(const HostFacts& facts, HostFindings& findings);
void check_permissions(const HostFacts& facts, HostFindings& findings);
void check_log_buffer(const HostFacts& facts, HostFindings& findings);

// The kernel's policy. (doctor_kernel.cpp)
void check_dump_tasks(const HostFacts& facts, HostFindings& findings);
void check_allocating_task(const HostFacts& facts, HostFindings& findings);
void check_panic(const HostFacts& facts, HostFindings& findings);
void check_overcommit(const HostFacts& facts, HostFindings& findings);
void check_cgroup_version(const HostFacts& facts, HostFindings& findings);
void check_pressure(const HostFacts& facts, HostFindings& findings);

// The service manager's and the userspace killers'. (doctor_units.cpp)
void check_unkillable_units(const HostFacts& facts, HostFindings& findings);
void check_protected_memory(const HostFacts& facts, HostFindings& findings);
void check_memory_high(const HostFacts& facts, HostFindings& findings);
void check_limits(const HostFacts& facts, HostFindings& findings);
void check_restart(const HostFacts& facts, HostFindings& findings);
void check_killers(const HostFacts& facts, HostFindings& findings);

}  // namespace oomwhy
