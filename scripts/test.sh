#!/usr/bin/env bash
# Every test. Each part runs even when an earlier one failed; any failure fails all.
source "$(dirname "$0")/lib.sh"
scripts/ensure.sh test
scripts/web.sh deps e2e-deps client admin mp
binary
mkdir -p test-output

failed=()
part() {
  local name=$1 from=$SECONDS; shift
  say "$name"
  "$@" || failed+=("$name")
  say "$name: $((SECONDS - from)) s"
}

# A demo server needs some minutes, spent almost idle, until its prices are
# published for the mini program; the other tests run meanwhile.
road=test-output/mini-program.log
node web/tests/e2e/demo.mjs npm run --silent test:mp:road --prefix web/tests/mp >"$road" 2>&1 &
road_job=$!
trap 'kill "$road_job" 2>/dev/null || true' EXIT
mini_program_road() {
  local rc=0
  wait "$road_job" || rc=$?
  cat "$road"
  return "$rc"
}

# The race detector watches our code and what it calls in Go. SQLite translated
# from C keeps its memory outside of Go's, and password hashing shares none: both
# would only be slow under it (the whole run takes half as long without).
race=(-race '-gcflags=modernc.org/...=-race=false -d=checkptr=0' '-gcflags=golang.org/x/crypto/...=-race=false')
# Tests need not survive a power cut: where there is room, their SQLite files live
# in memory and no commit waits for a disk, as PostgreSQL's do not.
scratch=${TMPDIR:-/tmp}
if [[ -w /dev/shm && $(df --output=avail -k /dev/shm | tail -1) -gt 4000000 ]]; then
  scratch=$(mktemp -d /dev/shm/zz-test.XXXXXX)
  trap 'kill "$road_job" 2>/dev/null || true; rm -rf "$scratch"' EXIT
fi
# -p 2: packages share two cores with PostgreSQL and ffmpeg.
part "Go tests, both engines" env TMPDIR="$scratch" GOTMPDIR="${TMPDIR:-/tmp}" scripts/postgres.sh go test "${race[@]}" -p 2 -parallel 4 -timeout 40m ./...
part "front-end unit tests" npm test --silent --prefix web
part "mini program pages" npm run --silent test:mp --prefix web/tests/mp
part "mini program against the server" mini_program_road
part "browser tests" npm run --silent test:e2e --prefix web/tests/e2e

((${#failed[@]} == 0)) || die "failed: $(IFS=,; echo "${failed[*]}")"
say "all tests passed in $SECONDS s"
