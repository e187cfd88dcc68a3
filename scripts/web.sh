#!/usr/bin/env bash
# Builds the front-ends whose sources changed: web.sh deps|client|admin|mp ...
source "$(dirname "$0")/lib.sh"

deps() { # deps FOLDER: npm ci where the lock file changed since the last time
  local key; key="$(sha256sum <"$1/package-lock.json" | cut -c1-40) $(node --version)"
  local name="npm-${1//\//-}"
  fresh "$name" "$key" "$1/node_modules" && return
  say "npm ci in $1"
  (cd "$1" && npm ci --prefer-offline --loglevel=error)
  stamp "$name" "$key"
}

# What the binary carries of a browser's client is carried compressed, as it is mostly sent.
press() { find "$1" -type f -size +1 \( -name '*.js' -o -name '*.mjs' -o -name '*.css' -o -name '*.svg' -o -name '*.wasm' -o -name '*.bcmap' \) -exec gzip -9n {} +; }

part() { # part NAME SCRIPT RESULT SOURCE...
  local name=$1 script=$2 result=$3; shift 3
  local key; key=$(hash "$@" web/sdk web/package.json web/package-lock.json web/tsconfig.base.json)
  fresh "web-$name" "$key" "$result" && return
  say "building $name"
  (cd web && npm run --silent "$script" --workspace "${1#web/}")
  [[ -e $result ]] || die "$result was not built"
  [[ $result != *.html ]] || press "$(dirname "$result")"
  stamp "web-$name" "$key"
}

for what in "$@"; do
  case $what in
    deps) deps web ;;
    e2e-deps) deps web/tests/e2e ;;
    lighthouse-deps) deps web/tests/lighthouse ;;
    cards-deps) deps web/tests/cards ;;
    client) part client build:h5 web/dist/client/index.html web/client ;;
    mp) part mp build:mp web/dist/mp-weixin/app.json web/client ;;
    admin) part admin build web/dist/admin/index.html web/admin ;;
    *) die "web.sh: no part named $what" ;;
  esac
done
