#!/usr/bin/env bash
# journal.sh OOMWHY [ENTRIES [FOLDER]]: a journal of ENTRIES (a million) entries in seven files with twenty incidents,
# made from a seed; the wall time of oomwhy against that of journalctl --grep on the same files in the same run, and
# oomwhy's largest resident set. FOLDER keeps the journal for another run. Printed, not judged: a machine can be busy.
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

# best COMMAND…: the least of five wall times, in seconds, and the largest resident set in KiB; its output is dropped.
best() {
  python3 - "$@" <<'PYTHON'
import os, subprocess, sys, time
least, most = None, 0
for _ in range(5):
    began = time.monotonic()
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    took = time.monotonic() - began
    least, most = min(least or took, took), max(most, usage.ru_maxrss)
print(f"{least:.3f} {most}")
PYTHON
}

found=$("$oomwhy" list -D "$folder" -o json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["incidents"]))')
read -r ours memory < <(best "$oomwhy" list -D "$folder" --no-pager)
read -r theirs _ < <(best journalctl -k -b all -D "$folder" --no-pager --grep 'Out of memory|oom-kill')
python3 - "$found" "$entries" "$ours" "$theirs" "$memory" <<'PYTHON'
import sys
found, entries, ours, theirs, memory = sys.argv[1:]
print(f"{entries} entries, {found} incidents found; best of five, warm cache")
print(f"oomwhy     {float(ours):6.3f} s, {int(memory) / 1024:.0f} MiB resident at most (target: below 64)")
print(f"journalctl {float(theirs):6.3f} s (-k --grep)")
print(f"ratio      {float(ours) / float(theirs):6.2f} (target: at most 0.5)")
PYTHON
