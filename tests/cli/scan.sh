#!/usr/bin/env bash
# The scan over logs that grow, rotate, shrink and vanish. Usage: scan.sh BINARY TESTDATA CASE; every function test_… is
# a case.
set -uo pipefail

# shellcheck source=tests/cli/calls.sh
source "$(dirname "$0")/calls.sh"

iso=$testdata/host-swarm-kills-database/input.rsyslog-iso.log
schema=$testdata/../report/oomwhy-1.schema.json
logs=$folder/logs
state=$folder/state
mkdir "$logs"

# lines FILTER: a Python expression over the typed lines `t`, the incidents `i` and the end's summary `s`.
lines() {
  python3 - "$folder/out" "$1" <<'PYTHON' || fail "not true: $1"
import json, sys
t = [json.loads(line) for line in open(sys.argv[1])]
i = [line for line in t if line["type"] == "incident"]
s = t[-1].get("summary")
sys.exit(0 if eval(sys.argv[2]) else 1)
PYTHON
}

# kill_line SECONDS PID: the one line that a log filtered by level keeps of a kill, as rsyslog writes it.
kill_line() {
  date -u -d "@$1" +"%Y-%m-%dT%H:%M:%S.000000+00:00 host1 kernel: [$(($1 - 1699990000)).000000] Out of memory: Killed process $2 (job$2) total-vm:400000kB, anon-rss:$((300000 + $2))kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:700kB oom_score_adj:0"
}
other_line() { date -u -d "@$1" +"%Y-%m-%dT%H:%M:%S.000000+00:00 host1 systemd[1]: Started something at $1."; }

scan() { run scan "--cursor-file=$state" "--textfile=$folder/metrics" "$@" "$logs/" </dev/null; }
# Long ago, an hour between kills: nothing is open.
old=1700000000
at_rest() { touch -d '2 hours ago' "$logs"/*; }
counted() { grep -F 'oomwhy_incidents_total{scope="host",killer="kernel"}' "$folder/metrics" | cut -d' ' -f2; }
counts() { [ "$(counted)" = "$1" ] || fail "the textfile counts '$(counted)' instead of $1"; }

test_only_what_is_new_is_told() {
  { kill_line $old 100; other_line $((old + 5000)); } >"$logs/kern.log"
  at_rest
  scan -o json-lines
  status_is 0
  lines 'len(i) == 1 and i[0]["known"] is False and s["new"] == 1'
  counts 1
  scan
  status_is 0
  out_has "0 incidents, 1 of 1 host fully covered"
  [ "$(wc -l <"$folder/out")" -eq 1 ] || fail "more than one line"
  kill_line $((old + 10000)) 101 >>"$logs/kern.log"
  at_rest
  scan -o json-lines
  lines '[x["victims"][0]["pid"] for x in i] == [101]'
  lines 'i[0]["events"][0]["origin"]["first_line"] == 3'
  counts 2
}

test_the_lines_hold_to_the_schema() {
  cp "$iso" "$logs/kern.log"
  scan -o json-lines
  status_is 0
  python3 "$(dirname "$0")/../schema.py" "$schema" --lines <"$folder/out" >"$folder/err"
  local valid=$?
  [ "$valid" -eq 0 ] || [ "$valid" -eq 77 ] || fail "not the schema's lines"
}

test_a_rotated_log_is_read_on() {
  { kill_line $old 100; other_line $((old + 5000)); } >"$logs/kern.log"
  at_rest
  scan -o json-lines
  kill_line $((old + 10000)) 101 >>"$logs/kern.log"
  mv "$logs/kern.log" "$logs/kern.log.1"
  { other_line $((old + 15000)); kill_line $((old + 20000)) 102; } >"$logs/kern.log"
  at_rest
  scan -o json-lines
  lines '[x["victims"][0]["pid"] for x in i] == [101, 102]'
  lines '[(x["events"][0]["origin"]["source"].rsplit("/")[-1], x["events"][0]["origin"]["first_line"]) for x in i] == [("kern.log.1", 3), ("kern.log", 2)]'
  counts 3
}

test_a_log_that_was_rotated_and_compressed_is_read_on() {
  { kill_line $old 100; other_line $((old + 5000)); } >"$logs/kern.log"
  at_rest
  scan -o json-lines
  kill_line $((old + 10000)) 101 >>"$logs/kern.log"
  gzip -c "$logs/kern.log" >"$logs/kern.log.2.gz"
  { other_line $((old + 12000)); kill_line $((old + 15000)) 102; } >"$logs/kern.log.1"
  { other_line $((old + 18000)); kill_line $((old + 20000)) 103; } >"$logs/kern.log.new"
  mv "$logs/kern.log.new" "$logs/kern.log"
  at_rest
  scan -o json-lines
  lines '[x["victims"][0]["pid"] for x in i] == [101, 102, 103]'
  lines 'i[0]["events"][0]["origin"]["first_line"] == 3'
  lines 't[-2]["complete"] is True'
  counts 4
}

test_a_log_copied_and_truncated_is_read_on() {
  { kill_line $old 100; other_line $((old + 5000)); } >"$logs/kern.log"
  at_rest
  scan -o json-lines
  kill_line $((old + 10000)) 101 >>"$logs/kern.log"
  cp "$logs/kern.log" "$logs/kern.log.1"
  kill_line $((old + 20000)) 102 >"$logs/kern.log"
  at_rest
  scan -o json-lines
  lines '[x["victims"][0]["pid"] for x in i] == [101, 102]'
  counts 3
}

test_a_report_that_rotation_cut_in_two_is_one() {
  head -n 60 "$iso" >"$logs/kern.log.1"
  tail -n +61 "$iso" >"$logs/kern.log"
  at_rest
  scan -o json-lines
  status_is 0
  lines 'len(i) == 1 and i[0]["events"][0]["completeness"]["grade"] == "A"'
  local id
  id=$("$oomwhy" list -o json "$iso" </dev/null | python3 -c 'import json,sys; print(json.load(sys.stdin)["incidents"][0]["id"])')
  lines "i[0]['id'] == '$id'"
}

test_an_archive_is_read_once_and_again_when_it_is_another() {
  kill_line $old 100 >"$folder/messages"
  tar -cJf "$logs/sos.tar.xz" -C "$folder" messages
  scan -o json-lines
  status_is 0
  lines '[x["victims"][0]["pid"] for x in i] == [100]'
  scan -o json-lines
  status_is 0
  lines 'i == []'
  kill_line $((old + 5000)) 101 >>"$folder/messages"
  tar -cJf "$logs/sos.tar.xz" -C "$folder" messages
  scan -o json-lines
  status_is 0
  lines '[x["victims"][0]["pid"] for x in i] == [101]'
}

test_a_folder_needs_no_slash() {
  kill_line $old 100 >"$logs/kern.log"
  at_rest
  (cd "$folder" && "$oomwhy" scan -o json-lines "$(basename "$logs")" </dev/null) >"$folder/out" 2>"$folder/err"
  lines 'len(i) == 1'
}

test_a_log_that_shrank_is_noticed_and_read_again() {
  { other_line $old; other_line $((old + 1)); kill_line $((old + 2)) 100; } >"$logs/kern.log"
  at_rest
  scan -o json-lines
  { other_line $old; kill_line $((old + 9000)) 101; } >"$logs/kern.log"
  at_rest
  scan
  out_has "shrank"
  out_has "killed job101"
  counts 2
}

test_a_log_that_was_replaced_is_a_blind_spot() {
  { kill_line $old 100; other_line $((old + 5000)); } >"$logs/kern.log"
  at_rest
  scan -o json-lines
  rm "$logs/kern.log"
  { other_line $((old + 9000)); kill_line $((old + 20000)) 101; } >"$logs/kern.log"
  at_rest
  scan -o json-lines
  lines '[x["victims"][0]["pid"] for x in i] == [101]'
  lines '[b["kind"] for b in t[-2]["blind_spots"]] == ["gap"]'
}

test_an_open_incident_is_told_now_and_finished_by_the_next_scan() {
  local now
  now=$(date +%s)
  { other_line $((now - 300)); kill_line $((now - 60)) 100; } >"$logs/kern.log"
  scan -o json-lines
  lines 'len(i) == 1 and i[0]["open"] is True'
  counts 1
  kill_line $((now - 30)) 101 >>"$logs/kern.log"
  scan -o json-lines
  lines 'len(i) == 1 and i[0]["open"] is True and i[0]["events_total"] == 2'
  lines '[e["origin"]["first_line"] for e in i[0]["events"]] == [2, 3]'
  counts 1
}

test_the_id_of_an_open_incident_stays() {
  local now first
  now=$(date +%s)
  kill_line $((now - 60)) 100 >"$logs/kern.log"
  scan -o json-lines
  first=$(python3 -c 'import json,sys; print([json.loads(l)["id"] for l in open(sys.argv[1]) if "\"incident\"" in l][0])' "$folder/out")
  kill_line $((now - 30)) 101 >>"$logs/kern.log"
  scan -o json-lines
  lines "i[0]['id'] == '$first'"
}

test_half_a_line_is_left_to_the_next_scan() {
  local now line
  now=$(date +%s)
  line=$(kill_line $((now - 4000)) 100)
  other_line $((now - 5000)) >"$logs/kern.log"
  printf '%s' "${line:0:110}" >>"$logs/kern.log"
  scan -o json-lines
  lines 'i == []'
  printf '%s\n' "${line:110}" >>"$logs/kern.log"
  scan -o json-lines
  lines 'len(i) == 1 and i[0]["victims"][0]["anon_rss_bytes"] == 300100 * 1024'
}

test_a_known_trouble_is_told_apart_from_a_new_one() {
  local n
  for n in 0 1; do
    kill_line $((old + n * 10000)) 100 | sed "s/process 100/process 20$n/" >>"$logs/kern.log"
    other_line $((old + n * 10000 + 5000)) >>"$logs/kern.log"
    at_rest
    scan
  done
  out_has "KNOWN"
  out_lacks "NEW"
  out_has "first seen 2023-11-14 22:13 UTC"
}

test_two_logs_of_one_host_tell_of_one_kill() {
  kill_line $old 100 >"$logs/kern.log"
  { other_line $((old - 5)); kill_line $old 100; } >"$logs/syslog"
  at_rest
  scan -o json-lines
  lines 'len(i) == 1 and s["hosts"] == 1'
  counts 1
}

# Killed at arbitrary moments: every incident is told at least once, always by the same id, and the counters are exact.
test_a_killed_scan_loses_nothing_and_counts_nothing_twice() {
  local n
  for n in $(seq 100 139); do
    kill_line $((old + n * 10000)) "$n" >>"$logs/kern.log"
    other_line $((old + n * 10000 + 5000)) >>"$logs/kern.log"
    if [ $((n % 4)) -eq 3 ]; then
      at_rest
      timeout -s KILL "0.0$((n % 7 + 1))" "$oomwhy" scan "--cursor-file=$state" "--textfile=$folder/metrics" -o json-lines "$logs/" \
        >>"$folder/all" 2>/dev/null </dev/null || true
    fi
  done
  scan -o json-lines
  status_is 0
  cat "$folder/out" >>"$folder/all"
  python3 - "$folder/all" <<'PYTHON' || fail "incidents are lost or renamed"
import json, sys
ids = {}
for line in open(sys.argv[1]):
    try:
        value = json.loads(line)
    except ValueError:  # cut by the kill
        continue
    if value["type"] == "incident":
        ids.setdefault(value["victims"][0]["pid"], set()).add(value["id"])
sys.exit(0 if set(ids) == set(range(100, 140)) and all(len(x) == 1 for x in ids.values()) else 1)
PYTHON
  counts 40
}

test_nothing_is_committed_that_nobody_was_told() {
  kill_line $old 100 >"$logs/kern.log"
  at_rest
  status=0
  "$oomwhy" scan "--cursor-file=$state" "$logs/" >/dev/full 2>"$folder/err" </dev/null || status=$?
  status_is 3
  err_has "standard output"
  [ ! -e "$state" ] || fail "a state was committed"
  scan
  out_has "killed job100"
}

test_a_full_disk_leaves_the_old_state_whole() {
  kill_line $old 100 >"$logs/kern.log"
  at_rest
  scan
  status_is 0
  cp "$state" "$folder/before"
  kill_line $((old + 9000)) 101 >>"$logs/kern.log"
  at_rest
  # No file may grow beyond nothing: what a full disk does to a write.
  status=0
  (trap '' XFSZ; ulimit -f 0; "$oomwhy" scan "--cursor-file=$state" "$logs/" </dev/null 2>/dev/null | cat >/dev/null; exit "${PIPESTATUS[0]}") || status=$?
  status_is 3
  cmp -s "$state" "$folder/before" || fail "the old state is not what it was"
  [ ! -e "$state.new" ] || fail "the unfinished state was left"
  scan -o json-lines
  lines '[x["victims"][0]["pid"] for x in i] == [101]'
}

test_an_unwritable_state_is_an_error_before_anything_is_read() {
  run scan "--cursor-file=$folder/missing/state" "$folder/no-such-log/" </dev/null
  status_is 3
  out_is_empty
  err_has "$folder/missing/state"
  run scan "--textfile=$folder/missing/metrics" "$folder/no-such-log/" </dev/null
  status_is 3
  err_has "$folder/missing/metrics"
  ! grep -q no-such-log "$folder/err" || fail "the log was looked at"
}

test_a_damaged_or_newer_state_is_kept_aside() {
  local text
  kill_line $old 100 >"$logs/kern.log"
  at_rest
  for text in '{"half' '{"schema":"oomwhy-scan/2"}' '[]' '{"schema":"oomwhy-scan/1","sources":7}' ''; do
    rm -f "$state".*
    printf '%s' "$text" >"$state"
    scan
    status_is 0
    err_has "kept as $state.unusable-1"
    out_has "killed job100"
    [ "$(cat "$state.unusable-1")" = "$text" ] || fail "what was kept is not what was there"
  done
}

test_a_second_scan_at_once_is_refused() {
  kill_line $old 100 >"$logs/kern.log"
  exec 9>"$state.lock"
  flock 9
  scan
  status_is 3
  err_has "another scan"
  exec 9>&-
  scan
  status_is 0
}

test_a_state_is_for_its_owner_alone() {
  kill_line $old 100 >"$logs/kern.log"
  (umask 0; scan)
  [ "$(stat -c %a "$state")" = 600 ] || fail "mode $(stat -c %a "$state")"
  [ "$(stat -c %a "$folder/metrics")" = 644 ] || fail "mode $(stat -c %a "$folder/metrics")"
}

test_the_exit_status_follows_fail_on() {
  kill_line $old 100 >"$logs/kern.log"
  run scan --fail-on=incident "$logs/" </dev/null
  status_is 1
  out_has "Exit 1 (--fail-on)"
  run scan --fail-on=loop "$logs/" </dev/null
  status_is 0
  run scan --fail-on=incident "$logs/" "$folder/missing.log" </dev/null
  status_is 3
  run scan -q --fail-on=incident "$iso" </dev/null
  status_is 1
}

test_a_loop_is_one_item() {
  cp "$testdata/cgroup-crash-loop/input.rsyslog.log" "$logs/web-02.log"
  run scan --fail-on=loop --assume-timezone=UTC --assume-year=2025 "$logs/" </dev/null
  status_is 1
  out_has "KILL LOOP: "
  out_has " in 1 group; "
}

test_the_order_does_not_depend_on_the_jobs() {
  local n
  for n in $(seq 1 30); do
    { kill_line $((old + n)) $((500 - n)); } | sed "s/host1/host$n/" >"$logs/host$n.log"
  done
  run scan -o json-lines --jobs=1 "$logs/" </dev/null
  cp "$folder/out" "$folder/first"
  run scan -o json-lines --jobs=8 "$logs/" </dev/null
  cmp -s "$folder/first" "$folder/out" || fail "another order"
  lines 'len(i) == 30 and s["hosts"] == 30'
}

# The C library knows one zone at a time.
test_logs_without_a_zone_are_read_side_by_side() {
  local n
  for n in $(seq 1 24); do sed "s/ dbhost1 / host$n /" "$testdata/host-swarm-kills-database/input.rsyslog.log" >"$logs/host$n.log"; done
  run scan -o json-lines --assume-timezone=Europe/Berlin --assume-year=2026 --jobs=1 "$logs/" </dev/null
  cp "$folder/out" "$folder/first"
  lines 'len(i) == 24 and len({x["started"]["realtime"] for x in i}) == 1 and i[0]["started"]["realtime"] is not None'
  for n in 1 2 3; do
    run scan -o json-lines --assume-timezone=Europe/Berlin --assume-year=2026 --jobs=8 "$logs/" </dev/null
    cmp -s "$folder/first" "$folder/out" || fail "another time"
  done
}

test_a_journal_is_read_on() {
  [ -x /lib/systemd/systemd-journal-remote ] || exit 77
  needs_journal
  python3 - "$folder" <<'PYTHON'
import sys
folder = sys.argv[1]
def entry(out, n, us, text):
    out.write(f"__REALTIME_TIMESTAMP={us}\n__MONOTONIC_TIMESTAMP={n * 1000000}\n_BOOT_ID={'a' * 32}\n_MACHINE_ID={'b' * 32}\n"
              f"_HOSTNAME=db-07\n_TRANSPORT=kernel\nSYSLOG_IDENTIFIER=kernel\nSYSLOG_FACILITY=0\nPRIORITY=3\nMESSAGE={text}\n\n")
def kill(pid):
    return (f"Out of memory: Killed process {pid} (job{pid}) total-vm:400000kB, anon-rss:{300000 + pid}kB, file-rss:0kB, "
            "shmem-rss:0kB, UID:0 pgtables:700kB oom_score_adj:0")
base = 1700000000 * 1000000
for name, upto in (("one", 2), ("two", 3)):
    with open(f"{folder}/{name}.export", "w") as out:
        for n in range(upto):
            entry(out, 100 + n * 10000, base + n * 10000 * 1000000, kill(100 + n))
PYTHON
  mkdir "$folder/journals"
  /lib/systemd/systemd-journal-remote -o "$folder/journals/remote-db-07.journal" "$folder/one.export" 2>/dev/null || exit 77
  run scan -o json-lines "--cursor-file=$state" -D "$folder/journals" </dev/null
  lines '[x["victims"][0]["pid"] for x in i] == [100, 101] and i[0]["host"] == "db-07"'
  run scan -o json-lines "--cursor-file=$state" -D "$folder/journals" </dev/null
  # Nothing since 2023: the host is silent, and that is no clean bill.
  status_is 3
  lines 'i == [] and s["hosts_silent"] == 1'
  rm "$folder/journals/remote-db-07.journal"
  /lib/systemd/systemd-journal-remote -o "$folder/journals/remote-db-07.journal" "$folder/two.export" 2>/dev/null
  run scan "--cursor-file=$state" -D "$folder/journals" </dev/null
  out_has "job102"
  out_lacks "job100"
  out_has "no entries since 2023-11-15 03:46 UTC"
  out_has "(see db-07)"
}

declare -F "test_$case" >/dev/null || { echo "no such case: $case"; exit 2; }
"test_$case"
echo "ok $case"
