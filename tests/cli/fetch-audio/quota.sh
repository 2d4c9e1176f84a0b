# SPDX-License-Identifier: GPL-3.0-or-later
# The store's quota: what was listened to goes, the oldest first; its features
# and the records' members stay.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
. "$ROOT/tests/cli/fetch-audio/wav.inc"
for i in 1 2 3 4 5 6; do wav 80000 "$i tone $i" >"$TMP/root/$i.wav"; done
start_server </dev/null
size=80044
st=(--state "$TMP/l.db" --store "$TMP/audio" -q)
net=("${st[@]}" --allow-private --per-host 1)
stored() { find "$TMP/audio" -name '*.wav' | wc -l; }
statuses() { value audio_status "$TMP/out" | xargs; }
features() { # RECORDS [OPTION...]
	local records=$1
	shift
	extract-features -q --audio-root "$TMP/audio" --seconds 4 -o "$TMP/new" \
		--records "$TMP/said" "$@" "$records"
	mv "$TMP/new" "$TMP/audio.feat"
}
# Fetched one after the other: the oldest is the first.
for i in 1 2 3; do
	records /1.wav /2.wav /3.wav | sed -n "${i}p" >"$TMP/one"
	status 0 fetch-audio "${net[@]}" "$TMP/one"
	sleep 1
done
records /1.wav /2.wav /3.wav /4.wav /5.wav /6.wav >"$TMP/all"
head -3 "$TMP/all" >"$TMP/three"
status 0 fetch-audio "${st[@]}" --offline "$TMP/three"
cp "$TMP/out" "$TMP/tracks"
ok features "$TMP/tracks"
cp "$TMP/audio.feat" "$TMP/all.feat"
head -2 "$TMP/tracks" >"$TMP/two"
ok features "$TMP/two"

# Without anything heard nothing goes, and nothing is asked.
before=$(wc -l <"$LOG")
status 0 fetch-audio "${net[@]}" --quota $((2 * size)) "$TMP/all"
is "$(statuses)" "ok ok ok not asked not asked not asked" "a full store"
is "$(stored) $(wc -l <"$LOG")" "3 $before" "stays as it is"
status 0 fetch-audio "${net[@]}" --quota $((3 * size)) "$TMP/all"
is "$(stored) $(statuses)" "4 ok ok ok ok not asked not asked" \
	"up to the quota, and the file that passes it"

# What was heard makes room, the oldest first.
status 0 fetch-audio "${st[@]}" --evict --quota $((3 * size + 20000)) \
	--features "$TMP/audio.feat"
status 0 fetch-audio "${st[@]}" --offline "$TMP/all"
is "$(stored) $(statuses)" "3 evicted ok ok ok not asked not asked" "--evict"
is "$(head -1 "$TMP/out" | grep -o '"audio":{[^}]*}')" \
	"$(head -1 "$TMP/tracks" | grep -o '"audio":{[^}]*}')" \
	"path and digest stay with the record"
status 0 fetch-audio "${net[@]}" --quota $((4 * size)) \
	--features "$TMP/audio.feat" "$TMP/all"
is "$(statuses)" "evicted evicted ok ok ok ok" "room is made on the way"
is "$(stored)" 4 "within the quota"
is "$(grep -c 'GET /1.wav 206 bytes=0-' "$LOG")" 1 "what went is not fetched again"
status 0 fetch-audio "${st[@]}" --due
is "$(cat "$TMP/out")" 0 "and not due"
status 0 fetch-audio "${st[@]}" --evict --quota 1 --features "$TMP/audio.feat"
is "$(stored)" 4 "what was not heard stays"

# The features of what went are there still, byte for byte.
status 0 fetch-audio "${st[@]}" --offline "$TMP/three"
ok features "$TMP/out" --reuse "$TMP/all.feat"
ok cmp "$TMP/audio.feat" "$TMP/all.feat"
is "$(grep -c '"error"' "$TMP/said")" 0 "no record failed"

# Unless asked for.
status 0 fetch-audio "${net[@]}" --refetch "$TMP/all"
is "$(stored) $(statuses)" "6 ok ok ok ok ok ok" "--refetch"
status 2 fetch-audio "${st[@]}" --evict
like "$(cat "$TMP/err")" '--quota SIZE and --features' "what --evict needs"
status 3 fetch-audio "${st[@]}" --evict --quota 1 --features "$TMP/none.feat"
status 4 fetch-audio "${st[@]}" --evict --quota 1 --features "$TMP/all"
done_testing
