# SPDX-License-Identifier: GPL-3.0-or-later
# worker: not for people; confined in any circumstances or not at all.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

status 2 worker
like "$(cat err)" 'started by other tools' 'a person is told'
status 2 worker no-such-job 0 0
status 2 worker hear x 0
status 0 worker --help
like "$(head -1 out)" '^usage: worker' 'usage'

# It says hello, and ends when nobody is there.
: >nobody
worker hear 0 0 <nobody | cat >hello
is "${PIPESTATUS[0]}" 4 'no socket, no conversation'
is "$(cat hello)" hearing2 'hello'
{ worker hear 0 0 <nobody >hello; } 2>/dev/null
is "$?-$(wc -c <hello)" 153-0 'SIGXFSZ: not a byte goes to a file'

# As root and as nobody in particular.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$TMP"
	cp "$BIN/worker" ./ && chmod 755 worker
	is "$(setpriv --reuid 65534 --regid 65534 --clear-groups \
		./worker hear 0 0 <nobody 2>&1)" hearing2 \
		'without privileges'
	is "$(setpriv --bounding-set -all --inh-caps -all --no-new-privs \
		--reuid 65534 --regid 65534 --clear-groups \
		./worker hear 0 0 <nobody 2>&1)" hearing2 \
		'as in a container: no capability to be had'
else
	skip 'without privileges' 'not root'
fi

# Without a worker beside it a tool ends, and says what is missing.
mkdir alone
cp "$BIN/extract-features" alone/
echo '{"id":"a","audio":{"path":"nobody"}}' >in.ndjson
status 3 alone/extract-features -o a.feat in.ndjson
like "$(cat err)" 'cannot start the worker .*/alone/worker' 'named'
is "$(ls a.feat 2>/dev/null)" '' 'nothing half written'
printf '#!/bin/sh\nexit 70\n' >alone/worker
chmod +x alone/worker
status 3 alone/extract-features -o a.feat in.ndjson
like "$(cat err)" 'could not be confined' 'no way around the sandbox'
done_testing
