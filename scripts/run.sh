#!/usr/bin/env bash
# Serves the demo school: installs what is missing, builds what changed, starts.
source "$(dirname "$0")/lib.sh"
scripts/ensure.sh run
scripts/web.sh deps client admin
binary
export DATA_DIR=${DATA_DIR:-data}
# With a terminal the server becomes its foreground job: Ctrl-C then reaches the
# server alone, and make reports the server's own exit code after it has drained.
if [[ -t 0 && -t 1 ]]; then
  set -m
  bin/zhizhou serve -demo
  exit
fi
exec bin/zhizhou serve -demo
