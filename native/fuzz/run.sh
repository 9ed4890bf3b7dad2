#!/usr/bin/env bash
# Builds the fuzz targets with clang and runs each for a time.
#   native/fuzz/run.sh [seconds for each, 30]
# What it finds is left in build-native/fuzz/found; what it learnt stays in build-native/fuzz/corpus for the next time.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-30}
out=build-native/fuzz
clang=$(command -v clang++ || command -v clang++-14 || true)
[ -n "$clang" ] || { echo 'native/fuzz/run.sh: no clang++ (Debian: clang, libclang-rt-14-dev)' >&2; exit 1; }
options=(--directory native --out "$out" --config RelWithDebInfo --prefer-make --log-level warn --cxx "$clang" --cc "${clang/++/}"
  --CDWARNINGS_AS_ERRORS=ON --CDFUZZERS=ON --CDSANITIZE=address,undefined)
npx --no-install cmake-js configure "${options[@]}"

for target in answers submission; do
  npx --no-install cmake-js build "${options[@]}" --target "fuzz_$target" --parallel "$(nproc)"
done
for target in answers submission; do
  mkdir -p "$out/corpus/$target" "$out/found"
  "$out/fuzz_$target" -max_total_time="$seconds" -max_len=1024 -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
    -artifact_prefix="$out/found/$target-" "$out/corpus/$target"
done
