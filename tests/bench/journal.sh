#!/usr/bin/env bash
# journal.sh OOMWHY [ENTRIES [FOLDER]]: a journal of ENTRIES (a million) entries in seven files with twenty incidents,
# made from a seed; time and largest resident set of oomwhy against those of journalctl --grep on the same files in the
# same run. FOLDER keeps the journal for another run. Printed, not judged: a machine can be busy.
set -euo pipefail

oomwhy=$1
entries=${2:-1000000}
folder=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
writer=/lib/systemd/systemd-journal-remote
[ -x "$writer" ] || { echo "skipped: $writer is not installed (Debian: systemd-journal-remote)"; exit 77; }

if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
if ! ls "$folder"/*.journal >/dev/null 2>&1; then
  for part in 0 1 2 3 4 5 6; do
    python3 "$here/journal_text.py" "$here/../../testdata" "$entries" "$part" |
      "$writer" -o "$folder/part-$part.journal" - >/dev/null 2>&1
  done
fi

# best COMMAND…: the least of five wall and processor times, in seconds, and the largest resident set in KiB; its output
# is dropped.
best() {
  python3 - "$@" <<'PYTHON'
import os, subprocess, sys, time
least, cpu, most = float("inf"), float("inf"), 0
for _ in range(5):
    began = time.monotonic()
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    took = time.monotonic() - began
    least, cpu = min(least, took), min(cpu, usage.ru_utime + usage.ru_stime)
    most = max(most, usage.ru_maxrss)
print(f"{least:.3f} {cpu:.3f} {most}")
PYTHON
}

found=$("$oomwhy" list -D "$folder" -o json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["incidents"]))')
read -r ours cpu memory < <(best "$oomwhy" list -D "$folder" --no-pager)
read -r theirs their_cpu their_memory < <(best journalctl -k -b all -D "$folder" --no-pager --grep 'Out of memory|oom-kill')
python3 - "$found" "$entries" "$ours" "$cpu" "$memory" "$theirs" "$their_cpu" "$their_memory" <<'PYTHON'
import sys
found, entries = sys.argv[1:3]
ours, cpu, memory, theirs, their_cpu, their_memory = map(float, sys.argv[3:])
print(f"{entries} entries, {found} incidents found; best of five, warm cache")
print(f"oomwhy     {ours:6.3f} s, processor {cpu:6.3f} s, {memory / 1024:.0f} MiB resident at most (target: below 64)")
print(f"journalctl {theirs:6.3f} s, processor {their_cpu:6.3f} s, {their_memory / 1024:.0f} MiB (-k --grep)")
print(f"ratio      {ours / theirs:6.2f}    processor {cpu / their_cpu:6.2f}  (target: at most 0.5)")
PYTHON
