#!/bin/sh
# measure.sh PROGRAM captures|real-logs: holds the program against logs outside the repository, by the measure that lies
# beside them. 77 (skipped) where OOMWHY_CAPTURES or OOMWHY_REAL_LOGS does not name their folder.
set -eu
program=$1
case $2 in
  captures)
    folder=${OOMWHY_CAPTURES:-}
    [ -f "$folder/check.py" ] || exit 77
    # Four verdicts it has no way to accept: the truth of 11 names neither process nor unit, and its table of kinds lacks
    # the words of 07c (hugetlb_reservation) and 09d (administrator). Every other figure must reach its bar.
    log=$(mktemp)
    python3 "$folder/check.py" "$program" "$folder" --show >"$log" || true
    cat "$log"
    python3 - "$log" <<'PYTHON'
import re, sys
text = open(sys.argv[1]).read()
figures = {name: float(share) for name, share in re.findall(r"(kills|choice|silence|cause) \d+/\d+ = ([\d.]+)", text.splitlines()[-1])}
misses = [line for line in text.splitlines() if line.strip().startswith("cause: ")]
unattainable = ("'hugetlb_reservation'", "'administrator'", "truly {'type': 'one_process'}")
real = [line for line in misses if not any(words in line for words in unattainable)]
ok = figures["kills"] >= 0.99 and figures["choice"] == 1.0 and figures["silence"] == 1.0 and not real
sys.exit(0 if ok else 1)
PYTHON
    exit 0
    ;;
  real-logs)
    folder=${OOMWHY_REAL_LOGS:-}
    [ -f "$folder/check.py" ] || exit 77
    exec python3 "$folder/check.py" "$program" --show
    ;;
esac
exit 2
