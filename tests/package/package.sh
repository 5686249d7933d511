#!/usr/bin/env bash
# The Debian package as a machine gets it. Usage: package.sh BUILD_FOLDER CASE; every function test_… is a case. 77: a tool
# that the case needs is not installed.
set -uo pipefail

build=$1
case=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
root=$folder/root
export LC_ALL=C.UTF-8

# The bundled incident: redis-server.service killed, ef61740c17a7baa7.
log=$(cd "$(dirname "$0")/../../testdata" && pwd)/host-swarm-kills-database/input.dmesg.txt

fail() {
  printf 'FAILED %s: %s\n' "$case" "$1"
  cat "$folder/log" 2>/dev/null
  exit 1
}
needs() { command -v "$1" >/dev/null || { echo "$1 is not installed"; exit 77; }; }

# Where the first case leaves the package for the others.
made=$build/package

find_package() {
  needs dpkg-deb
  package=$(echo "$made"/*.deb)
  [ -f "$package" ] || fail "no package"
}

unpack() {
  find_package
  dpkg-deb -x "$package" "$root" || fail "dpkg-deb -x"
}

test_it_is_built() {
  needs dpkg-deb
  needs cpack
  rm -rf "$made"
  (cd "$build" && cpack -G DEB -B "$made") >"$folder/log" 2>&1 || fail "cpack"
  find_package
}

test_it_depends_on_what_its_binary_links() {
  unpack
  local depends linked library
  depends=$(dpkg-deb -f "$package" Depends)
  linked=$(objdump -p "$root/usr/bin/oomwhy" | awk '$1 == "NEEDED" { print $2 }')
  for library in libarchive libfmt libnettle libre2 libutf8proc libstdc++ libc; do
    [[ $linked == *$library.so* ]] || fail "does not link $library: $linked"
  done
  for library in libarchive libfmt libnettle libre2 libseccomp libsystemd libutf8proc libstdc++ libc; do
    [[ $linked != *$library.so* || $depends == *$library* ]] || fail "no $library in: $depends"
  done
}

test_its_program_runs_from_a_fresh_root() {
  unpack
  [ "$("$root/usr/bin/oomwhy" --version | cut -d' ' -f1)" = oomwhy ] || fail "--version"
}

# Without the mark for control flow protection: Debian 12's start files (Scrt1.o, crti.o) have none, and one such file
# takes it from the whole program. Our own code is compiled with it.
test_its_program_is_hardened() {
  needs hardening-check
  grep -qE '^CMAKE_BUILD_TYPE:[A-Z]+=(Release|RelWithDebInfo|MinSizeRel)$' "$build/CMakeCache.txt" ||
    { echo "only optimised code is hardened"; exit 77; }
  unpack
  hardening-check --nocfprotection "$root/usr/bin/oomwhy" >"$folder/log" 2>&1 || fail "hardening-check"
}

# What it links (libsystemd) may import more; its own code does not.
test_its_program_opens_no_connection() {
  needs nm
  unpack
  nm -D "$root/usr/bin/oomwhy" >"$folder/all" || fail "nm"
  ! grep -q __asan_init "$folder/all" || { echo "a sanitizer's functions stand in for the library's"; exit 77; }
  nm -D --undefined-only "$root/usr/bin/oomwhy" >"$folder/symbols" || fail "nm"
  grep -qw read "$folder/symbols" || fail "no symbols"
  grep -wE 'socket|socketpair|connect|bind|listen|accept4?|send(to|m?msg)?|recv(from|m?msg)?|getaddrinfo|gethostby[a-z_0-9]*|getnameinfo|res_[a-z]+|curl_[a-z_]+' \
    "$folder/symbols" >"$folder/log" && fail "imports"
  true
}

test_installed_and_removed_it_leaves_nothing_behind() {
  [ "$(id -u)" -eq 0 ] || { echo "needs root"; exit 77; }
  find_package
  mkdir -p "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info" "$root/var/log" "$root/usr/share/doc"
  touch "$root/var/lib/dpkg/status"
  local dpkg=(dpkg "--root=$root" "--log=$folder/dpkg.log" --force-depends --force-script-chrootless)
  "${dpkg[@]}" -i "$package" >"$folder/log" 2>&1 || fail "dpkg -i"
  [ -x "$root/usr/bin/oomwhy" ] || fail "no program"
  "${dpkg[@]}" -P oomwhy >"$folder/log" 2>&1 || fail "dpkg -P"
  local left
  left=$(find "$root" -name '*oomwhy*')
  [ -z "$left" ] || fail "left behind: $left"
}

test_its_conf_is_the_administrators() {
  find_package
  [ "$(dpkg-deb -I "$package" conffiles)" = /etc/oomwhy.conf ] || fail "conffiles"
  unpack
  # As it comes it says nothing; with every line of it switched on it is understood.
  "$root/usr/bin/oomwhy" list --conf="$root/etc/oomwhy.conf" "$log" >"$folder/plain" 2>"$folder/log" || fail "as it comes"
  [ ! -s "$folder/log" ] || fail "as it comes"
  sed -i 's/^#\([A-Za-z]*=\)/\1/' "$root/etc/oomwhy.conf"
  "$root/usr/bin/oomwhy" list --conf="$root/etc/oomwhy.conf" "$log" >"$folder/plain" 2>"$folder/log" || fail "switched on"
  [ ! -s "$folder/log" ] || fail "switched on"
}

test_systemd_takes_its_units() {
  needs systemd-analyze
  unpack
  # The service's program is to be there.
  sed -i "s#ExecStart=/usr/bin/#ExecStart=$root/usr/bin/#" "$root/usr/lib/systemd/system/oomwhy-scan.service"
  systemd-analyze verify --man=no "$root"/usr/lib/systemd/system/oomwhy-scan.{service,timer} >"$folder/log" 2>&1 || fail "verify"
  ! grep -E 'oomwhy-scan' "$folder/log" || fail "remarks"
}

test_its_service_is_locked_in() {
  needs systemd-analyze
  unpack
  systemd-analyze security --offline=true --no-pager "$root/usr/lib/systemd/system/oomwhy-scan.service" >"$folder/log" 2>&1 ||
    fail "systemd-analyze security"
  local level
  level=$(sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p' "$folder/log")
  awk -v level="$level" 'BEGIN { exit !(level != "" && level < 2.0) }' || fail "exposure level $level"
}

test_its_manual_is_without_a_warning_and_names_every_option() {
  needs man
  unpack
  MANWIDTH=80 man --warnings -E UTF-8 -l "$root/usr/share/man/man1/oomwhy.1.gz" >"$folder/page" 2>"$folder/log" || fail "man"
  [ ! -s "$folder/log" ] || fail "warnings"
  col -b <"$folder/page" >"$folder/plain" || fail "col"
  grep -q EXAMPLES "$folder/plain" || fail "no examples"
  local text command option
  text=$(zcat "$root/usr/share/man/man1/oomwhy.1.gz" | sed 's/\\-/-/g')
  for command in explain advise scan doctor; do
    while read -r option; do
      [[ $text == *"$option"* ]] || fail "$option of $command is not in the manual"
    done < <("$root/usr/bin/oomwhy" "$command" --help | grep -oE -- '--[a-z-]+' | sort -u)
  done
}

test_bash_completes() {
  unpack
  PATH=$root/usr/bin:$PATH bash --norc -c '
    source "$1"
    set -e
    complete -p oomwhy >/dev/null
    COMP_WORDS=(oomwhy scan --cur) COMP_CWORD=2
    _oomwhy || exit 1
    [ "${COMPREPLY[*]}" = --cursor-file= ]
    COMP_WORDS=(oomwhy explain "$2" ef61) COMP_CWORD=3
    _oomwhy || exit 1
    [ "${COMPREPLY[*]}" = ef61740c17a7baa7 ]
    COMP_WORDS=(oomwhy explain "$2" redis) COMP_CWORD=3
    _oomwhy || exit 1
    [ "${COMPREPLY[*]}" = redis-server.service ]
  ' bash "$root/usr/share/bash-completion/completions/oomwhy" "$log" >"$folder/log" 2>&1 || fail "bash"
}

test_zsh_takes_its_completion() {
  needs zsh
  unpack
  zsh -f -c 'fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D; [[ ${_comps[oomwhy]} == _oomwhy ]] && autoload +X _oomwhy' \
    zsh "$root/usr/share/zsh/vendor-completions" >"$folder/log" 2>&1 || fail "zsh"
}

test_fish_completes() {
  needs fish
  unpack
  # shellcheck disable=SC2016 # fish expands it
  HOME=$folder PATH=$root/usr/bin:$PATH fish --no-config -c '
    source $argv[1]
    complete -C "oomwhy scan --cur" | string match -q -- "--cursor-file*"; or exit 1
    complete -C "oomwhy explain $argv[2] ef61" | string match -q "ef61740c17a7baa7*"; or exit 1
  ' "$root/usr/share/fish/vendor_completions.d/oomwhy.fish" "$log" >"$folder/log" 2>&1 || fail "fish"
}

# The licence is its owner's decision: the package has no copyright file yet.
test_lintian_has_no_remark() {
  needs lintian
  find_package
  lintian --suppress-tags no-copyright-file "$package" >"$folder/log" 2>/dev/null || fail "lintian"
  [ ! -s "$folder/log" ] || fail "lintian"
}

# As the service runs it: a user of its own, in the groups that may read logs, one folder to write to.
test_it_scans_as_a_user_that_may_only_read_logs() {
  [ "$(id -u)" -eq 0 ] || { echo "needs root"; exit 77; }
  needs setpriv
  unpack
  chmod 755 "$folder" "$root"
  mkdir "$folder/logs" "$folder/state"
  cp "$log" "$folder/logs/kern.log"
  chgrp adm "$folder/logs/kern.log"
  chmod 640 "$folder/logs/kern.log"
  chown 61234:61234 "$folder/state"
  chmod 700 "$folder/state"
  local as=(setpriv --reuid=61234 --regid=61234)
  local scan=("$root/usr/bin/oomwhy" scan "--cursor-file=$folder/state/scan.json" "--textfile=$folder/state/oomwhy.prom" "$folder/logs/")
  "${as[@]}" --groups="$(getent group adm | cut -d: -f3)" "${scan[@]}" >"$folder/log" 2>&1 </dev/null || fail "scan"
  grep -q redis-server "$folder/log" || fail "nothing told"
  # Without the group it is no clean bill.
  local status=0
  "${as[@]}" --clear-groups "${scan[@]}" >"$folder/log" 2>&1 </dev/null || status=$?
  [ "$status" -eq 3 ] || fail "status $status without the group"
}

declare -F "test_$case" >/dev/null || { echo "no such case: $case"; exit 2; }
"test_$case"
echo "ok $case"
