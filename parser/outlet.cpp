#include "parser/outlet.hpp"

namespace oomwhy {

void Outlet::hand_on(LogLine& line) {
  if (line.host.empty()) line.host = host_;
  if (form_) line.form = *form_;
  ++lines_of_form_[static_cast<std::size_t>(line.form)];
  if (lines_) lines_(line);
}

void Outlet::hand_on_record(LogLine line, std::string_view text) {
  for (;;) {
    const auto newline = text.find('\n');
    line.text = text.substr(0, newline);
    hand_on(line);
    if (newline == std::string_view::npos) return;
    text.remove_prefix(newline + 1);
    line.starts_record = false;
  }
}

EnvelopeForm Outlet::main_form() const {
  std::size_t most = 0;
  for (std::size_t form = 1; form < kForms; ++form) {
    // Whatever was recognised says more than lines around it that were not.
    if (lines_of_form_[form] > 0 && (most == 0 || lines_of_form_[form] > lines_of_form_[most])) most = form;
  }
  const auto form = static_cast<EnvelopeForm>(most);
  const bool shared = form == EnvelopeForm::Syslog3164 || form == EnvelopeForm::SyslogIso;
  return shared && journal_ ? EnvelopeForm::JournalShort : form;
}

}  // namespace oomwhy
