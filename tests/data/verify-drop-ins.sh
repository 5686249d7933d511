#!/usr/bin/env bash
# verify-drop-ins.sh PROGRAM TESTDATA: systemd reads every drop-in that is advised for a case of TESTDATA, as it is
# written and with the settings that are held back, without a word against it. 77 (skipped) without systemd-analyze.
set -euo pipefail
program=$1
testdata=$2
command -v systemd-analyze >/dev/null || exit 77

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The spelling that loses nothing, else the first.
fullest_input() {
  if [ -e "$1/input.kmsg.txt" ]; then echo "$1/input.kmsg.txt"; else find "$1" -name 'input.*' | sort | head -n 1; fi
}

write_drop_ins() {
  local case
  for case in "$testdata"/*/; do
    "$program" advise --all --out="$folder/advised/$(basename "$case")" "$(fullest_input "$case")" </dev/null >/dev/null 2>&1 || true
  done
}

# A unit of that name with nothing in it but what a unit has to have; systemd knows no file of a scope.
write_stub() {
  case $2 in
    *.service) printf '[Service]\nExecStart=/bin/true\n' >"$1/$2" ;;
    *.slice) printf '[Slice]\n' >"$1/$2" ;;
    *) return 1 ;;
  esac
}

# verify UNIT DROP_IN: what systemd says of the drop-in; nothing where all is well.
verify() {
  local root=$folder/root
  rm -rf "$root"
  mkdir -p "$root/$1.d"
  write_stub "$root" "$1" || return 0
  cp "$2" "$root/$1.d/50-oom.conf"
  SYSTEMD_UNIT_PATH=$root: systemd-analyze verify "$1" 2>&1 | grep -F 50-oom.conf || true
}

write_drop_ins
verified=0 wrong=0
while read -r file; do
  unit=$(basename "$(dirname "$file")")
  if [ "${unit%.d}" = "$unit" ] || [ "$(basename "$file")" != 50-oom.conf ]; then
    echo "not UNIT.d/50-oom.conf: $file"
    wrong=$((wrong + 1))
    continue
  fi
  sed -E 's/^#([A-Za-z]+=)/\1/' "$file" >"$folder/all-set"
  for text in "$file" "$folder/all-set"; do
    said=$(verify "${unit%.d}" "$text")
    [ -z "$said" ] || { printf '%s\n%s\n' "$file" "$said"; wrong=$((wrong + 1)); }
  done
  verified=$((verified + 1))
done < <(find "$folder/advised" -type f | sort)

echo "$verified drop-ins, as written and with all that is held back: $wrong not accepted"
[ "$verified" -gt 0 ] && [ "$wrong" -eq 0 ]
