#include "cli/journal_input.hpp"

#include <glob.h>

#ifdef OOMWHY_JOURNAL
#include <algorithm>

#include "parser/journal_files.hpp"
#include "parser/source_journal.hpp"
#include "report/unit_pattern.hpp"
#endif

namespace oomwhy {

#ifdef OOMWHY_JOURNAL
namespace {

// A pattern that matches nothing stays what it is: opening it then says what is wrong.
std::vector<std::string> expand(const std::vector<std::string>& patterns) {
  std::vector<std::string> files;
  for (const std::string& pattern : patterns) {
    glob_t found{};
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
      files.insert(files.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
    } else {
      files.push_back(pattern);
    }
    ::globfree(&found);
  }
  return files;
}

// The boot that -b means, out of those in the journal; empty: there is none such.
std::string find_boot(const std::vector<JournalBoot>& boots, const BootChoice& choice) {
  const auto count = static_cast<std::int64_t>(boots.size());
  std::int64_t index = choice.offset > 0 ? choice.offset - 1 : count - 1 + choice.offset;
  if (!choice.id.empty()) {
    const auto named =
        std::find_if(boots.begin(), boots.end(), [&](const JournalBoot& boot) { return boot.id == choice.id; });
    if (named == boots.end()) return {};
    index = (named - boots.begin()) + choice.offset;
  }
  return index >= 0 && index < count ? boots[static_cast<std::size_t>(index)].id : std::string();
}

}  // namespace

JournalLocation locate_journal(const JournalChoice& choice) {
  return {.files = expand(choice.files),
          .directory = choice.directory,
          .root = choice.root,
          .machine = choice.machine,
          .name_space = choice.name_space,
          .merge = choice.merge};
}

InputSummary read_journal_input(const JournalChoice& choice, const Selection& selection, const EventSink& events,
                                const UserlandSink& userland) {
  const JournalLocation location = locate_journal(choice);
  JournalInterval interval{.since_us = selection.since_us, .until_us = selection.until_us};
  if (selection.boot && !selection.boot->all) {
    interval.choose_boot = [&](const std::vector<JournalBoot>& boots) { return find_boot(boots, *selection.boot); };
  }
  if (!selection.units.empty()) {
    interval.is_asked_unit = [&](const std::string& unit) { return names_unit(selection.units, unit); };
  }
  return read_journal(location, interval, {events, userland});
}

Result<JournalExtent> measure_journal_input(const JournalChoice& choice) {
  return measure_journal(locate_journal(choice));
}

std::optional<std::int64_t> find_journal_cursor(const JournalChoice& choice, const std::string& cursor) {
  return find_cursor(locate_journal(choice), cursor);
}

std::vector<std::string> journal_files_below(const std::string& folder) { return find_journal_files({folder}); }

bool has_local_journal() { return !find_journal_files({"/var/log/journal", "/run/log/journal"}).empty(); }

#else
namespace {

Error no_journal() {
  return {"journal", "this oomwhy was built without libsystemd", "journalctl -k -o export | oomwhy"};
}

}  // namespace

InputSummary read_journal_input(const JournalChoice&, const Selection&, const EventSink&, const UserlandSink&) {
  InputSummary summary;
  summary.source = "journal";
  summary.kind = "journal";
  summary.error = no_journal();
  return summary;
}

Result<JournalExtent> measure_journal_input(const JournalChoice&) { return no_journal(); }
std::optional<std::int64_t> find_journal_cursor(const JournalChoice&, const std::string&) { return std::nullopt; }
std::vector<std::string> journal_files_below(const std::string&) { return {}; }

bool has_local_journal() { return false; }

#endif

}  // namespace oomwhy
