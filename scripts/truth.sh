#!/usr/bin/env bash
# The truth test: people of a simulated school live through the real services, a card, a
# challenge and a variant do what was planted, and the figures of growth have to find it.
# docs/truth-test.md says what is driven how. TRUTH_LEARNERS=100000 TRUTH_SCHOOLS=20
# TRUTH_NULLS=400 TRUTH_SEED=1; TRUTH_ENGINE=sqlite or postgres for one of them alone.
source "$(dirname "$0")/lib.sh"
scripts/ensure.sh test
scratch=${TMPDIR:-/tmp}
if [[ -w /dev/shm && $(df --output=avail -k /dev/shm | tail -1) -gt 8000000 ]]; then
  scratch=$(mktemp -d /dev/shm/zz-truth.XXXXXX)
  trap 'rm -rf "$scratch"' EXIT
fi
TMPDIR="$scratch" GOTMPDIR=/tmp scripts/postgres.sh go test -tags truth ./internal/app -count=1 -timeout 6h -v -run '^TestTruthAtLength$' | grep --line-buffered -v '^=== '
