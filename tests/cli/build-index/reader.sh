# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Readers while updates publish and prune: one that has a generation goes on
# with it, candidates of the one before are ranked, those of a pruned one say so.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
idx=$TMP/idx
small_index "$idx" --lists 4 --graph always
export MOODPIPE_INDEX=$idx
generation() { basename "$(readlink "$idx/current")" .idx; }
kept() { [ -e "$idx/$1.idx" ]; }
change() { # publishes another generation
	small_tracks "$1" "$1" | jq -c '.title += " changed"' >"$TMP/changed"
	build-index -q --update --index "$idx" "$TMP/changed"
}
lines() { # FILE N: waits for so many
	for _ in $(seq 400); do
		[ "$(wc -l <"$1")" -ge "$2" ] && return
		sleep 0.05
	done
	return 1
}
request='{"query":"lonely rain 12 by artist 3"}'
first=$(generation)
mkfifo "$TMP/ask" "$TMP/rank"
query -q <"$TMP/ask" >"$TMP/found" &
querying=$!
rerank -q <"$TMP/rank" >"$TMP/ranked" &
ranking=$!
exec 7>"$TMP/ask" 8>"$TMP/rank"
echo "$request" >&7
ok lines "$TMP/found" 1
head -1 "$TMP/found" >&8
ok lines "$TMP/ranked" 1
rerank -q <"$TMP/found" | jq -c .results >"$TMP/want"

ok change 3
second=$(generation)
ok test "$first" != "$second"
ok kept "$first"
rerank -q <"$TMP/found" | jq -c .results >"$TMP/before"
ok cmp "$TMP/before" "$TMP/want"
echo "$request" >&7
ok lines "$TMP/found" 2
ok change 4
third=$(generation)
is "$(kept "$first")$?" 1 "the first generation is pruned"
ok kept "$second"
for _ in 1 2 3; do
	echo "$request" >&7
	head -1 "$TMP/found" >&8
done
ok lines "$TMP/found" 5
ok lines "$TMP/ranked" 4
is "$(jq -r .generation "$TMP/found" | sort -u)" "$first" \
	"a query goes on with its generation"
is "$(jq -c 'del(.stages)' "$TMP/found" | sort -u | wc -l)" 1 "and its answers"
is "$(jq -c .results "$TMP/ranked" | sort -u)" "$(cat "$TMP/want")" "and so does rerank"

# What is new is for those who come now; what is pruned is told to others.
query -q "lonely rain" | tee "$TMP/new" >&8
ok lines "$TMP/ranked" 5
is "$(jq -r .generation "$TMP/new")" "$third" "a new query takes the new one"
is "$(tail -1 "$TMP/ranked" | jq '.results | length > 5')" true \
	"a running rerank follows"
exec 7>&- 8>&-
wait $querying
is $? 0 "the query ends well"
wait $ranking
is $? 0 "and so does rerank"
status 3 rerank -q "$TMP/found"
like "$(cat "$TMP/err")" "no index generation $first .*pruned since .*ask query again" \
	"a pruned generation is named"

# Queries without a pause while generations come and go: each answers.
: >"$TMP/bad"
(
	while [ ! -e "$TMP/done" ]; do
		query -q sad rain >"$TMP/once" 2>>"$TMP/bad" ||
			echo "status $?" >>"$TMP/bad"
		jq -e '.candidates | length > 20' "$TMP/once" >/dev/null ||
			echo "no answer" >>"$TMP/bad"
		echo x >>"$TMP/asked"
	done
) &
asking=$!
for i in 5 6 7 8 9 10 11 12; do change $i || echo "change $i" >>"$TMP/bad"; done
touch "$TMP/done"
wait $asking
is "$(sort -u "$TMP/bad")" "" "$(wc -l <"$TMP/asked") queries meanwhile"
is "$(find "$idx" -name '*.idx' | wc -l)" 2 "two generations are left"
ok build-index --verify --index "$idx"
done_testing
