# SPDX-License-Identifier: GPL-3.0-or-later
# Shards: equal ranges of the key space, sorted, rewritten only if changed.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

awk 'BEGIN { for (i = 0; i < 20000; i++) printf "{\"id\":\"mp%020d\",\"n\": %d,\"x\":\"\\u00e9\"}\n", i * 7919, i }' >in
# The key of an id: the first 8 bytes of its SHA-256, so hex order is key order.
key() { printf %s "$1" | sha256sum | cut -c1-16; }

status 0 shard --count 4 s in
is "$(cat s/*/crawl.ndjson | sort | cksum)" "$(sort in | cksum)" "every line is kept, byte for byte"
is "$(ls s | tr '\n' ' ')" "000 001 002 003 " "one folder per shard"
wc -l s/*/crawl.ndjson | awk '$2 != "total" && ($1 < 4700 || $1 > 5300) { bad = 1 } END { exit bad }'
is "$?" 0 "shards are of about one size"
for i in 0 1 2 3; do
	first=$(head -n1 s/00$i/crawl.ndjson | cut -d'"' -f4)
	last=$(tail -n1 s/00$i/crawl.ndjson | cut -d'"' -f4)
	is "$((0x$(key "$first" | cut -c1) / 4)),$((0x$(key "$last" | cut -c1) / 4))" "$i,$i" "shard $i has its quarter of the keys"
done
head -n 200 s/001/crawl.ndjson | cut -d'"' -f4 | while read -r id; do key "$id"; done >keys
ok sort -c keys

shard --count 1 one in 2>/dev/null
ok cmp <(cat s/*/crawl.ndjson) one/000/crawl.ndjson
shard --count 4 t <in 2>/dev/null
ok diff -r s t
shuf --random-source=in in 2>/dev/null | shard --count 4 --memory 100K u 2>/dev/null
ok diff -r s u

# Only what changed is written.
touch -d 2001-01-01 s/*/crawl.ndjson
touch stamp -d 2002-01-01
ok shard --count 4 s in
is "$(find s -name crawl.ndjson -newer stamp | wc -l)" 0 "the same input touches no file"
sed '7s/"n": [0-9]*/"n":-1/' in >in2
ok shard --count 4 s in2
is "$(find s -name crawl.ndjson -newer stamp | wc -l)" 1 "one changed row touches one file"
grep -v '"n": 9,' in2 >in3
ok shard --count 4 s in3
is "$(cat s/*/crawl.ndjson | wc -l)" 19999 "a row that is gone is gone"
status 3 shard --count 4 --at-least 101 s <(head -n100 in)
like "$(cat err)" "100 records.*at least 101" "too few records are refused"
is "$(cat s/*/crawl.ndjson | wc -l)" 19999 "and nothing is lost"
ok shard --count 4 --at-least 100 few <(head -n100 in)

: >s/003/enriched.ndjson
mkdir s/mine s/0003
ok shard --count 3 s in
is "$(ls s | tr '\n' ' ')" "000 0003 001 002 mine " "shards beyond the last are removed, nothing else"
head -n1 in | shard --count 5 few 2>/dev/null
is "$(cat few/*/crawl.ndjson | wc -l),$(ls few/*/crawl.ndjson | wc -l)" 1,5 "an empty shard is an empty file"
status 0 shard --count 2 none /dev/null

# Bad streams write nothing.
cp -a u keep
head -n 100 in | cat - in >dup
status 4 shard --count 4 u dup
like "$(cat err)" 'occurs twice' "a duplicate id is an error"
{ cat in; printf '{"id":"x"'; } >cut
status 4 shard --count 4 u cut
like "$(cat err)" 'cut:20001' "a malformed line is named"
printf '{"n":1}\n' >noid
status 4 shard --count 4 u noid
status 3 shard --count 4 u missing
ok diff -r u keep
is "$(find u -name '*.tmp-*')" "" "no temporary file is left"

status 2 shard u
status 2 shard --count 0 u
status 2 shard --count 4
status 2 shard --count 1000 u in
: >file
status 3 shard --count 4 file in
# A record with an error is a record like any other.
printf '{"id":"a","error":{"tool":"x"}}\n' | shard --count 1 e 2>/dev/null
is "$(cat e/000/crawl.ndjson)" '{"id":"a","error":{"tool":"x"}}' "failed records stay"
shard --count 4 new in2 2>/dev/null
bad=0
for d in 0.01 0.02 0.03 0.04 0.06; do
	cp -a keep k
	shard --count 4 --memory 100K k in2 & p=$!
	sleep "$d"; kill -9 "$p"; wait "$p"
	for i in 0 1 2 3; do
		cmp -s k/00$i/crawl.ndjson keep/00$i/crawl.ndjson ||
			cmp -s k/00$i/crawl.ndjson new/00$i/crawl.ndjson ||
			bad=$((bad + 1))
	done
	shard --count 4 -q k in2
	for i in 0 1 2 3; do
		cmp -s k/00$i/crawl.ndjson new/00$i/crawl.ndjson ||
			bad=$((bad + 1))
	done
	rm -rf k
done 2>/dev/null
printf '{"id":"a"}\n\n \t\n{"id":"b"}\n' >blank
ok shard -q --count 1 b blank
is "$(wc -l <b/000/crawl.ndjson)" 2 "blank lines are no records"
printf '{"id":"\\u001b[2Jx\\u009b"}\n%.0s' 1 2 >escape
status 4 shard --count 1 b escape
is "$(LC_ALL=C tr -d '\n -~' <"$TMP/err" | wc -c)" 0 \
    "a message has no control characters"

is "$bad" 0 "killed: a shard is the old one or the new one; a second run mends"
done_testing
