# Sourced by the other scripts: where we are, how we speak, and small helpers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
tools=$root/.cache/bin     # programs installed at exact versions
stamps=$root/.cache/stamps # hashes of what was built last
mkdir -p "$tools" "$stamps"
# What npm and Playwright would otherwise fetch or print on their own account.
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

say() { printf '\033[1m== %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# hash FILE|FOLDER...: one hash over names and contents, without what is built or installed
hash() {
  local f; local -a there=()
  for f in "$@"; do [[ -e $f ]] && there+=("$f"); done
  find "${there[@]}" \( -name node_modules -o -name dist -o -name .cache \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-40
}

# fresh NAME HASH FILE: true when FILE exists and was built from sources with HASH
fresh() { [[ -e $3 && -f $stamps/$1 && $(<"$stamps/$1") == "$2" ]]; }
stamp() { printf '%s' "$2" >"$stamps/$1"; }

# free_port [FROM]: a port on 127.0.0.1 that nobody listens on
free_port() {
  node -e '
    const net = require("node:net"); let p = Number(process.argv[1]) || 0
    const next = () => { const s = net.createServer()
      s.once("error", () => { p++; next() })
      s.listen(p, "127.0.0.1", () => { console.log(s.address().port); s.close() }) }
    next()' "${1:-0}"
}

# tool NAME MODULE VERSION: installs a Go program at an exact version, once per version
tool() {
  local go; go=$(go env GOVERSION)
  fresh "tool-$1" "$3 $go" "$tools/$1" && return
  say "installing $1 $3"
  (cd / && GOBIN=$tools GOFLAGS= go install "$2@$3")
  stamp "tool-$1" "$3 $go"
}

# Without symbol tables, which a stack trace does not need: a quarter smaller. Each route is
# compiled for its own types: what is not expanded there once more saves 3.5 MB.
binary() {
  say 'building bin/zhizhou: some minutes the first time, seconds afterwards'
  go build -trimpath -buildvcs=false -ldflags='-s -w' -gcflags='zhizhou/internal/api/...=-l' -o bin/zhizhou ./cmd/zhizhou
}
