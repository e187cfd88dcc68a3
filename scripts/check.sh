#!/usr/bin/env bash
# Format, vet, lint, types, generated files. Runs everything and names all that failed.
source "$(dirname "$0")/lib.sh"
scripts/ensure.sh run
scripts/web.sh deps e2e-deps
tool gofumpt mvdan.cc/gofumpt v0.9.1
tool golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint v2.5.0
# govulncheck asks a database on the network at every run, which builds without
# access to it cannot; run it where it can be had.

failed=()
part() {
  local name=$1; shift
  say "$name"
  "$@" || failed+=("$name")
}

go_files() { find . \( -name node_modules -o -name .git -o -name .cache \) -prune -o -name '*.go' -print0; }
formatted() {
  local bad; bad=$(go_files | xargs -0 "$tools/gofumpt" -l)
  [[ -z $bad ]] && return
  printf 'not formatted (run .cache/bin/gofumpt -w on them):\n%s\n' "$bad"
  return 1
}
shell_scripts() { local f; for f in scripts/*.sh .ci/run; do bash -n "$f" || return 1; done; }
generated() {
  local work rc=0
  work=$(mktemp -d)
  scripts/gen.sh "$work" || rc=1
  local f; for f in api/openapi.yaml web/sdk/schema.d.ts; do
    diff -u --label "$f" --label "$f, generated" "$f" "$work/$f" | head -40 || true
    cmp -s "$f" "$work/$f" || { echo "$f is not up to date: run make gen"; rc=1; }
  done
  rm -rf "$work"
  return "$rc"
}

part "gofumpt" formatted
part "shell syntax" shell_scripts
# The tag brings in what only `make truth` runs.
part "go vet" go vet -tags truth ./...
part "golangci-lint" "$tools/golangci-lint" run ./...
part "generated files" generated
part "front-end types" npm run --silent typecheck --prefix web

((${#failed[@]} == 0)) || die "failed: $(IFS=,; echo "${failed[*]}")"
say "all checks passed in $SECONDS s"
