# Installs what a build needs, from Debian's own packages. Sourced by cli/run, tests/run and .ci/run.
# shellcheck shell=bash disable=SC2034

build_packages=(g++ cmake ninja-build pkg-config libre2-dev libfmt-dev libcli11-dev nlohmann-json3-dev libsystemd-dev
  nettle-dev libutf8proc-dev libarchive-dev libseccomp-dev)
test_packages=(catch2 tzdata systemd-journal-remote python3 python3-jsonschema cmark-gfm parallel hyperfine
  ripgrep zstd libbenchmark-dev devscripts prometheus)
lab_packages=(qemu-system-x86 mmdebstrap e2fsprogs python3)
lint_packages=(clang clang-tidy clang-format libclang-rt-14-dev shellcheck)

# As root, through sudo where that is needed. Its input is not ours: something may be piped into cli/run.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@" </dev/null
  elif command -v sudo >/dev/null; then
    sudo "$@" </dev/null
  else
    echo "oomwhy: neither root nor sudo; as root: $*" >&2
    return 1
  fi
}

# need_packages NAME…: says which are missing and installs them. Everything is printed on standard error.
need_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "oomwhy: no Debian; it is built from what is here" >&2
    return 0
  fi
  local installed missing=() name
  installed=" $(dpkg-query -W -f='${Package}:${db:Status-Status} ' "$@" 2>/dev/null || true)"
  for name in "$@"; do
    [[ $installed == *" $name:installed "* ]] || missing+=("$name")
  done
  if [ ${#missing[@]} -eq 0 ]; then return 0; fi
  echo "oomwhy: installing Debian packages: ${missing[*]}" >&2
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}")
  as_root apt-get update -q >&2 || echo "oomwhy: the package lists could not be refreshed; trying with the old ones" >&2
  as_root "${install[@]}" >&2
}

# quietly WHAT COMMAND…: prints what the command printed only if it fails.
quietly() {
  local what=$1 log
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1 </dev/null; then
    rm -f "$log"
    return 0
  fi
  cat "$log" >&2
  rm -f "$log"
  echo "oomwhy: $what failed" >&2
  return 1
}
