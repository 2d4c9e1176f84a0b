# SPDX-License-Identifier: GPL-3.0-or-later
# $MOODPIPE_SLOWEST: what a stage took longest for, aside of what it writes.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
for i in 1 2 3; do
	synth -q -o "$TMP/$i.flac" data/demo/scores/rock.score
	echo '{"id":"s'$i'","audio":{"path":"'$TMP'/'$i'.flac"}}'
done >"$TMP/in"
extract-features -q "$TMP/in" >"$TMP/want"
slow() { MOODPIPE_SLOWEST=$TMP/new/slow "$@"; }
status 0 slow extract-features -q -j 2 "$TMP/in"
ok cmp "$TMP/out" "$TMP/want"
is "$(jq -r .item "$TMP/new/slow" | sort | xargs)" "s1 s2 s3" "every track"
is "$(jq -s 'map(.stage) | unique | .[]' "$TMP/new/slow")" '"extract-features"' \
    "and the stage"
is "$(jq -s 'map(.ms) | . == (sort | reverse) and all(. >= 1)' "$TMP/new/slow")" \
    true "slowest first"
mv "$TMP/out" "$TMP/old"
cp "$TMP/new/slow" "$TMP/before"
status 0 slow extract-features -q --reuse "$TMP/old" "$TMP/in"
ok cmp "$TMP/new/slow" "$TMP/before" # what is reused takes no time
printf '{"stage":"extract-features","item":"s1","ms":900000}\n' >"$TMP/new/slow"
status 0 slow extract-features -q "$TMP/in"
is "$(jq -s 'map(.item) | sort == ["s1","s2","s3"]' "$TMP/new/slow")" true \
    "what is timed again"
is "$(jq -s 'any(.ms == 900000)' "$TMP/new/slow")" false "is replaced"
status 0 env MOODPIPE_SLOWEST=/dev/null/x extract-features -q "$TMP/in"
like "$(cat "$TMP/err")" "extract-features: .*/dev/null" "no place for it is said"
ok cmp "$TMP/out" "$TMP/want"

# Of the network, the network's time.
start_server <<'R'
/late	slow	0.2
R
echo x >"$TMP/root/late"
echo x >"$TMP/root/soon"
records /late /soon >"$TMP/links"
rm "$TMP/new/slow"
status 0 slow linkcheck -q --state "$TMP/l.db" --allow-private "$TMP/links"
like "$(head -n 1 "$TMP/new/slow")" '"linkcheck","item":"http.*/late","ms":[2-9]' \
    "a link that takes its time"
status 0 slow linkcheck -q --state "$TMP/l.db" --offline "$TMP/links"
is "$(grep -c late "$TMP/new/slow")" 1 "offline nobody is asked"
done_testing
