#!/usr/bin/env bash
# Removes what was built. Data, and the downloads of Go and npm, stay.
source "$(dirname "$0")/lib.sh"
rm -rf bin .cache test-output web/dist/client web/dist/admin web/dist/mp-weixin web/node_modules web/*/node_modules web/tests/*/node_modules
