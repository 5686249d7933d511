// Reads a text through the whole chain of the parser, for tests of what comes out at its end.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "parser/reader.hpp"

namespace oomwhy {

struct Assembled {
  std::vector<OomEvent> events;
  InputSummary summary;
};

inline Assembled assemble(std::string text) {
  Assembled result;
  result.summary = read_source(TextSource::from_memory(std::move(text), "kern.log"), {},
                               [&](OomEvent event) { result.events.push_back(std::move(event)); });
  return result;
}

inline Assembled assemble(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return assemble(std::move(text));
}

// A whole report of a 6.1 kernel, as mm/oom_kill.c prints it, without stamps. Process `pid` of `pages` pages dies.
inline std::vector<std::string> whole_report(const std::string& trigger, unsigned trigger_pid, unsigned pid,
                                             unsigned pages = 30000) {
  const std::string victim = std::to_string(pid), kb = std::to_string(pages * 4), rss = std::to_string(pages);
  return {
      trigger + " invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0",
      "CPU: 0 PID: " + std::to_string(trigger_pid) + " Comm: " + trigger + " Not tainted 6.1.0-56-cloud-amd64 #1",
      "Mem-Info:",
      "active_anon:" + rss + " inactive_anon:11 isolated_anon:0",
      " active_file:13 inactive_file:5 isolated_file:0",
      " free:" + std::to_string(1000 + pid) + " free_pcp:0 free_cma:0",
      "Node 0 DMA: 3*4kB (M) 4*8kB (M) 2*16kB (M) = 76kB",
      "Free swap  = 0kB",
      "Total swap = 0kB",
      "130930 pages RAM",
      "10618 pages reserved",
      "Tasks state (memory values in pages):",
      "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
      "[    " + victim + "]     0   " + victim + "    " + rss + "    " + rss + "    94208        0             0 hog",
      "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/a.service,"
      "task=hog,pid=" +
          victim + ",uid=0",
      "Out of memory: Killed process " + victim + " (hog) total-vm:" + kb + "kB, anon-rss:" + kb +
          "kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:92kB oom_score_adj:0"};
}

inline std::vector<std::string> with_prefix(const std::string& prefix, std::vector<std::string> lines) {
  for (std::string& line : lines) line.insert(0, prefix);
  return lines;
}

inline std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace oomwhy
