#!/usr/bin/env bash
# Measures the pages by which people come with Lighthouse (RUNS=3); fails when a target
# of docs/benchmarks.md is missed. Reports are kept in test-output/lighthouse.
source "$(dirname "$0")/lib.sh"
scripts/ensure.sh test
scripts/web.sh deps lighthouse-deps client admin
binary
exec node web/tests/lighthouse/run.mjs
