#!/usr/bin/env bash
# The local journal in all its places, on a host that is made of empty folders mounted over this one's, in a user
# namespace that needs no rights. Usage: made_host.sh BINARY TESTDATA CASE; every function test_… is a case.
set -uo pipefail

writer=/lib/systemd/systemd-journal-remote
[ -x "$writer" ] || { echo "skipped: $writer is not installed (Debian: systemd-journal-remote)"; exit 77; }
if [ "${OOMWHY_MADE_HOST:-}" != yes ]; then
  unshare --map-root-user --mount true 2>/dev/null || { echo "skipped: user namespaces are not allowed here"; exit 77; }
  OOMWHY_MADE_HOST=yes exec unshare --map-root-user --mount bash "$0" "$@"
fi

# shellcheck source=tests/cli/calls.sh
source "$(dirname "$0")/calls.sh"
needs_journal

this=11111111111111111111111111111111
other=22222222222222222222222222222222
for place in /var/log /var/lib /run; do mount -t tmpfs tmpfs "$place" || { echo "skipped: no tmpfs on $place"; exit 77; }; done
printf '%s\n' "$this" >"$folder/machine-id"
mount --bind "$folder/machine-id" /etc/machine-id || { echo "skipped: no machine id to mount over"; exit 77; }

# journal CASE FILE: the journal of a case of testdata/ as a file.
journal() {
  mkdir -p "$(dirname "$2")"
  "$writer" -o "$2" "$testdata/$1/input.journal.export" >/dev/null 2>&1 || fail "cannot write $2"
}

# killed NAMES [ARGS…]: the incidents that a call lists are the kills of these, one word.
killed() {
  local names=$1
  shift
  run list -o json "$@" </dev/null
  json "sorted({v['comm'] for i in d['incidents'] for v in i['victims']}) == '$names'.split()"
}

# The same three kills everywhere: of this host, of a namespace of it, and of another machine whose files it keeps.
make_journals() {
  journal host-swarm-kills-database "/var/log/journal/$this/system.journal"
  journal cgroup-oom-group "/var/log/journal/$this.tenant/system.journal"
  journal cgroup-v1 "/var/log/journal/$other/system.journal"
}

test_the_journal_of_this_host_is_read_without_other_machines_and_namespaces() {
  make_journals
  killed redis-server
  status_is 0
  json 'd["inputs"][0]["source"] == "journal of this host" and d["coverage"]["blind_spots"] == []'
}

test_a_namespace_is_read_alone_with_the_default_one_or_with_all() {
  make_journals
  killed worker-pool --namespace=tenant
  json 'd["inputs"][0]["source"] == "journal namespace tenant"'
  killed 'redis-server worker-pool' --namespace=+tenant
  killed 'redis-server worker-pool' '--namespace=*'
  killed '' --namespace=nobody
  status_is 1
  json '[s["kind"] for s in d["coverage"]["blind_spots"]] == ["no_journal"]'
}

test_merged_journals_are_those_of_other_machines_too() {
  make_journals
  killed 'redis-server report-worker' -m
  killed 'redis-server report-worker' --merge
}

test_a_machine_is_read_where_machined_says_that_its_files_are() {
  make_journals
  journal cgroup-oom-group "$folder/srv/web1/var/log/journal/$other/system.journal"
  mkdir -p /run/systemd/machines
  printf 'NAME=web1\nCLASS=container\nROOT=%s\n' "$folder/srv/web1" >/run/systemd/machines/web1
  killed worker-pool -M web1
  status_is 0
  json 'd["inputs"][0]["source"] == "journal of machine web1"'
}

test_a_machine_that_does_not_run_is_read_in_the_folder_of_machinectl() {
  make_journals
  journal cgroup-v1 "/var/lib/machines/web2/var/log/journal/$other/system.journal"
  killed report-worker --machine=web2
  status_is 0
}

test_a_machine_or_a_root_that_there_is_not_is_an_error() {
  make_journals
  run -M nobody </dev/null
  status_is 3
  err_has "/var/lib/machines/nobody/var/log/journal: No such file or directory"
  run -M "../../log" </dev/null
  status_is 3
  err_has "Invalid argument"
  run --root "$folder/nowhere" </dev/null
  status_is 3
  err_has "$folder/nowhere/var/log/journal: No such file or directory"
}

test_a_journal_in_run_alone_is_a_blind_spot() {
  journal host-swarm-kills-database "/run/log/journal/$this/system.journal"
  killed redis-server
  json '[s["kind"] for s in d["coverage"]["blind_spots"]] == ["volatile_storage"]'
  run mysqld </dev/null
  status_is 1
  run -u mysqld.service </dev/null
  out_has "the journal is kept in /run only: a reboot erases"
  # What a host wrote to /run before /var was there is no such thing.
  journal cgroup-v1 "/var/log/journal/$this/system.journal"
  killed 'redis-server report-worker'
  json 'd["coverage"]["blind_spots"] == []'
}

# The unit's end as systemd 252 writes it, a second after the last line of the kernel's report.
unit_failed() {
  python3 - "$1" "$2" <<'PYTHON'
import re, sys
text = open(sys.argv[1], "rb").read()
field = lambda name: re.findall(rb"^" + name + rb"=(.*)$", text, re.M)[-1].decode()
print(f"""__REALTIME_TIMESTAMP={int(field(b"__REALTIME_TIMESTAMP")) + 1000000}
__MONOTONIC_TIMESTAMP={int(field(b"__MONOTONIC_TIMESTAMP")) + 1000000}
_BOOT_ID={field(b"_BOOT_ID")}
_HOSTNAME={field(b"_HOSTNAME")}
_TRANSPORT=journal
_PID=1
_COMM=systemd
SYSLOG_IDENTIFIER=systemd
PRIORITY=4
MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c
UNIT={sys.argv[2]}
UNIT_RESULT=oom-kill
MESSAGE={sys.argv[2]}: Failed with result 'oom-kill'.
""")
PYTHON
}

test_a_unit_that_stays_down_is_explained_by_its_unit_file() {
  local image=$folder/image export=$testdata/cgroup-unit-limit/input.journal.export
  mkdir -p "$image/var/log/journal/$other" "$image/etc/systemd/system"
  { cat "$export"; unit_failed "$export" report-worker.service; } >"$folder/failed.export"
  "$writer" -o "$image/var/log/journal/$other/system.journal" "$folder/failed.export" >/dev/null 2>&1
  echo dbhost1 >"$image/etc/hostname"
  run --root "$image" </dev/null
  status_is 0
  tr -s ' \n' ' ' <"$folder/out" >"$folder/words"
  grep -qF "no start of it follows in this log, which lacks its Restart=" "$folder/words" ||
    fail "no word of the unit's fate"
  printf '[Service]\nRestart=on-abort\n' >"$image/etc/systemd/system/report-worker.service"
  run -o json --root "$image" </dev/null
  json 'd["incidents"][0]["summary"][-1] == "report-worker.service has Restart=on-abort (/etc/systemd/system/report-worker.service, as it is now), which does not cover the result oom-kill."'
  # A ticket says the same on every machine and day; another image may be of another host.
  run report -o json --root "$image" </dev/null
  json 'not any("Restart=on-abort" in s for s in d["incidents"][0]["summary"])'
  echo other >"$image/etc/hostname"
  run -o json --root "$image" </dev/null
  json 'not any("Restart=on-abort" in s for s in d["incidents"][0]["summary"])'
}

test_a_kill_that_is_followed_is_shown_with_what_its_unit_is_like_now() {
  local boot follower
  boot=$(tr -d - </proc/sys/kernel/random/boot_id)
  mount -t tmpfs tmpfs /sys/fs/cgroup || { echo "skipped: no tmpfs on /sys/fs/cgroup"; exit 77; }
  : >/sys/fs/cgroup/cgroup.controllers
  mkdir -p /sys/fs/cgroup/system.slice/report-worker.service "/var/log/journal/$this"
  echo $$ >/sys/fs/cgroup/system.slice/report-worker.service/cgroup.procs
  echo 4096 >/sys/fs/cgroup/system.slice/report-worker.service/memory.current
  sed "s/^_BOOT_ID=.*/_BOOT_ID=$boot/" "$testdata/cgroup-unit-limit/input.journal.export" >"$folder/now.export"
  # Something from before, so that there is a journal to follow.
  journal host-swarm-kills-database "/var/log/journal/$this/system.journal"
  "$oomwhy" --follow -o json-lines -u report-worker.service -S @1795218000 </dev/null >"$folder/out" 2>"$folder/err" &
  follower=$!
  until grep -qF following "$folder/err"; do sleep 0.05; done
  "$writer" -o "/var/log/journal/$this/system.journal" "$folder/now.export" >/dev/null 2>&1
  kill -TERM "$follower"
  status=0
  wait "$follower" || status=$?
  status_is 0
  grep '"type": *"incident"' "$folder/out" >"$folder/incident"
  mv "$folder/incident" "$folder/out"
  json '[(n["unit"], n["up"], n["memory_bytes"]) for n in d["now"]] == [("report-worker.service", True, 4096)]'
}

declare -F "test_$case" >/dev/null || { echo "no such case: $case"; exit 2; }
"test_$case"
echo "ok $case"
