#!/usr/bin/env bash
# Measures against bare references; see docs/benchmarks.md. Bounded: about four minutes.
source "$(dirname "$0")/lib.sh"
scripts/ensure.sh test
missing=()
command -v wrk >/dev/null || missing+=(wrk)
[[ -x /usr/sbin/nginx ]] || missing+=(nginx-light)
((${#missing[@]} == 0)) || say "rows for HTTP need: apt-get install ${missing[*]}"
[[ ${BENCH_ROWS:-T10} != *T10* ]] || scripts/web.sh cards-deps
binary
go build -o bin/bench ./scripts/bench
# One database of its own on a server that lives as long as the measurement.
PG_DURABLE=1 scripts/postgres.sh env bash -c 'psql -q "$TEST_POSTGRES_URL" -c "CREATE DATABASE bench" && BENCH_POSTGRES_URL=${TEST_POSTGRES_URL/\/postgres?/\/bench?} exec bin/bench'
