#!/usr/bin/env bash
# The layers look one way: parser knows nothing of report and cli, report nothing of cli; RE2 stays in parser's grammar
# and a site's own patterns, other libraries' types out of our headers. Usage: layers.sh SOURCE_FOLDER
set -euo pipefail

cd "$1"
failures=0

# forbid WHY PATTERN FILE…: no include line of the files may match.
forbid() {
  local why=$1 pattern=$2 found
  shift 2
  found=$(grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" "$@" /dev/null || true)
  if [ -n "$found" ]; then
    printf '%s\n%s\n' "$why" "$found"
    failures=$((failures + 1))
  fi
}

shopt -s nullglob
forbid "parser/ includes a layer above it:" '(report|cli)/' parser/*.?pp
forbid "report/ includes a layer above it:" 'cli/' report/*.?pp
forbid "a test of parser/ reaches above it:" '(report|cli)/' tests/parser/*.?pp
forbid "a test of report/ reaches above it:" 'cli/' tests/report/*.?pp
for file in parser/*.hpp report/*.hpp cli/*.hpp; do
  case $file in
    report/json_parts.hpp) ;; # private to the JSON renderer
    *) forbid "a library's types in a header:" '(re2/|fmt/|CLI/|nlohmann/json\.hpp|nettle/|utf8proc|archive|systemd/)' "$file" ;;
  esac
done
for file in parser/*.cpp report/*.cpp cli/*.cpp; do
  case $file in
    parser/grammar*.cpp | report/site_patterns.cpp) ;;
    *) forbid "RE2 outside the grammar:" 're2/' "$file" ;;
  esac
  case $file in
    cli/options.cpp) ;;
    *) forbid "CLI11 outside the options:" 'CLI/' "$file" ;;
  esac
done

[ "$failures" -eq 0 ] || exit 1
echo "every include looks down"
