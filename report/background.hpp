// What is known beside the logs of an incident.
#pragma once

#include "report/history.hpp"
#include "report/site.hpp"

namespace oomwhy {

struct Background {
  History history;
  Site site;
};

}  // namespace oomwhy
