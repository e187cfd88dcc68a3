#!/usr/bin/env bash
# The browser tests: the built binary, a real Chromium, the sandbox as outside world.
# Pictures of the pages are kept in test-output/screens.
source "$(dirname "$0")/lib.sh"
scripts/ensure.sh test
scripts/web.sh deps e2e-deps client admin
binary
say "browser tests"
cd web/tests/e2e && npm run --silent test:e2e
