// Whether the service manager brings a unit back by itself: its Restart= held against the result that it failed with.
#pragma once

#include <optional>
#include <string>

#include "report/unit_fate.hpp"
#include "report/unit_policy.hpp"

namespace oomwhy {

// The table of man systemd.service, as service_shall_restart() of src/core/service.c has it. Absent: the log does not
// tell the result, or a value is unknown here.
std::optional<bool> restarts_itself(const UnitPolicy& policy, const UnitFate& fate);

// "mariadb.service has Restart=on-abort (/etc/systemd/system/mariadb.service, as it is now), which does not cover the
// result oom-kill." Empty: nothing can be said.
std::string restart_sentence(const UnitPolicy& policy, const UnitFate& fate);

}  // namespace oomwhy
