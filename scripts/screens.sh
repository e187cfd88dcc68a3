#!/usr/bin/env bash
# Takes the pictures of docs/screens anew, from a fresh demo school.
source "$(dirname "$0")/lib.sh"
scripts/ensure.sh test
scripts/web.sh deps e2e-deps client admin
binary
exec node web/tests/e2e/screens.mjs
