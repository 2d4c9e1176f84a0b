# SPDX-License-Identifier: GPL-3.0-or-later
# worker-encode: not for people, and not upset by what is no frame. What it
# answers is what query and rerank are tested with.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

status 2 worker-encode
like "$(cat err)" 'started by other tools' 'a person is told'
status 2 worker-encode no-such-job 0 0
status 2 worker-encode encode x 0
status 0 worker-encode --help
like "$(head -1 out)" '^usage: worker-encode' 'usage'
status 0 worker-encode --version

# A file is no socket; it ends, and says nothing.
: >nobody
worker-encode encode 0 0 <nobody >said 2>&1
is "$?-$(wc -c <said)" 0-0 'nobody there'
head -c 4096 /dev/zero >noise
worker-encode encode 0 0 <noise >said 2>&1
is "$?-$(wc -c <said)" 0-0 'noise'

# Without it beside them the tools that need it end, and say what is missing.
printf '%s\n' sad | "$BUILD/tests/helpers/encodertoy" toy 1 8
mkdir alone
cp "$BIN/rerank" alone/
status 3 alone/rerank --cross-encoder toy /dev/null
like "$(cat err)" 'cannot start the worker .*/alone/worker-encode' 'named'
printf '#!/bin/sh\nexit 4\n' >alone/worker-encode
chmod +x alone/worker-encode
status 3 alone/rerank --cross-encoder toy /dev/null
like "$(cat err)" 'worker-encode, which reads it, ended with status 4' \
	'one that dies'
printf '#!/bin/sh\nhead -c 200 /dev/zero >&0\nsleep 1\n' >alone/worker-encode
status 3 alone/rerank --cross-encoder toy /dev/null
done_testing
