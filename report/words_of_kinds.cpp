// The model's enumerators in words for people. JSON's spellings are in report/spelling.hpp.
#include <fmt/format.h>

#include "report/format.hpp"
#include "report/words.hpp"

namespace oomwhy {

std::string_view words(ReportPart part) {
  switch (part) {
    case ReportPart::Header:
      return "header";
    case ReportPart::Memory:
      return "memory block";
    case ReportPart::TaskTable:
      return "task table";
    case ReportPart::TaskRows:
      return "proof that the task table is whole";
    case ReportPart::Constraint:
      return "constraint line";
    case ReportPart::Kill:
      return "kill line";
  }
  return "";
}

std::string_view words(CauseKind kind) {
  switch (kind) {
    case CauseKind::Processes:
      return "processes";
    case CauseKind::Shmem:
      return "tmpfs or shared memory";
    case CauseKind::Slab:
      return "kernel slab memory";
    case CauseKind::PageTables:
      return "page tables";
    case CauseKind::Hugepages:
      return "huge page pool";
    case CauseKind::Locked:
      return "locked memory";
    case CauseKind::Unaccounted:
      return "memory in no counter";
    case CauseKind::Balloon:
      return "balloon or reservation";
    case CauseKind::Fragmentation:
      return "fragmentation";
    case CauseKind::Zone:
      return "a low zone";
    case CauseKind::Node:
      return "a NUMA node";
    case CauseKind::Manual:
      return "manual kill (sysrq-f)";
    case CauseKind::Unknown:
      return "not known";
  }
  return "";
}

std::string_view words(LedgerItem item) {
  switch (item) {
    case LedgerItem::Anonymous:
      return "anonymous (processes)";
    case LedgerItem::FileCache:
      return "file cache";
    case LedgerItem::Shmem:
      return "tmpfs and shared memory";
    case LedgerItem::SlabReclaimable:
      return "reclaimable slab";
    case LedgerItem::SlabUnreclaimable:
      return "unreclaimable slab";
    case LedgerItem::PageTables:
      return "page tables";
    case LedgerItem::KernelStack:
      return "kernel stacks";
    case LedgerItem::Hugetlb:
      return "huge page pool";
    case LedgerItem::Free:
      return "free";
    case LedgerItem::Other:
      return "other counters";
    case LedgerItem::Unaccounted:
      return "in no counter";
  }
  return "";
}

std::string_view words(BlindSpotKind kind) {
  switch (kind) {
    case BlindSpotKind::RecordsLost:
      return "messages lost";
    case BlindSpotKind::RecordsSuppressed:
      return "messages suppressed";
    case BlindSpotKind::Unreadable:
      return "unreadable";
    case BlindSpotKind::Damaged:
      return "damaged";
    case BlindSpotKind::NotKernelTransport:
      return "not from the kernel";
    case BlindSpotKind::LevelFiltered:
      return "levels filtered";
    case BlindSpotKind::RingOverrun:
      return "ring buffer overrun";
    case BlindSpotKind::Container:
      return "inside a container";
    case BlindSpotKind::NoJournal:
      return "no journal";
    case BlindSpotKind::VolatileStorage:
      return "journal not kept";
    case BlindSpotKind::Gap:
      return "gap";
    case BlindSpotKind::UnknownFormat:
      return "unknown format";
    case BlindSpotKind::Clock:
      return "clock";
  }
  return "";
}

std::string_view words(VictimRole role) {
  switch (role) {
    case VictimRole::Chosen:
      return "chosen";
    case VictimRole::Child:
      return "killed in place of its parent";
    case VictimRole::Sharing:
      return "shares the victim's memory";
    case VictimRole::Group:
      return "killed with its group";
  }
  return "";
}

std::string_view fate_words(const Victim& victim) {
  if (victim.exit_in_doubt) return "was exiting, perhaps killed before";
  if (victim.already_exiting) return "was already exiting";
  return victim.role == VictimRole::Chosen ? "" : words(victim.role);
}

std::string_view words(Deviation deviation) {
  switch (deviation) {
    case Deviation::AllocatingTask:
      return "the task that asked was killed (vm.oom_kill_allocating_task)";
    case Deviation::Child:
      return "a child was killed in place of the process with the highest score";
    case Deviation::Manual:
      return "the kill was asked for by hand";
    case Deviation::Group:
      return "a whole group was killed";
    case Deviation::Tie:
      return "several tasks had the same score";
    case Deviation::Tolerance:
      return "the scores lie within the error of the kernel's counters";
    case Deviation::PartialTable:
      return "the table is not whole";
    case Deviation::AlreadyDying:
      return "the task with the highest score was already dying";
    case Deviation::Unknown:
      return "no rule explains it";
  }
  return "";
}

std::string_view words(WhyNotEligible why_not) {
  switch (why_not) {
    case WhyNotEligible::AdjMinusThousand:
      return "exempt";
    case WhyNotEligible::Init:
      return "init";
    case WhyNotEligible::KernelThread:
      return "kernel thread";
    case WhyNotEligible::AlreadyDying:
      return "already dying";
    case WhyNotEligible::OutsideCpuset:
      return "outside the cpuset";
    case WhyNotEligible::OutsideMemcg:
      return "outside the cgroup";
    case WhyNotEligible::NoMm:
      return "no memory";
  }
  return "";
}

std::string words(const AllocationRefused& what) {
  switch (what.by) {
    case RefusedBy::Overcommit:
      return what.size ? fmt::format(
                             "the kernel's overcommit accounting refused {} (vm.overcommit_memory=2, or one "
                             "request beyond RAM and swap)",
                             format_size(*what.size))
                       : "the kernel's overcommit accounting refused it memory (vm.overcommit_memory=2, or one request "
                         "beyond RAM and swap)";
    case RefusedBy::DataLimit:
      return fmt::format(
          "its data would have come to {}, its ulimit (RLIMIT_DATA, LimitDATA=) is {}; the kernel says "
          "so only once a boot",
          what.size ? format_size(*what.size) : "more", what.limit ? format_size(*what.limit) : "less");
    case RefusedBy::OwnLimit:
      return "its own runtime refused it memory: a heap's limit";
    case RefusedBy::Unknown:
      break;
  }
  return "it was refused memory (ENOMEM), by its own words: which limit did that (overcommit, a ulimit), they do not "
         "prove";
}

}  // namespace oomwhy
