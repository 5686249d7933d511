#include "parser/input_kind.hpp"

namespace oomwhy {

std::string_view input_kind(EnvelopeForm form) {
  switch (form) {
    case EnvelopeForm::Bare:
      return "text";
    case EnvelopeForm::Dmesg:
      return "dmesg";
    case EnvelopeForm::DmesgJson:
      return "dmesg_json";
    case EnvelopeForm::KmsgRecord:
      return "kmsg";
    case EnvelopeForm::Syslog3164:
    case EnvelopeForm::SyslogIso:
    case EnvelopeForm::Syslog5424:
      return "syslog";
    case EnvelopeForm::JournalShort:
    case EnvelopeForm::JournalVerbose:
      return "journal";
    case EnvelopeForm::JournalExport:
      return "journal_export";
    case EnvelopeForm::JournalJson:
      return "journal_json";
    case EnvelopeForm::ContainerJson:
      return "json_lines";
    case EnvelopeForm::ContainerCri:
      return "container";
    case EnvelopeForm::Pstore:
      return "pstore";
  }
  return "text";
}

}  // namespace oomwhy
