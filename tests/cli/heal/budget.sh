# SPDX-License-Identifier: GPL-3.0-or-later
# Budgets, rates, failures, missing keys, hostile answers.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/heal/replica.inc"
for i in $(seq 20); do
	echo "{\"in\":\"jamendo\",\"id\":\"$i\",\"title\":\"Song number $i\",\"artist\":\"Ann\",\"duration\":$((100 + i)),\"url\":\"https://a.example/$i\"}"
done >"$TMP/planted"
start_replica --fail archive:503 <"$TMP/planted"
for i in $(seq 20); do
	echo "{\"id\":\"r$i\",\"title\":\"Song number $i\",\"artist\":\"Ann\",\"duration_ms\":$((100000 + i * 1000)),\"permalink_url\":\"https://gone.example/$i\",\"url_status\":\"DEAD\",\"genre\":\"x\",\"tags\":[\"t\"],\"year\":1}"
done >"$TMP/in"
rm "$SRC"/{musicbrainz,listenbrainz}.json
status 0 net --budget-requests 10 "$TMP/in"
is "$(wc -l <"$LOG")" 10 "--budget-requests"
like "$(cat "$TMP/err")" 'asked=10 found=5 left=30 requests=10' "the rest is left"
is "$(wc -l <"$TMP/out")" 20 "every record is there"
status 0 net --due
is "$(cat "$TMP/out")" 30 "and due"
status 0 net "$TMP/in"
is "$(jq -r 'select(.recovered_url) | .recovered_url' "$TMP/out" | sort -u |
	wc -l)" 20 "each its own, not its neighbour's"
is "$(asked jamendo)" 20 "each was asked once"
ok [ "$(asked archive)" -le 20 ]
status 0 net --due
is "$(cat "$TMP/out")" 0 "failures wait for their time"
is "$(grep -c '"musicbrainz' "$TMP/out")" 0 "without its file it is not asked"

# A rate below the source's is kept, from process to process as well as can be.
rm -f "$TMP/l.db" "$SRC/internet-archive.json"
before=$(wc -l <"$LOG")
head -6 "$TMP/in" >"$TMP/six"
status 0 net --rate 1 --budget-seconds 2.5 -q "$TMP/six"
seen=$(($(wc -l <"$LOG") - before))
ok [ "$seen" -ge 2 ]
ok [ "$seen" -le 4 ]

# Keys and addresses that are missing cost a hint, no more.
cp data/sources/musicbrainz.json "$SRC/"
status 0 heal --state "$TMP/k.db" --sources "$SRC" --allow-private "$TMP/six"
like "$(cat "$TMP/err")" '^heal: hint: jamendo is not asked: give --key JAMENDO_CLIENT_ID' \
	"no key"
is "$(grep -c 'musicbrainz is not asked' "$TMP/err")" 0 \
	"nothing to ask it about these"
jq -c 'del(.genre)' "$TMP/six" >"$TMP/lacking"
status 0 heal --state "$TMP/k.db" --sources "$SRC" --allow-private "$TMP/lacking"
like "$(cat "$TMP/err")" 'hint: musicbrainz is not asked: .* give --contact' \
	"no address"
jq -c '.url_status = "VALID"' "$TMP/six" >"$TMP/living"
: >"$TMP/none.ndjson"
for in in living none.ndjson; do
	status 0 heal --state "$TMP/k.db" --sources "$SRC" --allow-private \
		"$TMP/$in"
	is "$(grep -c 'not asked' "$TMP/err")" 0 "no hint where nothing is asked"
done
status 0 heal --state "$TMP/k.db" --sources "$SRC" --due "$TMP/six"
is "$(grep -c 'not asked' "$TMP/err")" 0 "nor where it is counted"
rm "$SRC/musicbrainz.json"

# Private addresses are refused unless allowed.
before=$(wc -l <"$LOG")
status 0 heal --state "$TMP/p.db" --sources "$SRC" -q \
	--key JAMENDO_CLIENT_ID=x "$TMP/six"
is "$(wc -l <"$LOG")" "$before" "loopback is not asked"
is "$(grep -c recovered "$TMP/out")" 0 "and nothing is found"

# Sources that are not understood are named.
cp -r "$SRC" "$TMP/bad"
echo '{"name":"x","kind":"link","url":"https://x.example/{title}","title":"t"}' \
	>"$TMP/bad/x.json"
status 4 heal --offline --state "$TMP/l.db" --sources "$TMP/bad" "$TMP/six"
like "$(cat "$TMP/err")" 'bad/x.json: "link": expected a template' "link"
echo '{"name":"x","kind":"lyrics","url":"https://x.example/{title","title":"t"}' \
	>"$TMP/bad/x.json"
status 4 heal --offline --state "$TMP/l.db" --sources "$TMP/bad" "$TMP/six"
like "$(cat "$TMP/err")" 'bad/x.json: "url": expected an http' "url"
echo '{"name":"jamendo","kind":"lyrics","url":"https://x.example/{title}","title":"t"}' \
	>"$TMP/bad/x.json"
status 4 heal --offline --state "$TMP/l.db" --sources "$TMP/bad" "$TMP/six"
like "$(cat "$TMP/err")" 'another source is named "jamendo"' "two of one name"
echo '{' >"$TMP/bad/x.json"
status 4 heal --offline --state "$TMP/l.db" --sources "$TMP/bad" "$TMP/six"
status 3 heal --offline --state "$TMP/l.db" --sources "$TMP/none" "$TMP/six"
status 2 heal "$TMP/six"
like "$(cat "$TMP/err")" '--state FILE is missing' "no history"
status 2 heal --near m "$TMP/six"
status 2 heal --fit-near m --due "$TMP/six"
status 4 heal --offline --sources "$SRC" <<<'no json'

# The frame: odd bytes, errors, closed pipe.
odd='{"a" : 7.60,"x":"\u0000","id":"é","n":12345678901234567890,"a":1}'
status 0 heal --offline -q --sources "$SRC" - <<<"$odd"
is "$(cat "$TMP/out")" "$odd" "foreign bytes pass"
bad='{"id":"z","url_status":"DEAD","title":"x","error":{"tool":"t","code":"c","message":"m","retry":true}}'
status 0 net -q - <<<"$bad"
is "$(cat "$TMP/out")" "$bad" "failed records pass"
done_testing
