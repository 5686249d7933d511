// /etc/oomwhy.conf and /etc/oomwhy.conf.d/*.conf: what a site wants of every scan, and what it knows that no log says.
// Options win; everything works without.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/request.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

inline constexpr const char* kConfPath = "/etc/oomwhy.conf";

struct Conf {
  ScanChoice scan;
  std::vector<std::string> inputs;       // Input=
  std::optional<std::string> directory;  // Directory=, of journals
  Site site;
  std::vector<std::string> redaction_patterns;  // Patterns=
};

// Files in the order they count: a later one's setting takes the place of an earlier one's.
std::vector<std::string> conf_files(const std::string& path);

// A file that is not there says nothing. Error: a key that is none, or a value that it cannot have.
Result<Conf> read_conf(const std::vector<std::string>& files);

// Fills what the command line left open; of the scan's settings for a scan only.
void apply_conf(const Conf& conf, Request& request);

}  // namespace oomwhy
