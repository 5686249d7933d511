#include "report/supervisors.hpp"

#include <catch2/catch.hpp>

using namespace oomwhy;

namespace {

using Lines = std::vector<std::string>;

Advice set(const std::string& target, const std::string& setting, const std::string& value) {
  Advice advice;
  advice.action = AdviceAction::Set;
  advice.target = target;
  advice.setting = setting;
  advice.value = value;
  return advice;
}

}  // namespace

TEST_CASE("a setting is said in another supervisor's words") {
  struct Row {
    std::string supervisor, setting, value;
    Lines lines;
  };
  const std::vector<Row> rows = {
      {"upstart", "OOMScoreAdjust", "-500", {"oom score -500"}},
      // 96 x 1024 x 1024 = 100663296.
      {"upstart", "MemoryMax", "96M", {"cgroup memory $UPSTART_CGROUP limit_in_bytes 100663296"}},
      {"upstart", "Restart", "on-failure", {"respawn"}},
      {"nosh", "OOMScoreAdjust", "-500", {"oom-kill-protect -- -500"}},
      {"nosh", "MemorySwapMax", "1G", {"set-control-group-knob memory.swap.max 1073741824"}},
      {"openrc", "OOMScoreAdjust", "300", {"export SSD_OOM_SCORE_ADJ=300"}},
      {"openrc", "MemoryMax", "3G", {"rc_cgroup_settings=\"${rc_cgroup_settings-}", "memory.max 3221225472\""}},
      {"runit", "OOMScoreAdjust", "300", {"echo 300 >/proc/self/oom_score_adj"}},
      {"runit",
       "MemoryHigh",
       "1K",
       {"mkdir -p /sys/fs/cgroup/db", "echo 1024 >/sys/fs/cgroup/db/memory.high",
        "echo $$ >/sys/fs/cgroup/db/cgroup.procs"}},
      {"wrapper", "OOMScoreAdjust", "-5", {"#!/bin/sh", "echo -5 >/proc/self/oom_score_adj", "exec \"$@\""}},
      {"cgexec",
       "MemoryMax",
       "2048",
       {"cgcreate -g memory:db", "cgset -r memory.max=2048 db", "cgexec -g memory:db COMMAND"}},
      {"choom", "OOMScoreAdjust", "-500", {"choom -n -500 -- COMMAND", "choom -n -500 -p PID"}},
      {"docker", "MemoryMax", "1G", {"docker update --memory=1073741824 db"}},
      {"docker", "--memory", "1G", {"docker update --memory=1073741824 db"}},
      {"docker", "OOMScoreAdjust", "300", {"docker run --oom-score-adj=300 IMAGE"}},
      {"kubernetes", "resources.limits.memory", "384Mi", {"resources:", "  limits:", "    memory: \"402653184\""}},
      // No word for it, or none that means the same.
      {"docker", "MemorySwapMax", "1G", {}},
      {"kubernetes", "OOMScoreAdjust", "-500", {}},
      {"choom", "MemoryMax", "1G", {}},
      {"cgexec", "OOMScoreAdjust", "1", {}},
      {"runit", "Restart", "always", {}},
      {"upstart", "StartLimitBurst", "5", {}},
      {"runit", "MemoryMax", "lots", {}},
      {"runit", "MemoryMax", "infinity", {}},
      {"runit", "OOMScoreAdjust", "3;reboot", {}},
      {"launchd", "MemoryMax", "1G", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.supervisor, row.setting, row.value);
    const SupervisorWords words = in_words_of(row.supervisor, set("db.service", row.setting, row.value));
    CHECK(words.lines == row.lines);
    CHECK_FALSE(words.where.empty());
  }
}

TEST_CASE("a name that would need quotes does not become part of a command") {
  for (const std::string target : {"", "a b.service", "$(reboot).service", "a;b", "../x", "-v", "a\nb", "a\xff"}) {
    CAPTURE(target);
    CHECK(in_words_of("docker", set(target, "MemoryMax", "1K")).lines == Lines{"docker update --memory=1024 NAME"});
  }
  CHECK(in_words_of("docker", set("a-b_c.1@x.service", "MemoryMax", "1K")).lines ==
        Lines{"docker update --memory=1024 a-b_c.1@x"});
}

TEST_CASE("every kind of --for is known, and no other") {
  for (const std::string name :
       {"upstart", "nosh", "openrc", "runit", "wrapper", "cgexec", "choom", "docker", "kubernetes"}) {
    CHECK(is_supervisor(name));
  }
  CHECK_FALSE(is_supervisor("systemd"));
  CHECK_FALSE(is_supervisor(""));
}

TEST_CASE("sizes of settings are powers of 1024") {
  CHECK(parse_setting_size("3G") == Bytes{3221225472});
  CHECK(parse_setting_size("384Mi") == Bytes{402653184});
  CHECK(parse_setting_size("17") == Bytes{17});
  CHECK(parse_setting_size("99999999P") == Bytes{UINT64_MAX});
  for (const std::string text : {"", "G", "3GB", "3X", "-1", "infinity", "1.5G", "3 G", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK(parse_setting_size(text) == std::nullopt);
  }
}
