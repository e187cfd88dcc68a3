#!/usr/bin/env bash
# Builds everything that is released: both web apps, the mini program, the binary.
source "$(dirname "$0")/lib.sh"
scripts/web.sh deps client admin mp
say "building bin/zhizhou"
binary
