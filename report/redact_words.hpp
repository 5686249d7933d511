// Names and free text with what identifies a host or a person replaced: hosts, users, paths, identifiers, addresses and
// secrets. What diagnosis needs stays: process names, units and slices, sizes, kernel releases.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "report/placeholders.hpp"
#include "report/site_patterns.hpp"

namespace oomwhy {

using Words = std::set<std::string, std::less<>>;

// What the fields of a document tell, so that free text can be read: a word is a host only if some field says so.
struct KnownWords {
  Words hosts, users, machines;
  Words kept;  // process names, kernel releases and our own ids: never replaced, whatever they look like
};

class WordRedactor {
 public:
  // `patterns`: what goes wherever it stands, but in names of processes.
  WordRedactor(KnownWords known, const std::vector<std::string>& patterns, Placeholders placeholders);

  std::string value(std::string_view kind, std::string_view raw) { return placeholders_.of(kind, raw); }
  std::string host(std::string_view name);
  // A container, pod, boot or machine id: any length of one container's id gives one placeholder.
  std::string identifier(std::string_view id);
  // One name between the slashes of a cgroup path; a unit is one too. "mariadb.service" stays.
  std::string component(std::string_view name);
  std::string cgroup(std::string_view whole);
  // A path of files or of a cgroup, told by its names.
  std::string path(std::string_view path);
  // A unit, cgroup, container or process: whatever a field calls the thing it speaks of.
  std::string name(std::string_view name);
  // A sentence, or lines of a log.
  std::string text(std::string_view whole);

 private:
  std::string without_patterns(std::string_view text);
  std::string word(std::string_view word);
  std::string unit(std::string_view stem, std::string_view suffix);
  std::string replace_ids(std::string_view word);
  std::string replace_known_parts(std::string_view stem);
  std::size_t take_path(std::string_view rest, std::string& out);
  std::size_t take_address(std::string_view rest, std::string& out);
  std::size_t take_word(std::string_view rest, std::string& out);
  std::size_t take_secret(std::string_view rest, std::string_view word, std::string& out);

  KnownWords known_;
  SitePatterns patterns_;
  Placeholders placeholders_;
};

}  // namespace oomwhy
