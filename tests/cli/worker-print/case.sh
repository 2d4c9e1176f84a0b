# SPDX-License-Identifier: GPL-3.0-or-later
# worker-print: as worker; what it computes is in tests/cli/fingerprint.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

status 2 worker-print
status 2 worker-print unpack 0 0
status 0 worker-print --help
: >nobody
is "$(worker-print hear 0 0 <nobody)" hearing2 'hello'
done_testing
