// What the log says.
#include "report/spelling.hpp"

namespace oomwhy {

// Every enumerator has its case and returns; what stands behind the switch is for values that no enumerator has.

std::string_view spell(Certainty certainty) {
  switch (certainty) {
    case Certainty::Stated:
      return "stated";
    case Certainty::Derived:
      return "derived";
    case Certainty::Assumed:
      return "assumed";
  }
  return "unknown";
}

std::string_view spell(Clock clock) {
  switch (clock) {
    case Clock::Printk:
      return "printk";
    case Clock::Received:
      return "received";
    case Clock::Printed:
      return "printed";
    case Clock::Computed:
      return "computed";
  }
  return "unknown";
}

std::string_view spell(Trust trust) {
  switch (trust) {
    case Trust::Kernel:
      return "kernel";
    case Trust::Userspace:
      return "userspace";
    case Trust::Unknowable:
      return "unknowable";
  }
  return "unknown";
}

std::string_view spell(Constraint constraint) {
  switch (constraint) {
    case Constraint::None:
      return "none";
    case Constraint::Memcg:
      return "memcg";
    case Constraint::Cpuset:
      return "cpuset";
    case Constraint::MemoryPolicy:
      return "memory_policy";
  }
  return "unknown";
}

std::string_view spell(Outcome outcome) {
  switch (outcome) {
    case Outcome::Killed:
      return "killed";
    case Outcome::NoKillable:
      return "no_killable";
    case Outcome::Panic:
      return "panic";
    case Outcome::Deadlock:
      return "deadlock";
    case Outcome::Unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view spell(ReportPart part) {
  switch (part) {
    case ReportPart::Header:
      return "header";
    case ReportPart::Memory:
      return "memory";
    case ReportPart::TaskTable:
      return "task_table";
    case ReportPart::TaskRows:
      return "task_rows";
    case ReportPart::Constraint:
      return "constraint";
    case ReportPart::Kill:
      return "kill";
  }
  return "unknown";
}

std::string_view spell(Grade grade) {
  switch (grade) {
    case Grade::A:
      return "A";
    case Grade::B:
      return "B";
    case Grade::C:
      return "C";
    case Grade::D:
      return "D";
  }
  return "unknown";
}

std::string_view spell(VictimRole role) {
  switch (role) {
    case VictimRole::Chosen:
      return "chosen";
    case VictimRole::Child:
      return "child";
    case VictimRole::Sharing:
      return "sharing";
    case VictimRole::Group:
      return "group";
  }
  return "unknown";
}

std::string_view spell(PanicReason reason) {
  switch (reason) {
    case PanicReason::PanicOnOom:
      return "panic_on_oom";
    case PanicReason::Deadlocked:
      return "deadlocked";
    case PanicReason::NoKillable:
      return "no_killable";
    case PanicReason::Other:
      return "other";
  }
  return "unknown";
}

std::string_view spell(DiagnosticKind kind) {
  switch (kind) {
    case DiagnosticKind::DamagedLine:
      return "damaged_line";
    case DiagnosticKind::NumberOutOfRange:
      return "number_out_of_range";
    case DiagnosticKind::UnknownLineInReport:
      return "unknown_line_in_report";
    case DiagnosticKind::Contradiction:
      return "contradiction";
    case DiagnosticKind::Truncated:
      return "truncated";
    case DiagnosticKind::TooLong:
      return "too_long";
    case DiagnosticKind::Encoding:
      return "encoding";
  }
  return "unknown";
}

std::string_view spell(BlindSpotKind kind) {
  switch (kind) {
    case BlindSpotKind::RecordsLost:
      return "records_lost";
    case BlindSpotKind::RecordsSuppressed:
      return "records_suppressed";
    case BlindSpotKind::Unreadable:
      return "unreadable";
    case BlindSpotKind::Damaged:
      return "damaged";
    case BlindSpotKind::NotKernelTransport:
      return "not_kernel_transport";
    case BlindSpotKind::LevelFiltered:
      return "level_filtered";
    case BlindSpotKind::RingOverrun:
      return "ring_overrun";
    case BlindSpotKind::Container:
      return "container";
    case BlindSpotKind::NoJournal:
      return "no_journal";
    case BlindSpotKind::VolatileStorage:
      return "volatile_storage";
    case BlindSpotKind::Gap:
      return "gap";
    case BlindSpotKind::UnknownFormat:
      return "unknown_format";
    case BlindSpotKind::Clock:
      return "clock";
  }
  return "unknown";
}

std::string_view spell(UnitWord word) {
  switch (word) {
    case UnitWord::OomKilled:
      return "oom_killed";
    case UnitWord::OomdKilled:
      return "oomd_killed";
    case UnitWord::ProcessExited:
      return "process_exited";
    case UnitWord::Failed:
      return "failed";
    case UnitWord::Consumed:
      return "consumed";
    case UnitWord::RestartScheduled:
      return "restart_scheduled";
    case UnitWord::StartLimitHit:
      return "start_limit_hit";
    case UnitWord::Started:
      return "started";
    case UnitWord::Stopped:
      return "stopped";
    case UnitWord::Deactivated:
      return "deactivated";
    case UnitWord::StopTimeout:
      return "stop_timeout";
    case UnitWord::WatchdogTimeout:
      return "watchdog_timeout";
    case UnitWord::KillingProcess:
      return "killing_process";
    case UnitWord::SignalOnRequest:
      return "signal_on_request";
  }
  return "unknown";
}

std::string_view spell(RefusedBy by) {
  switch (by) {
    case RefusedBy::Unknown:
      return "unknown";
    case RefusedBy::Overcommit:
      return "overcommit";
    case RefusedBy::DataLimit:
      return "data_limit";
    case RefusedBy::OwnLimit:
      return "own_limit";
  }
  return "unknown";
}

}  // namespace oomwhy
