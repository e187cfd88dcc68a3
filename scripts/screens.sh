#!/usr/bin/env bash
# Renews the pictures of docs/screens from those that the browser tests took
# (make e2e leaves them in test-output/screens).
source "$(dirname "$0")/lib.sh"
from=${1:-test-output/screens}
while read -r picture source; do
  cp "$from/$source.png" "docs/screens/$picture.png"
done <<'PICTURES'
home desktop-home
home-phone phone-home
course desktop-course-demo
player desktop-resumed
console-course desktop-console-course-outline
console-refunds desktop-console-refund
sandbox desktop-sandbox
challenge desktop-challenge
console-growth desktop-console-growth
PICTURES
