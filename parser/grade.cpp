#include "parser/grade.hpp"

namespace oomwhy {

namespace {

// The block's first figures and one of its last are there.
bool memory_is_whole(const OomEvent& event) {
  if (event.memcg && event.memcg->memory) return true;
  if (!event.memory) return false;
  const SystemMemory& memory = *event.memory;
  return memory.ram && (memory.free || memory.active_anon || memory.active);
}

}  // namespace

void grade(OomEvent& event, const Wholeness& wholeness) {
  const bool memory = memory_is_whole(event);
  const bool table_header = event.has_task_table && !event.table_layout_inferred;
  auto& missing = event.completeness.missing;
  missing.clear();
  if (!wholeness.header) missing.push_back(ReportPart::Header);
  if (!memory) missing.push_back(ReportPart::Memory);
  if (!table_header) missing.push_back(ReportPart::TaskTable);
  if (!wholeness.table_is_whole) missing.push_back(ReportPart::TaskRows);
  if (wholeness.constraint_expected && !wholeness.has_constraint) missing.push_back(ReportPart::Constraint);
  if (!wholeness.kill) missing.push_back(ReportPart::Kill);
  // A group kill meets its first victim again, which is exiting by then.
  for (Victim& victim : event.victims) {
    victim.exit_in_doubt = victim.already_exiting && (!wholeness.header || event.completeness.records_lost);
  }

  const bool framed = wholeness.header && memory && wholeness.kill;
  if (framed && wholeness.table_is_whole) {
    event.completeness.grade = Grade::A;
  } else if (framed && !event.has_task_table && !wholeness.gap) {
    event.completeness.grade = Grade::B;
  } else {
    event.completeness.grade = Grade::C;
  }
}

}  // namespace oomwhy
