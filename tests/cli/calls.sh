# Calls of the program and what must be true of them. Sourced by a script whose arguments are BINARY TESTDATA CASE.
# shellcheck shell=bash disable=SC2034

oomwhy=$1
testdata=$2
case=$3
log=$testdata/host-swarm-kills-database/input.dmesg.txt
quiet_log=$testdata/silence-not-an-oom/input.dmesg.txt
export LC_ALL=C.UTF-8 TZ=UTC
unset NO_COLOR COLUMNS PAGER SYSTEMD_PAGER

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  printf 'FAILED %s: %s\n' "$case" "$1"
  for stream in out err; do
    printf -- '--- %s\n' "$stream"
    head -c 2000 "$folder/$stream" 2>/dev/null
  done
  exit 1
}

# run [ARGS…]: standard input is this function's own; output in $folder/out and err, status in $status.
run() {
  status=0
  "$oomwhy" "$@" >"$folder/out" 2>"$folder/err" || status=$?
}

status_is() { [ "$status" -eq "$1" ] || fail "status $status instead of $1"; }
out_has() { grep -qF -- "$1" "$folder/out" || fail "standard output lacks: $1"; }
out_lacks() { ! grep -qF -- "$1" "$folder/out" || fail "standard output has: $1"; }
err_has() { grep -qF -- "$1" "$folder/err" || fail "standard error lacks: $1"; }
err_is_empty() { [ ! -s "$folder/err" ] || fail "standard error is not empty"; }
out_is_empty() { [ ! -s "$folder/out" ] || fail "standard output is not empty"; }
lines_of_err() { [ "$(wc -l <"$folder/err")" -eq "$1" ] || fail "not $1 lines on standard error"; }
# json FILTER: a Python expression over the document `d` that must be true.
json() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); sys.exit(0 if eval(sys.argv[2]) else 1)' "$folder/out" "$1" || fail "not true: $1"; }

# For what needs libsystemd, which a build may be without.
needs_journal() {
  run explain --directory="$folder"
  ! grep -qF 'built without' "$folder/err" || { echo "skipped: this build does not read the journal"; exit 77; }
}
