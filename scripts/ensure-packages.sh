#!/bin/sh
# Installs the Debian packages that `make run` (argument: run) or `make test` (test) need and
# that are missing; where it may not or cannot, says which ones to install and fails.
set -eu

missing=""
need() { missing="$missing $1"; }

# Rust links through the C compiler, and two cryptographic crates compile C.
command -v cc >/dev/null 2>&1 || need gcc
[ -e /usr/include/stdio.h ] || command -v xcrun >/dev/null 2>&1 || need libc6-dev

has_postgres() {
    [ -n "${PG_BIN:-}" ] && [ -x "$PG_BIN/initdb" ] && return 0
    command -v initdb >/dev/null 2>&1 && return 0
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$initdb" ] && return 0
    done
    return 1
}
has_postgres || need postgresql

if [ "${1:-run}" = test ]; then
    command -v redis-server >/dev/null 2>&1 || need redis-server
fi

[ -n "$missing" ] || exit 0

give_up() {
    echo "$1" >&2
    echo "Install these packages and try again:$missing" >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || give_up "This machine has no apt-get."
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    give_up "Installing needs root, and sudo would ask for a password."
fi

echo "Installing Debian packages:$missing"
# Only the programs are wanted. Debian would also make a database of its own and start services
# on the usual ports, so both are held off, by files that go away again.
$as_root sh -eu -s -- $missing <<'SCRIPT'
no_cluster=/etc/postgresql-common/createcluster.d/oborot-install.conf
no_services=/usr/sbin/policy-rc.d
log=""
undo() {
    rm -f "$log"
    rm -f "$no_cluster"
    rmdir --ignore-fail-on-non-empty "${no_cluster%/*}" "${no_cluster%/*/*}" 2>/dev/null || true
    if [ "${held:-}" = yes ]; then rm -f "$no_services"; fi
}
trap undo EXIT
trap 'exit 1' INT TERM
mkdir -p "${no_cluster%/*}"
echo "create_main_cluster = false" >"$no_cluster"
if [ ! -e "$no_services" ]; then
    held=yes
    printf '#!/bin/sh\nexit 101\n' >"$no_services"
    chmod 755 "$no_services"
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
apt-get update -qq >"$log" 2>&1 &&
    apt-get install -y -qq --no-install-recommends "$@" >>"$log" 2>&1 ||
    { cat "$log" >&2; exit 1; }
SCRIPT
echo "Installed:$missing"
