// What is concluded.
#include "report/spelling.hpp"

namespace oomwhy {

// Every enumerator has its case and returns; what stands behind the switch is for values that no enumerator has.

std::string_view spell(Deviation deviation) {
  switch (deviation) {
    case Deviation::AllocatingTask:
      return "allocating_task";
    case Deviation::Child:
      return "child";
    case Deviation::Manual:
      return "manual";
    case Deviation::Group:
      return "group";
    case Deviation::Tie:
      return "tie";
    case Deviation::Tolerance:
      return "tolerance";
    case Deviation::PartialTable:
      return "partial_table";
    case Deviation::AlreadyDying:
      return "already_dying";
    case Deviation::Unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view spell(WhyNotEligible why_not) {
  switch (why_not) {
    case WhyNotEligible::AdjMinusThousand:
      return "adj_minus_1000";
    case WhyNotEligible::Init:
      return "init";
    case WhyNotEligible::KernelThread:
      return "kernel_thread";
    case WhyNotEligible::AlreadyDying:
      return "already_dying";
    case WhyNotEligible::OutsideCpuset:
      return "outside_cpuset";
    case WhyNotEligible::OutsideMemcg:
      return "outside_memcg";
    case WhyNotEligible::NoMm:
      return "no_mm";
  }
  return "unknown";
}

std::string_view spell(LedgerItem item) {
  switch (item) {
    case LedgerItem::Anonymous:
      return "anonymous";
    case LedgerItem::FileCache:
      return "file_cache";
    case LedgerItem::Shmem:
      return "shmem";
    case LedgerItem::SlabReclaimable:
      return "slab_reclaimable";
    case LedgerItem::SlabUnreclaimable:
      return "slab_unreclaimable";
    case LedgerItem::PageTables:
      return "page_tables";
    case LedgerItem::KernelStack:
      return "kernel_stack";
    case LedgerItem::Hugetlb:
      return "hugetlb";
    case LedgerItem::Free:
      return "free";
    case LedgerItem::Other:
      return "other";
    case LedgerItem::Unaccounted:
      return "unaccounted";
  }
  return "unknown";
}

std::string_view spell(GroupBy by) {
  switch (by) {
    case GroupBy::Unit:
      return "unit";
    case GroupBy::Container:
      return "container";
    case GroupBy::Name:
      return "name";
  }
  return "unknown";
}

std::string_view spell(Scope scope) {
  switch (scope) {
    case Scope::Host:
      return "host";
    case Scope::Cgroup:
      return "cgroup";
    case Scope::Cpuset:
      return "cpuset";
    case Scope::MemoryPolicy:
      return "memory_policy";
    case Scope::Unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view spell(Confidence confidence) {
  switch (confidence) {
    case Confidence::None:
      return "none";
    case Confidence::Low:
      return "low";
    case Confidence::Medium:
      return "medium";
    case Confidence::High:
      return "high";
  }
  return "unknown";
}

std::string_view spell(CauseKind kind) {
  switch (kind) {
    case CauseKind::Processes:
      return "processes";
    case CauseKind::Shmem:
      return "shmem";
    case CauseKind::Slab:
      return "slab";
    case CauseKind::PageTables:
      return "page_tables";
    case CauseKind::Hugepages:
      return "hugepages";
    case CauseKind::Locked:
      return "locked";
    case CauseKind::Unaccounted:
      return "unaccounted";
    case CauseKind::Balloon:
      return "balloon";
    case CauseKind::Fragmentation:
      return "fragmentation";
    case CauseKind::Zone:
      return "zone";
    case CauseKind::Node:
      return "node";
    case CauseKind::Manual:
      return "manual";
    case CauseKind::Unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view spell(AdviceAction action) {
  switch (action) {
    case AdviceAction::Set:
      return "set";
    case AdviceAction::Run:
      return "run";
    case AdviceAction::Check:
      return "check";
    case AdviceAction::None:
      return "none";
  }
  return "unknown";
}

std::string_view spell(TargetKind kind) {
  switch (kind) {
    case TargetKind::Unit:
      return "unit";
    case TargetKind::Slice:
      return "slice";
    case TargetKind::Container:
      return "container";
    case TargetKind::Pod:
      return "pod";
    case TargetKind::Process:
      return "process";
    case TargetKind::Kernel:
      return "kernel";
  }
  return "unknown";
}

}  // namespace oomwhy
