// Which sources a scan has: a journal for each host, a set of rotated files for each log.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>

#include "cli/journal_input.hpp"
#include "cli/scan_source.hpp"
#include "parser/archive.hpp"

namespace oomwhy {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLogFolder = "/var/log";

// Logs that every host has: their folder names the host, not they.
bool is_usual_name(const std::string& stem) {
  constexpr std::array<std::string_view, 8> kNames = {"kern",  "messages", "syslog", "dmesg",
                                                      "debug", "daemon",   "kernel", "user"};
  return std::find(kNames.begin(), kNames.end(), stem) != kNames.end();
}

std::string host_of_log(const std::string& name) {
  const fs::path path(name);
  std::string stem =
      path.extension() == ".log" || path.extension() == ".txt" ? path.stem().string() : path.filename().string();
  if (!is_usual_name(stem)) return stem;
  const std::string folder = fs::absolute(path).parent_path().filename().string();
  return folder == "log" ? host_name() : folder;
}

// "remote-db-07.journal", "remote-db-07@0005e1-….journal": db-07. Empty: the journal of whoever's folder it is in.
std::string host_of_journal(const std::string& file) {
  std::string name = fs::path(file).filename().string();
  constexpr std::string_view kRemote = "remote-";
  if (!name.starts_with(kRemote)) return "";
  name = name.substr(kRemote.size());
  return name.substr(0, name.find_first_of('@') == std::string::npos ? name.find(".journal") : name.find('@'));
}

enum class FileKind { Journal, Archive, Log, Other };  // Other: wtmp, lastlog and the like hold no lines

FileKind kind_of(const std::string& file) {
  std::error_code failure;
  // What is taken from a pipe to look at it is gone.
  if (!fs::is_regular_file(file, failure)) return FileKind::Log;
  std::array<char, 512> head{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(head.data(), head.size());
  const std::string_view read(head.data(), static_cast<std::size_t>(stream.gcount()));
  if (is_journal_file(read)) return FileKind::Journal;
  if (is_packed(read)) return is_archive(file) ? FileKind::Archive : FileKind::Log;
  return read.find('\0') == std::string_view::npos ? FileKind::Log : FileKind::Other;
}

class Finder {
 public:
  void add_input(const std::string& path) {
    if (path == "-") {
      list_.tasks.push_back({.kind = SourceKind::StandardInput, .name = "standard input", .host = ""});
      return;
    }
    const auto files = expand_folder(path);
    if (!files) return list_.errors.push_back(files.error());
    const bool folder = files->size() != 1 || files->front() != path;
    for (const std::string& file : *files) add_file(file, folder);
  }

  void add_journals(const JournalChoice& choice) {
    if (!choice.files.empty()) {
      journals_.insert(journals_.end(), choice.files.begin(), choice.files.end());
    } else if (choice.directory) {
      const auto files = journal_files_below(*choice.directory);
      if (files.empty()) {
        list_.errors.push_back({*choice.directory, "no journal files", "oomwhy scan FOLDER/ for text logs"});
      }
      journals_.insert(journals_.end(), files.begin(), files.end());
    } else {
      list_.tasks.push_back({.kind = SourceKind::Journal, .name = "journal", .host = host_name(), .journal = choice});
    }
  }

  void add_local() {
    if (has_local_journal()) return add_journals({});
    std::error_code failure;
    for (fs::directory_iterator entry(kLogFolder, failure); !failure && entry != fs::directory_iterator();
         entry.increment(failure)) {
      const std::string name = entry->path().filename().string();
      const bool usual = name.starts_with("kern.log") || name.starts_with("messages") || name.starts_with("syslog");
      if (usual && entry->is_regular_file(failure)) logs_.push_back(entry->path().string());
    }
    origin_ = LogOrigin::ThisMachine;
    if (logs_.empty()) {
      list_.errors.push_back({kLogFolder, "neither a journal nor kern.log, messages or syslog", "oomwhy scan FOLDER/"});
    }
  }

  SourceList finish() {
    for (const LogSet& set : find_log_sets(logs_)) {
      list_.tasks.push_back({.name = fs::absolute(set.name).lexically_normal().string(),
                             .host = host_of_log(set.name),
                             .log = set,
                             .origin = origin_});
    }
    for (const std::string& file : archives_) {
      list_.tasks.push_back({.kind = SourceKind::Archive,
                             .name = fs::absolute(file).lexically_normal().string(),
                             .host = host_of_log(file),
                             .log = {file, {file}},
                             .origin = origin_});
    }
    // One journal for each host: its live file and what was rotated.
    std::map<std::string, std::vector<std::string>> groups;
    for (const std::string& file : journals_) {
      const std::string host = host_of_journal(file);
      groups[fs::absolute(file).lexically_normal().parent_path().string() + (host.empty() ? "" : "/remote-" + host)]
          .push_back(file);
    }
    for (auto& [name, files] : groups) {
      SourceTask task{.kind = SourceKind::Journal, .name = "journal " + name, .host = host_of_journal(files.front())};
      task.journal.files = std::move(files);
      list_.tasks.push_back(std::move(task));
    }
    std::stable_sort(list_.tasks.begin(), list_.tasks.end(),
                     [](const SourceTask& a, const SourceTask& b) { return a.name < b.name; });
    return std::move(list_);
  }

 private:
  // What is no log is passed over in a folder; a file that was named is tried.
  void add_file(const std::string& file, bool in_folder) {
    switch (kind_of(file)) {
      case FileKind::Journal:
        return journals_.push_back(file);
      case FileKind::Archive:
        return archives_.push_back(file);
      case FileKind::Log:
        return logs_.push_back(file);
      case FileKind::Other:
        if (!in_folder) logs_.push_back(file);
        return;
    }
  }

  SourceList list_;
  std::vector<std::string> logs_, archives_, journals_;
  LogOrigin origin_ = LogOrigin::Anywhere;
};

}  // namespace

SourceList find_sources(const Request& request) {
  Finder finder;
  for (const std::string& input : request.inputs) finder.add_input(input);
  if (request.journal.named()) finder.add_journals(request.journal);
  if (request.inputs.empty() && !request.journal.named()) finder.add_local();
  SourceList list = finder.finish();
  for (SourceTask& task : list.tasks) {
    if (!request.context.host.empty()) task.host = request.context.host;
  }
  return list;
}

}  // namespace oomwhy
