# SPDX-License-Identifier: GPL-3.0-or-later
# extract-features and its workers: what happens to one of them costs a retry,
# or a row; what comes out is what came out before.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

synth -q --seconds 30 -o tune.wav "$ROOT/data/demo/scores/auld-lang-syne.score"
for i in $(seq 80); do
	echo "{\"id\":\"t$i\",\"audio\":{\"path\":\"tune.wav\"}}"
done >in.ndjson
ok extract-features -q -j2 -o calm.feat in.ndjson

# Kill every worker there is, again and again while it runs.
extract-features -j2 -o killed.feat --records killed.ndjson in.ndjson 2>err &
pid=$!
kills=0
while sleep 0.4 && kill -0 $pid 2>/dev/null && [ $kills -lt 6 ]; do
	for worker in $(ps -o pid= --ppid $pid); do
		kill -9 "$worker" 2>/dev/null && kills=$((kills + 1))
	done
done
wait $pid
is $? 0 'workers killed: the run ends well'
is "$((kills > 1))" 1 "workers killed: $kills"
is "$(wc -l <killed.ndjson)" 80 'workers killed: every record is there'
is "$(feat json killed.feat | wc -l)" 80 'workers killed: every row is there'
# A file is lost when it is hit twice, which a machine this busy may see.
ok=$(sed -n 's/.* ok=\([0-9]*\) .*/\1/p' err)
is "$((ok >= 80 - kills / 2))" 1 "workers killed: $ok of 80 measured all the same"

# No worker outlives the tool.
extract-features -q -j2 -o gone.feat in.ndjson &
pid=$!
sleep 0.3
workers=$(ps -o pid= --ppid $pid)
kill -9 $pid
wait $pid 2>/dev/null
like "$workers" '[0-9]' 'workers ran'
for _ in $(seq 50); do
	left=$(for worker in $workers; do
		ps -o stat= -p "$worker" | grep -v '^Z'
	done)
	[ -z "$left" ] && break
	sleep 0.1
done
is "$left" '' 'a tool that is killed takes its workers along'

# A worker that crashes, hangs or talks nonsense, at one file of several.
if [ -x "$BUILD/tests/helpers/unruly" ]; then
	mkdir posed
	ln -s "$BUILD/tests/helpers/unruly" posed/worker
	for word in fine abort open lie fine; do
		printf %s "$word" >"$word"
		echo "{\"id\":\"$word\",\"audio\":{\"path\":\"$word\"}}"
	done | awk '{ sub(/"id":"[a-z]*/, "&" NR) } 1' >posed.ndjson
	MOODPIPE_WORKERS=$TMP/posed extract-features -v -j1 -o posed.feat \
		--records posed.rec posed.ndjson 2>err
	is $? 0 'hostile files: all accounted for'
	is "$(feat json posed.feat | grep -o '"status":"[a-z-]*"' |
		cut -d'"' -f4 | tr '\n' ' ')" \
		'ok crashed crashed crashed ok ' 'hostile files: statuses'
	like "$(cat err)" '^extract-features: abort2: .*killed by signal 6' \
		'a crash is named'
	like "$(cat err)" 'open3: .* forbidden system call' 'so is what is forbidden'
	like "$(sed -n 2p posed.rec)" \
		'"error":{.*"code":"crashed","message":"the file brings down' \
		'the record says it'
	is "$(sed -n 5p posed.rec)" "$(sed -n 5p posed.ndjson)" \
		'and its neighbours are untouched'
else
	skip 'hostile files' 'no helper'
fi
done_testing
