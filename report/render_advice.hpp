// Advice as text: drop-ins for systemd, the same settings in another supervisor's words, and the answer of a what-if.
#pragma once

#include <string>

#include "report/analysis.hpp"
#include "report/renderer.hpp"

namespace oomwhy {

// `supervisor`: empty for systemd, else upstart, nosh, openrc, runit, wrapper, cgexec, choom, docker or kubernetes.
// Everything in it that is no setting is a comment, so that the text can be saved as it is.
std::string render_advice(const Incident& incident, const std::string& supervisor);

// Who would have died; `incident.what_if` must be there.
std::string render_what_if(const Incident& incident, const TextStyle& style);

}  // namespace oomwhy
