#!/usr/bin/env bash
# Writes the generated files: api/openapi.yaml from the Go routes and
# web/sdk/schema.d.ts from that. `gen.sh FOLDER` writes below FOLDER instead.
source "$(dirname "$0")/lib.sh"
out=${1:-.}
scripts/web.sh deps e2e-deps
binary
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out/api" "$out/web/sdk"
DATA_DIR=$work METRICS_ADDR='' bin/zhizhou openapi >"$work/openapi.yaml"
mv "$work/openapi.yaml" "$out/api/openapi.yaml"
web/tests/e2e/node_modules/.bin/openapi-typescript "$out/api/openapi.yaml" -o "$out/web/sdk/schema.d.ts" >/dev/null
