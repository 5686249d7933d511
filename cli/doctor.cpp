#include "cli/doctor.hpp"

#include <filesystem>

#include "cli/host_facts.hpp"
#include "cli/messages.hpp"
#include "cli/pager.hpp"
#include "cli/terminal.hpp"

namespace oomwhy {

ExitStatus run_doctor(const Request& request) {
  const std::string root = request.journal.root.value_or("/");
  std::error_code failure;
  if (!std::filesystem::is_directory(root, failure)) {
    print_error({root, failure ? failure.message() : "not a folder", "oomwhy doctor --root=DIR"});
    return ExitStatus::Unreadable;
  }
  const Diagnosis diagnosis = examine(read_host_facts(root));
  const std::string text = request.output.format == Format::Json ? render_diagnosis_json(diagnosis)
                                                                 : render_diagnosis(diagnosis, choose_style(request));
  if (!(request.output.quiet && diagnosis.findings.empty())) {
    if (const auto failed = write_output(text, request.output.pager)) {
      print_error(*failed);
      return ExitStatus::Unreadable;
    }
  }
  return diagnosis.findings.empty() ? ExitStatus::Found : ExitStatus::Nothing;
}

}  // namespace oomwhy
