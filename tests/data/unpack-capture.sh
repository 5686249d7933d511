#!/bin/sh
# unpack-capture.sh CAPTURE FOLDER: everything of one capture, decompressed, in FOLDER.
set -eu
cd "$1"
find . -type f | while IFS= read -r file; do
  mkdir -p "$2/$(dirname "$file")"
  case $file in
    *.tar.zst) zstd -q --long=27 -dc "$file" | tar -C "$2" -xf - ;;
    *.zst) zstd -q -dc "$file" > "$2/${file%.zst}" ;;
    *) cp "$file" "$2/$file" ;;
  esac
done
