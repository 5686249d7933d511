// The facts that the doctor judges, read out of a root's files: /proc, /sys, /etc, /var/log. Nothing is written.
#pragma once

#include <string>

#include "report/doctor.hpp"

namespace oomwhy {

// `root`: "/" or empty for this host, else a mounted image or another system's root.
HostFacts read_host_facts(const std::string& root);

}  // namespace oomwhy
