#!/usr/bin/env bash
# The program as people and scripts call it. Usage: end_to_end.sh BINARY TESTDATA CASE; every function test_… is a case.
set -uo pipefail

# shellcheck source=tests/cli/calls.sh
source "$(dirname "$0")/calls.sh"

# --- inputs -------------------------------------------------------------------------------------------------------

test_a_file_is_explained() {
  run "$log" </dev/null
  status_is 0
  err_is_empty
  out_has redis-server
  out_has apt-check
}

test_a_pipe_is_read_without_being_named() {
  run -o json < <(cat "$log")
  status_is 0
  json 'd["inputs"][0]["source"] == "standard input" and len(d["incidents"]) == 1'
}

test_a_redirected_file_is_read_without_being_named() {
  run -o json <"$log"
  status_is 0
  json 'len(d["incidents"]) == 1'
}

test_a_dash_is_standard_input() {
  run -o json - < <(cat "$log")
  status_is 0
  json 'len(d["incidents"]) == 1'
}

test_a_named_input_leaves_standard_input_alone() {
  printf '%s\n%s\n' "$log" "$log" >"$folder/names"
  local calls=0 name
  while read -r name; do
    run "$name"
    status_is 0
    calls=$((calls + 1))
  done <"$folder/names"
  [ "$calls" -eq 2 ] || fail "the loop's own input was eaten: $calls calls"
}

test_a_named_input_leaves_a_pipe_alone() {
  printf 'one\ntwo\n' | {
    run "$log"
    [ "$(cat)" = "$(printf 'one\ntwo')" ] || fail "the pipe was read"
  }
}

# Without a byte on standard input the logs of the machine are read, whatever they hold here: never standard input.
not_standard_input() {
  [ "$status" -le 3 ] || fail "status $status"
  ! grep -q '"standard input"' "$folder/out" || fail "standard input was read"
}

test_dev_null_is_not_an_input() {
  run -o json </dev/null
  not_standard_input
}

test_an_empty_pipe_is_not_an_input() {
  run -o json < <(true)
  not_standard_input
}

test_an_empty_file_is_not_an_input() {
  : >"$folder/empty"
  run -o json <"$folder/empty"
  not_standard_input
}

test_a_closed_standard_input_is_not_an_input() {
  run -o json <&-
  not_standard_input
}

test_an_empty_pipe_named_by_a_dash_is_read() {
  run -o json - < <(true)
  status_is 1
  json 'd["inputs"][0]["source"] == "standard input" and d["incidents"] == []'
}

test_a_slow_pipe_is_waited_for_with_a_note() {
  run "-o" json < <(sleep 2.5; cat "$log")
  status_is 0
  err_has "oomwhy: standard input: waiting"
  err_has "try:"
  json 'len(d["incidents"]) == 1'
}

test_several_files_are_read() {
  cp "$log" "$folder/copy.log"
  run list -o json "$log" "$folder/copy.log" "$testdata/cgroup-unit-limit/input.dmesg.txt" </dev/null
  status_is 0
  json 'len(d["inputs"]) == 3 and len(d["incidents"]) == 2'
}

test_a_folder_is_read_file_by_file() {
  mkdir "$folder/logs"
  cp "$log" "$folder/logs/a.txt"
  cp "$testdata/cgroup-unit-limit/input.dmesg.txt" "$folder/logs/b.txt"
  mkfifo "$folder/logs/pipe"
  ln -s nowhere "$folder/logs/link.log"
  run list -o json -i "$folder/logs" </dev/null
  status_is 0
  json 'len(d["inputs"]) == 2 and len(d["incidents"]) == 2'
}

test_a_missing_file_does_not_hide_the_others() {
  run -o json "$folder/missing.log" "$log" </dev/null
  status_is 3
  lines_of_err 2
  err_has "oomwhy: $folder/missing.log: No such file or directory"
  err_has "try:"
  json 'len(d["incidents"]) == 1'
}

test_a_missing_file_alone_is_no_clean_bill() {
  run "$folder/missing.log" </dev/null
  status_is 3
  err_has "No such file or directory"
}

test_a_file_without_permission_is_named() {
  [ "$(id -u)" -ne 0 ] || exit 77
  cp "$log" "$folder/secret.log"
  chmod 0 "$folder/secret.log"
  run "$folder/secret.log" </dev/null
  status_is 3
  err_has "Permission denied"
}

test_an_empty_folder_is_an_error() {
  mkdir "$folder/nothing"
  run "$folder/nothing/" </dev/null
  status_is 3
  err_has "oomwhy: $folder/nothing/: "
}

test_a_word_that_is_also_a_file_is_a_match_with_a_hint() {
  cp "$log" "$folder/messages"
  cd "$folder" || fail "cd"
  run messages "$log" </dev/null
  status_is 1
  err_has "./messages reads it"
  run ./messages </dev/null
  status_is 0
  run -q messages "$log" </dev/null
  err_is_empty
}

# --- selection ----------------------------------------------------------------------------------------------------

test_a_match_that_fits_and_one_that_does_not() {
  run "$log" redis-server </dev/null
  status_is 0
  run "$log" mysqld </dev/null
  status_is 1
  err_has "1 other incident"
}

test_the_latest_incident_is_the_default() {
  local many=$testdata/cgroup-four-kills/input.dmesg.txt
  run list -o json "$many" </dev/null
  local total
  total=$(python3 -c 'import json,sys; print(len(json.load(open(sys.argv[1]))["incidents"]))' "$folder/out")
  [ "$total" -ge 1 ] || fail "no incident in $many"
  run -o json "$many" </dev/null
  json 'len(d["incidents"]) == 1'
  run -a -o json "$many" </dev/null
  json "len(d['incidents']) == $total"
}

test_an_incident_is_found_by_the_beginning_of_its_id() {
  run list -o json "$log" </dev/null
  local id
  id=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["incidents"][0]["id"])' "$folder/out")
  run -o json "$log" "${id:0:6}" </dev/null
  status_is 0
  json "d['incidents'][0]['id'] == '$id'"
}

test_an_interval_needs_a_time_that_is_known() {
  run -S 2020-01-01 "$testdata/host-swarm-kills-database/input.dmesg.txt" </dev/null
  status_is 1
  err_has "their time of day is not known"
  run -S 2020-01-01 -o json "$testdata/host-swarm-kills-database/input.rsyslog-iso.log" </dev/null
  status_is 0
  run -U 2020-01-01 "$testdata/host-swarm-kills-database/input.rsyslog-iso.log" </dev/null
  status_is 1
}

# --- output and exit status ---------------------------------------------------------------------------------------

test_nothing_found_is_a_claim_with_an_interval() {
  run "$quiet_log" </dev/null
  status_is 1
  out_has "No OOM kill"
  run -o json "$quiet_log" </dev/null
  status_is 1
  json 'd["schema"] == "oomwhy/1" and d["incidents"] == []'
}

test_every_format_of_every_command_prints_something() {
  local command format
  for command in explain list report; do
    for format in text full markdown json json-lines; do
      run "$command" -o "$format" "$log" </dev/null
      status_is 0
      [ -s "$folder/out" ] || fail "$command -o $format prints nothing"
      err_is_empty
    done
  done
}

test_json_lines_begin_and_end() {
  run -o json-lines "$log" </dev/null
  python3 - "$folder/out" <<'PYTHON' || fail "not the contract's lines"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines[0]["type"] == "begin" and lines[-1]["type"] == "end", [line["type"] for line in lines]
assert all(line["schema"] == "oomwhy/1" for line in lines)
assert [line["type"] for line in lines].count("incident") == 1
PYTHON
}

test_a_report_is_the_same_twice_and_says_how_to_repeat_it() {
  cp "$log" "$folder/my log.txt"
  cd "$folder" || fail "cd"
  run report "my log.txt" </dev/null
  status_is 0
  cp "$folder/out" "$folder/first"
  out_has "oomwhy report 'my log.txt'"
  TZ=Asia/Kathmandu COLUMNS=200 LC_ALL=C run report "my log.txt" </dev/null
  cmp -s "$folder/first" "$folder/out" || fail "another machine prints another report"
}

test_no_escape_sequence_goes_into_a_pipe() {
  run "$log" </dev/null
  ! grep -q "$(printf '\033')" "$folder/out" || fail "an escape sequence"
  run --color=always "$log" </dev/null
  grep -q "$(printf '\033')" "$folder/out" || fail "no colour although it was asked for"
}

test_a_named_pipe_is_scanned_whole() {
  mkfifo "$folder/pipe"
  cat "$log" >"$folder/pipe" &
  run scan -o json-lines "$folder/pipe" </dev/null
  wait
  status_is 0
  out_has redis-server
}

test_a_usage_error_prints_nothing_on_standard_output() {
  local args
  for args in --nonsense "-o yaml" "-b5x" "-n0" "help" "scan --jobs=0" "colour=red"; do
    # shellcheck disable=SC2086 # two words
    run $args "$log" </dev/null
    status_is 2
    out_is_empty
    err_has "oomwhy: "
    err_has "try: "
    lines_of_err 2
  done
}

test_a_usage_error_goes_before_an_unreadable_input() {
  run --nonsense "$folder/missing.log" </dev/null
  status_is 2
}

test_help_and_version_go_to_standard_output() {
  run --help </dev/null
  status_is 0
  out_has "usage: oomwhy"
  err_is_empty
  run --version </dev/null
  status_is 0
  [ "$(wc -l <"$folder/out")" -eq 1 ] || fail "more than one line"
}

test_a_reader_that_leaves_early_ends_it_quietly() {
  # The reader is gone before the first byte: a short text would else fit into the pipe's buffer.
  {
    sleep 0.5
    status=0
    "$oomwhy" -a -o json "$testdata/cgroup-crash-loop/input.kmsg.txt" 2>"$folder/err" </dev/null || status=$?
    echo "$status" >"$folder/status"
  } | true
  [ "$(cat "$folder/status")" -eq 0 ] || fail "status $(cat "$folder/status")"
  err_is_empty
}

test_a_full_disk_is_an_error() {
  [ -c /dev/full ] || exit 77
  status=0
  "$oomwhy" "$log" >/dev/full 2>"$folder/err" </dev/null || status=$?
  status_is 3
  err_has "No space left on device"
}

# --- doctor -------------------------------------------------------------------------------------------------------

test_the_doctor_of_a_sound_image_finds_nothing() {
  mkdir -p "$folder/root/var/log/journal" "$folder/root/usr/lib/systemd/system"
  run doctor "--root=$folder/root" </dev/null
  status_is 0
  out_has "no finding"
  out_has "Not checked"
  run doctor -q --root "$folder/root" </dev/null
  status_is 0
  out_is_empty
}

test_the_doctor_names_a_fault_and_what_mends_it() {
  mkdir -p "$folder/root/var/log/journal" "$folder/root/etc/systemd/system" "$folder/root/etc/sysctl.d"
  printf '[Service]\nRestart=on-abort\n' >"$folder/root/etc/systemd/system/db.service"
  echo 'vm.oom_dump_tasks=0' >"$folder/root/etc/sysctl.d/10-x.conf"
  run doctor --root "$folder/root" </dev/null
  status_is 1
  out_has "Restart=on-abort: db.service"
  out_has "sysctl vm.oom_dump_tasks=1"
  run doctor -o json --root "$folder/root" </dev/null
  status_is 1
  json '[f["id"] for f in d["findings"]] == ["oom-dump-tasks", "restart-after-oom"]'
  "$oomwhy" doctor -o json --root "$folder/root" </dev/null |
    python3 "$(dirname "$0")/../schema.py" "$testdata/../report/oomwhy-1.schema.json"
  local valid=${PIPESTATUS[1]}
  [ "$valid" -eq 0 ] || [ "$valid" -eq 77 ] || fail "not the schema's document"
}

test_the_doctor_of_this_host_says_what_it_cannot_know() {
  run doctor </dev/null
  [ "$status" -le 1 ] || fail "status $status"
  out_has "This host"
  run doctor --root "$folder/missing" </dev/null
  status_is 3
}

# --- a terminal ---------------------------------------------------------------------------------------------------

# on_terminal COLUMNS COMMAND: what is printed on a pseudo-terminal of that width, in $folder/out.
on_terminal() {
  python3 - "$1" "$2" "$folder/out" <<'PYTHON'
import fcntl, os, pty, struct, sys, termios
columns, command, out = int(sys.argv[1]), sys.argv[2], sys.argv[3]
child, master = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    os.execvp("sh", ["sh", "-c", command])
text = b""
while True:
    try:
        block = os.read(master, 65536)
    except OSError:
        break
    if not block:
        break
    text += block
os.waitpid(child, 0)
open(out, "wb").write(text.replace(b"\r\n", b"\n"))
PYTHON
}

test_a_terminal_has_colours_unless_told_otherwise() {
  local escape
  escape=$(printf '\033')
  TERM=xterm on_terminal 80 "'$oomwhy' --no-pager '$log'"
  grep -q "$escape" "$folder/out" || fail "no colour on a terminal"
  TERM=xterm NO_COLOR=1 on_terminal 80 "'$oomwhy' --no-pager '$log'"
  ! grep -q "$escape" "$folder/out" || fail "colour in spite of NO_COLOR"
  TERM=dumb on_terminal 80 "'$oomwhy' --no-pager '$log'"
  ! grep -q "$escape" "$folder/out" || fail "colour on a dumb terminal"
}

test_a_pager_is_used_on_a_terminal_only() {
  TERM=xterm PAGER='sed s/^/PAGED:/' on_terminal 80 "'$oomwhy' '$log'"
  grep -q '^PAGED:' "$folder/out" || fail "no pager"
  TERM=xterm PAGER='sed s/^/PAGED:/' SYSTEMD_PAGER=cat on_terminal 80 "'$oomwhy' '$log'"
  ! grep -q '^PAGED:' "$folder/out" || fail "a pager in spite of SYSTEMD_PAGER=cat"
  TERM=xterm PAGER='sed s/^/PAGED:/' on_terminal 80 "'$oomwhy' --no-pager '$log'"
  ! grep -q '^PAGED:' "$folder/out" || fail "a pager in spite of --no-pager"
  PAGER='sed s/^/PAGED:/' run "$log" </dev/null
  ! grep -q '^PAGED:' "$folder/out" || fail "a pager in a pipe"
}

test_a_pager_that_does_not_exist_does_not_lose_the_text() {
  TERM=xterm PAGER=no-such-pager-here on_terminal 80 "'$oomwhy' '$log'"
  out_has redis-server
}

test_no_line_is_wider_than_the_terminal() {
  local width
  for width in 80 100; do
    TERM=xterm NO_COLOR=1 on_terminal "$width" "'$oomwhy' --no-pager '$log'"
    python3 -c 'import sys; sys.exit(max(len(l.rstrip("\n")) for l in open(sys.argv[1], encoding="utf-8", errors="replace")) > int(sys.argv[2]))' \
      "$folder/out" "$width" || fail "a line is wider than $width columns"
  done
}

# --- the sandbox --------------------------------------------------------------------------------------------------

# /proc: no_new_privs, and 2 for a filter of system calls.
test_a_log_is_read_in_the_sandbox() {
  ldd "$oomwhy" >"$folder/libraries"
  grep -q libseccomp "$folder/libraries" || { echo "a build without the sandbox"; exit 77; }
  mkfifo "$folder/log"
  "$oomwhy" - <"$folder/log" >"$folder/out" 2>"$folder/err" &
  local reader=$! held=0
  exec 3>"$folder/log"
  head -c 100 "$log" >&3
  for _ in {1..100}; do
    held=$(grep -cE '^(NoNewPrivs:.1|Seccomp:.2)$' "/proc/$reader/status")
    [ "$held" -lt 2 ] || break
    sleep 0.1
  done
  cp "/proc/$reader/status" "$folder/out"
  exec 3>&-
  wait "$reader"
  [ "$held" -eq 2 ] || fail "no filter is set"
}

# --- advise -------------------------------------------------------------------------------------------------------

test_a_what_if_is_answered_as_text_and_json() {
  run advise --what-if redis-server:OOMScoreAdjust=-900 "$log" </dev/null
  status_is 0
  out_has redis-server
  run advise --what-if redis-server:OOMScoreAdjust=-900 -o json "$log" </dev/null
  status_is 0
  json 'd["incidents"][0]["what_if"]["assumptions"] == ["redis-server:OOMScoreAdjust=-900"]'
  json 'd["incidents"][0]["what_if"]["replay"]["victim_before"]["comm"] == "redis-server"'
  json 'd["incidents"][0]["what_if"]["replay"]["victim_after"]["comm"] != "redis-server"'
}

test_advice_is_written_below_a_folder_and_never_over_a_file() {
  local unit=$testdata/cgroup-unit-limit/input.dmesg.txt file
  run advise --out="$folder/dropins" "$unit" </dev/null
  status_is 0
  out_is_empty
  file=$(find "$folder/dropins" -name '*.conf' | head -n 1)
  [ -n "$file" ] || fail "no drop-in was written"
  err_has "wrote $file"
  echo mine >"$file"
  run advise --out="$folder/dropins" "$unit" </dev/null
  status_is 3
  err_has "--force overwrites it"
  [ "$(cat "$file")" = mine ] || fail "overwritten"
  run advise --out="$folder/dropins" --force "$unit" </dev/null
  status_is 0
  [ "$(cat "$file")" != mine ] || fail "not overwritten with --force"
}

test_the_example_says_what_it_is() {
  run explain --example-of=testdata/host-swarm-kills-database "$log" </dev/null
  status_is 0
  [ "$(head -n 1 "$folder/out")" = "EXAMPLE from testdata/host-swarm-kills-database, not this host; for this host: cli/run explain" ] ||
    fail "the first line"
}

test_a_redacted_report_names_neither_host_nor_file() {
  run report --redact --host=secret-host "$log" </dev/null
  status_is 0
  out_has "host-1"
  out_lacks secret-host
  out_lacks input.dmesg
  head -c 32 /dev/urandom >"$folder/key"
  run report --redact-key="$folder/key" --host=secret-host "$log" </dev/null
  status_is 0
  out_lacks secret-host
  cp "$folder/out" "$folder/first"
  run report --redact-key="$folder/key" --host=secret-host "$log" </dev/null
  cmp -s "$folder/out" "$folder/first" || fail "the same key gave another text"
}

test_a_redacted_scan_names_neither_host_nor_file() {
  for format in text json-lines; do
    run scan --redact --host=secret-host -o "$format" "$log" </dev/null
    status_is 0
    out_has "host-1"
    out_lacks secret-host
    out_lacks input.dmesg
  done
}

test_a_sites_conf_redacts_its_own_words() {
  echo 'Patterns=qemu-[a-z]+ agent' >"$folder/conf"
  sed 's/redis-server.service/qemu-guest agent.service/g' "$log" >"$folder/kern.log"
  run report --redact --conf="$folder/conf" "$folder/kern.log" </dev/null
  status_is 0
  out_lacks qemu-guest
  out_has site-1.service
}

test_a_mistake_in_the_conf_stops_a_scan_and_nothing_else() {
  echo 'Headroom=much' >"$folder/conf"
  run --conf="$folder/conf" "$log" </dev/null
  status_is 0
  err_has "Headroom=much cannot be"
  out_has apt-check
  run scan --conf="$folder/conf" "$log" </dev/null
  status_is 2
  out_is_empty
  run --conf="$folder/none" "$log" </dev/null
  status_is 3
  out_is_empty
}

test_a_redaction_key_that_cannot_be_used_shows_nothing() {
  run report --redact-key="$folder/none" "$log" </dev/null
  status_is 3
  out_is_empty
  err_has "No such file"
  echo short >"$folder/key"
  run report --redact-key="$folder/key" "$log" </dev/null
  status_is 3
  out_is_empty
  err_has "16 bytes"
}

# A journal that grows: the kill is written while it is followed, and shown at the latest when the follower is stopped.
kill_in_export() {
  printf '%s\n' "__REALTIME_TIMESTAMP=1700000${1}000000" "__MONOTONIC_TIMESTAMP=${1}000000" \
    "_BOOT_ID=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "_MACHINE_ID=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" "_HOSTNAME=db-07" \
    "_TRANSPORT=kernel" "SYSLOG_IDENTIFIER=kernel" "SYSLOG_FACILITY=0" "PRIORITY=3" \
    "MESSAGE=Out of memory: Killed process $1 (job$1) total-vm:400000kB, anon-rss:300000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:700kB oom_score_adj:0" ""
}

test_a_journal_is_followed_until_a_signal() {
  local writer=/lib/systemd/systemd-journal-remote follower
  [ -x "$writer" ] || exit 77
  needs_journal
  mkdir "$folder/journal"
  kill_in_export 100 >"$folder/export"
  "$writer" -o "$folder/journal/a.journal" "$folder/export" 2>/dev/null || exit 77
  "$oomwhy" --follow -o json-lines -D "$folder/journal" -S @1700000200 </dev/null >"$folder/out" 2>"$folder/err" &
  follower=$!
  until grep -qF following "$folder/err"; do sleep 0.05; done
  kill_in_export 300 >"$folder/export"
  "$writer" -o "$folder/journal/a.journal" "$folder/export" 2>/dev/null
  kill -TERM "$follower"
  status=0
  wait "$follower" || status=$?
  status_is 0
  out_has '"comm":"job300"'
  python3 - "$folder/out" <<'PYTHON' || fail "not one whole run with one incident"
import json, sys
assert [json.loads(line)["type"] for line in open(sys.argv[1])] == ["begin", "incident", "coverage", "end"]
PYTHON
}

declare -F "test_$case" >/dev/null || { echo "no such case: $case"; exit 2; }
"test_$case"
echo "ok $case"
