#!/usr/bin/env bash
# Compiles everything native, the addon included, with warnings as errors, and runs clang-tidy over it.
set -euo pipefail
cd "$(dirname "$0")/.."

clang_tidy=$(command -v clang-tidy-14 || command -v clang-tidy || true)
[ -n "$clang_tidy" ] || { echo 'native/lint.sh: no clang-tidy (Debian: clang-tidy)' >&2; exit 1; }
out=build-native/plain
options=(--directory native --out "$out" --config RelWithDebInfo --prefer-make --log-level warn --CDWARNINGS_AS_ERRORS=ON)
npx --no-install cmake-js configure "${options[@]}"
npx --no-install cmake-js build "${options[@]}" --target linkwright --parallel "$(nproc)"
npx --no-install cmake-js build "${options[@]}" --target native_tests --parallel "$(nproc)"
find native -name '*.cc' -not -path 'native/fuzz/*' -print0 |
  xargs -0 -n 2 -P "$(nproc)" "$clang_tidy" -p "$out" --quiet --warnings-as-errors='*'
