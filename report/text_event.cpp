// One kernel report in full: everything it says that has no place on the brief screen.
#include <fmt/format.h>

#include "report/spelling.hpp"
#include "report/text_parts.hpp"

namespace oomwhy {

namespace {

// Lines of one section of the details, with a heading where there is anything to say.
void add_section(TextLines& lines, std::string heading, TextLines body) {
  if (body.empty()) return;
  lines.push_back({});
  lines.push_back({{std::move(heading), Tone::Heading}});
  append(lines, std::move(body));
}

void add_fact(TextLines& lines, const Screen& screen, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  append(lines, wrapped(fmt::format("{:<16}{}", name, value), {2, 18}, screen.style));
}

std::string or_empty(const Screen& screen, const std::optional<std::string>& raw) {
  return raw ? screen.name(*raw) : "";
}

std::string trigger_words(const Screen& screen, const Trigger& trigger) {
  std::string text = or_empty(screen, trigger.comm);
  if (trigger.pid) text += fmt::format("[{}]", *trigger.pid);
  if (trigger.uid) text += fmt::format(", uid {}", *trigger.uid);
  if (trigger.order) text += fmt::format(", order {}", *trigger.order);
  if (trigger.gfp_mask) text += ", gfp_mask " + screen.name(*trigger.gfp_mask);
  for (const std::string& flag : trigger.gfp_flags) text += " " + screen.name(flag);
  if (trigger.oom_score_adj) text += fmt::format(", oom_score_adj {}", *trigger.oom_score_adj);
  if (trigger.oom_adj) text += fmt::format(", oom_adj {}", *trigger.oom_adj);
  if (trigger.manual) text += ", by hand (sysrq-f)";
  return text;
}

std::string page_size_words(PageSize page) {
  return fmt::format("{} ({})", format_size({page.bytes}), spell(page.certainty));
}

std::string lines_words(const Screen& screen, const OomEvent& event) {
  std::string source = screen.name(event.origin.source);
  if (event.origin.line == 0) return source;
  return fmt::format("{}, lines {} to {}", source, event.origin.line, event.last_line);
}

std::string total_words(const Screen& screen, const AnalysedEvent& event) {
  const std::optional<TotalPages>& total = event.analysis.scoring.totalpages;
  if (!total) return "";
  return fmt::format("{} pages, {} for each point of oom_score_adj ({}): {}", total->pages.count, total->unit(),
                     spell(total->certainty), screen.name(total->derivation));
}

std::string choice_facts(const Screen& screen, const AnalysedEvent& event) {
  const Choice& choice = event.analysis.scoring.choice;
  std::string text;
  if (choice.predicted_pid) text += fmt::format("highest score: PID {}", *choice.predicted_pid);
  if (choice.runner_up_pid) text += fmt::format(", next PID {}", *choice.runner_up_pid);
  if (choice.margin_points) text += fmt::format(", {} points behind", *choice.margin_points);
  if (choice.agrees) text += *choice.agrees ? "; the kernel chose so" : "; the kernel chose another one";
  if (choice.deviation) text += fmt::format(": {}", words(*choice.deviation));
  if (!choice.explanation.empty()) text += ". " + screen.name(choice.explanation);
  return text;
}

TextLines facts(const Screen& screen, const AnalysedEvent& analysed) {
  const OomEvent& event = analysed.event;
  TextLines lines;
  add_fact(lines, screen, "time", screen_time(event.time, screen.style));
  add_fact(lines, screen, "where", lines_words(screen, event));
  add_fact(lines, screen, "completeness", completeness_words(event));
  if (event.completeness.foreign_lines > 0) {
    add_fact(lines, screen, "foreign lines", fmt::format("{}", event.completeness.foreign_lines));
  }
  add_fact(lines, screen, "kernel", or_empty(screen, event.kernel.release));
  add_fact(lines, screen, "tainted", or_empty(screen, event.kernel.tainted));
  add_fact(lines, screen, "hardware", or_empty(screen, event.kernel.hardware));
  add_fact(lines, screen, "asked by", trigger_words(screen, event.trigger));
  add_fact(lines, screen, "constraint", event.constraint ? std::string(spell(*event.constraint)) : "not printed");
  add_fact(lines, screen, "nodemask", or_empty(screen, event.nodemask));
  add_fact(lines, screen, "cpuset", or_empty(screen, event.cpuset));
  add_fact(lines, screen, "mems_allowed", or_empty(screen, event.mems_allowed));
  if (event.memcg) {
    add_fact(lines, screen, "limit of", or_empty(screen, event.memcg->limiting));
    add_fact(lines, screen, "victim's cgroup", or_empty(screen, event.memcg->victim));
  }
  add_fact(lines, screen, "outcome", std::string(spell(event.outcome)));
  add_fact(lines, screen, "group kill", or_empty(screen, event.group_kill_path));
  add_fact(lines, screen, "page size", page_size_words(event.page_size));
  add_fact(lines, screen, "totalpages", total_words(screen, analysed));
  add_fact(lines, screen, "choice", choice_facts(screen, analysed));
  return lines;
}

TextLines victims(const Screen& screen, const OomEvent& event) {
  TextLines lines;
  for (const Victim& victim : event.victims) {
    std::string text = fmt::format("{}[{}], {}", screen.name(victim.comm), victim.pid, words(victim.role));
    const auto add = [&](std::string_view name, const std::optional<Kibibytes>& size) {
      if (size) text += fmt::format(", {} {}", name, format_size(to_bytes(*size)));
    };
    if (victim.uid) text += fmt::format(", uid {}", *victim.uid);
    add("total-vm", victim.total_vm);
    add("anon-rss", victim.anon_rss);
    add("file-rss", victim.file_rss);
    add("shmem-rss", victim.shmem_rss);
    add("pgtables", victim.pgtables);
    if (victim.oom_score_adj) text += fmt::format(", oom_score_adj {}", *victim.oom_score_adj);
    if (victim.score) text += fmt::format(", score {}", *victim.score);
    if (victim.cgroup) text += ", cgroup " + screen.name(*victim.cgroup);
    if (victim.reaped) text += *victim.reaped ? ", reaped" : ", could not be reaped";
    if (victim.already_exiting) text += fmt::format(", {}", fate_words(victim));
    append(lines, wrapped(text + place_in_event(event, victim.origin_line, screen.style), {2, 4}, screen.style));
  }
  return lines;
}

}  // namespace

TextLines event_details(const Screen& screen, const AnalysedEvent& event) {
  TextLines lines = facts(screen, event);
  add_section(lines, "VICTIMS", victims(screen, event.event));
  if (event.omitted) {
    append(lines, wrapped("Its tables were left out for size. They stay where the incident is asked for by its id.",
                          {2, 2}, screen.style));
    return lines;
  }
  if (event.analysis.ledger) {
    TextLines rows;
    for (TextBlock& block : ledger_blocks(screen, event)) append(rows, std::move(block.lines));
    add_section(lines, event.analysis.ledger->of_cgroup ? "THE CGROUP'S MEMORY" : "RAM", std::move(rows));
  }
  add_section(lines, "LIMITS AND SWAP", memory_state(screen, event.event));
  add_section(lines, "MEMORY COUNTERS", memory_counters(screen, event.event));
  add_section(lines, "CGROUP STATISTICS", memcg_statistics(screen, event.event));
  add_section(lines, "ZONES", zone_rows(screen, event.event));
  add_section(lines, "HUGE PAGES", hugepage_rows(screen, event.event));
  add_section(lines, "UNRECLAIMABLE SLAB", slab_rows(screen, event.event));
  add_section(lines, "ALLOCATION SITES", allocation_rows(screen, event.event));
  add_section(lines, "GROUPS OF TASKS", group_rows(screen, event, event.analysis.groups.size()));
  const TextLines tasks = all_tasks(screen, event);
  if (!tasks.empty()) lines.push_back({});
  append(lines, tasks);
  return lines;
}

}  // namespace oomwhy
