// A setting of systemd in the words of those who start processes without it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// Lines for a file or a shell, and where they go. No lines: there is no word for this setting, `where` says why or what
// comes nearest.
struct SupervisorWords {
  std::string where;
  std::vector<std::string> lines;
};

// upstart, nosh, openrc, runit, wrapper, cgexec, choom, docker, kubernetes.
bool is_supervisor(std::string_view name);

// `advice` must be a setting (AdviceAction::Set). Its target becomes part of the lines only if it is a name that needs
// no quotes anywhere; else NAME stands in its place.
SupervisorWords in_words_of(std::string_view supervisor, const Advice& advice);

// "3G", "384Mi", "infinity" as bytes; absent: not a size, or no limit.
std::optional<Bytes> parse_setting_size(std::string_view value);

}  // namespace oomwhy
