#!/usr/bin/env bash
# Builds the native tests through cmake-js and runs them: plain, or instrumented.
#   native/test/run.sh [plain|address|thread] [options of the test program]
# Needs cmake, a C++20 compiler and doctest (Debian: doctest-dev).
set -euo pipefail
cd "$(dirname "$0")/../.."

variant=${1:-plain}
shift || true
case $variant in
  plain) sanitize= ;;
  address) sanitize=address,undefined ;;
  thread) sanitize=thread ;;
  *) echo "native/test/run.sh: plain, address or thread, not $variant" >&2; exit 2 ;;
esac

out=build-native/$variant
options=(--directory native --out "$out" --config RelWithDebInfo --prefer-make --log-level warn
  ${sanitize:+--CDSANITIZE=$sanitize})
# Instrumented code makes GCC warn of what is not there.
[ -n "$sanitize" ] || options+=(--CDWARNINGS_AS_ERRORS=ON)
npx --no-install cmake-js configure "${options[@]}"
npx --no-install cmake-js build "${options[@]}" --target native_tests --parallel "$(nproc)"

export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
# What needs privilege is skipped where there is none to be had, and the count says so.
exec node test/support/privileged.mjs --or-run "$out/native_tests" "$@"
