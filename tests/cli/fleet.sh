#!/usr/bin/env bash
# Many hosts: one scan for each log, their lines read back together; and what Prometheus makes of the counters. Usage:
# fleet.sh BINARY TESTDATA CASE; every function test_… is a case. 77: a tool that the case needs is not installed.
set -uo pipefail

# shellcheck source=tests/cli/calls.sh
source "$(dirname "$0")/calls.sh"

share=$(cd "$(dirname "$0")/../../cli/share" && pwd)
schema=$testdata/../report/oomwhy-1.schema.json
iso=$testdata/host-swarm-kills-database/input.rsyslog-iso.log

needs() { command -v "$1" >/dev/null || { echo "$1 is not installed"; exit 77; }; }

# hosts N FOLDER: a log for each; every fifth host is quiet, host h7's log is empty, the others have 1 to 3 kills.
hosts() {
  python3 - "$1" "$2" <<'PYTHON'
import datetime, sys
count, folder = int(sys.argv[1]), sys.argv[2]
start = datetime.datetime(2025, 11, 18, tzinfo=datetime.timezone.utc)
for n in range(1, count + 1):
    lines = []
    def line(minutes, sender, text):
        at = start + datetime.timedelta(minutes=minutes)
        lines.append(f"{at.isoformat(timespec='microseconds')} h{n} {sender}: {text}\n")
    line(0, "systemd[1]", "Started a service.")
    kills = 0 if n % 5 == 0 else n % 3 + 1
    for k in range(kills):
        # An hour apart: each kill is an incident.
        line(60 * (k + 1), "kernel", f"[{3600 * (k + 1)}.000000] Out of memory: Killed process {1000 * n + k} (job) "
             f"total-vm:{400000 + n}kB, anon-rss:{300000 + n}kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:700kB oom_score_adj:0")
    line(600, "systemd[1]", "Stopped a service.")
    with open(f"{folder}/h{n}.log", "w") as out:
        out.writelines([] if n == 7 else lines)
PYTHON
}

test_a_mapper_is_deterministic_and_keeps_quiet_silent_and_broken_apart() {
  run scan --host=db-07 - <"$iso"
  status_is 0
  cp "$folder/out" "$folder/lines"
  python3 "$(dirname "$0")/../schema.py" "$schema" --lines <"$folder/out" >"$folder/err"
  local valid=$?
  [ "$valid" -eq 0 ] || [ "$valid" -eq 77 ] || fail "not the schema's lines"
  run scan --host=db-07 - <"$iso"
  cmp -s "$folder/lines" "$folder/out" || fail "twice the same log, two texts"
  run scan --host=quiet - < <(echo '2025-11-18T02:02:41.000000+00:00 quiet systemd[1]: Started.')
  status_is 0
  cat "$folder/out" >>"$folder/lines"
  run scan --host=silent - </dev/null
  status_is 0
  cat "$folder/out" >>"$folder/lines"
  run scan --host=broken - <"$iso"
  head -n 1 "$folder/out" >>"$folder/lines"
  run list "$folder/lines" </dev/null
  status_is 3
  out_has "4 runs read back; 1 of empty logs; 1 cut short."
  err_has "cut short"
}

test_lines_read_back_give_the_same_incident() {
  run scan --host=db-07 - <"$iso"
  cp "$folder/out" "$folder/lines.json"
  gzip -k "$folder/lines.json"
  local from
  for from in "$folder/lines.json" "$folder/lines.json.gz"; do
    run list -o json "$from" </dev/null
    status_is 0
    json 'len(d["incidents"]) == 1 and d["incidents"][0]["host"] == "dbhost1"'
    json 'd["incidents"][0]["victims"][0]["comm"] == "redis-server" and d["incidents"][0]["cause"]["name"] == "apt-check"'
    json 'd["incidents"][0]["started"]["realtime"] == "2026-11-20T23:41:43.273220Z" and d["coverage"]["complete"] is True'
    json 'd["incidents"][0]["victims"][0]["anon_rss_bytes"] % 1024 == 0'
  done
  run list - <"$folder/lines.json"
  status_is 0
  out_has "1 run read back."
  run report "$folder/lines.json" </dev/null
  status_is 0
  out_has "redis-server"
  run list --scope=cgroup "$folder/lines.json" </dev/null
  status_is 1
}

test_hostile_lines_are_left_out() {
  run scan --host=db-07 - <"$iso"
  {
    head -n 1 "$folder/out"
    echo '{"type":"incident","schema":"oomwhy/1"}'
    echo '{"type":"incident","schema":"oomwhy/1","id":7,"victims":{"a":1},"cause":[],"started":{"realtime":"x"},"events_total":-1}'
    echo '{"type":"incident","schema":"oomwhy/9"}'
    printf '{"a":%.0s' $(seq 1 5000)
    echo
    echo '{"type":"end","schema":"oomwhy/1"}'
  } >"$folder/lines.json"
  run list "$folder/lines.json" </dev/null
  status_is 0
  err_has "2 damaged lines"
}

test_two_hundred_hosts_by_gnu_parallel_count_as_the_direct_scan() {
  needs parallel
  mkdir "$folder/logs"
  hosts 200 "$folder/logs"
  cd "$folder" || fail "cd"
  PATH=$(dirname "$oomwhy"):$PATH
  # README: Fleets
  parallel --will-cite 'oomwhy scan --host={/.} - < {}' ::: logs/*.log >fleet.jsonl 2>"$folder/err" || fail "a job failed"
  run list -o json ./fleet.jsonl </dev/null
  status_is 0
  cp "$folder/out" "$folder/reduced"
  run scan -o json-lines logs/ </dev/null
  status_is 0
  python3 - "$folder/reduced" "$folder/out" <<'PYTHON' || fail "the counts differ"
import json, sys
reduced = json.load(open(sys.argv[1]))
lines = [json.loads(line) for line in open(sys.argv[2])]
key = lambda one: (one["host"], one["id"], one["victims"][0]["pid"])
direct = sorted(key(one) for one in lines if one["type"] == "incident")
# By hand: hosts but every fifth, with n % 3 + 1 kills; the seventh's log is empty.
expected = sum(n % 3 + 1 for n in range(1, 201) if n % 5 and n != 7)
assert len(direct) == expected, (len(direct), expected)
assert sorted(key(one) for one in reduced["incidents"]) == direct
assert lines[-1]["summary"]["hosts"] == 200 and lines[-1]["summary"]["hosts_covered"] == 199
assert len(reduced["inputs"]) == 200
PYTHON
  run list ./fleet.jsonl </dev/null
  out_has "200 runs read back; 1 of empty logs."
}

test_prometheus_takes_the_counters() {
  needs promtool
  mkdir "$folder/logs"
  hosts 12 "$folder/logs"
  cp "$testdata/cgroup-crash-loop/input.rsyslog.log" "$folder/logs/loop.log"
  run scan "--textfile=$folder/metrics" "$folder/logs/" </dev/null
  status_is 0
  promtool check metrics <"$folder/metrics" >"$folder/out" 2>"$folder/err" || fail "promtool check metrics"
  [ ! -s "$folder/out" ] || fail "promtool has remarks"
}

test_prometheus_takes_the_alert_rules() {
  needs promtool
  promtool check rules "$share/oomwhy-alerts.yml" >"$folder/out" 2>"$folder/err" || fail "promtool check rules"
}

test_the_alert_rules_name_only_metrics_that_there_are() {
  run scan "--textfile=$folder/metrics" "$iso" </dev/null
  local name
  while read -r name; do
    grep -q "^# TYPE $name " "$folder/metrics" || fail "no metric $name"
  done < <(grep -o 'oomwhy_[a-z_]*' "$share/oomwhy-alerts.yml" | sort -u)
}

declare -F "test_$case" >/dev/null || { echo "no such case: $case"; exit 2; }
"test_$case"
echo "ok $case"
