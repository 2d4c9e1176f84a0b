# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What a person may do with build-index: little, huge or odd input, a closed
# pipe, a full device, Ctrl-C; and what is told.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
query() { command query --ids "$@"; }
cd "$TMP" || exit 1
: >none
build() { build-index --index "$@"; }
asked() { query -q --index "$1" "${@:2}" | jq -c '[.candidates[].track_id]'; }

# No tracks, no signals, one track.
status 0 build i none
like "$(cat err)" 'in=0 ok=0' "no tracks"
ok build-index --verify --index i
is "$(asked i sad)" '[]' "no answers"
is "$(query -q --index i sad | rerank -q --index i | jq -c .results)" '[]' "nor results"
echo '{"id":"a","title":"Sad rain","artist":"X"}' >one
status 0 build i one
is "$(asked i sad rain)" '["a"]' "one track, no feature file"
is "$(query -q --index i sad rain | rerank -q --index i | jq -c '.results[0].title')" \
	'"Sad rain"' "is found by its words"
ok build-index --verify -v --index i
small_corpus
head -1 c/tracks.ndjson >first
status 0 build j --text-model c/text.pack --text c/text.feat --sound c/sound.feat \
	--mood c/mood.feat --audio c/audio.feat --lists 9 --graph always first
ok build-index --verify --index j
is "$(query --keep-dead -q --index j party | jq -c '[.candidates[].track_id]')" \
	'["mp01"]' "one track with everything"

# Huge and odd members.
awk 'BEGIN {
	printf "{\"id\":\"a\",\"title\":\"big\",\"lyrics\":\""
	for (i = 0; i < 1500000; i++) printf "word%d ", i % 50000
	print "\"}"
	printf "{\"id\":\"b\",\"title\":\""
	for (i = 0; i < 300000; i++) printf "xxxxxxxxxx"
	printf "\",\"lyrics\":\""
	for (i = 0; i < 1000000; i++) printf "yyyyyyyyyy"
	print "\"}"
	printf "{\"id\":\""
	for (i = 0; i < 100000; i++) printf "c"
	printf "\",\"title\":\"\\u0000\\ud800 t\",\"artist\":\"\\n\\t\",\"genre\":\"\","
	printf "\"tags\":[\"\",\" \",\"rare\"],\"year\":99999999,\"duration_ms\":1e300,"
	print "\"playback_count\":-5,\"popularity\":\"x\",\"language\":5}" }' >huge
status 0 build k huge
ok build-index --verify --index k
is "$(asked k word49999)" '["a"]' "words of 13 MB of lyrics"
is "$(asked k rare | cut -c 1-5)" '["ccc' "odd members"
ok bash -c 'query -q --index k word3 big | rerank -q --index k >o && jq -e .results[0].title o'

# What is no input.
printf '{"id":"a","title":"\xff\xfe\x01"}\n' >bin
status 4 build i bin
like "$(cat err)" 'bin:1: .*make it again' "bytes that are no JSON"
status 4 build i j/current
like "$(cat err)" 'j/current:1: ' "an index in place of tracks"
status 3 build i .
like "$(cat err)" 'directory' "a directory"
status 2 build ''
like "$(cat err)" 'index DIR is needed' "an empty name is none"
status 3 build-index --update --index nowhere one
ok test ! -e nowhere # an update makes no directory
status 3 build one/x one
status 2 build-index --verify --update --index i
status 2 build i --lists 0 one
status 2 build i --graph sometimes one
is "$(asked i sad)" '["a"]' "all that changed nothing"

# Where output goes.
status 0 bash -c 'build-index -v --index i one 2>/dev/full'
status 3 bash -c 'query --index j lonely >/dev/full'
status 3 bash -c 'query -q --index j --keep-dead party | rerank --index j >/dev/full'
for i in $(seq 2000); do echo '{"query":"party"}'; done >many
bash -c 'query -q --index j <many | head -c 10 >part; exit "${PIPESTATUS[0]}"' 2>err
is $? 3 "a closed pipe: status 3"
is "$(cat err)" "query: cannot write the candidates: Broken pipe" "and one line about it"

# Ctrl-C while it waits for tracks.
mkfifo slow
(exec timeout -s INT 1 build-index --index i slow) 2>err &
exec 7>slow
cat one >&7
wait $!
is $? 124 "interrupted"
exec 7>&-
is "$(asked i sad)" '["a"]' "what was there answers"
is "$(find i ! -name '*.idx' ! -name current ! -name .lock ! -name i)" "" "nothing is left"
done_testing
