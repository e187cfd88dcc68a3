#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own: postgres.sh COMMAND...
# The cluster lives in a temporary folder, listens on 127.0.0.1 alone, is named to
# the command in TEST_POSTGRES_URL, and is gone afterwards whatever happens.
source "$(dirname "$0")/lib.sh"

initdb=$(command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -1) || die "PostgreSQL is missing: run scripts/ensure.sh test"
bin=$(dirname "$initdb")
dir=$(mktemp -d /tmp/zz-postgres.XXXXXX)
port=$(free_port)
as=()
if ((EUID == 0)); then # initdb refuses root
  id postgres >/dev/null 2>&1 || die "there is no user postgres to run PostgreSQL as"
  chown postgres "$dir"
  as=(runuser -u postgres --)
fi
pg() { (cd / && "${as[@]}" "$bin/$1" "${@:2}"); }
stop() {
  pg pg_ctl -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

password=$(head -c 18 /dev/urandom | base64 | tr '+/' 'ab')
install -m 600 /dev/null "$dir/password"
printf '%s' "$password" >"$dir/password"
((EUID == 0)) && chown postgres "$dir/password"
pg initdb -D "$dir/data" -U zhizhou -E UTF8 --locale=C.UTF-8 -A scram-sha-256 --pwfile="$dir/password" --no-sync >/dev/null
# Tests need not survive a power cut, so no time is spent on fsync; measurements
# (PG_DURABLE=1) pay for it as production does.
careless="-c fsync=off -c full_page_writes=off"
[[ -n ${PG_DURABLE:-} ]] && careless=
pg pg_ctl -D "$dir/data" -w -l "$dir/log" -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=300 $careless" start >/dev/null ||
  { cat "$dir/log" >&2; die "PostgreSQL did not start"; }
export TEST_POSTGRES_URL="postgres://zhizhou:$password@127.0.0.1:$port/postgres?sslmode=disable"
"$@"
