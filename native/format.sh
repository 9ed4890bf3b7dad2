#!/usr/bin/env bash
# Formats the native code, or checks that it is formatted.  native/format.sh --write | --check
# Version 14, as in Debian 12, is the one whose opinion counts: others differ in small things.
set -euo pipefail
cd "$(dirname "$0")"

clang_format=$(command -v clang-format-14 || command -v clang-format || true)
[ -n "$clang_format" ] || { echo 'native/format.sh: no clang-format (Debian: clang-format)' >&2; exit 1; }
case ${1:-} in
  --write) options=(-i) ;;
  --check) options=(--dry-run -Werror) ;;
  *) echo 'usage: native/format.sh --write | --check' >&2; exit 2 ;;
esac
find . \( -name '*.cc' -o -name '*.h' \) -print0 | xargs -0 "$clang_format" "${options[@]}"
