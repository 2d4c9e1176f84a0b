# SPDX-License-Identifier: GPL-3.0-or-later
# worker-guest: not for people, not upset by what is no frame, and missed where
# it is not there. What it answers: hear.sh.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

status 2 worker-guest
like "$(cat err)" 'started by other tools' 'a person is told'
status 2 worker-guest no-such-job 0 0
status 2 worker-guest hear x 0
status 0 worker-guest --help
like "$(head -1 out)" '^usage: worker-guest' 'usage'
status 0 worker-guest --version

# A file is no socket; it ends, and says nothing.
: >nobody
worker-guest hear 0 0 <nobody >said 2>&1
is "$?-$(wc -c <said)" 0-0 'nobody there'
head -c 4096 /dev/zero >noise
worker-guest hear 0 0 <noise >said 2>&1
is "$?-$(wc -c <said)" 0-0 'noise'

# Whoever asks starts as fast as without what hearing takes.
hear=$BUILD/tests/helpers/guesthear
is "$(ldd "$hear" | grep -Ec 'crypto|blas|sndfile|mpg123|xml|utf8proc')" 0 \
	'nothing heavy is linked'
mkdir alone
says() { MOODPIPE_WORKERS=alone timeout 20 "$hear" -i nobody; }
like "$(says)" '"status":3.*cannot start the worker alone/worker-guest' 'gone'
printf '#!/bin/sh\nexit 4\n' >alone/worker-guest
chmod +x alone/worker-guest
like "$(says)" '"status":3.*nobody: the program worker-guest, which hears it, (ended|killed)' \
	'one that dies'
printf '#!/bin/sh\nhead -c 200 /dev/zero >&0\nsleep 1\n' >alone/worker-guest
like "$(says)" '"status":3' 'one that talks nonsense'
done_testing
