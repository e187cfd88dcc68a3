#!/usr/bin/env bash
# Installs system packages that are missing: `ensure.sh run` what serving needs,
# `ensure.sh test` also what the tests need. Installs through apt as root or with
# passwordless sudo; otherwise it names the command and stops.
source "$(dirname "$0")/lib.sh"

has() { command -v "$1" >/dev/null 2>&1; }
cjk() { compgen -G '/usr/share/fonts/*/noto*/NotoSansCJK*' >/dev/null || { has fc-list && [[ -n $(fc-list :lang=zh-cn family 2>/dev/null) ]]; }; }
browser() { has chromium || has chromium-browser || has google-chrome || [[ -x ${CHROMIUM:-} ]]; }
postgres() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

has go || die "Go is missing: go.mod names the version"
has node && has npm || die "Node.js (20 or newer) with npm is missing"

missing=()
{ has ffmpeg && has ffprobe; } || missing+=(ffmpeg)
cjk || missing+=(fonts-noto-cjk)
if [[ ${1:-run} == test ]]; then
  has gcc || missing+=(gcc libc6-dev) # -race links with cgo
  postgres || missing+=(postgresql)
  browser || missing+=(chromium)
fi
((${#missing[@]})) || exit 0

install=(apt-get install -y --no-install-recommends "${missing[@]}")
by_hand="please run: sudo apt-get update && sudo ${install[*]}"
has apt-get || die "missing: ${missing[*]}. Install them with this system's package manager"
as=()
if ((EUID != 0)); then
  has sudo && sudo -n true 2>/dev/null || die "$by_hand"
  as=(sudo -n)
fi
say "installing ${missing[*]}"
"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q || die "$by_hand"
"${as[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" || die "$by_hand"
