#!/usr/bin/env bash
# Runs the vitest suite, save for what never loads the addon, with one built under AddressSanitizer (leaks included)
# and UndefinedBehaviorSanitizer.
#   test/support/sanitized.sh [arguments of vitest]
# Node itself is not instrumented: the sanitizer's runtime is preloaded, and what Node leaks is left out.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=build-native/addon-address
options=(--directory native --out "$out" --config RelWithDebInfo --prefer-make --log-level warn --CDSANITIZE=address,undefined)
npx --no-install cmake-js configure "${options[@]}"
npx --no-install cmake-js build "${options[@]}" --target linkwright --parallel "$(nproc)"

runtime=$(g++ -print-file-name=libasan.so)
[ -e "$runtime" ] || { echo "test/support/sanitized.sh: g++ has no AddressSanitizer" >&2; exit 1; }
export LINKWRIGHT_ADDON=$PWD/$out/linkwright.node
reports=$PWD/$out/reports
rm -rf "$reports" && mkdir -p "$reports"

# A leak is told by the two innermost frames of its allocation: with more, every leak of the addon's has Node among its
# callers, and could not be told from Node's own. (Where the addon was unloaded with its thread, its frame is
# "unknown module".) A process that ends by a signal, as vitest's forks do, looks for no leaks: hence threads, one at a
# time, whose environments are torn down one by one, in a process that ends by itself.
asan=malloc_context_size=2:log_path=$reports/report:exitcode=99
export ASAN_OPTIONS=detect_leaks=1:$asan
# The programs that tests start look for no leaks: the `ip` they call has its own, and where one of ours ends with its
# threads amid work, the leak checker trips over them and dies.
export LINKWRIGHT_ASAN_OPTIONS=detect_leaks=0:$asan
export LSAN_OPTIONS=suppressions=$PWD/test/support/lsan.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

status=0
node test/support/privileged.mjs --or-run env LD_PRELOAD="$runtime" node node_modules/vitest/vitest.mjs run \
  --pool=threads --no-file-parallelism --exclude 'test/schema/**' --exclude 'test/iproute2/**' --exclude 'test/docs/**' "$@" || status=$?
# A process that died of a finding may have been a child whose end no test looked at.
if compgen -G "$reports/report.*" >/dev/null; then
  cat "$reports"/report.*
  status=1
fi
exit "$status"
